"""Makes findings from matches: the only maker of what a rule finds."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from keyscan.engine.overlaps import place_of
from keyscan.model.blob import Skip
from keyscan.model.fingerprint import fingerprint, redacted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from keyscan.model.blob import Blob, Origin
    from keyscan.model.finding import Finding, Related
    from keyscan.model.match import Match
    from keyscan.scan.line_index import Lines
    from keyscan.scan.result import ScanOptions

# Findings kept for one text; a hostile file could hold millions.
MAX_FINDINGS = 10_000


def findings_in(
    blob: Blob, matches: list[Match], lines: Lines, options: ScanOptions
) -> tuple[tuple[Finding, ...], Skip | None]:
    """The findings for the matches in a blob, and a Skip when there are more than are reported."""
    from keyscan.scan import code_usage

    data, origin = lines.data, blob.origin
    matches = [code_usage.weighed(one, data, origin) for one in matches if code_usage.counts(one, data, origin)]
    skip = None
    if len(matches) > MAX_FINDINGS:
        reason = f"{len(matches)} findings; only the {MAX_FINDINGS} most severe are reported"
        skip = Skip(blob.origin.path, reason, incomplete=True)
        matches = sorted(sorted(matches, key=lambda match: -match.severity)[:MAX_FINDINGS], key=place_of)
    in_order = sorted(matches, key=lambda match: match.secret_start)
    findings = tuple(finding_of(match, blob.origin, lines, options, in_order) for match in matches)
    # A part of a file does not know the lines before it; `scan_files` goes over the whole file then.
    whole = options.line_hashes and not blob.overlap
    return (with_line_hashes(findings, blob.data) if whole else findings), skip


def finding_of(
    match: Match, origin: Origin, lines: Lines, options: ScanOptions, matches: Sequence[Match] = ()
) -> Finding:
    """The redacted finding for a match; `matches` are all of its text in order: none of them is shown beside it."""
    from keyscan.model.finding import Finding, Related
    from keyscan.scan import code_usage
    from keyscan.scan.snippet import snippet

    rule = match.rule
    if options.ignores:
        status, reason, own_fingerprint = options.ignores.status(match, lines.data, origin)
    else:
        status, reason, own_fingerprint = "new", "", fingerprint(rule.id, match.secret, options.salt)
    shown = redacted(match, own_fingerprint)
    related: tuple[Related, ...] = ()
    if match.companion and rule.companion:
        place = lines.location(match.companion.start, match.companion.end)
        half = fingerprint(rule.id, match.companion_secret or b"", options.salt)
        related = (Related(f"its {rule.companion.name}", origin.path, place, fingerprint=half),)
    return Finding(
        rule_id=rule.id,
        rule_name=rule.name,
        provider=rule.provider,
        severity=match.severity,
        precision=match.precision,
        origin=origin,
        location=lines.location(match.secret_start, match.secret_end, match.decoded),
        redacted=shown,
        snippet=None if match.decoded else snippet(match, matches, lines.data, shown),
        fingerprint=own_fingerprint,
        message=f"{rule.name} found",
        help=rule.help,
        evidence=(*match.evidence, *code_usage.surroundings(match, lines.data, origin)),
        env=rule.env,
        related=related,
        status=status,
        status_reason=reason,
        secret=match.secret.decode("utf-8", "backslashreplace") if options.show_secrets else None,
    )


def with_line_hashes(findings: Sequence[Finding], data: bytes) -> tuple[Finding, ...]:
    """The findings with GitHub's hash of their first line, in the file that holds `data` and nothing else."""
    from keyscan.scan.line_hash import line_hashes

    hashes = line_hashes(data, {finding.location.line for finding in findings})
    return tuple(replace(finding, line_hash=hashes.get(finding.location.line)) for finding in findings)


def only_added(findings: Iterable[Finding], added: Callable[[bytes], list[range] | None]) -> tuple[Finding, ...]:
    """The findings of which at least one line is added; `added` gives a path's new lines, None for all."""
    lines: dict[str, list[range] | None] = {}
    kept = []
    for finding in findings:
        path = finding.origin.file
        if path not in lines:
            lines[path] = added(path.encode("utf-8", "surrogateescape"))
        if is_added(finding, lines[path]):
            kept.append(finding)
    return tuple(kept)


def is_added(finding: Finding, ranges: list[range] | None) -> bool:
    """Whether a line of the finding, or of what belongs to it, is in `ranges`; None stands for all lines.

    An archive has no lines that could be compared: what is inside is added with it.
    """
    if finding.origin.member:
        return True
    where = finding.location
    places = [where, *(related.location for related in finding.related if related.location)]
    return ranges is None or any(r.start <= s.end_line and s.line < r.stop for r in ranges for s in places)
