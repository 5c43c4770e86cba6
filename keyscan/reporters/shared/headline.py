"""A report in one line: what was found, and the coverage."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from keyscan.reporters.shared.summary import coverage
from keyscan.support.plural import plural

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from keyscan.model.finding import Finding
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
    if report.findings:
        partly = "" if report.complete else "incomplete, "
        return paint(_RED, f"{partly}{counted(report.findings)}")
    if report.complete:
        return paint(_GREEN, "clean")
    return paint(_RED, "incomplete, nothing found in what was read")


def counted(findings: Sequence[Finding]) -> str:
    """`2 findings: 1 high, 1 medium`; `1 secret in 3 places: 1 high` where one is found more than once.

    A secret counts once, with its worst severity.
    """
    from keyscan.reporters.shared.grouping import by_secret  # a clean scan needs none of it

    secrets = by_secret(findings)
    by = Counter(places[0].severity for places in secrets)
    kinds = ", ".join(f"{by[severity]} {severity.label}" for severity in sorted(by, reverse=True))
    several = len(secrets) < len(findings)
    word = "secret" if several and all(finding.provider != "keyscan" for finding in findings) else "finding"
    places = f" in {len(findings)} places" if several else ""
    return f"{len(secrets)} {word}{'s' * (len(secrets) != 1)}{places}: {kinds}"


def sentences(report: Report) -> Iterator[str]:
    """What was found and what was covered, in whole sentences."""
    stats = report.stats
    if report.findings:
        yield f"{counted(report.findings)}."
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


def megabytes(size: int) -> str:
    """A size in the unit that suits it."""
    return f"{size / 1e6:,.1f} MB" if size >= 100_000 else f"{size / 1e3:,.1f} kB"  # noqa: PLR2004
