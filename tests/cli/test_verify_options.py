"""The options of verification, and what they say together."""

from __future__ import annotations

import pytest

from keyscan.cli.verify_options import OFF, OPTION_NAMES, settings_from
from keyscan.errors import UsageError


def test_nothing_is_asked_unless_it_is_said():
    """The defaults send nothing."""
    assert settings_from({}) == OFF
    assert not OFF.verify


def test_the_values():
    """Lists are cut, names checked."""
    made = settings_from({"verify": True, "only": "live, dead", "ask": ("all",), "yes": True, "audit_file": "a"})
    assert (made.verify, made.only, made.ask, made.yes, made.audit) == (True, {"live", "dead"}, {"all"}, True, "a")
    assert len(set(OPTION_NAMES)) == 9


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"verify": True, "only": "alive"}, "--only alive: no such status"),
        ({"only": "live"}, "--only goes with --verify"),
    ],
)
def test_what_does_not_go_together(values, message):
    """One line with the remedy."""
    with pytest.raises(UsageError, match=message):
        settings_from(values)
