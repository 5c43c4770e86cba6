"""The verifier against a provider that plays every answer of every kind."""

from __future__ import annotations

import json
import logging
import re
import threading
import time
import traceback
from collections import Counter
from dataclasses import replace
from urllib.parse import urlsplit

import pytest
from helpers.live import ASKED, RULES, TABLES, bedrock_key, candidate_for
from helpers.provider import provider
from helpers.tokens import token

from keyscan.ruleset import templates
from keyscan.ruleset.live_tables import LiveTables
from keyscan.support.http import RequestFailed, Response
from keyscan.verify import answers
from keyscan.verify.candidate import Candidate
from keyscan.verify.parts import variables_of
from keyscan.verify.schedule import RateLimits
from keyscan.verify.store import Store
from keyscan.verify.verifier import Verifier, VerifyOptions

FAST = RateLimits(per_second=100_000, at_once=8, most_errors=10**9, most_limits=10**9)
ENDPOINTS = {
    table.endpoint: "https://self.hosted.example" for table in ASKED.values() if "{endpoint}" in table.request.url
}
EVERYTHING = VerifyOptions(asked=frozenset({"all"}), endpoints=ENDPOINTS, limits=FAST)
REFUSED = Response(401, {"content-type": "application/json"}, b"{}")


def verifier(options=EVERYTHING, tables=TABLES, store=None):
    """A verifier that keeps its memory to itself."""
    return Verifier(tables, store or Store(None), options)


def one(table, **more):
    """The tables of one kind alone, so that a rule with two tables is asked by this one; the answers are believed."""
    return LiveTables((replace(table, control="never", extra=None, **more),))


def certified():
    """All host names that the tables lead to."""
    names = {"self.hosted.example"}
    for table in ASKED.values():
        for host in (table.request.host, *table.regions):
            names.add(re.sub(r"\{[^}]*\}", "x", host))
    return sorted(names)


def test_every_answer_of_every_kind_over_tls():
    """For every kind, every answer in its table gives its verdict, over real connections; dead only when sure."""
    expected = {}
    routes = {}
    lock = threading.Lock()

    def answer(asked):
        with lock:
            status, headers, body = routes.get(asked.headers.get("x-test", ""), (500, {}, b""))
            if asked.host == "cloud.mongodb.com" and "authorization" not in asked.headers:
                return 401, {"WWW-Authenticate": 'Digest realm="MMS", nonce="abc", qop="auth"'}, b""
            return status, headers, body

    wrong = []
    with provider(answer, *certified()) as server:
        client = server.client()
        for kind, table in ASKED.items():
            candidate = candidate_for(table)
            for number, row in enumerate(table.answers):
                response, key = answers.example(row, candidate.secret, _holes(table, candidate))
                if key != candidate.secret:
                    continue
                routes[f"{kind}{number}"] = (response.status, dict(response.headers), response.body)
                verdict = answers.evaluate(table, response, candidate.secret, _holes(table, candidate))
                expected[kind, number] = (verdict.status, verdict.reason)

                def send(request, name=f"{kind}{number}"):
                    if not request.host.endswith("self.hosted.example") and "{" in table.request.host:  # noqa: B023
                        made = replace(request, url=request.url.replace(request.host, "self.hosted.example"))
                    else:
                        made = request
                    return client.send(replace(made, headers={**made.headers, "X-Test": name}))

                tables = one(table, regions=(), endpoint=table.endpoint if "{endpoint}" in table.request.url else "")
                found = _asked(tables, candidate, send)
                if (found.status, found.reason) != expected[kind, number]:
                    wrong.append((kind, number, found, expected[kind, number]))
    assert not wrong
    assert len({kind for kind, _ in expected}) > len(ASKED) * 0.9


def _holes(table, candidate):
    return variables_of(table, candidate).values


def _asked(tables, candidate, send):
    made = verifier(tables=tables)
    return made.run(made.plan([candidate]), send).validities[candidate.fingerprint]


@pytest.mark.parametrize("kind", sorted(kind for kind, table in ASKED.items() if table.control != "never"))
def test_a_provider_that_says_yes_to_all_is_not_believed(kind):
    """A dummy key goes first; where that is called live, the real one is not sent, and is unknown."""
    table = ASKED[kind]
    candidate = candidate_for(table)
    row = next(row for row in table.answers if row.verdict == "live")
    made = verifier(tables=LiveTables((replace(table, control="required"),)))
    seen = []

    def send(request):
        seen.append(request)
        return answers.example(row, candidate.secret, _holes(table, candidate))[0]

    found = made.run(made.plan([candidate]), send).validities[candidate.fingerprint]
    assert (found.status, found.reason) == ("unknown", "control")
    for request in seen:
        assert candidate.secret not in f"{request.url} {request.headers} {request.body}"


def distinct(count, kinds):
    """`count` candidates of these kinds, all different, spread evenly."""
    found = []
    for number in range(count):
        table = ASKED[kinds[number % len(kinds)]]
        rule = RULES[table.rules[0]]
        secret = templates.expand(rule.template, f"{number}")
        found.append(Candidate(f"{rule.id}:{number:020x}", rule.id, secret, "", "", "", rule.template, rule.prefix))
    return found


def plain_kinds(count):
    """Kinds that are asked in one request each, at a host of their own, and read by their status."""
    found, hosts = [], set()
    for kind, table in sorted(ASKED.items()):
        request = table.request
        simple = not (table.parts or table.pattern or table.derive or table.regions or table.extra or request.sign)
        usual = table.default == "run" and table.control == "always" and RULES[table.rules[0]].template
        if simple and usual and request.host not in hosts and "{" not in request.host:
            hosts.add(request.host)
            found.append(kind)
    return found[:count]


def test_each_secret_once_and_one_control_a_provider():
    """1,000 findings of 200 secrets over 30 providers: 200 probes and 30 controls, no faster than the limits."""
    kinds = plain_kinds(30)
    secrets = distinct(200, kinds)
    findings = [replace(secret, fingerprint=secret.fingerprint) for secret in secrets for _ in range(5)]
    times, controls = {}, Counter()
    lock = threading.Lock()

    def send(request):
        with lock:
            times.setdefault(request.host, []).append(time.monotonic())
        return REFUSED

    def audit(name, *_):
        controls["control" if name.startswith("control:") else "real"] += 1

    made = verifier(VerifyOptions(limits=RateLimits(per_second=10)))
    started = time.monotonic()
    result = made.run(made.plan(findings), send, audit)
    assert controls == {"real": 200, "control": 30}
    assert (result.keys, result.requests, len(result.validities)) == (200, 230, 200)
    # Each host is asked 7 or 8 times, at most ten times a second.
    assert time.monotonic() - started < 20
    for stamps in times.values():
        assert len(stamps) <= 8
        assert max(stamps) - min(stamps) >= (len(stamps) - 1) * 0.1 - 0.06


def test_an_interruption_leaves_what_is_known():
    """Ctrl-C in the middle keeps the answers that are there; the rest is unknown, and the run says so."""
    secrets = distinct(6, plain_kinds(1))
    count = Counter()

    class Interrupting(Verifier):
        """Interrupts when the third answer is told."""

    def audit(*_):
        count["told"] += 1
        if count["told"] == 4:
            raise KeyboardInterrupt

    made = Interrupting(TABLES, Store(None), VerifyOptions(limits=replace(FAST, at_once=1)))
    result = made.run(made.plan(secrets), lambda _request: REFUSED, audit)
    assert result.interrupted
    assert not result.complete
    reasons = Counter(found.reason for found in result.validities.values())
    assert reasons["interrupted"] == 4
    assert len(result.validities) == 6


@pytest.mark.parametrize(("outcome", "calls"), [(RequestFailed("timeout"), 5), (Response(429), 3)])
def test_a_host_that_fails_is_left_alone(outcome, calls):
    """After five failures or three answers of 429 a host is asked no more, and the rest is unknown."""
    seen = []

    def send(request):
        seen.append(request)
        if isinstance(outcome, RequestFailed):
            raise outcome
        return outcome

    kind = plain_kinds(1)[0]
    tables = LiveTables((replace(ASKED[kind], control="never"),))
    made = verifier(VerifyOptions(limits=RateLimits(per_second=1000, at_once=1)), tables)
    result = made.run(made.plan(distinct(12, [kind])), send)
    assert len(seen) == calls
    assert {found.status for found in result.validities.values()} <= {"unknown", "limited"}
    assert any(found.reason == "stopped" for found in result.validities.values())
    assert not result.complete


def test_the_run_ends_in_its_time():
    """A run that may take no longer leaves the rest unknown."""
    made = verifier(VerifyOptions(limits=RateLimits(per_second=2, seconds=0.3)))
    started = time.monotonic()
    result = made.run(made.plan(distinct(100, plain_kinds(1))), lambda _request: REFUSED)
    assert time.monotonic() - started < 30
    assert any(found.reason == "time" for found in result.validities.values())


def test_an_answer_is_remembered_and_a_control_too(tmp_path):
    """Within the hour nothing is asked twice, and nothing that could be a key is in the file."""
    secrets = distinct(3, plain_kinds(1))
    seen = []

    def send(request):
        seen.append(request)
        return REFUSED

    for _ in range(2):
        store = Store(tmp_path)
        made = verifier(VerifyOptions(limits=FAST), store=store)
        result = made.run(made.plan(secrets), send)
        store.save()
        assert {found.status for found in result.validities.values()} == {"dead"}
    assert len(seen) == 4
    kept = b"".join(file.read_bytes() for file in tmp_path.iterdir())
    assert not any(secret.secret.encode() in kept or secret.secret[8:].encode() in kept for secret in secrets)


def test_kinds_that_need_a_second_consent_are_not_asked_without():
    """A kind that leaves a trace is asked only when it is named; one that is never asked says why."""
    ask = next(table for table in ASKED.values() if table.default == "ask" and not table.parts and not table.pattern)
    never = next(table for table in TABLES.verify if table.default == "never")
    candidates = [Candidate(f"{table.rules[0]}:{'0' * 20}", table.rules[0], "x" * 30) for table in (ask, never)]
    plan = verifier(VerifyOptions()).plan(candidates)
    assert [found.reason for found in plan.known.values()] == ["not-asked", "never"]
    assert {found.status for found in plan.known.values()} == {"not-checked"}
    assert f"--ask {ask.kind}" in next(iter(plan.known.values())).detail
    asked = verifier(VerifyOptions(asked=frozenset({ask.kind}), endpoints=ENDPOINTS)).plan(candidates)
    assert len(asked.questions) == 1


def test_a_rule_without_a_table_is_not_asked():
    """A rule of the scanned repository has no table that is trusted: its keys go nowhere."""
    plan = verifier().plan([Candidate("mine:0", "mine", "x" * 30)])
    assert plan.known["mine:0"].status == "not-checked"
    assert not plan.questions


def test_a_second_part_that_is_not_there_is_unknown():
    """Without its second part a key is not asked about, and the reason names the part."""
    table = ASKED["langfuse-key"]
    candidate = replace(candidate_for(table), before="")
    found = verifier().plan([candidate]).known[candidate.fingerprint]
    assert (found.status, found.reason) == ("unknown", "pair")
    assert "public key" in found.detail


def test_a_self_hosted_server_is_asked_only_when_named():
    """A kind that lives on servers of its users goes nowhere without --endpoint."""
    table = ASKED["vault-token"]
    candidate = replace(candidate_for(table), before="VAULT_ADDR=https://evil.example:8200\n")
    made = verifier(VerifyOptions(asked=frozenset({"all"})))
    found = made.plan([candidate]).known[candidate.fingerprint]
    assert (found.status, found.reason) == ("unknown", "host")
    options = VerifyOptions(asked=frozenset({"all"}), endpoints={"vault": "https://vault.corp.example:8200"})
    question = next(iter(verifier(options).plan([candidate]).questions.values()))
    assert question.url == "https://vault.corp.example:8200/v1/auth/token/lookup-self"


def test_another_servers_key_is_not_called_dead():
    """A GitLab of one's own stands near the token: that gitlab.com refuses it does not make it dead."""
    table = ASKED["gitlab-pat"]
    candidate = replace(candidate_for(table), before='url = "https://gitlab.corp.example/group"\n')
    found = _asked(one(table), candidate, lambda _request: Response(401, {}, b'{"error": "invalid_token"}'))
    assert (found.status, found.reason) == ("unknown", "host")
    plain = replace(candidate, before='url = "https://gitlab.com/group"\n')
    assert _asked(one(table), plain, lambda _request: Response(401, {}, b"{}")).status == "dead"


def test_a_token_for_another_registry_is_not_sent():
    """The line in .npmrc names another registry: npmjs.org does not get the token."""
    table = ASKED["npm-token"]
    candidate = replace(candidate_for(table), before="//npm.corp.example/:_authToken=")
    assert verifier().plan([candidate]).known[candidate.fingerprint].reason == "host"
    own = replace(candidate, before="//registry.npmjs.org/:_authToken=")
    assert verifier().plan([own]).questions


def test_every_region_has_to_refuse():
    """Dead needs all regions; live anywhere decides; the identity comes from the answer that decided."""
    table = ASKED["moonshot-key"]
    candidate = candidate_for(table)
    hosts = []

    def send(request):
        hosts.append(request.host)
        if request.host == table.regions[-1]:
            return Response(200, {}, json.dumps({"data": {"available_balance": 3}}).encode())
        return Response(401, {}, b"{}")

    assert _asked(one(table), candidate, send).status == "live"
    assert hosts == [table.request.host, *table.regions]
    assert _asked(one(table), candidate, lambda _request: Response(401, {}, b"{}")).status == "dead"
    shaky = iter([Response(401, {}, b"{}"), Response(502)])
    assert _asked(one(table), candidate, lambda _request: next(shaky)).status == "unknown"


def test_a_withheld_key_is_not_sent_but_may_say_itself_that_it_ended():
    """A key that must not be sent is not asked about; what it says of itself still counts."""
    table = ASKED["openai-key"]
    candidate = replace(candidate_for(table), withheld="test key")
    found = verifier().plan([candidate]).known[candidate.fingerprint]
    assert (found.status, found.detail) == ("not-checked", "test key")
    ended = replace(candidate, secret=token("{jwt:exp=1600000000}"))
    assert verifier().plan([ended]).known[candidate.fingerprint].status == "dead"


def test_naming_a_server_is_the_consent_for_a_self_hosted_product():
    """A product without a server of its provider's own is asked where the user says, without --ask."""
    table = ASKED["vault-token"]
    candidate = candidate_for(table)
    found = verifier(VerifyOptions()).plan([candidate]).known[candidate.fingerprint]
    assert "--endpoint vault=https://HOST" in found.detail
    options = VerifyOptions(endpoints={"vault": "https://vault.corp.example"})
    assert verifier(options).plan([candidate]).questions


def test_an_expired_key_is_dead_without_a_request():
    """A key that says itself that it has ended is not sent anywhere."""
    candidate = Candidate("aws-bedrock-api-key-short:0", "aws-bedrock-api-key-short", bedrock_key("20200101T000000Z"))
    found = verifier().plan([candidate]).known[candidate.fingerprint]
    assert (found.status, found.reason) == ("dead", "expired")


def test_identity_stands_beside_a_live_key():
    """Who the key belongs to is kept from the answer, and from a second request where there is one."""
    table = ASKED["openai-key"]
    candidate = candidate_for(table)

    def send(request):
        if urlsplit(request.url).path == "/v1/me":
            return Response(200, {}, json.dumps({"email": "ada@example.org", "orgs": {"data": []}}).encode())
        return Response(200, {"openai-organization": "acme"}, b'{"object": "list", "data": []}')

    tables = LiveTables((replace(table, control="never"),))
    found = _asked(tables, candidate, send)
    assert found.status == "live"
    assert "ada@example.org" in dict(found.identity).values()


@pytest.mark.parametrize("kind", sorted(ASKED))
def test_no_key_is_seen_anywhere(kind, tmp_path, caplog, capfd):
    """Whatever a provider answers, even with the key itself, it is in no validity, log, output, cache or error."""
    table = ASKED[kind]
    candidate = candidate_for(table)
    hidden = {candidate.secret, candidate.companion} - {""}
    echo = json.dumps({"error": {"message": candidate.secret}, "id": candidate.secret, "login": candidate.companion})
    store = Store(tmp_path)
    made = Verifier(TABLES, store, EVERYTHING)
    lines = []
    responses = [Response(s, {"x": candidate.secret}, echo.encode()) for s in (200, 400, 401, 403, 429, 500)]
    with caplog.at_level(logging.DEBUG):
        for response in responses:
            plan = made.plan([candidate])
            lines.append(repr(plan))
            result = made.run(
                plan, lambda _request, r=response: r, lambda *a: lines.append(f"{a[0]} {a[1]!r} {a[2]!r}")
            )
            lines.append(repr(result))
    try:
        made.run(made.plan([candidate]), lambda request: 1 / 0 if request else None)
    except ZeroDivisionError as error:  # pragma: no cover - it must not get here
        lines += traceback.format_exception(error)
    store.save()
    out, err = capfd.readouterr()
    text = "\n".join([*lines, caplog.text, out, err, *(file.read_text("latin-1") for file in tmp_path.iterdir())])
    for secret in hidden:
        assert secret not in text
