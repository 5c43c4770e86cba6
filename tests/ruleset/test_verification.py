"""The [[verify]] and [[revoke]] tables of rule files."""

from __future__ import annotations

import tomllib

import pytest
from helpers.paths import ROOT

from keyscan.errors import RuleError
from keyscan.ruleset import loader, verification
from keyscan.ruleset.verification_schema import revoke_table, verify_table

GOOD = """
kind = "acme-key"
rules = ["acme-key"]
default = "run"
request = { method = "GET", url = "https://api.acme.example/v1/me", headers = { Authorization = "Bearer {secret}" } }
answers = [
    { status = [200], when = [{ at = "/id", exists = true }], is = "live" },
    { status = [401], is = "dead", reason = "invalid" },
]
confidence = { probe = "high", answers = "high" }
source = "vendor: https://docs.acme.example"
"""
REVOKE = """
kind = "acme-key"
rules = ["acme-key"]
way = "self"
steps = [{ request = { method = "DELETE", url = "https://api.acme.example/v1/me" }, success = [204] }]
confidence = "high"
"""


def read(text):
    """The value of a verify table."""
    return verify_table(tomllib.loads(text), "acme.toml", "Acme")


def test_every_built_in_rule_has_both_tables():
    """Each rule says how its keys are asked about, or why they are not, and how they are revoked."""
    tables = verification.load([ROOT / "rules"])
    for rule in loader.load([ROOT / "rules"]):
        table = tables.verifier(rule.id)
        if table is None and rule.category == "generic":
            continue  # nobody knows whose key it is: "not-checked"
        assert table, rule.id
        assert table.default == "run" or table.why, rule.id
        assert tables.revoker(rule.id), rule.id


def test_only_sure_revocations_are_automatic():
    """A revocation is carried out only where the facts behind it are sure."""
    tables = verification.load([ROOT / "rules"])
    automatic = [table for table in tables.revoke if table.automatic]
    assert len(automatic) >= 20
    assert all(table.confidence == "high" for table in automatic)


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
        ("confidence", 'regions = ["a b"]\nconfidence', "no host name"),
    ],
)
def test_a_wrong_table_is_refused(old, new, message):
    """A table that could send a key to a wrong place, or never say dead, is refused with its file and kind."""
    with pytest.raises(RuleError, match=r"acme\.toml") as raised:
        read(GOOD.replace(old, new, 1))
    assert message in str(raised.value)


HOST = GOOD.replace("https://api.acme.example", "https://{site}SUFFIX").replace(
    "confidence", 'parts = { site = { value = "[a-z]+", host = true } }\nconfidence'
)


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


def test_a_file_cannot_redirect_the_rules_of_another(tmp_path):
    """A second table for a rule is refused: a rule file cannot send another file's keys elsewhere."""
    for name in ("a.toml", "b.toml"):
        (tmp_path / name).write_text(f'provider = "Acme"\n[[verify]]\n{GOOD}')
    with pytest.raises(RuleError, match="rule acme-key has one in"):
        verification.load([tmp_path])


def test_tables_of_a_wrong_type_are_refused(tmp_path):
    """`[verify]` in place of `[[verify]]` is a clear error."""
    (tmp_path / "a.toml").write_text(f'provider = "Acme"\n[verify]\n{GOOD}')
    with pytest.raises(RuleError, match=r"write \[\[verify\]\]"):
        verification.load([tmp_path])
