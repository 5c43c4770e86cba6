"""`keyscan ci`: scan the commits of a CI run, and report in the platform's format."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from keyscan.cli.command import Choice, Command
from keyscan.cli.commands import history
from keyscan.cli.messages import annotate, say
from keyscan.cli.settings import scan_options
from keyscan.cli.verify_options import VerifySettings, verify_options
from keyscan.config.readers import PROJECT_FILES
from keyscan.errors import ExitCode, UsageError
from keyscan.sources.ci import event_of, scope_of
from keyscan.support.real_path import places_on_the_way

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from keyscan.cli.commands.history import AuditOptions
    from keyscan.config.settings import Settings
    from keyscan.history.batch import HistoryJob
    from keyscan.model.finding import Finding
    from keyscan.scan.result import ScanResult
    from keyscan.sources.ci import CiScope
    from keyscan.sources.commit_range import Changes

# Files and markers of a range that are named one by one.
_MOST_NAMED = 20
_SCANNED = {"all": "the whole history", "range": "the new commits", "tree": "the files of the checkout"}


@click.command(name="ci", cls=Command)
@click.option(
    "--mode",
    type=Choice(["auto", "range", "all", "tree"]),
    default="auto",
    show_default=True,
    help="auto: as the platform says; range: only new commits; all: the whole history; tree: files of the checkout.",
)
@click.argument("paths", nargs=-1, type=click.Path())
@scan_options
@verify_options
@history.history_options
def command(mode: str, paths: tuple[str, ...], audit: AuditOptions, verify: VerifySettings, settings: Settings) -> int:
    """Scan the commits of this CI run: a pull request's or a push's own, or the whole history on a schedule.

    Recognizes GitHub, GitLab, Azure, Bitbucket, CircleCI, Jenkins and Buildkite by their variables. With --mode tree,
    PATHS are scanned as files.
    """
    if paths and mode != "tree":
        raise click.UsageError("PATHS go with --mode tree")
    environ = os.environ
    plan = scope_of(environ, event_of(environ))
    if mode not in {"auto", plan.what}:
        if mode == "range" and plan.what != "nothing":
            raise UsageError(f"--mode range: {plan.platform} does not say which commits are new ({plan.why})")
        plan = replace(plan, what=mode if plan.what != "nothing" else "nothing", why=f"--mode {mode}")
    say(f"keyscan: {_announced(plan)}", err=True)
    if plan.what == "nothing":
        return _outputs(environ, ExitCode.CLEAN, settings)
    # The next step gets the findings that do not fail this one.
    reports = (*settings.reports, *_own_reports(environ))
    reported = replace(settings, reports=reports, exit_zero=False)
    if plan.what == "tree":
        from keyscan.cli.commands.scan import scan_paths

        code = scan_paths(paths, reported, verify)
    else:
        code = _scan_history(plan, reported, audit, verify)
    _outputs(environ, code, settings)
    return ExitCode.CLEAN if settings.exit_zero and code == ExitCode.FINDINGS else code


def _announced(plan: CiScope) -> str:
    """What is scanned, and why that, as a sentence."""
    if plan.what == "nothing":
        return f"nothing to scan: {plan.why}"
    if plan.why.startswith("the "):
        return f"scanning {plan.why}"
    return f"scanning {_SCANNED[plan.what]}: {plan.why}"


def _own_reports(environ: Mapping[str, str]) -> list[tuple[str, str]]:
    """What the platform takes besides what the user asked for: GitHub's step summary."""
    summary = environ.get("GITHUB_STEP_SUMMARY")
    return [("github-summary", summary)] if summary and environ.get("GITHUB_ACTIONS") else []


def _scan_history(plan: CiScope, settings: Settings, audit: AuditOptions, verify: VerifySettings) -> int:
    from keyscan.git.command import Git
    from keyscan.history import scope
    from keyscan.history.audit import audit_history
    from keyscan.sources import commit_range

    git = Git()
    query = scope.HistoryQuery(net=audit.net, allow_shallow=audit.allow_shallow)
    span = commit_range.resolved(git, plan) if plan.what == "range" else None
    if span is not None and span.remark:
        say(f"keyscan: {span.remark}", err=True)

    def steps(job: HistoryJob) -> ScanResult:
        where = scope.of_updates(git, span.updates, span.known) if span else scope.resolve(git, query)
        result = audit_history(job, where, query, audit.provenance)
        if span is None:
            return result
        # With --isolated, the repository's own configuration decides nothing, wherever it is.
        anywhere = () if settings.isolated else PROJECT_FILES
        changes = commit_range.changed(git, span, _configuration(settings), anywhere)
        warnings = (*_changes(changes), *_markers(result.findings))
        _warn(warnings)
        return replace(result, notes=(*result.notes, *warnings))

    return history.run(git, steps, settings, audit, verify)


def _changes(changes: Changes) -> Iterator[str]:
    """What a range changes about the scan itself; the first of many are named."""
    for names, what in ((changes.deciding, "decides what keyscan reports"), (changes.calling, "runs keyscan")):
        for name in names[:_MOST_NAMED]:
            yield f"this range changes {name}, which {what}: review it"
        if len(names) > _MOST_NAMED:
            yield f"this range changes {len(names) - _MOST_NAMED} more files of which each {what}: review them"


def _markers(findings: Iterable[Finding]) -> Iterator[str]:
    """Each place where a marker in the range's own text hides a finding: who wrote one wrote the other."""
    hidden = [
        finding for finding in findings if finding.status == "ignored" and finding.status_reason.startswith("inline")
    ]
    for one in hidden[:_MOST_NAMED]:
        place = f"{one.origin.path}:{one.location.line}"
        yield f"{place}: a marker in this range hides a finding of {one.rule_id}: review it"
    if len(hidden) > _MOST_NAMED:
        yield f"{len(hidden) - _MOST_NAMED} more markers in this range hide findings: see --show-ignored"


def _configuration(settings: Settings) -> list[str]:
    """The files and directories that the configuration consists of and names, from the root, and the links to them."""
    named = settings.rules if settings.isolated else (settings.baseline, *settings.rules, *settings.config.files)
    places = [
        place
        for name in named
        for place in places_on_the_way(os.path.join(settings.root, name), settings.root)  # noqa: PTH118 - as written
    ]
    return [os.path.relpath(place, settings.root).replace(os.sep, "/") for place in dict.fromkeys(places)]


def _warn(warnings: Iterable[str]) -> None:
    """Say warnings at once, besides the report: as annotations on GitHub, as lines elsewhere."""
    for text in warnings:
        if os.environ.get("GITHUB_ACTIONS"):
            annotate(text)
        else:
            say(f"keyscan: warning: {text}", err=True)


def _outputs(environ: Mapping[str, str], code: int, settings: Settings) -> int:
    """Write the outputs of a GitHub step; returns the exit code."""
    outputs = environ.get("GITHUB_OUTPUT")
    if environ.get("GITHUB_ACTIONS") and outputs:
        sarif = next((file for name, file in settings.reports if name == "sarif"), "")
        sarif = sarif if sarif and Path(sarif).exists() else ""
        values = {"exit-code": str(int(code)), "sarif": sarif}
        if any("\n" in value for value in values.values()):
            raise UsageError("a report's file name with a newline cannot be given to the next step")
        with open(outputs, "a", encoding="utf-8") as handle:  # noqa: PTH123
            handle.writelines(f"{name}={value}\n" for name, value in values.items())
    return code
