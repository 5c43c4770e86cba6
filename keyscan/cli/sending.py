"""Consent before requests, an audit line after each, and no core file while keys are in memory."""

from __future__ import annotations

import json
import os
import sys
import time
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any, cast

from keyscan.cli.messages import confirm, say
from keyscan.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from keyscan.cli.verify_options import VerifySettings
    from keyscan.support.http import Client, Request
    from keyscan.verify.schedule import Outcome
    from keyscan.verify.verifier import VerifyPlan


class Sender:
    """Makes the client when the first request goes out; hosts that may be private have a client of their own."""

    def __init__(self, choices: VerifySettings) -> None:
        self._private = {host.lower() for host in choices.allow_private}
        self._clients: dict[bool, Client] = {}

    def send(self, request: Request) -> Any:
        """The answer to a request."""
        from keyscan.support.http import Client

        private = request.host in self._private
        client = self._clients.get(private)
        if client is None:
            client = self._clients[private] = Client(allow_private=private)
        return client.send(request)


def consent(plan: VerifyPlan, choices: VerifySettings) -> None:
    """Name the hosts and ask on a terminal; elsewhere `--yes` must be given."""
    hosts = ", ".join(f"{host} ({count})" for host, count in plan.hosts.items())
    count = len(plan.questions)
    text = f"{count} found key{'s' * (count != 1)} would be sent to: {hosts}"
    if choices.yes:
        say(f"keyscan: {text.replace('would be', 'will be')}", err=True)
        return
    if not interactive():
        raise UsageError(f"{text}; nothing was sent; confirm with --yes")
    if not confirm(f"keyscan: {text}. Send them?"):
        raise UsageError("nothing was sent")


def interactive() -> bool:
    """Whether somebody can be asked."""
    return sys.stdin.isatty() and sys.stderr.isatty()


@contextmanager
def audit_file(name: str | None, option: str = "--audit") -> Iterator[Callable[[Mapping[str, Any]], None] | None]:
    """A function that appends a line of JSON to the file `name`, readable by its owner alone; None without a name."""
    if not name:
        yield None
        return
    flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0)
    try:
        descriptor = os.open(name, flags, 0o600)
    except OSError as error:
        raise UsageError(f"{option} {name}: cannot be written: {error.strerror}") from error
    with os.fdopen(descriptor, "a", encoding="utf-8") as handle:

        def write(entry: Mapping[str, Any]) -> None:
            handle.write(json.dumps(entry, separators=(",", ":")) + "\n")
            handle.flush()

        yield write


def audit_of(write: Callable[[Mapping[str, Any]], None]) -> Callable[[str, Request, Outcome, float], None]:
    """The audit record of a request: without headers, bodies, values, and values of the query."""
    from keyscan.support.http import RequestFailed

    def audit(name: str, request: Request, outcome: Outcome, milliseconds: float) -> None:
        answer = outcome.reason if isinstance(outcome, RequestFailed) else cast("Any", outcome).status
        write({
            "time": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
            "fingerprint": "control" if name.startswith("control:") else name,
            "method": request.method,
            "host": request.host,
            "path": path_of(request),
            "answer": answer,
            "milliseconds": round(milliseconds),
        })  # fmt: skip

    return audit


def path_of(request: Request) -> str:
    """The path of a request as its template has it: without values."""
    return "/" + request.shown.removeprefix("https://").partition("/")[2]


@contextmanager
def no_core_dumps() -> Iterator[None]:
    """No core file of this process while keys are in it, where the system supports that."""
    try:
        import resource
    except ImportError:  # Windows
        yield
        return
    before = resource.getrlimit(resource.RLIMIT_CORE)
    with suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_CORE, (0, before[1]))
    try:
        yield
    finally:
        with suppress(OSError, ValueError):
            resource.setrlimit(resource.RLIMIT_CORE, before)
