"""`keyscan env`: check how the repository keeps its secrets files."""

from __future__ import annotations

import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from keyscan.api import Scanner
from keyscan.cli import output
from keyscan.cli.command import Command
from keyscan.cli.messages import confirm, say
from keyscan.cli.settings import scan_options
from keyscan.errors import ExitCode, UsageError

if TYPE_CHECKING:
    from keyscan.config.settings import Settings
    from keyscan.hygiene.repository import RepositoryAudit
    from keyscan.remediation.edits import EditPlan


@click.command(name="env", cls=Command)
@click.argument("repo", default=".", type=click.Path())
@click.option("--fix", is_flag=True, help="Add ignore rules, untrack files, write .env.example; shows the diff first.")
@click.option("--check", is_flag=True, help="Change nothing; with --fix, exit with 1 if there is something to fix.")
@click.option("-y", "--yes", is_flag=True, help="Apply what --fix shows without asking.")
@click.option("--history/--no-history", default=True, help="Look for the files in the history too (default: yes).")
@scan_options
def command(repo: str, fix: bool, check: bool, yes: bool, history: bool, settings: Settings) -> int:
    """Check .env and similar files: ignored by git, not in images or packages, one key per environment.

    Severity follows the content: a tracked file of placeholders is informational, one real key is critical.
    """
    from keyscan.cli import progress
    from keyscan.git import worktree
    from keyscan.hygiene.audit import audit

    started = time.perf_counter()
    if not Path(repo).is_dir():
        raise UsageError(f"{repo}: no such directory")
    root = worktree.root_of(repo)
    scanner = Scanner.of(settings)
    matcher = scanner.matcher(0)
    with progress.step("reading the files and their history" if history else "reading the files"):
        audited = audit(root, matcher, settings.salt, history=history and not fix)
    if fix:
        todo = _plan(audited.repositories)
        if todo and (check or not _apply(audited.repositories[0], todo, yes=yes)):
            return ExitCode.FINDINGS
        audited = audit(root, matcher, settings.salt, history=history)
    findings = tuple(
        finding
        for finding in audited.result.findings
        if finding.rule_id not in settings.disable and not settings.ignores.excluded(finding.origin.path, in_git=True)
    )
    return output.finish(replace(audited.result, findings=findings), scanner, settings, started)


def _plan(repositories: tuple[RepositoryAudit, ...]) -> EditPlan:
    """The plan for the repository, shown on standard error so that a report stays a report."""
    from keyscan.hygiene import fix

    todo = fix.plan_for(repositories[0])
    lines = [line for edit in todo.edits for line in edit.diff()]
    lines += (f"git rm --cached {path}" for path in todo.untrack)
    lines += (f"keyscan: {line}" for line in todo.unsupported)
    for other in repositories[1:]:
        if any(file.values and not file.ignored for file in other.files):
            lines.append(f"keyscan: {other.tree.prefix}: a submodule; run keyscan env --fix in it")
    if not todo:
        lines.append("keyscan: nothing to fix")
    if lines:
        say(*lines, err=True)
    return todo


def _apply(repository: RepositoryAudit, todo: EditPlan, *, yes: bool) -> bool:
    """Apply the plan if the user agrees; whether it was applied."""
    from keyscan.remediation.apply import apply

    if not yes:
        if not sys.stdin.isatty():
            say("keyscan: not on a terminal: nothing is changed without --yes", err=True)
            return False
        if not confirm("Apply this?"):
            return False
    apply(repository.tree.root, todo, repository.tree.git)
    return True
