"""`keyscan history`: scan a repository's whole history, or a range of it."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass, replace
from functools import wraps
from typing import TYPE_CHECKING, Any

import click

from keyscan.api import Scanner
from keyscan.cli import output
from keyscan.cli.command import Command, compiling
from keyscan.cli.options import rotation_days_option
from keyscan.cli.settings import scan_options
from keyscan.cli.verify_options import OFF, VerifySettings, verify_options
from keyscan.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable

    from keyscan.config.settings import Settings
    from keyscan.git.command import Git
    from keyscan.history.batch import HistoryJob
    from keyscan.history.provenance import ProvenanceOptions
    from keyscan.history.scope import HistoryQuery
    from keyscan.model.finding import Finding
    from keyscan.scan.result import ScanResult


# The formats that say when a secret left its last file, which takes another walk over the history.
_SHOW_REMOVALS = frozenset({"html", "json", "jsonl"})


@dataclass(frozen=True, slots=True)
class AuditOptions:
    """The values of the options that all commands on history share; `removals`: a report shows when secrets went."""

    all_occurrences: bool = False
    no_email: bool = False
    rotation_days: int = 90
    allow_shallow: bool = False
    no_cache: bool = False
    net: bool = False
    packs: bool | None = None
    removals: bool = False

    @property
    def provenance(self) -> ProvenanceOptions:
        """How provenance is reported."""
        from keyscan.history.provenance import ProvenanceOptions

        return ProvenanceOptions(self.all_occurrences, not self.no_email, self.rotation_days, removals=self.removals)


def history_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """The options that all commands on history share; the command gets them as `audit`."""

    @wraps(function)
    def wrapper(**values: Any) -> Any:
        given = {name: values.pop(name) for name in AuditOptions.__dataclass_fields__ if name in values}
        audit = AuditOptions(**given, removals=not _SHOW_REMOVALS.isdisjoint(values["settings"].formats))
        return function(**values, audit=audit)

    for option in reversed(_OPTIONS):
        wrapper = option(wrapper)
    return wrapper


_OPTIONS = (
    click.option("--net", is_flag=True, help="Report only secrets still present at the end of the range."),
    click.option("--all-occurrences", is_flag=True, help="Report every commit and path that contains a secret."),
    click.option("--no-email", is_flag=True, help="Leave e-mail addresses out of the report."),
    rotation_days_option,
    click.option("--allow-shallow", is_flag=True,
                 help="Accept a shallow, grafted or partial history: report what is missing, but do not fail for it."),
    click.option("--no-cache", is_flag=True, help="Read every object, also those cached as clean."),
    click.option("--packs/--no-packs", default=None, hidden=True,
                 help="Read packs by their deltas, or let git read every object; otherwise what is faster here."),
)  # fmt: skip


@click.command(name="history", cls=Command)
@click.argument("paths", metavar="[REPO]", nargs=-1, type=click.Path())
@click.option("--range", "range_", metavar="A..B", help="Scan only what the commits of this range add.")
@click.option("--since", metavar="DATE", help="Scan only what commits since DATE add.")
@click.option(
    "--branch", "branches", multiple=True, metavar="NAME", help="Scan only this branch; may be given several times."
)
@click.option("--staged-since", metavar="COMMIT", help="Scan only what commits since COMMIT add, and the index.")
@click.option("--reflog", is_flag=True, help="Also scan objects that are reachable only from reflogs.")
@click.option("--all-objects", is_flag=True, help="Scan the whole object store, including unreachable objects.")
@click.option("--recurse-submodules", is_flag=True, help="Also scan the history of submodules that are checked out.")
@scan_options
@verify_options
@history_options
def command(
    paths: tuple[str, ...],
    range_: str | None,
    since: str | None,
    branches: tuple[str, ...],
    staged_since: str | None,
    reflog: bool,
    all_objects: bool,
    recurse_submodules: bool,
    audit: AuditOptions,
    verify: VerifySettings,
    settings: Settings,
) -> int:
    """Scan every version of every file that any branch, tag, stash or note reaches, each once.

    Each secret is reported once, at the oldest commit that contains it.
    """
    from keyscan.git.command import Git
    from keyscan.history import scope

    if len(paths) > 1:
        raise click.UsageError("give one repository")
    if paths and not os.path.lexists(paths[0]):
        raise UsageError(f"{paths[0]}: no such file or directory")
    if paths and not os.path.isdir(paths[0]):  # noqa: PTH112 - the name may not be text
        raise UsageError(
            f"{paths[0]}: not a directory: name the repository's (to scan a file as it is now: keyscan scan)"
        )
    if range_ is not None and staged_since is not None:
        raise click.UsageError("give --range or --staged-since, not both")
    chosen = f"{staged_since}..HEAD" if staged_since is not None else range_
    query = scope.HistoryQuery(chosen, since, branches, audit.net, reflog, all_objects, audit.allow_shallow)

    def steps(job: HistoryJob) -> ScanResult:
        result = _audit(job, query, audit)
        if staged_since is not None and not result.interrupted:
            result += _index(job)
        return _with_submodules(job, query, audit, result) if recurse_submodules else result

    return run(Git(paths[0] if paths else "."), steps, settings, audit, verify)


def scan_range(git: Git, range_: str, settings: Settings) -> int:
    """Scan what the commits of `range_` add, and report."""
    from keyscan.history import scope

    audit, query = AuditOptions(), scope.HistoryQuery(range_)
    return run(git, lambda job: _audit(job, query, audit), settings, audit)


def run(
    git: Git,
    steps: Callable[[HistoryJob], ScanResult],
    settings: Settings,
    audit: AuditOptions,
    verify: VerifySettings = OFF,
) -> int:
    """Do `steps` and report; an interruption reports what was found until then."""
    from keyscan.cli import progress
    from keyscan.git import repository
    from keyscan.history import clean_objects
    from keyscan.history.batch import HistoryJob

    started = time.perf_counter()
    facts = repository.inspect(git)
    # Rules on code practices apply to the current code only: what old code did with keys is no leak to be rotated.
    scanner = Scanner.of(settings, without=("practice",), compiling=compiling)
    store = None
    if not audit.no_cache:
        store = clean_objects.CleanObjects(clean_objects.digest(scanner.rules, settings.engine), facts.id_width)
    bar = progress.bar()
    job = HistoryJob(git, scanner.matcher(), scanner.options, settings.jobs, bar, store, audit.packs)
    try:
        result = steps(job)
    finally:
        if bar is not None:
            bar.clear()
        if store is not None:
            store.save()
    if store is not None and store.known_count:
        note = "unchanged objects were taken from the cache (--no-cache reads everything)"
        result = replace(result, notes=(*result.notes, note), cached=store.known_count)
    return output.finish(result, scanner, settings, started, output.verifier(settings, verify))


def _audit(job: HistoryJob, query: HistoryQuery, audit: AuditOptions) -> ScanResult:
    from keyscan.history import scope
    from keyscan.history.audit import audit_history

    return audit_history(job, scope.resolve(job.git, query), query, audit.provenance)


def _index(job: HistoryJob) -> ScanResult:
    """The findings on lines that the index adds to HEAD."""
    from keyscan.scan.findings import only_added
    from keyscan.scan.scanner import scan_blobs
    from keyscan.sources import staged

    result = scan_blobs(staged.blobs(job.git, staged.entries(job.git)), job.matcher, job.options)
    return replace(result, findings=only_added(result.findings, lambda path: staged.added_lines(job.git, path)))


def _with_submodules(job: HistoryJob, query: HistoryQuery, audit: AuditOptions, result: ScanResult) -> ScanResult:
    """`result` with the history of each submodule, and of theirs, added; paths are below the submodule's own."""
    from keyscan.git.command import Git
    from keyscan.git.worktree import submodules

    for path in submodules(job.git):
        if result.interrupted:
            break
        inner = replace(job, git=Git(os.path.join(job.git.directory, path)))  # noqa: PTH118
        below = _with_submodules(inner, query, audit, _audit(inner, query, audit))
        result += replace(
            below,
            findings=tuple(_below(path, item) for item in below.findings),
            skipped=tuple(replace(skip, path=f"{path}/{skip.path}") for skip in below.skipped),
        )
    return result


def _below(path: str, finding: Finding) -> Finding:
    origin = replace(finding.origin, path=f"{path}/{finding.origin.path}")
    related = tuple(replace(item, path=f"{path}/{item.path}") for item in finding.related)
    return replace(finding, origin=origin, related=related)
