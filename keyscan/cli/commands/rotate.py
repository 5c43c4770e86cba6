"""`keyscan rotate`: the plan for rotating one key, and the inventory of a repository's keys by age."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from keyscan.api import Scanner
from keyscan.cli import output
from keyscan.cli.command import Command
from keyscan.cli.options import DETECTION, rotation_days_option
from keyscan.cli.repository_findings import findings_of, rule_of
from keyscan.cli.settings import with_settings
from keyscan.errors import ExitCode, IncompleteError, UsageError
from keyscan.remediation.rotation_text import FORMATS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from keyscan.config.settings import Settings
    from keyscan.model.finding import Finding
    from keyscan.model.rule import Rule
    from keyscan.remediation.rotation import RotationPlan


@click.command(name="rotate", cls=Command)
@click.argument("target", metavar="[RULE|FINGERPRINT]", default="")
@click.option("--check", is_flag=True, help="List the repository's keys by age; exit with 1 if one is overdue.")
@rotation_days_option
@click.option("-f", "--format", "form", type=click.Choice(FORMATS), default="console", show_default=True,
              help="How to print the plan.")  # fmt: skip
@with_settings(only=DETECTION)
def command(target: str, check: bool, rotation_days: int, form: str, settings: Settings) -> int:
    """Print the steps that rotate one key without downtime: a rule's id, or the fingerprint of a finding.

    Create a new key, keep both valid, deploy, revoke the old one, confirm, and check its usage.
    """
    from keyscan.remediation import rotation_text

    if check:
        if target:
            raise UsageError("--check lists all keys: give it no rule and no fingerprint")
        return _check(settings, rotation_days, form)
    if not target:
        raise UsageError("give a rule's id or a fingerprint, or --check for the keys of this repository")
    rule = rule_of(settings, target)
    output.emit(rotation_text.plan_text(_plan(settings, rule, target), form))
    return ExitCode.CLEAN


def _plan(settings: Settings, rule: Rule, target: str) -> RotationPlan:
    from keyscan.remediation import rotation
    from keyscan.ruleset import verification
    from keyscan.ruleset.live_tables import LiveTables

    tables = verification.load([Path(rule.source)]) if Path(rule.source).is_file() else LiveTables()
    fingerprint = target if ":" in target else ""
    findings = findings_of(settings, rule, fingerprint, history_first=True) if fingerprint else []
    findings = _without_secrets(findings, Scanner.of(settings)) if findings else []
    return rotation.plan(rule, findings, tables.verifier(rule.id), tables.revoker(rule.id), fingerprint)


def _without_secrets(findings: Iterable[Finding], scanner: Scanner) -> list[Finding]:
    """The findings without the secrets in the names of their files, branches and tags."""
    from keyscan.scan.name_redaction import redacted_names

    options = scanner.options
    salts = (options.salt, *(options.ignores.salts if options.ignores else ()))
    return redacted_names(findings, scanner.matcher(0), salts)


def _check(settings: Settings, rotation_days: int, form: str) -> int:
    from keyscan.git.command import Git
    from keyscan.history import scope
    from keyscan.history.audit import audit_history
    from keyscan.history.batch import HistoryJob
    from keyscan.history.provenance import ProvenanceOptions
    from keyscan.remediation import rotation, rotation_text

    git, scanner = Git(settings.root), Scanner.of(settings, without=("practice",))
    query = scope.HistoryQuery()
    job = HistoryJob(git, scanner.matcher(), scanner.options, settings.jobs)
    result = audit_history(job, scope.resolve(git, query), query, ProvenanceOptions(rotation_days=rotation_days))
    if result.interrupted:
        raise KeyboardInterrupt
    counted = [
        finding
        for finding in result.findings
        if finding.status != "ignored"
        and finding.severity >= settings.min_severity
        and not finding.rule_id.startswith("env-")
    ]
    keys = rotation.inventory(_without_secrets(counted, scanner), rotation_days)
    output.emit(rotation_text.inventory_text(keys, rotation_days, form))
    if any(key.overdue for key in keys):
        return ExitCode.FINDINGS
    unread = next((skip for skip in result.skipped if skip.incomplete), None)
    if unread is not None:
        raise IncompleteError(f"{unread.path}: {unread.reason}; ages may be wrong")
    return ExitCode.CLEAN
