"""`keyscan revoke`: revoke a key at its issuer, or print the steps for its owner."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import click

from keyscan.cli import sending
from keyscan.cli.command import Command
from keyscan.cli.messages import prompt, say
from keyscan.cli.settings import scan_options
from keyscan.cli.verify_options import VerifySettings, endpoints_of
from keyscan.errors import ExitCode, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from keyscan.config.settings import Settings
    from keyscan.model.finding import Finding, Validity
    from keyscan.remediation.revoke import RevokePlan, RevokeResult
    from keyscan.ruleset.live_tables import LiveTables

_TYPED = 4


@dataclass(frozen=True, slots=True)
class _Context:
    """The tables, the sender of requests, and the file of the audit record."""

    tables: LiveTables
    choices: VerifySettings
    dry_run: bool
    record: Callable[[Mapping[str, Any]], None] | None


@click.command(name="revoke", cls=Command)
@click.argument("fingerprints", metavar="FINGERPRINT...", nargs=-1, required=True)
@click.option(
    "--from",
    "place",
    metavar="REPORT.json|PATH",
    default=".",
    help="Report or path that contains the keys (default: this directory).",
)
@click.option("--dry-run", is_flag=True, help="Show the requests with the key masked, and send nothing.")
@click.option("--yes-revoke", is_flag=True, help="Revoke without a confirmation prompt (for scripts).")
@click.option(
    "--record", "record_file", metavar="FILE", help="Append a JSON line for each request and result, without keys."
)
@click.option("--endpoint", "endpoints", multiple=True, metavar="NAME=URL", help="Server of a self-hosted product.")
@click.option("--allow-private", multiple=True, metavar="HOST", help="Allow this host to be on a private network.")
@scan_options
def command(
    fingerprints: tuple[str, ...],
    place: str,
    dry_run: bool,
    yes_revoke: bool,
    record_file: str | None,
    endpoints: tuple[str, ...],
    allow_private: tuple[str, ...],
    settings: Settings,
) -> int:
    """Revoke found keys at their providers: explains the effect, confirms, revokes, and verifies that the key is dead.

    FINGERPRINT is what reports show (the line "ignore"). For kinds that keyscan cannot revoke itself, it prints the
    address and the steps.
    """
    from keyscan.cli import output, verification
    from keyscan.cli.commands.verify import scan_input
    from keyscan.support import http

    http.require()
    if not os.path.lexists(place):
        raise UsageError(f"--from {place}: no such file or directory")
    tables = verification.trusted_tables(settings)
    choices = VerifySettings(True, endpoints=endpoints_of(endpoints), allow_private=allow_private, yes=yes_revoke)
    verification.check_kinds(choices, tables)
    all_findings = scan_input((place,), settings)
    report = all_findings.scanner.report(all_findings.result, output.run_info(settings, all_findings.started))
    findings = {finding.fingerprint: finding for finding in (*report.findings, *report.known, *report.ignored)}
    missing = [fingerprint for fingerprint in fingerprints if fingerprint not in findings]
    if missing:
        raise UsageError(
            f"{missing[0]}: no finding with this fingerprint in {place}; give --from REPORT.json or a path"
        )
    with sending.no_core_dumps(), sending.audit_file(record_file, "--record") as record:
        context = _Context(tables, choices, dry_run, record)
        done = [_revoke(findings[fingerprint], settings, context) for fingerprint in dict.fromkeys(fingerprints)]
    return ExitCode.CLEAN if all(done) else ExitCode.INCOMPLETE


def _revoke(finding: Finding, settings: Settings, context: _Context) -> bool:
    """Whether a finding's key is revoked (or would be, in a dry run)."""
    from keyscan.cli import verification
    from keyscan.remediation import revoke

    say(f"{finding.rule_name} {finding.redacted} at {finding.origin.path}:{finding.location.line}")
    table = context.tables.revoker(finding.rule_id)
    if table is None:
        return _instructions(finding, "no way to revoke it is known", "")
    candidates, unread = verification.eligible([finding], settings, test_keys=True)
    if not candidates or candidates[0].withheld:
        gone = unread.get(finding.fingerprint)
        why = candidates[0].withheld if candidates else gone.detail if gone else "the key is no longer at its location"
        return _instructions(finding, why, table.summary)
    plan = revoke.plan(table, candidates[0], os.environ, context.choices.endpoints.get(table.endpoint, ""))
    if plan.why_not:
        return _instructions(finding, plan.why_not, table.summary, table.docs, table.notes)
    _explain(finding, plan)
    if context.dry_run:
        for line in revoke.shown(plan):
            say(f"  {line}")
        say("  dry run: nothing was sent")
        return True
    if not context.choices.yes:
        _confirm(finding)
    return _carried_out(finding, plan, context)


def _explain(finding: Finding, plan: RevokePlan) -> None:
    """Print what the revocation does and what it breaks."""
    table = plan.table
    say(f"  what happens: {table.summary}")
    if table.notes:
        say(f"  note: {table.notes}")
    say(f"  {'this can be undone at the provider' if table.reversible else 'this cannot be undone'}")
    if finding.help.opens:
        say(f"  everything that uses this key stops working; it gives access to: {finding.help.opens}")


def _confirm(finding: Finding) -> None:
    if not sending.interactive():
        raise UsageError("revoking asks on a terminal; confirm with --yes-revoke in scripts. Nothing was sent")
    wanted = finding.fingerprint[-_TYPED:]
    typed = prompt(f"  type the last four characters of {finding.fingerprint} to revoke it")
    if typed != wanted:
        raise UsageError("that is not the end of the fingerprint: nothing was sent")


def _carried_out(finding: Finding, plan: RevokePlan, context: _Context) -> bool:
    from keyscan.remediation import revoke
    from keyscan.support.http import RequestFailed

    sender = sending.Sender(context.choices)

    def on_outcome(step: Any, request: Any, outcome: Any) -> None:
        answer = outcome.reason if isinstance(outcome, RequestFailed) else outcome.status
        where = {"method": request.method, "host": request.host, "answer": answer}
        _record(context, finding, {"step": step.purpose, "path": sending.path_of(request), **where})

    result = revoke.carry_out(plan, sender.send, on_outcome)
    state = _state_after(plan, context, sender) if result.done else None
    _record(context, finding, {"result": result.status, "state": state.status if state else ""})
    say(f"  {result.status}: {result.detail}")
    return _judged(finding, result, state)


def _judged(finding: Finding, result: RevokeResult, state: Validity | None) -> bool:
    """Print the key's state after the revocation; returns whether it is revoked."""
    if not result.done:
        return _instructions(finding, "it was not revoked", "")
    if state is None or state.status == "not-checked":
        say("  the result could not be verified: check the provider's console")
        return True
    say(f"  verified: {state.status}{f' ({state.reason})' if state.reason else ''}")
    if state.status in {"live", "limited"}:
        say("  the key still works: run keyscan verify in a few minutes, or revoke it in the provider's console")
        return False
    say("  the key is still in the history: it is reported until it is removed or accepted in the baseline")
    return True


def _state_after(plan: RevokePlan, context: _Context, sender: sending.Sender) -> Validity:
    """What the issuer says of the key now; asked again after the issuer's delay while it is not dead."""
    from keyscan.ruleset.live_tables import LiveTables
    from keyscan.verify.store import Store
    from keyscan.verify.verifier import Verifier, VerifyOptions

    # Without an effect only, and without a dummy key: the key was already known to be active.
    tables = LiveTables(tuple(replace(one, control="never") for one in context.tables.verify if one.effect == "none"))
    options = VerifyOptions(frozenset({"all"}), context.choices.endpoints)
    fingerprint = plan.candidate.fingerprint
    state = None
    for wait in (0, plan.table.delay) if plan.table.delay else (0,):
        if wait:
            say(f"  the provider needs a moment: verifying again in {wait} seconds")
            time.sleep(wait)
        verifier = Verifier(tables, Store(None), options)
        state = verifier.run(verifier.plan([plan.candidate]), sender.send).validities[fingerprint]
        if state.status == "dead":
            break
    assert state is not None  # noqa: S101 - it was asked at least once
    return state


def _instructions(finding: Finding, why: str, summary: str, docs: str = "", notes: str = "") -> bool:
    """Print how its owner revokes the key; never counts as revoked."""
    say(f"  not revoked by keyscan: {why}")
    lines = [summary, notes, f"more: {docs}" if docs else ""]
    lines += [f"revoke it: {finding.help.revoke_url}"] if finding.help.revoke_url else []
    lines += finding.help.steps
    say(*(f"  - {line}" for line in lines if line))
    return False


def _record(context: _Context, finding: Finding, entry: Mapping[str, Any]) -> None:
    if context.record:
        stamp = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
        context.record({"time": stamp, "fingerprint": finding.fingerprint, **entry})
