"""Answers to verdicts: every row of every kind, the facts' own cases, and what no row knows."""

from __future__ import annotations

import json

import pytest
from helpers.paths import ROOT
from hypothesis import given
from hypothesis import strategies as st

from keyscan.ruleset import verification
from keyscan.ruleset.live_tables import VERDICTS
from keyscan.support.http import Response
from keyscan.verify import answers

TABLES = {table.kind: table for table in verification.load([ROOT / "rules"]).verify if table.request}
ROWS = [(kind, number) for kind, table in TABLES.items() for number in range(len(table.answers))]


def verdict(kind, status, body, key="", headers=None):
    """The verdict of a kind's table as `status:reason`."""
    text = body if isinstance(body, str) else json.dumps(body)
    found = answers.evaluate(TABLES[kind], Response(status, headers or {}, text.encode()), key)
    return f"{found.status}:{found.reason}" if found.reason else found.status


@pytest.mark.parametrize(("kind", "number"), ROWS)
def test_each_row_decides_on_an_answer_that_fits_it(kind, number):
    """Each row of each kind is reached, and says what it says; dead only where the facts are sure."""
    table = TABLES[kind]
    row = table.answers[number]
    response, key = answers.example(row, variables={part.name: "x" for part in table.parts})
    found = answers.evaluate(table, response, key, {part.name: "x" for part in table.parts})
    assert found.row == number
    if row.verdict == "dead" and table.answers_confidence == "low":
        assert (found.status, found.reason) == ("unknown", "ambiguous")
    else:
        assert (found.status, found.reason) == (row.verdict, row.reason)


@pytest.mark.parametrize(
    ("kind", "status", "body", "expected"),
    [
        ("openai-key", 401, {"error": {"message": "Missing scopes: api.model.read", "code": None}}, "limited:scope"),
        ("openai-key", 401, {"error": {"message": "Incorrect API key", "code": "invalid_api_key"}}, "dead:invalid"),
        ("openai-key", 200, {"object": "list", "data": []}, "live"),
        ("openai-key", 429, {"error": {"code": "insufficient_quota"}}, "limited:credit"),
        ("google-api-key", 400, {"error": {"details": [{"reason": "API_KEY_INVALID"}]}}, "dead:invalid"),
        ("google-api-key", 403, {"error": {"details": [{"reason": "SERVICE_DISABLED"}]}}, "limited:service"),
        ("anthropic-api-key", 400, {"error": {"message": "Your credit balance is too low"}}, "limited:credit"),
        ("anthropic-api-key", 403, {"error": {"type": "permission_error"}}, "limited:scope"),
        ("anthropic-api-key", 529, {}, "unknown:server"),
        ("elevenlabs-key", 401, {"detail": {"status": "missing_permissions"}}, "limited:scope"),
        ("slack-token", 200, {"ok": False, "error": "token_revoked"}, "dead:revoked"),
        ("slack-token", 200, {"ok": True}, "live"),
        ("slack-webhook", 400, "no_text", "live"),
        ("slack-webhook", 404, "no_service", "dead:revoked"),
        ("cloudflare-token", 200, {"result": {"status": "expired"}}, "dead:expired"),
        ("cloudflare-token", 403, {"errors": [{"code": 9109, "message": "token from location: x"}]}, "limited:ip"),
        ("mapbox-token", 200, {"code": "TokenRevoked"}, "dead:revoked"),
        ("xai-key", 200, {"api_key_id": "x", "team_blocked": True, "api_key_blocked": False}, "limited:suspended"),
        ("wandb-key", 200, {"data": {"viewer": None}}, "dead:invalid"),
        ("moonshot-key", 200, {"data": {"available_balance": 0}}, "limited:credit"),
        ("moonshot-key", 200, {"data": {"available_balance": 3.5}}, "live"),
        ("resend-key", 401, {"name": "restricted_api_key"}, "limited:scope"),
        ("datadog-api-key", 403, {"errors": ["Forbidden"]}, "dead:invalid"),
        ("vercel-token", 403, {"error": {"code": "forbidden", "invalidToken": True}}, "dead:invalid"),
        ("figma-token", 403, {"status": 403, "err": "Invalid token"}, "dead:invalid"),
        ("gitlab-pat", 200, {"active": True, "revoked": False}, "live"),
        ("github-token", 403, {"message": "x"}, "limited:scope"),
        ("cohere-key", 200, {"valid": False}, "dead:invalid"),
    ],
)
def test_the_traps_of_the_facts(kind, status, body, expected):
    """Answers that the general table of statuses gets wrong are read as their issuers mean them."""
    assert verdict(kind, status, body) == expected


def test_a_row_may_ask_for_the_keys_own_prefix():
    """A 401 kills a personal CircleCI token; what it says of a project token is not known."""
    assert verdict("circleci-token", 401, {}, "CCIPAT_abc") == "dead:invalid"
    assert verdict("circleci-token", 401, {}, "CCIPRJ_abc").startswith("unknown")


@pytest.mark.parametrize("status", [401, 403, 404, 429])
def test_a_firewalls_page_proves_nothing(status):
    """A page for people is a firewall's word, for every kind: the key may well be live."""
    page = "<!DOCTYPE html><html><body>Attention required</body></html>"
    for kind in TABLES:
        assert verdict(kind, status, page, headers={"content-type": "text/html"}) == "unknown:edge", kind


@pytest.mark.parametrize(("status", "reason"), [(307, "other"), (451, "region"), (502, "server"), (418, "other")])
def test_what_no_row_names_is_unknown(status, reason):
    """Redirects, failures and oddities say nothing of a key, for every kind."""
    for kind in TABLES:
        assert verdict(kind, status, "") == f"unknown:{reason}", kind


@given(st.sampled_from(sorted(TABLES)), st.integers(100, 599), st.binary(max_size=300))
def test_no_answer_breaks_the_evaluation(kind, status, body):
    """Whatever comes back gives one of the four verdicts, and dead never without a sure table."""
    table = TABLES[kind]
    found = answers.evaluate(table, Response(status, {}, body))
    assert found.status in VERDICTS
    assert found.status != "dead" or table.answers_confidence != "low"


def test_deep_json_is_no_answer():
    """JSON nested beyond reason is read as no JSON at all."""
    assert verdict("openai-key", 200, "[" * 60_000) == "unknown:other"


def test_identity_keeps_named_fields_only_and_no_control_characters():
    """Only the fields that a table names are kept: short, on one line, and never one that repeats the key."""
    body = {
        "org": {"name": "Acme\x1b[31m\n" + "x" * 500},
        "key": "sk-secret-value",
        "scopes": ["a", "b"],
        "other": "no",
    }
    places = [("organisation", "/org/name"), ("key", "/key"), ("scopes", "/scopes"), ("absent", "/none")]
    found = dict(answers.identity(places, Response(200, {}, json.dumps(body).encode()), ["sk-secret-value"]))
    assert set(found) == {"organisation", "scopes"}
    assert found["scopes"] == "a, b"
    assert len(found["organisation"]) <= answers.LONGEST_FIELD
    assert not set(found["organisation"]) & {"\x1b", "\n"}
