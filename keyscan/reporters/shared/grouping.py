"""Findings by rule, by secret and by file, most severe first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from keyscan.model.finding import Finding
    from keyscan.model.rule import Severity


@dataclass(frozen=True, slots=True)
class RuleGroup:
    """The findings of one rule in order of place; `secrets` has them by secret, the worst first."""

    rule_id: str
    severity: Severity
    findings: tuple[Finding, ...]
    secrets: tuple[tuple[Finding, ...], ...]


def by_rule(findings: Iterable[Finding]) -> list[RuleGroup]:
    """The groups of `findings`, most severe first, then those with most findings."""
    rules: dict[str, dict[str, list[Finding]]] = {}
    for finding in findings:
        rules.setdefault(finding.rule_id, {}).setdefault(finding.fingerprint, []).append(finding)
    groups = [_group(rule_id, secrets) for rule_id, secrets in rules.items()]
    return sorted(groups, key=lambda group: (-group.severity, -len(group.findings), group.rule_id))


def _group(rule_id: str, secrets: dict[str, list[Finding]]) -> RuleGroup:
    ordered = [tuple(sorted(places, key=lambda one: (-one.severity, one.sort_key))) for places in secrets.values()]
    ordered.sort(key=lambda places: (-places[0].severity, places[0].sort_key))
    findings = tuple(sorted((place for places in ordered for place in places), key=lambda one: one.sort_key))
    return RuleGroup(rule_id, max(finding.severity for finding in findings), findings, tuple(ordered))


def by_path(findings: Sequence[Finding]) -> list[tuple[str, list[Finding]]]:
    """Findings in order of place by their path."""
    paths: dict[str, list[Finding]] = {}
    for finding in findings:
        paths.setdefault(finding.origin.path, []).append(finding)
    return list(paths.items())
