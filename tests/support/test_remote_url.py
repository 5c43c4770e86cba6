"""No part of a password is left in an address, and nothing else goes."""

from __future__ import annotations

import pytest

from keyscan.support.remote_url import without_credentials


@pytest.mark.parametrize("user", ["ada@", "ada:secret@", "ada:se@cret@", "ada:se/cret@", ":secret@", ""])
def test_credentials_go(user):
    """Whatever signs are in the password."""
    assert without_credentials(f"https://{user}git.example/a/b.git") == "https://git.example/a/b.git"


@pytest.mark.parametrize(
    "url", ["https://git.example:8443/@scope/b.git", "git@git.example:a/b", "../a@b", "C:/a@b", ""]
)
def test_the_rest_stays(url):
    """A port, a path with the sign in it, and what is no URL."""
    assert without_credentials(url) == url
