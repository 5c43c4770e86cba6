"""SARIF for a fleet: one file for each repository, since code scanning takes results by repository."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from keyscan.fleet.model import COVERED, Status
from keyscan.model.blob import Skip
from keyscan.model.report import Report, RunInfo, Stats
from keyscan.reporters import sarif

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from keyscan.fleet.store import Store
    from keyscan.model.finding import Finding
    from keyscan.model.rule import Rule


def documents(store: Store, rules: Mapping[str, Rule]) -> Iterator[tuple[str, str]]:
    """(file name, SARIF) for each repository that was audited, with or without findings."""
    by_repository: dict[str, list[Finding]] = {}
    for key, finding, _, _ in store.findings():
        by_repository.setdefault(key, []).append(finding)
    used: set[str] = set()
    for row in store.repositories():
        if Status(row["status"]) not in COVERED | {Status.INCOMPLETE}:
            continue
        findings = sorted(by_repository.get(row["key"], ()), key=lambda finding: finding.sort_key)
        skipped = tuple(Skip(path, reason, incomplete) for path, reason, incomplete in store.skips(row["key"]))
        report = Report(
            findings=tuple(findings),
            skipped=skipped,
            stats=Stats(blobs=row["blobs"], commits=row["commits"], bytes=row["bytes"], rules=len(rules)),
            rules={finding.rule_id: rules[finding.rule_id] for finding in findings if finding.rule_id in rules},
            run=RunInfo(command="fleet"),
        )
        name = _file_name(row["name"], used)
        used.add(name.lower())
        yield f"{name}.sarif", sarif.render(report)


def _file_name(name: str, used: Collection[str]) -> str:
    """A file name without extension for a repository, none of `used` (lower case); it cannot leave the directory."""
    stem = re.sub(r"[^A-Za-z0-9_-]+", "-", name).strip("-")[:100] or "repository"
    number, unique = 1, stem
    while unique.lower() in used:
        number += 1
        unique = f"{stem}-{number}"
    return unique
