"""The requests about one key: which host is asked when, what decides, and which facts of the answer are kept."""

from __future__ import annotations

from dataclasses import replace

import pytest

from keyscan.ruleset.live_tables import AnswerRow, Condition, Extra, RequestTemplate, VerifyTable
from keyscan.support.http import RequestFailed, Response
from keyscan.verify.candidate import Candidate
from keyscan.verify.conversation import REASONS, UNKNOWN, Question, ask, control_ask
from keyscan.verify.request import Target

NOW = 1_790_000_000.0
REQUEST = RequestTemplate("GET", "https://api.acme.example/v1/me", headers=(("Authorization", "Bearer {secret}"),))
TABLE = VerifyTable(
    kind="acme-key",
    rules=("acme-key",),
    default="run",
    source="vendor: https://docs.acme.example",
    file="acme.toml",
    provider="Acme",
    request=REQUEST,
    regions=("eu.acme.example", "us.acme.example"),
    answers=(
        AnswerRow((200,), "live", when=(Condition("/id", "exists"),)),
        AnswerRow((403,), "limited", "scope"),
        AnswerRow((401,), "dead", "invalid"),
        AnswerRow((404,), "unknown", "404"),
        AnswerRow((429,), "unknown", "rate"),
    ),
    identity=(("user", "/name"), ("echo", "/key")),
    answers_confidence="high",
)
SECRET = "acme_" + "s3cr3t" * 3
LIVE = Response(200, {}, b'{"id": 1, "name": "ada", "key": "' + SECRET.encode() + b'"}')


def question(table=TABLE, target=None, **changes):
    """A question about SECRET."""
    candidate = Candidate("acme-key:1", "acme-key", SECRET, **changes)
    return Question(table, candidate, {"secret": SECRET}, target or Target(), REQUEST.url)


def answered(asked, *outcomes, conversation=ask):
    """(the validity, the requests that were sent) when the requests get these outcomes in order."""
    dialogue = conversation(asked, NOW)
    requests, given = [], iter((None, *outcomes))
    try:
        while True:
            requests.append(dialogue.send(next(given)))
    except StopIteration as end:
        assert next(given, "all") == "all", "fewer requests than outcomes"
        return end.value, requests


def test_live_at_the_first_host_ends_the_conversation():
    """One request with the key in its header; the identity is kept, the key itself never is."""
    validity, (request,) = answered(question(), LIVE)
    assert (validity.status, validity.host, validity.checked) == ("live", "api.acme.example", "2026-09-21T14:13:20Z")
    assert dict(request.headers)["Authorization"] == f"Bearer {SECRET}"
    assert SECRET not in request.shown
    assert ("user", "ada") in validity.identity
    assert SECRET not in repr(validity)


def test_dead_only_where_every_host_says_so():
    """All regions are asked after a refusal; the first answer is reported."""
    validity, requests = answered(question(), *[Response(401, {}, b"")] * 3)
    assert (validity.status, validity.reason, validity.host) == ("dead", "invalid", "api.acme.example")
    assert [request.url.split("/")[2] for request in requests] == ["api.acme.example", *TABLE.regions]


@pytest.mark.parametrize(
    ("outcomes", "expected"),
    [
        ([Response(401, {}, b""), LIVE], ("live", "", "eu.acme.example")),
        ([Response(401, {}, b""), Response(403, {}, b"")], ("limited", "scope", "eu.acme.example")),
        # Another region may know what this one does not.
        ([Response(404, {}, b""), LIVE], ("live", "", "eu.acme.example")),
        # No other host can tell more: these are not asked.
        ([Response(429, {}, b"")], ("unknown", "rate", "api.acme.example")),
        ([RequestFailed("timeout")], ("unknown", "timeout", "api.acme.example")),
        # One host that does not know makes the answer open.
        (
            [Response(401, {}, b""), Response(404, {}, b""), Response(401, {}, b"")],
            ("unknown", "404", "eu.acme.example"),
        ),
    ],
)
def test_what_decides(outcomes, expected):
    """Live and limited decide anywhere; an open answer is asked on only where another host may know the key."""
    validity, _ = answered(question(), *outcomes)
    assert (validity.status, validity.reason, validity.host) == expected


def test_each_reason_has_its_sentence():
    """An answer's status is named where it decides nothing; a failure is named by its sentence."""
    limited, _ = answered(question(), Response(403, {}, b""))
    unknown, _ = answered(question(), Response(429, {}, b""))
    failed, _ = answered(question(), RequestFailed("dns"))
    assert limited.detail == REASONS["scope"]
    assert unknown.detail == f"{UNKNOWN['rate']} (HTTP 429)"
    assert failed.detail == UNKNOWN["dns"]


def test_an_endpoint_of_the_user_is_the_only_host():
    """No region is asked with a key that belongs to the user's own server."""
    target = Target(endpoint="https://acme.corp.example")
    validity, requests = answered(question(target=target), Response(401, {}, b""))
    assert validity.status == "dead"
    assert [request.url for request in requests] == ["https://acme.corp.example/v1/me"]


def test_what_is_never_asked_sends_nothing():
    """A table without a request says why."""
    table = replace(TABLE, request=None, default="never", why="no harmless request")
    validity, requests = answered(question(table))
    assert (validity.status, validity.reason, validity.detail) == ("not-checked", "never", "no harmless request")
    assert requests == []


def test_a_value_that_fits_no_request_sends_nothing():
    """The reason is reported, without the value."""
    table = replace(TABLE, request=replace(REQUEST, url="https://{region}.acme.example/v1/me"), regions=())
    asked = Question(
        table, Candidate("f", "acme-key", SECRET), {"secret": SECRET, "region": "a/b?"}, Target(), REQUEST.url
    )
    validity, requests = answered(asked)
    assert (validity.status, validity.reason) == ("unknown", "malformed")
    assert requests == []
    assert "a/b?" not in validity.detail


def test_a_second_request_adds_to_the_identity_only():
    """Its facts come behind those of the first answer and replace none; its failure changes nothing."""
    extra = Extra(replace(REQUEST, url="https://api.acme.example/v1/teams"), (("team", "/team"), ("user", "/team")))
    asked = question(replace(TABLE, extra=extra))
    validity, requests = answered(asked, LIVE, Response(200, {}, b'{"team": "core"}'))
    assert len(requests) == 2
    assert dict(validity.identity)["team"] == "core"
    assert dict(validity.identity)["user"] == "ada"
    failed, _ = answered(asked, LIVE, RequestFailed("timeout"))
    assert (failed.status, dict(failed.identity)["user"]) == ("live", "ada")


def test_a_body_that_is_discarded_gives_no_identity():
    """Only headers are kept of an answer whose body may hold more than the user asked for."""
    identity = (("user", "/name"), ("org", "header:x-org"))
    table = replace(TABLE, discard_body=True, identity=identity)
    validity, _ = answered(question(table), replace(LIVE, headers={"x-org": "team-7"}))
    assert validity.identity == (("org", "team-7"),)


def test_digest_sends_the_key_only_after_the_challenge():
    """The first request has no credentials; without a challenge that can be answered there is no second one."""
    sign = {"name": "digest", "user": "me", "key": "{secret}"}
    table = replace(TABLE, request=RequestTemplate("GET", REQUEST.url, sign=sign), regions=())
    challenge = 'Digest realm="acme", nonce="abc", qop="auth", algorithm=MD5'
    validity, (first, second) = answered(question(table), Response(401, {"www-authenticate": challenge}, b""), LIVE)
    assert validity.status == "live"
    assert "Authorization" not in dict(first.headers)
    assert dict(second.headers)["Authorization"].startswith("Digest ")
    assert SECRET not in f"{first.headers}{second.headers}"
    refused, requests = answered(question(table), Response(401, {"www-authenticate": "Basic"}, b""))
    assert (refused.status, refused.reason, len(requests)) == ("unknown", "malformed", 1)


def test_a_dead_key_beside_another_server_of_the_product_is_open():
    """A self-hosted server named near the key may know it; the user is told how to ask there."""
    table = replace(TABLE, endpoint="acme", regions=())
    for text, status in (
        ("url: https://acme.corp.example/", "unknown"),
        ("see https://eu.acme.example.org.", "unknown"),
    ):
        validity, _ = answered(question(table, before=text), Response(401, {}, b""))
        assert (validity.status, validity.reason) == (status, "host")
        assert "--endpoint acme=https://" in validity.detail
    for text in ("", "https://api.acme.example/v1", "https://other.example/"):
        assert answered(question(table, before=text), Response(401, {}, b""))[0].status == "dead"


def test_a_dummy_key_has_the_same_conversation():
    """So that a verifier that accepts everything is found out."""
    validity, requests = answered(question(), Response(401, {}, b""), LIVE, conversation=control_ask)
    assert (validity.status, len(requests)) == ("live", 2)
