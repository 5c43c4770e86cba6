"""What other tools call a kind of secret is found among our rules."""

from __future__ import annotations

import pytest

from keyscan.api import load_rules
from keyscan.migrate.counterparts import Counterparts


@pytest.fixture(scope="module")
def known():
    """Of the built-in rules."""
    return Counterparts(load_rules())


@pytest.mark.parametrize(
    ("name", "among"),
    [
        ("aws-access-token", "aws-access-key"),
        ("github-pat", "github-pat-classic"),
        ("private-key", "private-key"),
        ("privatekey", "private-key"),
        ("jwt", "jwt"),
        ("gcp-api-key", "google-api-key"),
        ("AWS Keys", "aws-access-key"),
        ("new-relic-user-api-key", "newrelic-user-key"),
        ("hashicorp-tf-api-token", "terraform-cloud-token"),
        ("generic-api-key", "generic-quoted-secret"),
        ("Generic Password", "generic-quoted-password"),
        ("sendinblue-api-token", "brevo-api-key"),
    ],
)
def test_names(known, name, among):
    """A provider is known by its name in any spelling, a generic secret by what it is called."""
    assert among in known.of(name)


def test_an_unknown_name_has_none(known):
    """Nothing is guessed."""
    assert known.of("acme-widget") == ()
    assert known.closest("acme-widget") == ()


@pytest.mark.parametrize(
    ("name", "ids"),
    [("openai-api-key", None), ("slack-bot-token", ("slack-bot-token",)), ("jwt", ("jwt",))],
)
def test_switching_off_is_no_wider_than_needed(known, name, ids):
    """Of a provider's rules those with most words in common are switched off, not all."""
    found = known.closest(name)
    assert found
    assert ids is None or found == ids
    assert len(known.closest("github-pat")) < len(known.of("github-pat"))


def test_generic(known):
    """A name is generic if no provider is in it."""
    assert known.is_generic("generic-api-key")
    assert not known.is_generic("aws-keyword")
    assert set(known.of("generic-api-key")) == set(known.generic)
