"""`keyscan pre-push`: scan the commits that a push would publish."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import click

from keyscan.cli.command import Command
from keyscan.cli.commands import history
from keyscan.cli.messages import say
from keyscan.cli.settings import Prepared, with_settings
from keyscan.config.readers import git_places, git_reader, is_outside, root_of
from keyscan.errors import ExitCode, UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from keyscan.cli.commands.history import AuditOptions
    from keyscan.config.settings import Settings
    from keyscan.git.command import Git
    from keyscan.history.batch import HistoryJob
    from keyscan.scan.result import ScanResult
    from keyscan.sources.push import Update


@dataclass(frozen=True, slots=True)
class Push:
    """What a push brings: `updates` of refs; `known` are arguments that leave out what the other side has."""

    git: Git
    updates: Sequence[Update]
    known: tuple[str, ...]

    def prepared(self, commits: Sequence[bytes]) -> Prepared:
        """The work of a command whose configuration is in each of `commits`: files that differ in them are not used."""
        root = root_of()
        revisions = list(dict.fromkeys(commits))
        first = git_reader(self.git, revisions[0].decode(), root) if self.updates and revisions else None

        def read(name: str) -> bytes | None:
            if first is None:
                return None
            if len(revisions) > 1 and not is_outside(name) and self._differ(revisions, name):
                say(f"keyscan: {name} differs among the pushed refs: not used; push them one by one", err=True)
                return None
            return first(name)

        return Prepared(root, read, self)

    def _differ(self, revisions: Sequence[bytes], name: str) -> bool:
        """Whether `name`, or what symbolic links lead to from it, is not the same in all of these commits."""
        # A push may have thousands of refs: their files are compared by what git calls them.
        for place in dict.fromkeys([name, *git_places(self.git, revisions[0].decode(), name)]):
            file = place.encode("utf-8", "surrogateescape")
            if len(set(self.git.ids([revision + b":" + file for revision in revisions]))) > 1:
                return True
        return False


def _read_push(values: Mapping[str, Any]) -> Prepared:
    from keyscan.git.command import Git
    from keyscan.sources import push

    git, remote, url = Git(), values["remote"], values["url"]
    if any(os.environ.get(name) for name in push.VARIABLES):
        updates = push.from_variables(git, os.environ)
        remote = os.environ.get("PRE_COMMIT_REMOTE_NAME", remote)
        url = os.environ.get("PRE_COMMIT_REMOTE_URL", url)
    else:
        updates = push.pre_push(standard_input("pre-push"))
    known = push.known_to(git, remote, url)
    return Push(git, updates, known).prepared(_configuring(git, updates, known))


def _configuring(git: Git, updates: Sequence[Update], known: tuple[str, ...]) -> list[bytes]:
    """The new values whose configuration counts: those that bring commits, if any does."""
    new = list(dict.fromkeys(update.new for update in updates))
    if len(new) == 1:
        return new
    commits = git.ids([oid + b"^{commit}" for oid in new])
    given = b"".join(commit + b"\n" for commit in commits if commit)
    fresh = set(git.run("rev-list", *known, "--stdin", stdin=given).split()) if given else set()
    return [commit for commit in commits if commit in fresh] or new[:1]


@click.command(name="pre-push", cls=Command)
@click.argument("remote", default="")
@click.argument("url", default="")
@with_settings(prepare=_read_push)
@history.history_options
def command(remote: str, url: str, work: Push, audit: AuditOptions, settings: Settings) -> int:
    """Scan every commit that a push would bring to the remote: the pre-push hook.

    Reads the lines that git gives to the hook on standard input, or the variables of pre-commit and prek.
    Commits that the remote is known to have are left out. A secret that a later commit of the
    push removes is reported too, unless --net is given.
    """
    del remote, url
    return scan_updates(work, audit, settings)


def standard_input(hook: str) -> bytes:
    """All of standard input; UsageError on a terminal, where nobody would know what to type."""
    if sys.stdin is None or sys.stdin.isatty():
        raise UsageError(f"keyscan {hook} reads what git gives to its {hook} hook on standard input (see: githooks)")
    return sys.stdin.buffer.read()


def scan_updates(push: Push, audit: AuditOptions, settings: Settings) -> int:
    """Scan what a push brings, and report; the exit code."""
    from keyscan.history import scope
    from keyscan.history.audit import audit_history

    if not push.updates:
        say("keyscan: no commit is pushed, so nothing was scanned")
        return ExitCode.CLEAN
    query = scope.HistoryQuery(net=audit.net, allow_shallow=audit.allow_shallow)

    def steps(job: HistoryJob) -> ScanResult:
        return audit_history(job, scope.of_updates(push.git, push.updates, push.known), query, audit.provenance)

    return history.run(push.git, steps, settings, audit)
