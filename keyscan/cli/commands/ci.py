"""`keyscan ci`: the range that a CI platform's run is about, reported the way the platform shows it."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from keyscan.cli import output as common
from keyscan.cli.commands import history
from keyscan.errors import ExitCode, UsageError
from keyscan.sources import ci as ci_variables

if TYPE_CHECKING:
    from collections.abc import Mapping

    from keyscan.git.command import Git
    from keyscan.history.audit import HistoryResult
    from keyscan.history.batch import HistoryJob
    from keyscan.sources.ci import CiScope

# GitHub's own limit for an event is 25 MB; anything larger is none.
_MOST_EVENT = 32 * 1024 * 1024


@click.command(name="ci")
@click.option(
    "--mode",
    type=click.Choice(["auto", "range", "all", "tree"]),
    default="auto",
    show_default=True,
    help="auto: what the platform says; range: only new commits; all: the whole history; tree: the files of HEAD.",
)
@click.argument("paths", nargs=-1, type=click.Path())
@history.history_options
@common.scan_options
def command(mode: str, paths: tuple[str, ...], **values: Any) -> int:
    """Scan what this CI run is about: a pull request's or a push's own commits, or all on a schedule.

    Knows GitHub, GitLab, Azure, Bitbucket, CircleCI, Jenkins and Buildkite by their variables. With --mode tree,
    PATHS are scanned as files.
    """
    from keyscan.git.command import Git

    if paths and mode != "tree":
        raise click.UsageError("PATHS go with --mode tree")
    environ = os.environ
    plan = ci_variables.scope_of(environ, _event(environ))
    if mode not in {"auto", plan.what}:
        if mode == "range" and plan.what != "nothing":
            raise UsageError(f"--mode range: {plan.platform} does not say which commits are new ({plan.why})")
        plan = replace(plan, what=mode if plan.what != "nothing" else "nothing", why=f"--mode {mode}")
    _say(f"keyscan: {plan.why}")
    if plan.what == "nothing":
        return _outputs(environ, ExitCode.CLEAN, values)
    values["reports"] = (*values["reports"], *_own_reports(environ))
    # Taken out, so that the next step is told of findings that do not fail this one.
    passes = values.pop("exit_zero")
    code = _tree(paths, values) if plan.what == "tree" else _past(Git(), plan, values)
    _outputs(environ, code, values)
    return ExitCode.CLEAN if passes and code == ExitCode.FINDINGS else code


def _event(environ: Mapping[str, str]) -> dict[str, Any]:
    """GitHub's event; empty elsewhere. UsageError when it is there and cannot be read."""
    file = environ.get("GITHUB_EVENT_PATH")
    if not environ.get("GITHUB_ACTIONS") or not file:
        return {}
    try:
        with open(file, "rb") as handle:  # noqa: PTH123
            found = json.loads(handle.read(_MOST_EVENT))
    except (OSError, ValueError, RecursionError) as error:
        raise UsageError(f"{file}: the event cannot be read: {type(error).__name__}") from error
    return found if isinstance(found, dict) else {}


def _own_reports(environ: Mapping[str, str]) -> list[str]:
    """What the platform takes besides what the user asked for: GitHub's step summary."""
    summary = environ.get("GITHUB_STEP_SUMMARY")
    return [f"github-summary={summary}"] if summary and environ.get("GITHUB_ACTIONS") else []


def _tree(paths: tuple[str, ...], values: dict[str, Any]) -> int:
    from keyscan.cli.commands.scan import command as scan

    history.shared_of(values)
    callback: Any = scan.callback
    return int(callback(paths=paths, everything=False, stdin_filename="<stdin>", **values))


def _past(git: Git, plan: CiScope, values: dict[str, Any]) -> int:
    from keyscan.history import scope
    from keyscan.history.audit import audit_history
    from keyscan.sources import commit_range as ranges

    shared = history.shared_of(values)
    query = scope.HistoryQuery(net=shared["net"], allow_shallow=shared["allow_shallow"])
    span = ranges.resolved(git, plan.base, plan.head, plan.default) if plan.what == "range" else None
    if span is not None:
        changed = ranges.changed(git, span, common.PROJECT_FILES)
        for name in changed:
            _warn(f"this range changes {name}, which decides what keyscan reports: review it")

    def steps(job: HistoryJob) -> HistoryResult:
        where = scope.of_updates(git, span.updates, span.known) if span else scope.resolve(git, query)
        return audit_history(job, where, query, history.provenance_options(shared))

    return history.run(git, steps, values, shared)


def _say(text: str) -> None:
    from keyscan.reporters.shared.escape import clean

    click.echo(clean(text), err=True)


def _warn(text: str) -> None:
    """A remark that is hard to miss: an annotation on GitHub, a line elsewhere."""
    from keyscan.reporters.shared.escape import clean

    if os.environ.get("GITHUB_ACTIONS"):
        click.echo(f"::warning title=keyscan::{clean(text).replace('%', '%25')}")
    else:
        _say(f"keyscan: warning: {text}")


def _outputs(environ: Mapping[str, str], code: int, values: dict[str, Any]) -> int:
    """Give a GitHub step its outputs; the exit code again."""
    file = environ.get("GITHUB_OUTPUT")
    if environ.get("GITHUB_ACTIONS") and file:
        sarif = next((name.partition("=")[2] for name in values["reports"] if name.startswith("sarif=")), "")
        sarif = sarif if sarif and Path(sarif).exists() else ""
        found = {"exit-code": str(int(code)), "sarif": sarif}
        if any("\n" in value for value in found.values()):
            raise UsageError("a report's file name with a newline cannot be given to the next step")
        with open(file, "a", encoding="utf-8") as handle:  # noqa: PTH123
            handle.writelines(f"{name}={value}\n" for name, value in found.items())
    return code
