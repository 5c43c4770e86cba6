"""`keyscan fix`: literal keys become reads of the environment, the values go into an ignored `.env`."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import click

from keyscan.api import Scanner
from keyscan.cli.command import Command
from keyscan.cli.messages import confirm, say
from keyscan.cli.options import DETECTION
from keyscan.cli.settings import Prepared, with_settings
from keyscan.config.readers import PROJECT_FILES, git_reader, root_of, root_of_paths
from keyscan.errors import ExitCode, GitError, IncompleteError, UsageError
from keyscan.support.plural import plural
from keyscan.support.regular_file import NotRegularError, read_regular

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from keyscan.config.settings import Settings
    from keyscan.git.command import Git
    from keyscan.model.blob import Blob, Skip
    from keyscan.model.finding import Finding
    from keyscan.remediation.fix import FixPlan
    from keyscan.remediation.managers import Store
    from keyscan.remediation.places import Source
    from keyscan.sources.files import Target

_LARGEST = 16 << 20


def _prepared(values: Mapping[str, Any]) -> Prepared:
    """With --staged what is staged, and the configuration in the index; else the work tree's."""
    from keyscan.sources import staged

    _, git = _repository()
    if not values["staged"] or values["paths"] or git is None:
        return Prepared(root_of_paths(list(values["paths"])), None, ())
    contents, blobs = staged.with_files(git, staged.entries(git), PROJECT_FILES)
    return Prepared(root_of(), git_reader(git, "", root_of(), contents), tuple(blobs))


@click.command(name="fix", cls=Command)
@click.argument("paths", nargs=-1, type=click.Path())
@click.option("--staged", is_flag=True, help="Fix what is staged, and stage the result.")
@click.option("--apply", "apply_", is_flag=True, help="Write the changes without asking.")
@click.option("--force", is_flag=True, help="Also change files whose contents git does not know.")
@click.option("--to", metavar="STORE", help="Print the commands for a secret manager, such as vault:MOUNT/PATH.")
@with_settings(only=DETECTION | {"min_severity"}, prepare=_prepared)
def command(
    paths: tuple[str, ...],
    staged: bool,
    apply_: bool,
    force: bool,
    to: str | None,
    work: tuple[Blob | Skip, ...],
    settings: Settings,
) -> int:
    """Replace keys in code and configuration with reads of environment variables; shows a diff first.

    The values go into .env, which git ignores, and their names into .env.example. Rotate the keys first: what was
    committed or sent has been copied.
    """
    if to and apply_:
        raise UsageError("--to prints what to do and changes nothing: run its commands, then keyscan fix --apply")
    if staged and paths:
        raise UsageError("--staged fixes what is staged: give it no paths")
    from keyscan.remediation.managers import store_of

    store = store_of(to) if to else None
    gathered = _gathered(paths, work if staged else None, settings, force=force)
    plan = _plan(gathered)
    _show(plan, gathered, store)
    if not plan.fixed:
        return _code(plan, gathered)
    if store or not _agreed(apply_):
        return ExitCode.FINDINGS
    _apply(plan, gathered)
    return _code(plan, gathered)


@dataclass(frozen=True, slots=True)
class _Work:
    """What is to be fixed: the sources below `root`, why some are not touched, and what was not read."""

    root: str
    git: Git | None
    sources: tuple[Source, ...]
    refusals: dict[str, str]
    skips: tuple[Skip, ...]
    staged: bool = False
    members: tuple[Finding, ...] = ()


def _repository() -> tuple[str, Git | None]:
    """The root of the repository of the current directory, else that directory itself."""
    from keyscan.git.command import Git

    with suppress(GitError):
        root = os.fsdecode(Git().run("rev-parse", "--show-toplevel").removesuffix(b"\n"))
        return root, Git(root)
    return os.getcwd(), None  # noqa: PTH109


def _gathered(
    paths: tuple[str, ...], staged: Sequence[Blob | Skip] | None, settings: Settings, *, force: bool
) -> _Work:
    """Scan files, or what is `staged`, and bring findings and files together."""
    from keyscan.remediation import fix_targets

    root, git = _repository()
    if staged is not None and git is None:
        raise UsageError("--staged: not a git repository (nor any of its parents)")
    if staged is not None:
        assert git is not None  # noqa: S101 - checked above
        return _staged_work(root, git, staged, settings)
    scanner = Scanner.of(settings)
    targets = scanner.targets(paths or (".",))
    result = scanner.scan_files(targets)
    by_name: dict[str, list[Finding]] = {}
    for finding in _counted(result.findings, settings):
        by_name.setdefault(finding.origin.file, []).append(finding)
    sources, members, unread = _read_sources(root, scanner, targets, by_name)
    index = fix_targets.index_of(git, [source.path for source in sources])
    refusals = {}
    for source in sources:
        reason = fix_targets.refusal(root, source.path, source.raw, index, force=force)
        if source.path.startswith("../"):
            reason = "it is outside of this repository: run keyscan fix there"
        if reason:
            refusals[source.path] = reason
    return _Work(root, git, tuple(sources), refusals, (*result.skipped, *unread), members=tuple(members))


def _read_sources(
    root: str, scanner: Scanner, targets: Sequence[Target | Skip], by_name: Mapping[str, list[Finding]]
) -> tuple[list[Source], list[Finding], list[Skip]]:
    """The files with findings, the findings in archives, and the files that could not be read."""
    from keyscan.model.blob import Skip

    sources: list[Source] = []
    members: list[Finding] = []
    unread: list[Skip] = []
    for target in targets:
        if isinstance(target, Skip) or target.name not in by_name:
            continue
        findings = by_name[target.name]
        members += [finding for finding in findings if finding.origin.member]
        path = os.path.relpath(os.path.abspath(target.file), root).replace(os.sep, "/")  # noqa: PTH100
        try:
            source = _source(scanner, path, _read(target.file), findings)
        except UsageError as error:
            unread.append(Skip(target.name, str(error), incomplete=True))
            continue
        if source.places:
            sources.append(source)
    return sources, members, unread


def _staged_work(root: str, git: Git, blobs: Sequence[Blob | Skip], settings: Settings) -> _Work:
    """What is staged, as far as the working tree holds the same."""
    from keyscan.model.blob import Skip
    from keyscan.remediation import fix_targets
    from keyscan.scan.findings import only_added
    from keyscan.scan.scanner import without_excluded
    from keyscan.sources import staged

    scanner = Scanner.of(settings)
    kept = without_excluded(blobs, settings.ignores)
    result = scanner.scan_blobs(kept)
    added = only_added(result.findings, lambda path: staged.added_lines(git, path)) if result.findings else []
    by_name: dict[str, list[Finding]] = {}
    for finding in _counted(added, settings):
        by_name.setdefault(finding.origin.file, []).append(finding)
    index = fix_targets.index_of(git, list(by_name))
    sources, refusals, members = [], {}, []
    for blob in kept:
        if isinstance(blob, Skip) or blob.origin.path not in by_name:
            continue
        path, findings = blob.origin.path, by_name[blob.origin.path]
        members += [finding for finding in findings if finding.origin.member]
        file = os.path.join(root, path)  # noqa: PTH118
        raw = _read(file) if os.path.isfile(file) else b""  # noqa: PTH113
        source = _source(scanner, path, raw, findings)
        differs = raw.replace(b"\r\n", b"\n") != blob.data.replace(b"\r\n", b"\n")
        reason = fix_targets.refusal(root, path, raw, index, force=True)
        if differs:
            reason = "the working tree differs from the index: stage it first (git add)"
            source = _source(scanner, path, blob.data, findings)
        if source.places:
            sources.append(source)
            refusals.update({path: reason} if reason else {})
    return _Work(root, git, tuple(sources), refusals, tuple(result.skipped), staged=True, members=tuple(members))


def _counted(findings: Sequence[Finding], settings: Settings) -> Iterator[Finding]:
    """The findings that a report would show and that are about a key."""
    for finding in findings:
        if finding.status == "new" and finding.severity >= settings.min_severity:
            yield finding


def _source(scanner: Scanner, path: str, raw: bytes, findings: Sequence[Finding]) -> Source:
    from keyscan.engine.decoders.content import content_of
    from keyscan.remediation.places import source_of

    try:
        hits = scanner.matches(content_of(raw).data, path)
    except IncompleteError as error:
        raise IncompleteError(f"{path}: {error}: fix it by hand") from error
    matches = [match for match in hits if match.rule.category != "practice"]
    return source_of(
        path, raw, matches, [finding for finding in findings if not finding.origin.member], scanner.options.salt
    )


def _read(file: str) -> bytes:
    """A regular file of bounded size; UsageError for anything else, which is never waited for."""
    try:
        data = read_regular(file, _LARGEST + 1)
    except NotRegularError as error:
        raise UsageError(f"{file}: not a regular file") from error
    except OSError as error:
        raise UsageError(f"{file}: cannot be read: {error.strerror}") from error
    if len(data) > _LARGEST:
        raise UsageError(f"{file}: larger than {_LARGEST >> 20} MiB: keyscan fix does not rewrite it; fix it by hand")
    return data


def _plan(work: _Work) -> FixPlan:
    from keyscan.git import worktree
    from keyscan.git.ignore_rules import deciding_rules
    from keyscan.remediation import fix

    if work.git is not None and work.sources and work.git.run("ls-files", "-z", "--", fix.ENV):
        raise UsageError(f"{fix.ENV} is tracked by git, so no key can go into it: run keyscan env --fix first")
    rules = deciding_rules(work.git, [fix.ENV, fix.EXAMPLE]) if work.git is not None and work.sources else {}

    def read(path: str) -> bytes | None:
        if not worktree.is_inside(work.root, path):
            raise UsageError(f"{path}: behind a symbolic link; nothing is changed")
        file = os.path.join(work.root, path)  # noqa: PTH118
        return _read(file) if os.path.lexists(file) else None

    return fix.plan(work.sources, work.refusals, rules, read)


def _show(plan: FixPlan, work: _Work, store: Store | None) -> None:
    """The diff with masked keys, what is left and why, and what else there is to do."""
    from keyscan.remediation import fix_text

    lines = list(fix_text.changes(plan, store))
    lines.extend(
        f"{member.origin.path}: {member.redacted} [{member.rule_id}] left alone: it is in an archive: create it again"
        for member in work.members
    )
    lines.extend(f"{skip.path}: not read: {skip.reason}" for skip in work.skips if skip.incomplete)
    lines.extend(fix_text.what_next(plan, store, staged=work.staged))
    say(*lines)


def _agreed(apply_: bool) -> bool:
    if apply_:
        return True
    if not sys.stdin.isatty():
        say("keyscan: nothing was written: run again with --apply to write this", err=True)
        return False
    return confirm("Apply this?")


def _apply(plan: FixPlan, work: _Work) -> None:
    from keyscan.remediation import fix_apply

    fix_apply.apply(work.root, plan, work.git)
    if work.staged and work.git is not None:
        fix_apply.stage(work.git, plan)
    count = len({fix.variable for fix in plan.fixed})
    keys = plural(count, "key")
    next_step = "; the changes are staged: commit again" if work.staged else ""
    say(f"keyscan: {keys} moved to .env (git ignores it){next_step}", err=True)


def _code(plan: FixPlan, work: _Work) -> int:
    if plan.unchanged or work.members:
        return ExitCode.FINDINGS
    if any(skip.incomplete for skip in work.skips):
        return ExitCode.INCOMPLETE
    if not plan.fixed:
        say("keyscan: nothing to fix", err=True)
    return ExitCode.CLEAN
