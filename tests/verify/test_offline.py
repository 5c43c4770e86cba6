"""What a key says of itself."""

from __future__ import annotations

import pytest
from helpers.live import bedrock_key
from helpers.tokens import token

from keyscan.verify import offline

NOW = 1_780_000_000.0


@pytest.mark.parametrize(
    "secret",
    [
        token("{jwt:exp=1600000000,sub=ada}"),
        bedrock_key("20200101T000000Z"),
        "sv=2022-11-02&se=2020-01-01T00%3A00%3A00Z&sp=r&sig=abc",
        "https://x.blob.core.windows.net/c?se=2020-01-01&sig=abc",
    ],
)
def test_a_key_whose_time_is_over_is_dead(secret):
    """Expired tokens, presigned addresses and SAS tokens are dead without a request."""
    found = offline.decided(secret, NOW)
    assert (found.status, found.reason) == ("dead", "expired")


@pytest.mark.parametrize(
    "secret",
    [
        token("{jwt:exp=1900000000}"), token("{jwt}"), bedrock_key(), "sk-abc", "se=2020-01-01", "", "eyJ.eyJ.",
        "se=never&sig=x", "bedrock-api-key-!!!", token("{jwt:exp=later}"),
    ],
)  # fmt: skip
def test_a_key_that_may_live_is_not_decided(secret):
    """Without an end in the past, the key itself decides nothing."""
    assert offline.decided(secret, NOW) is None


def test_the_claims_are_the_identity():
    """Issuer, subject and the like come from the token, on one line each."""
    assert ("subject", "ada") in offline.identity(token("{jwt:sub=ada}"))
