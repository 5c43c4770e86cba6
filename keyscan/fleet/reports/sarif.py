"""SARIF for a fleet: one file for each repository, since code scanning takes results by repository."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from keyscan.fleet.model import COVERED, Status
from keyscan.model.blob import Skip
from keyscan.model.report import Report, RunInfo, Stats
from keyscan.reporters import sarif

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

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
            rules={one.rule_id: rules[one.rule_id] for one in findings if one.rule_id in rules},
            run=RunInfo(command="fleet"),
        )
        yield _file_name(row["name"], used), sarif.render(report)


def _file_name(name: str, used: set[str]) -> str:
    """A unique file name for a repository, inside the output directory."""
    stem = re.sub(r"[^A-Za-z0-9_-]+", "-", name).strip("-")[:100] or "repository"
    number, unique = 1, stem
    while unique.lower() in used:
        number += 1
        unique = f"{stem}-{number}"
    used.add(unique.lower())
    return f"{unique}.sarif"
