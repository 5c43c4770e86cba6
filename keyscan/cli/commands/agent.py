"""`keyscan agent`: the hooks of coding agents."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from keyscan.agents.events import Answer, Event
    from keyscan.agents.hook import Hook

_MODES = click.Choice(["redact", "block", "warn"])


@click.group(name="agent")
def command() -> None:
    """Keep secrets out of what coding agents send, write and remember."""


@command.command(name="hook")
@click.argument("agent")
@click.option("--mode", type=_MODES, default="redact", help="What becomes of a secret (default: redact).")
@click.option(
    "--on-failure",
    type=click.Choice(["block", "warn"]),
    default="block",
    help="When keyscan itself fails: stop, or let through and say so each time (default: block).",
)
@click.option("--event", default="", metavar="NAME", help="The event, where the payload does not name it.")
def hook(agent: str, mode: str, on_failure: str, event: str) -> int:  # fmt: skip
    """Answer one event of AGENT, read from standard input (called by the agent itself)."""
    from keyscan.agents.events import Mode
    from keyscan.agents.hook import DEADLINE, Hook, HookOptions
    from keyscan.agents.journal import Journal
    from keyscan.agents.protocols.registry import protocol

    protocol(agent)  # a name that is none's is a wrong command line
    options = HookOptions(agent, Mode(mode), on_failure == "block", event)
    made = Hook(options, rewrite=_rewritten, environment=_environment())
    journal = Journal(_records(), agent)
    journal.seen()
    answer, why = _in_time(made, DEADLINE)
    if why:
        journal.failed(why)
    _say(answer, at_once=why.startswith("no answer"))
    return answer.status


def _in_time(hook: Hook, deadline: float) -> tuple[Answer, str]:
    """The hook's answer, or that of a failure when it takes longer than `deadline` seconds."""
    import threading

    done: list[tuple[Answer, str]] = []

    def respond() -> None:
        from keyscan.agents.hook import LARGEST_PAYLOAD

        done.append(hook.respond(sys.stdin.buffer.read(LARGEST_PAYLOAD + 1)))

    thread = threading.Thread(target=respond, daemon=True)
    thread.start()
    thread.join(deadline)
    if done:
        return done[0]
    why = f"no answer within {deadline:g} seconds" if thread.is_alive() else "the event could not be read"
    return hook.failure(why), why


def _say(answer: Answer, *, at_once: bool) -> None:
    """Print an answer; `at_once` ends the process without waiting for what still runs."""
    try:
        sys.stderr.write(answer.stderr)
        sys.stderr.flush()
        sys.stdout.write(answer.stdout)
        sys.stdout.flush()
    except OSError:
        # Whoever does not read the answer takes the exit status; nothing may pass.
        os._exit(answer.status or 2)
    if at_once:
        os._exit(answer.status)


def _rewritten(event: Event) -> Any:
    from keyscan.catalog import agent_events

    if sys.platform == "win32" and event.dialect != "claude-code":
        return None
    flags = "-I" if sys.flags.isolated else "-P"
    return agent_events.rewritten_input(event.dialect, event.input, sys.executable.replace("\\", "/"), flags)


def _environment() -> str:
    """The environment as `env` prints it."""
    return "\n".join(f"{name}={value}" for name, value in os.environ.items())


def _records() -> Path:
    from keyscan.support.storage import cache_directory

    return Path(cache_directory()) / "agents"
