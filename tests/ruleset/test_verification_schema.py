"""A [[verify]] or [[revoke]] table to its value, every field checked."""

from __future__ import annotations

import tomllib

import pytest
from helpers.rule_tables import GOOD, REVOKE

from keyscan.errors import RuleError
from keyscan.ruleset.verification_schema import revoke_table, verify_table

HOST = GOOD.replace("https://api.acme.example", "https://{site}SUFFIX").replace(
    "confidence", 'parts = { site = { value = "[a-z]+", host = true } }\nconfidence'
)


def read(text):
    """The value of a verify table."""
    return verify_table(tomllib.loads(text), "acme.toml", "Acme")


def test_a_good_table_is_read():
    """Every field of a table reaches its value."""
    table = read(GOOD)
    assert table.request
    assert table.request.headers == (("Authorization", "Bearer {secret}"),)
    assert [row.verdict for row in table.answers] == ["live", "dead"]
    assert table.answers_confidence == "high"


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("https://api", "http://api", "must begin with https://"),
        ("https://api.acme.example", "https://user@api.acme.example", "must begin with https://"),
        ("https://api.acme.example", "https://{secret}.acme.example", "host may not hold the secret"),
        ("https://api.acme.example", "https://{endpoint}", "needs endpoint"),
        ("/v1/me", "/v1/{secret}", "url_secret = true"),
        ("Bearer {secret}", "Bearer {tenant}", "unknown variable {tenant}"),
        ('is = "live"', 'is = "alive"', "not one of live, limited, dead, unknown"),
        ('reason = "invalid"', 'reason = "bad"', "reason is 'bad'"),
        ('{ status = [401], is = "dead", reason = "invalid" },', "", "no row that says dead"),
        ("status = [401]", "status = [403]", "forbidden_is_dead"),
        ("status = [401]", "status = [42]", "HTTP statuses"),
        ("exists = true", "matches = 1", "a condition is a table of at and one of"),
        ('default = "run"', 'default = "ask"', "why is missing"),
        ('source = "vendor: https://docs.acme.example"', "", "source is missing"),
        ('rules = ["acme-key"]', "", "rules is missing"),
        ("confidence", 'effect = "costs"\nconfidence', "only a request without an effect"),
        ("confidence", 'colour = "red"\nconfidence', "unknown field colour"),
        ("confidence", 'pattern = "("\nconfidence', "does not compile"),
        ("confidence", 'regions = ["a b"]\nconfidence', "not a host name"),
    ],
)
def test_a_wrong_table_is_refused(old, new, message):
    """A table that could send a key to a wrong place, or never say dead, is refused with its file and kind."""
    with pytest.raises(RuleError, match=r"acme\.toml") as raised:
        read(GOOD.replace(old, new, 1))
    assert message in str(raised.value)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (HOST.replace("SUFFIX", ""), "needs suffixes"),
        (HOST.replace("SUFFIX", ".example"), "must end in the issuer's domain"),
        (HOST.replace("SUFFIX", ".acme.example").replace(", host = true", ""), "needs host = true"),
    ],
)
def test_a_hole_in_a_host_needs_the_issuers_domain(text, message):
    """What fills a variable in a host can lead to the issuer's own domain only."""
    with pytest.raises(RuleError, match=message):
        read(text)
    assert read(HOST.replace("SUFFIX", ".acme.example"))


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('way = "self"', 'way = "console"', "steps are for anyone, self and owner"),
        ("success = [204]", "success = []", "HTTP statuses"),
        ("/v1/me", "/v1/{admin}", "unknown variable {admin}"),
        ('way = "self"', 'way = "self"\ndelay = -1', "delay must be from"),
    ],
)
def test_a_wrong_revocation_is_refused(old, new, message):
    """A revocation with a step that nobody may take, or a variable that nothing fills, is refused."""
    with pytest.raises(RuleError, match=message):
        revoke_table(tomllib.loads(REVOKE.replace(old, new, 1)), "acme.toml", "Acme")


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ('{ status = [], is = "live" }', "status must be a list of HTTP statuses"),
        ('{ status = [99], is = "live" }', "status must be a list of HTTP statuses"),
        ('{ status = [200], is = "alive" }', "is is 'alive', not one of"),
        ('{ status = [401], is = "dead" }', "reason is missing"),
        ('{ status = [401], is = "dead", reason = "scope" }', "reason is 'scope', not one of"),
        ('{ status = [200], is = "live", when = [{ at = "/id" }] }', "a condition is a table of at and one of"),
    ],
)
def test_a_wrong_answer_names_its_number(row, message):
    """An answer that could not be told is refused, with the table and its place in it."""
    text = GOOD.replace("answers = [", f"answers = [\n    {row},")
    with pytest.raises(RuleError, match=r"acme\.toml: \[\[verify\]\] acme-key: answer 1") as raised:
        read(text)
    assert message in str(raised.value)
