"""Where the token of a forge goes: to its own host, and to no other that a listing names."""

from __future__ import annotations

import pytest
from helpers.tokens import token

from keyscan.cli import fleet_sources
from keyscan.fleet.model import Repository
from keyscan.support import http


@pytest.mark.parametrize(
    ("location", "base", "given"),
    [
        ("https://github.com/acme/app.git", "", True),
        ("https://evil.example/acme/app.git", "", False),
        ("https://github.com.evil.example/acme/app.git", "", False),
        ("https://git.acme.example/acme/app.git", "https://git.acme.example/api/v3", True),
        ("https://github.com/acme/app.git", "https://git.acme.example/api/v3", False),
    ],
)
def test_the_token_stays_with_its_host(monkeypatch, location, base, given):
    """Clones from elsewhere go without it."""
    monkeypatch.setenv("GITHUB_TOKEN", token("{alnum:20}"))
    monkeypatch.setattr(http, "Client", lambda **_: None)
    monkeypatch.setattr(fleet_sources, "repositories", lambda *_: [Repository("acme/app", location)])
    (one,) = fleet_sources._forge("github-org", "acme", base, None)
    assert (one.token_variable == "GITHUB_TOKEN") is given
