"""Files of secrets in the history: one finding a path, at the oldest commit that held a real value."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from keyscan.hygiene.finding import content, finding
from keyscan.model.blob import Origin
from keyscan.model.finding import Provenance, Related
from keyscan.model.rule import Severity
from keyscan.scan.line_index import Lines

if TYPE_CHECKING:
    from collections.abc import Iterator

    from keyscan.hygiene.file_versions import Version
    from keyscan.hygiene.secret_values import Value
    from keyscan.model.finding import Finding

# Other commits that a finding names one by one.
_NAMED = 10


def check(
    real: list[tuple[Version, bytes, list[Value]]], tracked: set[str], prefix: str, salt: str
) -> Iterator[Finding]:
    """Findings for the versions that hold real values, which are given newest first."""
    by_path: dict[str, list[tuple[Version, bytes, list[Value]]]] = {}
    for entry in real:
        by_path.setdefault(entry[0].path, []).append(entry)
    for path, entries in sorted(by_path.items()):
        version, data, values = entries[-1]
        here = path in tracked
        first = values[0]
        there = "it is still tracked" if here else "it is no longer tracked, but old commits keep it"
        made = finding(
            "env-in-history",
            prefix + path,
            severity=max(Severity.HIGH, *(value.severity for value in values)),
            evidence=(
                f"{len(entries)} commit{'s' * (len(entries) != 1)} hold it with real values",
                there,
                content(values),
            ),
            location=Lines(data).location(first.variable.start, first.variable.end),
            related=tuple(
                Related("changed", prefix + path, commit=other.commit) for other, _, _ in entries[:-1][:_NAMED]
            ),
            salt=salt,
        )
        yield replace(
            made,
            origin=Origin(prefix + path, "file", version.commit, version.author, None, version.date, version.blob),
            provenance=Provenance(len(entries), (prefix + path,), here, first_seen=version.date),
        )
