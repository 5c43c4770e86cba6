"""Everything that decides a run, complete and typed."""

from __future__ import annotations

import dataclasses

import pytest

from keyscan.config.settings import Settings


def test_formats_of_all_reports():
    """The main one and those that go to files."""
    assert Settings(format="json", reports=(("sarif", "a"), ("html", "b"))).formats == {"json", "sarif", "html"}


def test_settings_stay_as_they_were_made():
    """Nobody changes a field later."""
    with pytest.raises(dataclasses.FrozenInstanceError):
        Settings().format = "json"
