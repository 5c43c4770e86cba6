"""Names that hold a secret themselves (a file, a branch, an author): shown redacted, in every format."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from keyscan.model.fingerprint import fingerprint, redacted

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from keyscan.engine.matcher import Matcher
    from keyscan.model.blob import Skip
    from keyscan.model.finding import Finding
    from keyscan.model.report import Report


def scrubbed(report: Report, matcher: Matcher, salt: str = "") -> Report:
    """The report with every secret redacted that a rule finds in a name; all names cost one scan when there is none."""
    names = set(_names(report))
    if not names or not matcher.scan("\n".join(names).encode("utf-8", "surrogateescape")):
        return report
    shown = {name: _shown(name, matcher, salt) for name in names}
    return replace(
        report,
        findings=tuple(_finding(finding, shown) for finding in report.findings),
        known=tuple(_finding(finding, shown) for finding in report.known),
        ignored=tuple(_finding(finding, shown) for finding in report.ignored),
        skipped=tuple(_skip(skip, shown) for skip in report.skipped),
        notes=tuple(shown[note] for note in report.notes),
    )


def _names(report: Report) -> Iterator[str]:
    for finding in (*report.findings, *report.known, *report.ignored):
        yield from _names_of(finding)
    for skip in report.skipped:
        yield skip.path
        yield skip.reason
    yield from report.notes


def _names_of(finding: Finding) -> Iterable[str]:
    yield finding.origin.path
    yield finding.origin.author or ""
    yield finding.status_reason
    for related in finding.related:
        yield related.path
        yield related.message
    if finding.provenance:
        yield from finding.provenance.paths
        yield from finding.provenance.in_branches


def _shown(name: str, matcher: Matcher, salt: str) -> str:
    data = name.encode("utf-8", "surrogateescape")
    for match in reversed(matcher.scan(data)):
        mark = redacted(match, fingerprint(match.rule.id, match.secret, salt))
        data = data[: match.secret_start] + mark.encode() + data[match.secret_end :]
    return data.decode("utf-8", "surrogateescape")


def _finding(finding: Finding, shown: dict[str, str]) -> Finding:
    origin, history = finding.origin, finding.provenance
    return replace(
        finding,
        origin=replace(
            origin, path=shown[origin.path], author=shown[origin.author] if origin.author else origin.author
        ),
        status_reason=shown[finding.status_reason],
        related=tuple(replace(one, path=shown[one.path], message=shown[one.message]) for one in finding.related),
        provenance=history
        and replace(
            history,
            paths=tuple(shown[path] for path in history.paths),
            in_branches=tuple(shown[branch] for branch in history.in_branches),
        ),
    )


def _skip(skip: Skip, shown: dict[str, str]) -> Skip:
    return replace(skip, path=shown[skip.path], reason=shown[skip.reason])
