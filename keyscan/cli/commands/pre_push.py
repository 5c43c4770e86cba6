"""`keyscan pre-push`: what a push would make public."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Any

import click

from keyscan.cli import output as common
from keyscan.cli.commands import history
from keyscan.errors import ExitCode, UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from keyscan.git.command import Git
    from keyscan.history.audit import HistoryResult
    from keyscan.history.batch import HistoryJob
    from keyscan.sources.push import Update


@click.command(name="pre-push")
@click.argument("remote", default="")
@click.argument("url", default="")
@history.history_options
@common.scan_options
def command(remote: str, url: str, **values: Any) -> int:
    """Scan every commit that a push would bring to the remote: the pre-push hook.

    Reads the lines that git gives to the hook on standard input, or the variables of pre-commit and prek.
    Commits that the remote is known to have are left out. What a later commit of the push removes counts too,
    unless --net is given.
    """
    from keyscan.git.command import Git
    from keyscan.sources import push as pushed

    del url
    git = Git()
    if any(os.environ.get(name) for name in pushed.VARIABLES):
        updates = pushed.from_variables(git, os.environ)
        remote = os.environ.get("PRE_COMMIT_REMOTE_NAME", remote)
    else:
        updates = pushed.pre_push(standard_input("pre-push"))
    return scan_updates(git, updates, pushed.known_to(remote), values, config=updates[0].new if updates else b"")


def standard_input(hook: str) -> bytes:
    """All of standard input; UsageError on a terminal, where nobody would know what to type."""
    if sys.stdin is None or sys.stdin.isatty():
        raise UsageError(f"keyscan {hook} reads what git gives to its {hook} hook on standard input (see: githooks)")
    return sys.stdin.buffer.read()


def scan_updates(
    git: Git, updates: Sequence[Update], known: tuple[str, ...], values: dict[str, Any], config: bytes
) -> int:
    """Scan what `updates` bring beyond what `known` reaches, by the configuration in the commit `config`."""
    from keyscan.history import scope
    from keyscan.history.audit import audit_history

    shared = history.shared_of(values)
    if not updates:
        click.echo("keyscan: nothing is pushed that could hold a secret")
        return ExitCode.CLEAN
    query = scope.HistoryQuery(net=shared["net"], allow_shallow=shared["allow_shallow"])

    def steps(job: HistoryJob) -> HistoryResult:
        return audit_history(job, scope.of_updates(git, updates, known), query, history.provenance_options(shared))

    read = common.git_reader(git, config.decode(), common.root_of())
    return history.run(git, steps, values, shared, read)
