"""The joiner: blobs and a matcher -> findings -> a report, sorted and counted."""

from __future__ import annotations

import os
import time
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, TypeVar

from keyscan.engine.decoders import content as contents
from keyscan.errors import WorkerError
from keyscan.model.blob import Blob, Origin, Skip
from keyscan.model.finding import Finding, Related
from keyscan.model.fingerprint import fingerprint, redacted
from keyscan.model.report import Report, Stats
from keyscan.model.rule import Severity
from keyscan.scan.line_index import Lines
from keyscan.scan.name_redaction import scrubbed
from keyscan.sources import safe_read
from keyscan.sources.files import Target
from keyscan.support import process_pool as parallel

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from keyscan.engine.matcher import Matcher
    from keyscan.model.match import Match
    from keyscan.model.rule import Rule
    from keyscan.suppressions.policy import SuppressionPolicy

Part = TypeVar("Part")

# Findings kept for one text; a hostile file could hold millions.
MAX_FINDINGS = 10_000
# Files that a worker process takes at a time.
BATCH = 64
# Fewer batches than this are done before processes would have started.
_WORTH_IT = 4


@dataclass(frozen=True, slots=True)
class Options:
    """What decides how findings are made and which count."""

    min_severity: Severity = Severity.MEDIUM
    salt: str = ""
    show_secrets: bool = False
    line_hashes: bool = False
    ignores: SuppressionPolicy | None = None


@dataclass(slots=True)
class Tally:
    """What a scan has gathered so far; parts from several processes add up.

    `hidden`: secrets below the minimum severity that are known of and not among the findings. `partly`: ids of a
    history's objects that were not read whole.
    """

    findings: list[Finding] = field(default_factory=list)
    skipped: list[Skip] = field(default_factory=list)
    partly: set[bytes] = field(default_factory=set)
    files: int = 0
    blobs: int = 0
    commits: int = 0
    bytes: int = 0
    hidden: int = 0

    def add(self, other: Tally) -> None:
        """Take over what `other` gathered."""
        self.findings.extend(other.findings)
        self.skipped.extend(other.skipped)
        self.files += other.files
        self.blobs += other.blobs
        self.commits += other.commits
        self.bytes += other.bytes
        self.hidden += other.hidden
        self.partly |= other.partly


def scan_blob(blob: Blob, matcher: Matcher, options: Options, tally: Tally) -> None:
    """Scan one blob and add to `tally` what it holds and what could not be read of it.

    The files in an archive are scanned one by one, under the archive's name and theirs.
    """
    if contents.is_plain(blob.data):
        slow: list[str] = []
        take(blob, matcher.scan(blob.data, slow, path=blob.origin.path), slow, options, tally)
        return
    tally.files += not blob.overlap
    tally.bytes += len(blob.data) - blob.overlap
    for name, text, reason in contents.texts(blob.data, blob.origin.path):
        if reason:
            tally.skipped.append(Skip(name, reason))
            continue
        origin = replace(blob.origin, path=name, member=name[len(blob.origin.path) :])
        slow = []
        matches = matcher.scan(text.data, slow, path=name)
        lines = Lines(text.data, blob.line, blob.column, text.stored, text.cell)
        _keep(replace(blob, data=text.data, origin=origin), matches, slow, options, tally, lines)


def take(blob: Blob, matches: list[Match], slow: list[str], options: Options, tally: Tally) -> None:
    """Add to `tally` a scanned blob and its `matches`; `slow` are the rules that were given up on it."""
    tally.files += not blob.overlap
    tally.bytes += len(blob.data) - blob.overlap
    _keep(blob, matches, slow, options, tally, Lines(blob.data, blob.line, blob.column))


def _keep(blob: Blob, matches: list[Match], slow: list[str], options: Options, tally: Tally, lines: Lines) -> None:
    if matches:
        from keyscan.scan import code_usage as practice

        matches = [match for match in matches if practice.counts(match, blob.origin)]
    tally.skipped.extend(
        Skip(blob.origin.path, f"rule {rule} took too long on this text", incomplete=True) for rule in slow
    )
    if len(matches) > MAX_FINDINGS:
        reason = f"{len(matches)} findings; only the first {MAX_FINDINGS} are reported"
        tally.skipped.append(Skip(blob.origin.path, reason))
        matches = matches[:MAX_FINDINGS]
    if matches:
        found = [finding_of(match, blob.origin, lines, options) for match in matches]
        # A piece can't tell the lines before it; `_Reader` goes over the whole file then.
        whole = options.line_hashes and not blob.overlap
        tally.findings.extend(with_line_hashes(found, blob.data) if whole else found)


def finding_of(match: Match, origin: Origin, lines: Lines, options: Options) -> Finding:
    """The redacted finding for a match."""
    from keyscan.scan import code_usage as practice

    rule = match.rule
    if options.ignores:
        status, reason, mark = options.ignores.status(match, lines.data, origin)
    else:
        status, reason, mark = "new", "", fingerprint(rule.id, match.secret, options.salt)
    related: tuple[Related, ...] = ()
    if match.companion and rule.companion:
        place = lines.location(match.companion.start, match.companion.end)
        related = (Related(f"its {rule.companion.name}", origin.path, place),)
    return Finding(
        rule_id=rule.id,
        rule_name=rule.name,
        provider=rule.provider,
        severity=match.severity,
        precision=match.precision,
        origin=origin,
        location=lines.location(match.secret_start, match.secret_end, match.decoded),
        redacted=redacted(match, mark),
        fingerprint=mark,
        message=f"{rule.name} found",
        help=rule.help,
        evidence=(*match.evidence, *practice.surroundings(match, lines.data, origin)),
        env=rule.env,
        related=related,
        status=status,
        status_reason=reason,
        secret=match.secret.decode("utf-8", "backslashreplace") if options.show_secrets else None,
    )


def with_line_hashes(findings: list[Finding], data: bytes) -> list[Finding]:
    """The findings with GitHub's hash of their first line, in the file that holds `data` and nothing else."""
    from keyscan.scan.line_hash import line_hashes

    hashes = line_hashes(data, {finding.location.line for finding in findings})
    return [replace(finding, line_hash=hashes.get(finding.location.line)) for finding in findings]


def scan_blobs(items: Iterable[Blob | Skip], matcher: Matcher, options: Options) -> Tally:
    """Scan all of `items` in this process."""
    tally = Tally()
    for item in items:
        if isinstance(item, Skip):
            tally.skipped.append(item)
        else:
            scan_blob(item, matcher, options, tally)
    return tally


def without_excluded(items: Iterable[Blob | Skip], ignores: SuppressionPolicy) -> list[Blob | Skip]:
    """`items` without those that the configuration excludes."""
    if not ignores.exclude:
        return list(items)
    return [item for item in items if isinstance(item, Skip) or not ignores.excluded(item.origin.path, in_git=True)]


def targets_kept(targets: Iterable[Target | Skip], ignores: SuppressionPolicy) -> list[Target | Skip]:
    """`targets` without those that the configuration excludes."""
    if not ignores.exclude:
        return list(targets)
    return [one for one in targets if isinstance(one, Skip) or not ignores.excluded(one.name)]


def only_added(findings: list[Finding], added: Callable[[bytes], list[range] | None]) -> list[Finding]:
    """The findings of which at least one line is added; `added` gives a path's new lines, None for all."""
    lines: dict[str, list[range] | None] = {}
    kept = []
    for finding in findings:
        path = finding.origin.file
        if path not in lines:
            lines[path] = added(path.encode("utf-8", "surrogateescape"))
        if is_added(finding, lines[path]):
            kept.append(finding)
    return kept


def is_added(finding: Finding, ranges: list[range] | None) -> bool:
    """Whether a line of the finding, or of what belongs to it, is in `ranges`; None stands for all lines.

    An archive has no lines that could be compared: what is inside is added with it.
    """
    if finding.origin.member:
        return True
    where = finding.location
    spots = [where, *(related.location for related in finding.related if related.location)]
    return ranges is None or any(r.start <= s.end_line and s.line < r.stop for r in ranges for s in spots)


def size_of(targets: Iterable[Target | Skip], enough: int = 1 << 20) -> int:
    """How many bytes the targets have together, counted up to `enough`."""
    total = 0
    for target in targets:
        if isinstance(target, Skip):
            continue
        with suppress(OSError):
            total += os.stat(target.file).st_size  # noqa: PTH116
        if total >= enough:
            break
    return total


def scan_files(targets: list[Target | Skip], matcher: Matcher, options: Options, jobs: int = 0) -> Tally:
    """Read and scan files, spread over `jobs` processes (0: one a core) when there is enough to do."""
    tally = Tally(skipped=[target for target in targets if isinstance(target, Skip)])
    todo = [target for target in targets if isinstance(target, Target)]
    overlap = max((rule.max_length for rule in matcher.rules), default=1) * 2
    work = _Reader(matcher, options, overlap)
    batches = [todo[at : at + BATCH] for at in range(0, len(todo), BATCH)]
    for part in until_broken(parallel.stream(work, batches, jobs, least=_WORTH_IT), tally):
        tally.add(part)
    return tally


def until_broken(parts: Iterator[Part], tally: Tally) -> Iterator[Part]:
    """`parts`; where a lost process ends them early, `tally` says so, and what was found until then is reported."""
    try:
        yield from parts
    except WorkerError as error:
        tally.skipped.append(Skip("the rest", str(error), incomplete=True))


class _Reader:
    """Reads and scans a batch of files; what a worker process runs."""

    def __init__(self, matcher: Matcher, options: Options, overlap: int) -> None:
        self._matcher, self._options, self._overlap = matcher, options, overlap

    def __call__(self, batch: list[Target]) -> Tally:
        tally = Tally()
        for target in batch:
            before, pieces = len(tally.findings), 0
            for item in safe_read.read(target, self._overlap):
                if isinstance(item, Skip):
                    tally.skipped.append(item)
                else:
                    scan_blob(item, self._matcher, self._options, tally)
                    pieces += 1
            if pieces > 1 and self._options.line_hashes:
                self._hash_lines(target, tally, before)
        return tally

    def _hash_lines(self, target: Target, tally: Tally, start: int) -> None:
        """Give the findings from `start` on, in a file read in pieces, the line hashes of the whole file."""
        found = tally.findings[start:]
        if found:
            with suppress(OSError), open(target.file, "rb") as handle:  # noqa: PTH123
                tally.findings[start:] = with_line_hashes(found, contents.content_of(handle.read()).data)


def report(tally: Tally, matcher: Matcher, options: Options, started: float, *, whole: bool = False) -> Report:
    """The report on a finished scan that began at `started` (of `time.perf_counter`).

    `whole`: all that the configuration speaks of was scanned, so ignores of no use can be told.
    """
    # Pieces of a large file overlap: what stands in both was found twice.
    unique = {(finding.sort_key, finding.location): finding for finding in tally.findings}
    findings = sorted(unique.values(), key=lambda finding: finding.sort_key)
    if options.ignores:
        own = {rule.id for rule in matcher.rules}
        findings = [one if one.rule_id in own else options.ignores.settle(one) for one in findings]
    shown = tuple(finding for finding in findings if finding.severity >= options.min_severity)
    used = {finding.rule_id for finding in shown}
    seconds = time.perf_counter() - started
    notes = options.ignores.notes(findings, whole=whole) if options.ignores else []
    made = Report(
        findings=tuple(finding for finding in shown if finding.status == "new"),
        known=tuple(finding for finding in shown if finding.status == "baseline"),
        ignored=tuple(finding for finding in shown if finding.status == "ignored"),
        notes=tuple(notes),
        hidden=tally.hidden + len(findings) - len(shown),
        skipped=tuple(sorted(tally.skipped, key=lambda skip: (skip.path, skip.reason))),
        stats=Stats(tally.files, tally.blobs, tally.commits, tally.bytes, len(matcher.rules), seconds),
        rules={rule.id: rule for rule in (*matcher.rules, *_hygiene_rules(used)) if rule.id in used},
        started=time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(time.time() - seconds)),
    )
    return made if options.show_secrets else scrubbed(made, matcher, options.salt)


def _hygiene_rules(used: set[str]) -> Iterable[Rule]:
    """The rules of hygiene findings, imported only where there may be some."""
    if not any(rule_id.startswith(("env-", "browser-", "agent-")) for rule_id in used):
        return ()
    from keyscan.hygiene.rules import RULES

    return RULES.values()


def without_secrets(finding: Finding) -> Finding:
    """The finding with no plaintext."""
    return replace(finding, secret=None)
