"""`--verify` for all commands that scan: consent, the keys in plain text for a moment, the issuers' answers."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from keyscan.cli.sending import Sender, audit_file, audit_of, consent, no_core_dumps
from keyscan.cli.verify_options import STDIN, VERIFY_KEY, VerifySettings
from keyscan.errors import UsageError
from keyscan.model.finding import Finding, Validity
from keyscan.model.rule import Precision, Severity
from keyscan.sources import ci
from keyscan.support.suggestions import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Iterable

    from keyscan.config.settings import Settings
    from keyscan.model.report import Report
    from keyscan.model.rule import Rule
    from keyscan.ruleset.live_tables import LiveTables
    from keyscan.verify.candidate import Candidate
    from keyscan.verify.verifier import VerifyPlan, VerifyResult

# Reasons after which a key's state is open because of this run, not because of the key.
OPEN = frozenset({
    "time", "stopped", "interrupted", "dns", "connect", "timeout", "tls", "proxy", "protocol", "server", "rate", "edge",
})  # fmt: skip


def verified(report: Report, settings: Settings) -> Report:
    """The report with validities where `--verify` asked for them; as it is otherwise."""
    context = click.get_current_context(silent=True)
    choices = context.meta.get(VERIFY_KEY) if context else None
    if not isinstance(choices, VerifySettings) or not choices.verify or report.interrupted:
        return report
    if not choices.forks and ci.from_fork(os.environ, ci.event_of(os.environ)):
        note = "not verified: this is a pull request from a fork (use --verify-forks to verify anyway)"
        return replace(report, notes=(*report.notes, note))
    return with_validities(report, settings, choices)


def with_validities(report: Report, settings: Settings, choices: VerifySettings) -> Report:
    """Ask about the report's new findings, after consent; findings, notes and completeness say what came of it."""
    from keyscan.support import http

    http.require()
    tables = trusted_tables(settings)
    check_kinds(choices, tables)
    found, unread = eligible(report.findings, settings)
    with no_core_dumps():
        plan, result = asked(found, tables, choices)
    validities = {**unread, **result.validities}
    missing = Validity("unknown", "not-found", "the key is no longer at its location, or cannot be read")
    findings = tuple(_with(finding, validities.get(finding.fingerprint, missing)) for finding in report.findings)
    kept = tuple(one for one in findings if not choices.only or (one.validity and one.validity.status in choices.only))
    notes = [*report.notes, summary_line(plan, result)]
    live = sum(1 for one in findings if one.validity and one.validity.status in {"live", "limited"})
    if live:
        notes.append("to revoke a key or see how: keyscan revoke FINGERPRINT")
    if len(kept) < len(findings):
        notes.append(f"{len(findings) - len(kept)} findings hidden by --only {','.join(sorted(choices.only))}")
    report = replace(report, findings=kept, notes=tuple(notes), interrupted=result.interrupted)
    return _incomplete(report, findings)


def _incomplete(report: Report, findings: Iterable[Finding]) -> Report:
    """The report with a Skip when verification could not be finished: what is not known is not clean."""
    from keyscan.model.blob import Skip

    left = sum(1 for finding in findings if finding.validity and finding.validity.reason in OPEN)
    if not left or report.interrupted:
        return report
    skip = Skip("verification", f"{left} findings could not be verified; each states its reason", incomplete=True)
    return replace(report, skipped=(*report.skipped, skip))


def _with(finding: Finding, validity: Validity) -> Finding:
    """The finding with its validity: live is one step worse, dead is low."""
    context = click.get_current_context(silent=True)
    if context and context.params.get("no_email"):
        validity = replace(validity, identity=tuple(pair for pair in validity.identity if "@" not in pair[1]))
    severity = finding.severity
    if validity.status == "live":
        severity = Severity(min(severity + 1, Severity.CRITICAL))
    elif validity.status == "dead":
        severity = min(severity, Severity.LOW)
    return replace(finding, validity=validity, severity=severity)


def summary_line(plan: VerifyPlan, result: VerifyResult) -> str:
    """How many keys were checked, in how many requests, at how many hosts."""
    keys = f"{result.keys} key{'s' * (result.keys != 1)}"
    requests = f"{result.requests} request{'s' * (result.requests != 1)}"
    hosts = len(plan.hosts)
    text = f"verified: {keys}, {requests}, {hosts} host{'s' * (hosts != 1)}"
    return f"{text}; interrupted" if result.interrupted else text


def trusted_files(settings: Settings) -> list[Path]:
    """The built-in rules and the rule files that the user named: never those of the scanned repository."""
    from keyscan.ruleset import loader

    context = click.get_current_context()
    named = [Path(path) for path in context.params.get("rules") or ()]
    if settings.trusted:
        named += [Path(path) for path in settings.rules]
    places = dict.fromkeys([loader.builtin_dir(), *named])
    return [file for place in places for file in loader.rule_files(place)]


def trusted_tables(settings: Settings) -> LiveTables:
    """The tables of the trusted rule files."""
    from keyscan.ruleset import fields, gitleaks, verification

    return verification.load(file for file in trusted_files(settings) if gitleaks.is_ours(fields.read_toml(file)))


def check_kinds(choices: VerifySettings, tables: LiveTables) -> None:
    """UsageError for a kind or an endpoint that no table knows."""
    known = {
        "--ask": (choices.ask - {"all"}, {table.kind for table in tables.verify}),
        "--endpoint": (set(choices.endpoints), {table.endpoint for table in tables.verify if table.endpoint}),
    }
    for option, (given, names) in known.items():
        for name in sorted(given - names):
            hint = did_you_mean(name, names, "; see docs/live.md")
            raise UsageError(f"{option} {name}: no such {'kind' if option == '--ask' else 'product'}{hint}")


def eligible(
    findings: Iterable[Finding], settings: Settings, *, test_keys: bool = False
) -> tuple[list[Candidate], dict[str, Validity]]:
    """The findings' secrets in plain text, and why some are not asked about: public, test keys, unsure ones.

    `test_keys`: those too, since it is the user who named the finding.
    """
    from keyscan.api import Scanner
    from keyscan.cli.plaintext import blobs_of
    from keyscan.scan import plaintext

    trusted = {str(file) for file in trusted_files(settings)}
    scanner = Scanner.of(settings)
    by_id = {rule.id: rule for rule in scanner.rules}
    chosen: list[Finding] = []
    unread: dict[str, Validity] = {}
    withheld: dict[str, str] = {}
    for finding in findings:
        rule = by_id.get(finding.rule_id)
        withheld[finding.fingerprint] = why = not_sent(finding, rule, trusted, test_keys=test_keys)
        if rule is None:
            unread[finding.fingerprint] = Validity("not-checked", "not-sent", why)
        else:
            chosen.append(finding)
    context = click.get_current_context(silent=True)
    stdin = context.meta.get(STDIN) if context else None
    marks = {finding.fingerprint for finding in chosen}
    salts = {settings.salt, *settings.ignores.salts}
    blobs = blobs_of(chosen, settings.root, stdin)
    found = plaintext.candidates(blobs, scanner.matches, marks, salts)
    return [replace(one, withheld=withheld[one.fingerprint]) for one in found], unread


def not_sent(finding: Finding, rule: Rule | None, trusted: set[str], *, test_keys: bool = False) -> str:
    """Why a finding's key is not sent; empty when it may be."""
    if rule is None:
        return "not a provider's key"
    if rule.source not in trusted:
        return "its rule is from the scanned repository; only built-in rules and those given by --rules are verified"
    if rule.public:
        return "public by design"
    if rule.test and not test_keys:
        return "test key"
    if rule.category == "practice":
        return "not a provider's key"
    return "" if finding.precision >= Precision.HIGH else "precision of the rule is too low"


def asked(found: list[Candidate], tables: LiveTables, choices: VerifySettings) -> tuple[VerifyPlan, VerifyResult]:
    """Plan, consent, requests, and what is remembered of the answers."""
    from keyscan.support import storage
    from keyscan.verify.store import Store
    from keyscan.verify.verifier import Verifier, VerifyOptions

    store = Store(None if choices.fresh else Path(storage.cache_directory()))
    verifier = Verifier(tables, store, VerifyOptions(choices.ask, choices.endpoints))
    plan = verifier.plan(found)
    if plan.questions:
        consent(plan, choices)
    with audit_file(choices.audit) as write:
        sender = Sender(choices)
        result = verifier.run(plan, sender.send, audit_of(write) if write else None)
    store.save()
    return plan, result
