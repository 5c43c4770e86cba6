"""`--verify` for all commands that scan: consent, the keys in plain text for a moment, the issuers' answers."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from keyscan.cli.sending import Sender, audit_file, audit_of, consent, no_core_dumps
from keyscan.errors import UsageError
from keyscan.model.finding import Finding, Validity
from keyscan.model.rule import Precision, Severity
from keyscan.scan.report import VerifiedFindings
from keyscan.sources import ci
from keyscan.support.suggestions import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from keyscan.cli.verify_options import VerifySettings
    from keyscan.config.settings import Settings
    from keyscan.model.blob import Blob, Skip
    from keyscan.model.rule import Rule
    from keyscan.ruleset.live_tables import LiveTables
    from keyscan.verify.candidate import Candidate
    from keyscan.verify.verifier import VerifyPlan, VerifyResult

# Reasons after which a key's state is open because of this run, not because of the key.
OPEN = frozenset({
    "time", "stopped", "interrupted", "dns", "connect", "timeout", "tls", "proxy", "protocol", "server", "rate", "edge",
})  # fmt: skip


def verified(
    findings: tuple[Finding, ...], settings: Settings, choices: VerifySettings, stdin: Blob | None = None
) -> VerifiedFindings:
    """The findings with validities, except in a pull request from a fork, whose author could aim at the requests.

    `stdin`: what was read from standard input, since it cannot be read again.
    """
    if not choices.forks and ci.from_fork(os.environ, ci.event_of(os.environ)):
        note = "not verified: this is a pull request from a fork (use --verify-forks to verify anyway)"
        return VerifiedFindings(findings, (note,))
    return with_validities(findings, settings, choices, stdin)


def with_validities(
    findings: tuple[Finding, ...], settings: Settings, choices: VerifySettings, stdin: Blob | None = None
) -> VerifiedFindings:
    """Verify findings, after consent; notes, a Skip and `interrupted` describe the outcome."""
    from keyscan.support import http

    http.require()
    tables = trusted_tables(settings)
    check_kinds(choices, tables)
    candidates, unread = eligible(findings, settings, stdin=stdin)
    with no_core_dumps():
        plan, result = asked(candidates, tables, choices)
    validities = {**unread, **result.validities}
    missing = Validity("unknown", "not-found", "the key is no longer at its location, or cannot be read")
    findings = tuple(_with(finding, validities.get(finding.fingerprint, missing), choices) for finding in findings)
    kept = tuple(
        finding
        for finding in findings
        if not choices.only or (finding.validity and finding.validity.status in choices.only)
    )
    notes = [summary_line(plan, result)]
    if any(finding.validity and finding.validity.status in {"live", "limited"} for finding in findings):
        notes.append("to revoke a key or see how: keyscan revoke FINGERPRINT")
    if len(kept) < len(findings):
        hidden = len(findings) - len(kept)
        notes.append(f"{hidden} finding{'s' * (hidden != 1)} hidden by --only {','.join(sorted(choices.only))}")
    skipped = () if result.interrupted else tuple(_unfinished(findings))
    return VerifiedFindings(kept, tuple(notes), skipped, result.interrupted)


def _unfinished(findings: Iterable[Finding]) -> Iterator[Skip]:
    """A Skip when verification could not be finished: what is not known is not clean."""
    from keyscan.model.blob import Skip

    count = sum(1 for finding in findings if finding.validity and finding.validity.reason in OPEN)
    if count:
        reason = f"{count} finding{'s' * (count != 1)} could not be verified; each states its reason"
        yield Skip("verification", reason, incomplete=True)


def _with(finding: Finding, validity: Validity, choices: VerifySettings) -> Finding:
    """The finding with its validity: live is one step worse, dead is low."""
    if not choices.emails:
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

    places = dict.fromkeys([loader.builtin_dir(), *map(Path, settings.trusted_rules)])
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
    findings: Iterable[Finding], settings: Settings, *, test_keys: bool = False, stdin: Blob | None = None
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
    fingerprints = {finding.fingerprint for finding in chosen}
    salts = {settings.salt, *settings.ignores.salts}
    blobs = blobs_of(chosen, settings.root, stdin)
    candidates = plaintext.candidates(blobs, scanner.matches, fingerprints, salts)
    return [replace(candidate, withheld=withheld[candidate.fingerprint]) for candidate in candidates], unread


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


def asked(candidates: list[Candidate], tables: LiveTables, choices: VerifySettings) -> tuple[VerifyPlan, VerifyResult]:
    """Plan, ask for consent, send the requests, and store the answers."""
    from keyscan.support import storage
    from keyscan.verify.store import Store
    from keyscan.verify.verifier import Verifier, VerifyOptions

    try:
        store = Store(None if choices.fresh else Path(storage.cache_directory()))
    except OSError:  # no place to keep answers
        store = Store(None)
    verifier = Verifier(tables, store, VerifyOptions(choices.ask, choices.endpoints))
    plan = verifier.plan(candidates)
    if plan.questions:
        consent(plan, choices)
    with audit_file(choices.audit) as write:
        sender = Sender(choices)
        result = verifier.run(plan, sender.send, audit_of(write) if write else None)
    store.save()
    return plan, result
