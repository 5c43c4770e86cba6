"""Secrets in bytes are replaced where they are, and where a text repeats them."""

from __future__ import annotations

from helpers.agent_events import key
from helpers.tokens import token

from keyscan.agents.detector import Detector
from keyscan.agents.replacement import known_values, replaced, replaced_everywhere


def test_the_text_round_a_secret_stays():
    """Each span becomes its token, and every other byte is kept."""
    secret = key("a").encode()
    data = b"\xffA=" + secret + b"\nB=" + secret + b"\xff"
    secrets = Detector().find(data)
    mark = secrets[0].token.encode()
    assert replaced(data, secrets) == b"\xffA=" + mark + b"\nB=" + mark + b"\xff"
    assert replaced(data, []) == data


def test_a_generic_value_needs_several_kinds_of_characters_to_be_replaced_elsewhere():
    """What only its name made a secret may be a word elsewhere, unless it has upper case, lower case and digits."""
    mixed, plain = token("{upper:4}{digits:4}{lower:6}", "mixed"), token("{lower:6}{digits:6}", "plain")
    data = f'password = "{mixed}"\napi_secret = "{plain}"\n'.encode()
    secrets = Detector().find(data)
    assert [data[one.start : one.end].decode() for one in secrets] == [mixed, plain]
    assert list(known_values(data, secrets)) == [mixed.encode()]


def test_longer_values_are_replaced_first_and_short_ones_not_at_all():
    """A value within a longer one leaves no rest of it, and one under ten bytes is left as it is."""
    values = {b"0123456789": "[short]", b"0123456789ab": "[long]", b"012": "[tiny]"}
    assert replaced_everywhere(b"0123456789ab 0123456789 012", values) == b"[long] [short] 012"
