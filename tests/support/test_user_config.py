"""Where a user's own configuration is."""

from __future__ import annotations

import sys

import pytest

from keyscan.support.user_config import agents_file


@pytest.mark.parametrize(
    ("platform", "variables", "expected"),
    [
        ("linux", {}, "/home/ada/.config/keyscan/agents.toml"),
        ("linux", {"XDG_CONFIG_HOME": "/etc/own"}, "/etc/own/keyscan/agents.toml"),
        ("linux", {"XDG_CONFIG_HOME": "relative"}, "/home/ada/.config/keyscan/agents.toml"),
        ("darwin", {}, "/home/ada/Library/Application Support/keyscan/agents.toml"),
        ("win32", {"APPDATA": "C:/Users/ada/AppData"}, "C:/Users/ada/AppData/keyscan/agents.toml"),
    ],
)
def test_by_platform(monkeypatch, platform, variables, expected):
    """Each platform's place; a relative directory, which would depend on the scanned one, does not count."""
    monkeypatch.setattr(sys, "platform", platform)
    monkeypatch.setenv("HOME", "/home/ada")
    for name in ("XDG_CONFIG_HOME", "APPDATA"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert agents_file() == expected
