"""A report in one line: what was found, and the coverage."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from keyscan.reporters.shared.summary import coverage

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from keyscan.model.report import Report

_RED, _GREEN = "1;31", "1;32"


def headline(report: Report, paint: Callable[[str, str], str] = lambda _code, text: text) -> str:
    """The line that ends a report; `paint` colours a part of it, given a terminal's colour code."""
    stats = report.stats
    counts = ((stats.blobs, "blob"), (stats.commits, "commit"), (stats.known, "object"))
    objects = [f"{number} {word}{'s' * (number != 1)}" for number, word in counts if number]
    if stats.known:
        objects[-1] += " cached"
    covered = [coverage(stats.files, stats.bytes, stats.rules, report.run.seconds, *objects)]
    covered += [
        f"{count} {word}"
        for count, word in (
            (len(report.known), "in the baseline"),
            (len(report.ignored), "ignored"),
            (report.hidden, "below the minimum severity"),
            (report.imprecise, "below the minimum precision"),
            (len(report.skipped), "skipped"),
        )
        if count
    ]
    return f"keyscan: {_verdict(report, paint)} ({', '.join(covered)})"


def _verdict(report: Report, paint: Callable[[str, str], str]) -> str:
    count = len(report.findings)
    if count:
        by = Counter(finding.severity for finding in report.findings)
        kinds = ", ".join(f"{by[severity]} {severity.label}" for severity in sorted(by, reverse=True))
        partly = "" if report.complete else "incomplete, "
        return paint(_RED, f"{partly}{count} finding{'s' * (count != 1)}: {kinds}")
    if report.complete:
        return paint(_GREEN, "clean")
    return paint(_RED, "incomplete, nothing found in what was read")


def sentences(report: Report) -> Iterator[str]:
    """What was found and what was covered, in whole sentences."""
    stats, count = report.stats, len(report.findings)
    if count:
        by = Counter(finding.severity for finding in report.findings)
        kinds = ", ".join(f"{by[severity]} {severity.label}" for severity in sorted(by, reverse=True))
        yield f"{plural(count, 'finding')}: {kinds}."
    else:
        yield "No findings." if report.complete else "No findings in what was read."
    read = [plural(number, word) for number, word in _read(report) if number]
    yield f"Read {', '.join(read) or 'nothing'} with {plural(stats.rules, 'rule')}, {megabytes(stats.bytes)} in all."
    if stats.known:
        yield f"{plural(stats.known, 'unchanged object')} taken from the cache."
    apart = [(len(report.known), "in the baseline"), (len(report.ignored), "ignored")]
    apart.append((report.hidden, "below the minimum severity"))
    apart.append((report.imprecise, "below the minimum precision"))
    counts = [f"{number:,} {word}" for number, word in apart if number]
    if counts:
        yield f"Not counted: {', '.join(counts)}."


def _read(report: Report) -> tuple[tuple[int, str], ...]:
    stats = report.stats
    return (stats.files, "file"), (stats.blobs, "blob"), (stats.commits, "commit")


def plural(number: int, word: str) -> str:
    """`1 file`, `2,000 files`."""
    return f"{number:,} {word}{'s' * (number != 1)}"


def megabytes(size: int) -> str:
    """A size in the unit that suits it."""
    return f"{size / 1e6:,.1f} MB" if size >= 100_000 else f"{size / 1e3:,.1f} kB"  # noqa: PLR2004
