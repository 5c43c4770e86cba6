"""Findings of a whole repository, for commands about accepted or single findings: `baseline`, `explain`, `rotate`."""

from __future__ import annotations

import os
from dataclasses import replace
from typing import TYPE_CHECKING

from keyscan.api import Scanner
from keyscan.cli import progress
from keyscan.errors import UsageError
from keyscan.model.fingerprint import is_fingerprint
from keyscan.model.rule import Rule, Severity
from keyscan.support.suggestions import did_you_mean

if TYPE_CHECKING:
    from keyscan.config.settings import Settings
    from keyscan.model.finding import Finding


def tree_findings(settings: Settings) -> list[Finding]:
    """All findings in the files of the repository, whatever their severity and status."""
    scanner = Scanner.of(settings)
    return list(scanner.scan_files(scanner.targets([os.path.relpath(settings.root)])).findings)


def history_findings(settings: Settings) -> list[Finding]:
    """All findings in the history; none where there is no repository."""
    from keyscan.git.command import Git
    from keyscan.history import scope
    from keyscan.history.audit import audit_history
    from keyscan.history.batch import HistoryJob

    if not os.path.lexists(os.path.join(settings.root, ".git")):  # noqa: PTH118
        return []
    git = Git(settings.root)
    scanner = Scanner.of(settings)
    query = scope.HistoryQuery(allow_shallow=True)
    with progress.shown() as bar:
        job = HistoryJob(git, scanner.matcher(), scanner.options, settings.jobs, bar)
        return list(audit_history(job, scope.resolve(git, query), query).findings)


def all_findings(settings: Settings, *, history: bool) -> list[Finding]:
    """The findings in the files and, with `history`, those in the history."""
    return [*tree_findings(settings), *(history_findings(settings) if history else ())]


def rule_of(settings: Settings, target: str) -> Rule:
    """The rule that `target` names: its id, or a fingerprint of one of its findings. UsageError if it is neither."""
    rules = {rule.id: rule for rule in Scanner.of(settings).rules}
    rule_id = target.partition(":")[0]
    if rule_id not in rules or (":" in target and not is_fingerprint(target)):
        otherwise = " (see: keyscan rules list)"
        hint = otherwise if rule_id in rules else did_you_mean(rule_id, rules, otherwise)
        raise UsageError(f"{target}: neither a rule nor a fingerprint{hint}")
    return rules[rule_id]


def findings_of(settings: Settings, rule: Rule, fingerprint: str, *, history_first: bool = False) -> list[Finding]:
    """The findings of `rule` with this fingerprint: from the files, or if there are none from the history.

    `history_first`: the other way round, for commands that need to know when a secret was introduced.
    """
    others = tuple(one.id for one in Scanner.of(settings).rules if one.id != rule.id)
    only = replace(settings, disable=(*settings.disable, *others), min_severity=Severity.INFO)
    searches = (history_findings, tree_findings) if history_first else (tree_findings, history_findings)
    for search in searches:
        findings = [finding for finding in search(only) if finding.fingerprint == fingerprint]
        if findings:
            return findings
    return []
