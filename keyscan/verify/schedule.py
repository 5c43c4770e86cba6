"""Requests of many conversations at once, slowly enough for each host, and never longer than the run may take.

A conversation is a generator: it yields a request, is sent the response or the failure, and returns its result.
"""

from __future__ import annotations

import queue
import threading
import time
from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Generic, TypeVar

from keyscan.support.http import TOTAL_SECONDS, Request, RequestFailed, Response

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable

Result = TypeVar("Result")
Outcome = Response | RequestFailed

_RETRIED = frozenset({429, 503})
_LONGEST_WAIT = 10.0
_GRACE = 2.0
_IDLE = 0.05


@dataclass(frozen=True, slots=True)
class RateLimits:
    """How fast requests go: `per_second` and `at_once` for a host, `all_at_once` in sum, `seconds` for the run.

    A host is asked no more after `most_errors` failures or `most_limits` answers of 429.
    """

    per_second: float = 2.0
    at_once: int = 4
    all_at_once: int = 8
    seconds: float = 300.0
    most_errors: int = 5
    most_limits: int = 3


@dataclass(slots=True, eq=False)
class _Item(Generic[Result]):
    """A request that waits or runs, and the conversation that it belongs to."""

    name: str
    conversation: Generator[Request, Outcome, Result]
    request: Request
    not_before: float = 0.0
    tries: int = 0
    started: float = 0.0


@dataclass(slots=True)
class _HostQueue(Generic[Result]):
    """The requests for one host."""

    waiting: deque[_Item[Result]] = field(default_factory=deque)
    next_at: float = 0.0
    running: int = 0
    errors: int = 0
    refusals: int = 0


class Schedule(Generic[Result]):
    """Runs conversations; `finished` holds the results by name, also after an interruption."""

    def __init__(
        self,
        send: Callable[[Request], Response],
        limits: RateLimits,
        on_outcome: Callable[[str, Request, Outcome, float], None] | None = None,
    ) -> None:
        """`on_outcome` is called after every request with the conversation's name, the outcome and the milliseconds."""
        self._send, self._limits, self._on_outcome = send, limits, on_outcome
        self._queues: dict[str, _HostQueue[Result]] = {}
        self._running: dict[int, _Item[Result]] = {}
        self._done: queue.SimpleQueue[tuple[int, Outcome]] = queue.SimpleQueue()
        self._ticket = 0
        self._end = time.monotonic() + limits.seconds
        self.finished: dict[str, Result] = {}
        self.requests = 0

    def run(self, conversations: Iterable[tuple[str, Generator[Request, Outcome, Result]]]) -> dict[str, Result]:
        """Run all conversations to their ends; the results by name. An interruption leaves those that are known."""
        for name, conversation in conversations:
            self._advance(_Item(name, conversation, Request("", "", "")), None)
        while self._running or any(host_queue.waiting for host_queue in self._queues.values()):
            self._start_what_may()
            try:
                ticket, outcome = self._done.get(timeout=_IDLE)
            except queue.Empty:
                self._drop_overdue()
                continue
            self._receive(ticket, outcome)
        return self.finished

    def _start_what_may(self) -> None:
        now = time.monotonic()
        for host_queue in self._queues.values():
            while host_queue.waiting and (now >= self._end or self._stopped(host_queue)):
                self._advance(host_queue.waiting.popleft(), RequestFailed("time" if now >= self._end else "stopped"))
            while (
                host_queue.waiting
                and host_queue.running < self._limits.at_once
                and len(self._running) < self._limits.all_at_once
                and now >= max(host_queue.next_at, host_queue.waiting[0].not_before)
            ):
                host_queue.next_at = now + 1 / self._limits.per_second
                self._start(host_queue, host_queue.waiting.popleft(), now)

    def _stopped(self, host_queue: _HostQueue[Result]) -> bool:
        return host_queue.errors >= self._limits.most_errors or host_queue.refusals >= self._limits.most_limits

    def _start(self, host_queue: _HostQueue[Result], item: _Item[Result], now: float) -> None:
        self._ticket += 1
        ticket = self._ticket
        item.started = now
        host_queue.running += 1
        self.requests += 1
        self._running[ticket] = item

        def work() -> None:
            outcome: Outcome
            try:
                outcome = self._send(item.request)
            except RequestFailed as failure:
                outcome = failure
            except Exception:  # noqa: BLE001 - its text may hold the key
                outcome = RequestFailed("protocol")
            self._done.put((ticket, outcome))

        # A daemon: an interrupted run does not wait for what is still on the wire.
        threading.Thread(target=work, daemon=True, name="keyscan-request").start()

    def _drop_overdue(self) -> None:
        """Give up on requests that trickle in beyond their time: their threads end by themselves."""
        now = time.monotonic()
        for ticket, item in list(self._running.items()):
            if now - item.started > TOTAL_SECONDS + _GRACE:
                self._receive(ticket, RequestFailed("timeout"))

    def _receive(self, ticket: int, outcome: Outcome) -> None:
        item = self._running.pop(ticket, None)
        if item is None:  # it was given up on before
            return
        host_queue = self._queues[item.request.host]
        host_queue.running -= 1
        now = time.monotonic()
        if self._on_outcome:
            self._on_outcome(item.name, item.request, outcome, (now - item.started) * 1000)
        failed = isinstance(outcome, RequestFailed)
        host_queue.errors += failed
        host_queue.refusals += isinstance(outcome, Response) and outcome.status == 429  # noqa: PLR2004
        wait = retry_after(outcome)
        if wait is not None and item.tries == 0 and not self._stopped(host_queue):
            item.tries, item.not_before = 1, now + wait
            host_queue.next_at = max(host_queue.next_at, item.not_before)
            host_queue.waiting.append(item)
            return
        self._advance(item, outcome)

    def _advance(self, item: _Item[Result], outcome: Outcome | None) -> None:
        """Hand an outcome to a conversation, and queue what it asks next."""
        try:
            request = next(item.conversation) if outcome is None else item.conversation.send(outcome)
        except StopIteration as stop:
            self.finished[item.name] = stop.value
            return
        host_queue = self._queues.setdefault(request.host, _HostQueue())
        host_queue.waiting.append(_Item(item.name, item.conversation, request))


def retry_after(outcome: Outcome) -> float | None:
    """Seconds after which a request may be tried once more; None when it may not."""
    if isinstance(outcome, RequestFailed):
        return 1.0 if outcome.reason == "connect" else None
    if outcome.status not in _RETRIED:
        return None
    text = outcome.headers.get("retry-after", "")
    if not text.isascii() or not text.isdigit():
        return None
    seconds = float(text[:6])
    return seconds if seconds <= _LONGEST_WAIT else None
