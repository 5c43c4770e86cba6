"""Requests of many conversations at once; limits and bounds of whole runs are in test_verifier.py."""

from __future__ import annotations

import threading
import time
from dataclasses import replace

import pytest

from keyscan.support.http import Request, RequestFailed, Response
from keyscan.verify import schedule
from keyscan.verify.schedule import RateLimits, Schedule, retry_after

FAST = RateLimits(per_second=1e6)


def conversation(host, count=1):
    """A conversation of some requests to a host, which returns the outcomes' kinds."""
    found = []
    for _ in range(count):
        outcome = yield Request("GET", f"https://{host}/", "")
        found.append(outcome.status if isinstance(outcome, Response) else outcome.reason)
    return found


def test_conversations_get_their_own_answers():
    """Each conversation is sent the answers to its own requests, in order."""

    def send(request):
        time.sleep(0.001 * (len(request.host) % 5))
        return Response(200 + len(request.host))

    conversations = [(f"n{i}", conversation("h" * (i + 1), 3)) for i in range(40)]
    found = Schedule(send, FAST).run(conversations)
    assert found == {f"n{i}": [201 + i] * 3 for i in range(40)}


def test_never_more_at_once_than_allowed():
    """A host has at most four requests at once, and all together at most eight."""
    running, most, lock = {}, {"host": 0, "all": 0}, threading.Lock()

    def send(request):
        with lock:
            running[request.host] = running.get(request.host, 0) + 1
            most["host"] = max(most["host"], running[request.host])
            most["all"] = max(most["all"], sum(running.values()))
        time.sleep(0.01)
        with lock:
            running[request.host] -= 1
        return Response(200)

    Schedule(send, FAST).run((f"{i}", conversation(f"host{i % 4}")) for i in range(80))
    assert most == {"host": 4, "all": 8}


@pytest.mark.parametrize(
    ("outcome", "wait"),
    [
        (Response(429, {"retry-after": "3"}), 3.0),
        (Response(503, {"retry-after": "10"}), 10.0),
        (Response(429, {"retry-after": "11"}), None),
        (Response(429, {"retry-after": "Wed, 21 Oct 2026 07:28:00 GMT"}), None),
        (Response(429), None),
        (Response(401, {"retry-after": "1"}), None),
        (RequestFailed("connect"), 1.0),
        (RequestFailed("tls"), None),
    ],
)
def test_what_is_tried_once_more(outcome, wait):
    """Only a refused connection, 429 and 503 with a short Retry-After are tried again."""
    assert retry_after(outcome) == wait


def test_a_second_try_waits_and_is_the_last():
    """After Retry-After the same request goes once more, whatever comes back."""
    times = []

    def send(_request):
        times.append(time.monotonic())
        return Response(429, {"retry-after": "1"})

    assert Schedule(send, FAST).run([("a", conversation("h"))]) == {"a": [429]}
    assert len(times) == 2
    assert times[1] - times[0] >= 1


def test_a_fault_in_the_sender_is_a_failure():
    """Whatever the sender raises is a failure without its text."""
    found = Schedule(lambda _request: 1 / 0, FAST).run([("a", conversation("h"))])
    assert found == {"a": ["protocol"]}


def test_a_request_that_never_ends_is_given_up(monkeypatch):
    """A request that trickles in is left behind when its time is over."""
    monkeypatch.setattr(schedule, "TOTAL_SECONDS", -1.8)
    stop = threading.Event()
    found = Schedule(lambda _request: stop.wait(20) and None, replace(FAST, seconds=60)).run([("a", conversation("h"))])
    stop.set()
    assert found == {"a": ["timeout"]}
