"""Revocation: planned, shown, sent once, and only for exactly one key."""

from __future__ import annotations

import json
import random
from dataclasses import replace

import pytest
from helpers.live import RULES, TABLES, beside, matching
from helpers.tokens import token

from keyscan.remediation import revoke
from keyscan.support.http import RequestFailed, Response
from keyscan.verify.candidate import Candidate

AUTOMATIC = {table.kind: table for table in TABLES.revoke if table.automatic}
ADMIN = "admin-key-" + "z" * 30


def candidate_for(table):
    """A candidate of a kind's first rule, with its second parts beside it."""
    rng = random.Random(table.kind)  # noqa: S311 - fakes have to be the same each time
    rule = RULES[table.rules[0]]
    secret = token(rule.template) if table.kind != "fal-key" else f"{token('{uuid}')}:{'a' * 32}"
    before = "".join(beside(part, rng) for part in table.parts)
    return Candidate(f"{rule.id}:{'0' * 20}", rule.id, secret, "", before, "", rule.template, rule.prefix)


def planned(kind, **environ):
    """The plan for a kind."""
    table = AUTOMATIC[kind]
    environ = environ or dict.fromkeys(table.admin, ADMIN)
    return revoke.plan(table, candidate_for(table), environ)


def hint(secret):
    """A key as lists show it."""
    return f"{secret[:12]}...{secret[-4:]}"


def agreeable(plan):
    """A sender that says what the plan wants to hear, and the requests that it saw."""
    seen = []
    secret = plan.candidate.secret
    item = {
        "id": "key_1", "hash": matching("x", random.Random(1)), "redacted_value": hint(secret),  # noqa: S311
        "partial_key_hint": hint(secret), "key": "k1",
    }  # fmt: skip

    def send(request):
        seen.append(request)
        last = plan.table.steps[-1]
        lookups = len(plan.table.steps) - 1
        if len(seen) <= lookups:
            import hashlib

            found = {**item, "hash": hashlib.sha256(secret.encode()).hexdigest()}
            return Response(200, {}, json.dumps({"data": [found], "has_more": False}).encode())
        body = {}
        for one in last.expect:
            body[one.at[1:]] = one.value if one.op == "equals" else "x"
        return Response(last.success[0], {}, json.dumps(body).encode())

    return send, seen


@pytest.mark.parametrize("kind", sorted(AUTOMATIC))
def test_every_automatic_kind_is_carried_out(kind):
    """For each kind the requests of its table go out in order, each once, and the issuer's yes is a yes."""
    plan = planned(kind)
    assert not plan.why_not
    send, seen = agreeable(plan)
    told = []
    result = revoke.carry_out(plan, send, lambda step, *_: told.append(step.purpose))
    assert result.status in {"revoked", "accepted"}, result
    assert len(seen) == len(plan.table.steps) == len(told)
    assert [request.method for request in seen] == [step.request.method for step in plan.table.steps]
    if plan.table.admin:
        assert any(ADMIN in value for request in seen for value in request.headers.values())
        assert not any(plan.candidate.secret in f"{r.url}{r.headers}{r.body}" for r in seen)


@pytest.mark.parametrize("kind", sorted(AUTOMATIC))
def test_what_is_shown_holds_no_value(kind):
    """What a dry run shows is the template: neither the key nor the administrator's."""
    plan = planned(kind)
    text = "\n".join(revoke.shown(plan)) + repr(plan)
    assert plan.candidate.secret not in text
    assert ADMIN not in text
    assert plan.table.steps[-1].request.method in text


@pytest.mark.parametrize("kind", sorted(kind for kind, table in AUTOMATIC.items() if table.admin))
def test_an_owners_key_is_needed_and_is_another_one(kind):
    """Without an administrator's key, or with the leaked one in its place, nothing is planned."""
    table = AUTOMATIC[kind]
    candidate = candidate_for(table)
    assert table.admin[0] in revoke.plan(table, candidate, {}).why_not
    assert "this very key" in revoke.plan(table, candidate, {table.admin[0]: candidate.secret}).why_not


@pytest.mark.parametrize("fitting", [0, 2])
@pytest.mark.parametrize("kind", ["anthropic-api-key", "openai-admin-key"])
def test_nothing_is_changed_unless_exactly_one_key_fits(kind, fitting):
    """Two keys with the same hint, or none, leave everything as it is."""
    plan = planned(kind)
    mark = hint(plan.candidate.secret) if fitting else "sk-other...zzzz"
    at = plan.table.steps[0].match["at"][1:]
    items = [{"id": f"k{i}", at: mark} for i in range(max(fitting, 1))]
    seen = []

    def send(request):
        seen.append(request.method)
        return Response(200, {}, json.dumps({"data": items}).encode())

    result = revoke.carry_out(plan, send, lambda *_: None)
    assert result.status == "not-found"
    assert seen == ["GET"]


def test_pages_are_turned_to_the_end():
    """A list of several pages is read to its end, and a list without end is given up."""
    plan = planned("openai-admin-key")
    pages = iter(range(10_000))

    def send(request):
        if request.method == "DELETE":
            return Response(200, {}, b'{"deleted": true}')
        number = next(pages)
        item = {"id": "k", "redacted_value": hint(plan.candidate.secret) if number == 2 else "sk-x...yyyy"}
        return Response(
            200, {}, json.dumps({"data": [item], "has_more": number < 3, "last_id": f"c {number}&x"}).encode()
        )

    seen = []
    result = revoke.carry_out(plan, send, lambda _step, request, _outcome: seen.append(request.url))
    assert result.status == "revoked"
    assert seen[1].endswith("&after=c%200%26x")
    endless = Response(200, {}, b'{"data": [], "has_more": true, "last_id": "x"}')
    assert revoke.carry_out(plan, lambda _request: endless, lambda *_: None).status == "failed"


@pytest.mark.parametrize(
    ("outcome", "status"),
    [
        (Response(401), "refused"),
        (Response(200, {}, b'{"ok": false}'), "refused"),
        (Response(302), "refused"),
        (Response(500), "refused"),
        (RequestFailed("timeout"), "failed"),
    ],
)
def test_a_revocation_is_sent_once(outcome, status):
    """Whatever comes back, the request that changes state is not sent again."""
    plan = planned("slack-token")
    seen = []

    def send(request):
        seen.append(request)
        if isinstance(outcome, RequestFailed):
            raise outcome
        return outcome

    assert revoke.carry_out(plan, send, lambda *_: None).status == status
    assert len(seen) == 1


def test_an_id_of_a_list_cannot_lead_elsewhere():
    """An issuer's list is no way to another address: an id that would climb is not used."""
    plan = planned("anthropic-api-key")
    item = {"id": "../../evil", "partial_key_hint": hint(plan.candidate.secret)}
    seen = []

    def send(request):
        seen.append(request.url)
        return Response(200, {}, json.dumps({"data": [item]}).encode())

    assert revoke.carry_out(plan, send, lambda *_: None).status == "failed"
    assert len(seen) == 1


def test_kinds_that_are_not_sure_are_not_automatic():
    """Facts that are not sure give instructions, whatever steps are known."""
    unsure = next(table for table in TABLES.revoke if table.steps and not table.automatic)
    assert "has not been confirmed" in revoke.plan(unsure, candidate_for(unsure), {}).why_not
    console = next(table for table in TABLES.revoke if table.way == "console")
    assert "by hand" in revoke.plan(console, candidate_for(console), {}).why_not


@pytest.mark.parametrize(
    ("by", "value", "expected"),
    [
        ("hint", "sk-abc...wxyz", True),
        ("hint", "sk-abc****wxyz", True),
        ("hint", "sk-abc\u2026wxyz", True),
        ("hint", "sk-abd...wxyz", False),
        ("hint", "...wxyz", False),
        ("hint", "sk-abc...", False),
        ("hint", "s...wxy", False),
        ("hint", "sk-abcdefghijklmnopqrstuvwxyz", False),
        ("hint", "", False),
        ("hint", None, False),
        ("hint", 7, False),
        ("equals", "sk-abcdefghijklmnopqrstuvwxyz", True),
        ("equals", "sk-abc", False),
        ("sha256", "71c480df93d6ae2f1efad1447c66c9525e316218cf51fc8d9ed832f2daf18b73", False),
        ("other", "sk-abcdefghijklmnopqrstuvwxyz", False),
    ],
)
def test_what_stands_for_a_key_in_a_list(by, value, expected):
    """A hint needs enough of the start and the end; a digest has to be that of the key."""
    assert revoke.matches(by, value, "sk-abcdefghijklmnopqrstuvwxyz") is expected


def test_an_endpoint_of_the_users_is_used():
    """A self-hosted product is asked where the user says, and shown so."""
    table = AUTOMATIC["gitlab-pat"]
    plan = revoke.plan(table, candidate_for(table), {}, "https://git.corp.example")
    assert any("https://git.corp.example/api/v4/personal_access_tokens/self" in line for line in revoke.shown(plan))
    seen = []
    revoke.carry_out(plan, lambda request: seen.append(request.host) or Response(204), lambda *_: None)
    assert seen == ["git.corp.example"]
    assert replace(plan).target.endpoint
