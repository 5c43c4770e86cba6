"""Findings by rule, by secret and by file, most severe first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

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


def by_secret(findings: Iterable[Finding]) -> list[tuple[Finding, ...]]:
    """The places of each secret, the worst first; secrets in order of their worst place.

    A secret is what has one fingerprint: the same value under the same rule.
    """
    secrets: dict[str, list[Finding]] = {}
    for finding in findings:
        secrets.setdefault(finding.fingerprint, []).append(finding)
    return _ordered(secrets.values())


def distinct_first(findings: Iterable[Finding]) -> list[Finding]:
    """The worst place of each secret, then all other places, each most severe first: for formats with a limit."""
    secrets = by_secret(findings)
    others = sorted((place for places in secrets for place in places[1:]), key=_worst_first)
    return [*(places[0] for places in secrets), *others]


def _ordered(secrets: Iterable[list[Finding]]) -> list[tuple[Finding, ...]]:
    groups = [tuple(sorted(places, key=_worst_first)) for places in secrets]
    return sorted(groups, key=lambda places: _worst_first(places[0]))


def _worst_first(finding: Finding) -> tuple[Any, ...]:
    return (-finding.severity, finding.sort_key)


def by_rule(findings: Iterable[Finding]) -> list[RuleGroup]:
    """The groups of `findings`, most severe first, then those with most secrets."""
    rules: dict[str, dict[str, list[Finding]]] = {}
    for finding in findings:
        rules.setdefault(finding.rule_id, {}).setdefault(finding.fingerprint, []).append(finding)
    groups = [_group(rule_id, secrets) for rule_id, secrets in rules.items()]
    return sorted(groups, key=lambda group: (-group.severity, -len(group.secrets), group.rule_id))


def _group(rule_id: str, secrets: dict[str, list[Finding]]) -> RuleGroup:
    ordered = _ordered(secrets.values())
    findings = tuple(sorted((place for places in ordered for place in places), key=lambda one: one.sort_key))
    return RuleGroup(rule_id, max(finding.severity for finding in findings), findings, tuple(ordered))


def by_path(findings: Sequence[Finding]) -> list[tuple[str, list[Finding]]]:
    """Findings in order of place by their path."""
    paths: dict[str, list[Finding]] = {}
    for finding in findings:
        paths.setdefault(finding.origin.path, []).append(finding)
    return list(paths.items())
