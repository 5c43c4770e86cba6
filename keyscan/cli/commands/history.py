"""`keyscan history`: a repository's whole past, or a range of it."""

from __future__ import annotations

import os
import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import click

from keyscan.cli import output as common
from keyscan.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable

    from keyscan.git.command import Git
    from keyscan.history.object_scanner import Job
    from keyscan.history.provenance import Wishes
    from keyscan.history.scope import Wanted
    from keyscan.model.finding import Finding
    from keyscan.scan.scanner import Tally


def history_options(function: Any) -> Any:
    """The options that all commands on history share."""
    for option in reversed(_OPTIONS):
        function = option(function)
    return function


_OPTIONS = (
    click.option("--all-occurrences", is_flag=True, help="Report every commit and path that holds a secret."),
    click.option("--no-email", is_flag=True, help="Leave e-mail addresses out of the report."),
    click.option("--rotation-days", type=click.IntRange(1), default=90, show_default=True, metavar="DAYS",
                 help="The age from which an exposed secret is overdue."),
    click.option("--allow-shallow", is_flag=True,
                 help="Accept a shallow, grafted or partial history: name what is missing, but do not fail for it."),
    click.option("--no-cache", is_flag=True, help="Read every object, also those known to hold nothing."),
    click.option("--packs/--no-packs", default=None, hidden=True,
                 help="Read packs by their deltas, or let git read every object; otherwise what is faster here."),
    click.option("--net", is_flag=True, help="Of a range, only what is still there at its end."),
)  # fmt: skip
_DEFAULTS = {
    "all_occurrences": False, "no_email": False, "rotation_days": 90, "allow_shallow": False, "no_cache": False,
    "net": False, "packs": None,
}  # fmt: skip


@click.command(name="history")
@click.argument("paths", metavar="[REPO]", nargs=-1, type=click.Path())
@click.option("--range", "range_", metavar="A..B", help="Only what the commits of this range add.")
@click.option("--since", metavar="DATE", help="Only what commits since DATE add.")
@click.option("--branch", "branches", multiple=True, metavar="NAME", help="Only this branch; may be given again.")
@click.option("--staged-since", metavar="COMMIT", help="Only what commits since COMMIT add, and the index.")
@click.option("--reflog", is_flag=True, help="Also what only reflogs reach.")
@click.option("--all-objects", is_flag=True, help="Everything in the object store, also what nothing reaches.")
@click.option("--recurse-submodules", is_flag=True, help="Also the history of submodules that are checked out.")
@history_options
@common.scan_options
def command(
    paths: tuple[str, ...],
    range_: str | None,
    since: str | None,
    branches: tuple[str, ...],
    staged_since: str | None,
    reflog: bool,
    all_objects: bool,
    recurse_submodules: bool,
    **values: Any,
) -> int:
    """Scan every version of every file that any branch, tag, stash or note reaches, each once.

    Each secret is reported once, at the oldest commit that holds it.
    """
    from keyscan.git.command import Git
    from keyscan.history import scope

    shared = shared_of(values)
    if len(paths) > 1:
        raise click.UsageError("give one repository")
    if paths and not os.path.lexists(paths[0]):
        raise UsageError(f"{paths[0]}: no such file or directory")
    if range_ is not None and staged_since is not None:
        raise click.UsageError("give --range or --staged-since, not both")
    chosen = f"{staged_since}..HEAD" if staged_since is not None else range_
    wanted = scope.Wanted(chosen, since, branches, shared["net"], reflog, all_objects, shared["allow_shallow"])

    def steps(job: Job, tally: Tally) -> None:
        _survey(job, wanted, shared, tally)
        if staged_since is not None:
            _add_index(job, tally)
        if recurse_submodules:
            _recurse(job, wanted, shared, tally)

    return run(Git(paths[0] if paths else "."), steps, values, shared)


def shared_of(values: dict[str, Any]) -> dict[str, Any]:
    """The values of the options of `history_options`, taken out of `values`."""
    return {key: values.pop(key) for key in _DEFAULTS}


def scan_range(git: Git, range_: str, values: dict[str, Any]) -> int:
    """Scan what the commits of `range_` add, and report."""
    from keyscan.history import scope

    shared, wanted = dict(_DEFAULTS), scope.Wanted(range_)
    return run(git, lambda job, tally: _survey(job, wanted, shared, tally), values, shared)


def run(
    git: Git,
    steps: Callable[[Job, Tally], None],
    values: dict[str, Any],
    shared: dict[str, Any],
    read: Callable[[str], bytes | None] | None = None,
) -> int:
    """Do `steps`, which fill a tally, and report; an interruption reports what was found until then.

    `read`: how to read configuration that is not the working tree's.
    """
    from keyscan.cli import progress
    from keyscan.engine import build as cache
    from keyscan.git import repository
    from keyscan.history import clean_objects as seen
    from keyscan.history.object_scanner import Job
    from keyscan.scan import scanner as scan

    started = time.perf_counter()
    facts = repository.inspect(git)
    settings = common.settings_of(values, read=read)
    # Habits count in the code of now: what old code did with keys is no leak to be rotated.
    rules = tuple(rule for rule in common.rules_of(settings) if rule.category != "practice")
    matcher = cache.matcher(rules, settings.engine)
    store = None if shared["no_cache"] else seen.Store(seen.digest(rules, settings.engine), facts.id_width)
    bar = progress.bar()
    job = Job(git, matcher, settings.options, settings.jobs, bar, store)
    tally, interrupted = scan.Tally(), False
    try:
        steps(job, tally)
    except KeyboardInterrupt:
        interrupted = True
    finally:
        if bar is not None:
            bar.clear()
        if store is not None:
            store.save()
    report = scan.report(tally, matcher, settings.options, started)
    if store is not None and store.skipped:
        note = "what earlier runs read, and know to hold nothing more, was not read again (--no-cache reads all)"
        stats = replace(report.stats, known=store.skipped)
        report = replace(report, notes=(*report.notes, note), stats=stats)
    return common.finish(replace(report, interrupted=interrupted), settings)


def wishes_of(shared: dict[str, Any]) -> Wishes:
    """How provenance is to be told."""
    from keyscan.history.provenance import Wishes

    return Wishes(shared["all_occurrences"], not shared["no_email"], shared["rotation_days"])


def _survey(job: Job, wanted: Wanted, shared: dict[str, Any], tally: Tally) -> None:
    from keyscan.history import audit as past
    from keyscan.history import scope

    job = replace(job, packs=shared["packs"])
    past.survey(job, scope.resolve(job.git, wanted), wanted, wishes_of(shared), tally)


def _add_index(job: Job, tally: Tally) -> None:
    """Add what the index holds over HEAD."""
    from keyscan.scan import scanner as scan
    from keyscan.sources import staged

    found = scan.scan_blobs(staged.blobs(job.git, staged.entries(job.git)), job.matcher, job.options)
    found.findings = scan.only_added(found.findings, lambda path: staged.added_lines(job.git, path))
    tally.add(found)


def _recurse(job: Job, wanted: Wanted, shared: dict[str, Any], tally: Tally) -> None:
    """Add the history of each submodule, and of theirs, its paths below the submodule's own."""
    from keyscan.git.command import Git
    from keyscan.history import audit as past
    from keyscan.scan import scanner as scan

    for path in past.submodules(job.git):
        inner = replace(job, git=Git(os.path.join(job.git.directory, path)))  # noqa: PTH118
        found = scan.Tally()
        try:
            _survey(inner, wanted, shared, found)
            _recurse(inner, wanted, shared, found)
        finally:
            found.findings = [_below(path, item) for item in found.findings]
            found.skipped = [replace(skip, path=f"{path}/{skip.path}") for skip in found.skipped]
            tally.add(found)


def _below(path: str, finding: Finding) -> Finding:
    origin = replace(finding.origin, path=f"{path}/{finding.origin.path}")
    related = tuple(replace(item, path=f"{path}/{item.path}") for item in finding.related)
    return replace(finding, origin=origin, related=related)
