"""`keyscan agent`: the hooks of coding agents."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from keyscan.catalog import agent_events
from keyscan.cli.command import Group
from keyscan.cli.messages import say
from keyscan.errors import ExitCode, KeyscanError, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable

    from keyscan.agents.entries import Caller
    from keyscan.agents.events import Answer, Event
    from keyscan.agents.hook import Hook
    from keyscan.agents.targets import Place

_MODES = click.Choice(["redact", "block", "warn"])


@click.group(name="agent", cls=Group)
def command() -> None:
    """Keep secrets out of what coding agents send, write and remember."""


@command.command(name="hook")
@click.argument("agent")
@click.option("--mode", type=_MODES, default="redact", help="What to do with a secret (default: redact).")
@click.option(
    "--on-failure",
    type=click.Choice(["block", "warn"]),
    default="block",
    help="When keyscan itself fails: block, or allow with a warning each time (default: block).",
)
@click.option("--event", default="", metavar="NAME", help="The event, where the payload does not name it.")
@click.option("--keep-commands", is_flag=True, help="Never rewrite a shell command; refuse those that name key files.")
def hook(agent: str, mode: str, on_failure: str, event: str, keep_commands: bool) -> int:  # fmt: skip
    """Answer one event of AGENT, read from standard input (called by the agent itself)."""
    from keyscan.agents.events import Mode
    from keyscan.agents.hook import DEADLINE, Hook, HookOptions
    from keyscan.agents.journal import Journal
    from keyscan.agents.protocols.registry import protocol
    from keyscan.agents.redactor import Redactor
    from keyscan.cli import user_settings

    protocol(agent)  # an unknown name is an error of the command line
    filtered = os.environ.get("CLAUDE_CODE_SHELL_PREFIX", "").endswith(agent_events.SHELL_PREFIX)
    options = HookOptions(agent, Mode(mode), on_failure == "block", event, filtered and agent == "claude-code")
    journal = Journal(_records(), agent)
    journal.seen()
    rewrite = _kept if keep_commands else _rewritten
    try:
        redactor, broken = user_settings.redactor(), ""
    except KeyscanError as error:
        # A configuration that is not valid is a failure like others: what it would accept is not known.
        redactor, broken = Redactor(), str(error)
    agent_hook = Hook(options, redactor, rewrite, _environment(), broken=broken)
    answer, why = _in_time(agent_hook, DEADLINE)
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
        # An agent that does not read the answer uses the exit status, so that the event is blocked.
        os._exit(answer.status or 2)
    if at_once:
        os._exit(answer.status)


def _rewritten(event: Event) -> Any:
    """The input of a shell tool with its command run through the filter; POSIX shells only."""
    flags = "-I" if sys.flags.isolated else "-P"
    if sys.platform == "win32":
        return None
    rewrite = agent_events.piped_input if event.dialect == "opencode" else agent_events.rewritten_input
    return rewrite(event.input, sys.executable, flags)


def _kept(_event: Event) -> None:
    """No other input."""


def _environment() -> str:
    """The environment as `env` prints it."""
    return "\n".join(f"{name}={value}" for name, value in os.environ.items())


def _records() -> Path:
    from keyscan.support.storage import cache_directory

    try:
        return Path(cache_directory()) / "agents"
    except OSError:
        return Path(os.devnull) / "agents"  # where nothing can be written, which is no error


_PLACES = (
    click.option("--all", "everything", is_flag=True, help="All agents found on this machine."),
    click.option("--project", is_flag=True, help="In this repository's configuration instead of the user's."),
    click.option("--user", is_flag=True, help="In the user's configuration (the default)."),
)


def _with_places(function: Callable[..., Any]) -> Callable[..., Any]:
    for option in _PLACES:
        function = option(function)
    return click.argument("agents", nargs=-1, metavar="[AGENT]...")(function)


@command.command(name="install")
@_with_places
@click.option("--mode", type=_MODES, default="redact", help="What to do with a secret (default: redact).")
@click.option(
    "--on-failure",
    type=click.Choice(["block", "warn"]),
    default="block",
    help="When keyscan itself fails: block, or allow with a warning each time (default: block).",
)
@click.option("--keep-commands", is_flag=True, help="Never rewrite a shell command; refuse those that name key files.")
@click.option("--deny", "denied", is_flag=True, help="Also write the agent's own rules against reading key files.")
def install_command(
    agents: tuple[str, ...],
    everything: bool,
    project: bool,
    user: bool,
    mode: str,
    on_failure: str,
    keep_commands: bool,
    denied: bool,
) -> int:  # fmt: skip
    """Install the hooks of AGENT in its own configuration."""
    from keyscan.agents import deny_rules, entries, install
    from keyscan.agents.detector import Detector

    caller = entries.this_caller(mode, on_failure, keep_commands=keep_commands)
    for where in _places(agents, everything=everything, project=project, user=user):
        changes = install.install(where, caller)
        if denied:
            changes += deny_rules.deny(where, _root() if project else None)
        title = where.target.title
        for change in changes:
            say(f"{title}: {change.what} {change.path}")
        if not changes:
            say(f"{title}: hooks are in place")
        for note in (where.target.trust, "" if keep_commands else where.target.rewrites):
            if note:
                say(f"{title}: {note}")
    Detector().warm_up()
    say("keyscan: check it with: keyscan agent status")
    return ExitCode.CLEAN


@command.command(name="uninstall")
@_with_places
def uninstall_command(agents: tuple[str, ...], everything: bool, project: bool, user: bool) -> int:
    """Remove keyscan's hooks and rules from the configuration of AGENT; other hooks and rules are kept."""
    from keyscan.agents import deny_rules, install

    for where in _places(agents, everything=everything, project=project, user=user):
        changes = deny_rules.allow(where, _root() if project else None)
        changes += install.uninstall(where)
        for change in changes:
            say(f"{where.target.title}: {change.what} {change.path}")
        if not changes:
            say(f"{where.target.title}: no hooks of keyscan in {where.path}")
    return ExitCode.CLEAN


@command.command(name="status")
@_with_places
def status_command(agents: tuple[str, ...], everything: bool, project: bool, user: bool) -> int:
    """Check that the hooks of AGENT would run, and list what they do not cover. Exits with 1 if action is needed."""
    from keyscan.agents import entries, install, status
    from keyscan.agents.journal import Journal

    places = _places(agents, everything=everything or not agents, project=project, user=user)
    failed = False
    for where in places:
        caller = entries.this_caller()
        for command_line in install.commands_in(where)[:1]:
            caller = _as_installed(caller, command_line)
        say(f"{where.target.title}")
        for check in status.checks(where, caller, Journal(_records(), where.target.agent), _root()):
            symbol = {True: "ok", False: "FAIL", None: "--"}[check.ok]
            say(f"  {symbol:4}  {check.text}")
            failed = failed or check.ok is False
    if not places:
        say("keyscan: no supported agent found on this machine")
    return ExitCode.FINDINGS if failed else ExitCode.CLEAN


@command.command(name="test")
@_with_places
def test_command(agents: tuple[str, ...], everything: bool, project: bool, user: bool) -> int:
    """Send a generated key through the installed hooks of AGENT as the agent would. Exits with 1 if it passes."""
    from keyscan.agents import entries, install, status

    failed = False
    for where in _places(agents, everything=everything or not agents, project=project, user=user):
        commands: list[Any] = list(install.commands_in(where))
        if not commands and where.target.shape in {"plugin", "vibe"} and not install.missing_events(where, ""):
            commands = [status.plugin_command(entries.this_caller())]
        if not commands:
            say(f"{where.target.title}: not installed: keyscan agent install {where.target.agent}")
            failed = True
        for one in commands:
            check = status.try_out(one, where.target.agent)
            say(f"{where.target.title}: {check.text}")
            failed = failed or not check.ok
    return ExitCode.FINDINGS if failed else ExitCode.CLEAN


def _places(agents: tuple[str, ...], *, everything: bool, project: bool, user: bool) -> list[Place]:
    """Where the named agents, or all on this machine, are configured."""
    from keyscan.agents import status, targets

    if project and user:
        raise UsageError("--project and --user: choose one")
    named = [targets.target(agent) for agent in agents]
    if everything:
        named += [target for target in targets.TARGETS.values() if target not in named and status.is_present(target)]
        named = [one for one in named if one.project] if project else named
    if not named and not everything:
        raise UsageError(f"name an agent, or --all; one of {', '.join(targets.TARGETS)}")
    return [targets.place(one, _root() if project else None) for one in named]


def _as_installed(caller: Caller, command_line: str) -> Caller:
    """The caller with the options of an installed command line, which may differ from this run's."""
    from dataclasses import replace

    for mode in ("block", "warn"):
        if f" --mode {mode}" in command_line:
            caller = replace(caller, mode=mode)
    if " --on-failure warn" in command_line:
        caller = replace(caller, on_failure="warn")
    return replace(caller, keep_commands=" --keep-commands" in command_line)


def _root() -> Path:
    from keyscan.config.readers import root_of

    return Path(root_of())
