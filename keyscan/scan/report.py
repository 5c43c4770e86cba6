"""Makes reports from results: the only maker of a `Report`, sorted, counted and complete."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from keyscan.model.blob import Skip
from keyscan.model.report import Report, RunInfo, Stats
from keyscan.model.rule import count_secret_rules
from keyscan.scan.name_redaction import scrubbed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from keyscan.engine.matcher import Matcher
    from keyscan.model.finding import Finding
    from keyscan.model.rule import Rule
    from keyscan.scan.result import ScanOptions, ScanResult


def timed(started: float, command: str = "") -> RunInfo:
    """What is known of a run that began at `started` (of `time.perf_counter`) and ends now."""
    seconds = time.perf_counter() - started
    return RunInfo(command, time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(time.time() - seconds)), seconds)


@dataclass(frozen=True, slots=True)
class VerifiedFindings:
    """New findings with their validities, without those that nobody wants to see, and what is to be said of it."""

    findings: tuple[Finding, ...]
    notes: tuple[str, ...] = ()
    skipped: tuple[Skip, ...] = ()
    interrupted: bool = False


def make_report(
    result: ScanResult,
    matcher: Matcher,
    options: ScanOptions,
    run: RunInfo,
    verify: Callable[[tuple[Finding, ...]], VerifiedFindings] | None = None,
) -> Report:
    """The report on a finished scan; `verify` asks about its new findings, unless the scan was interrupted."""
    findings = _settled(result.findings, matcher, options)
    severe = [finding for finding in findings if finding.severity >= options.min_severity]
    shown = tuple(finding for finding in severe if finding.precision >= options.min_precision)
    used = {finding.rule_id for finding in shown}
    notes = options.ignores.notes(findings, whole=result.whole) if options.ignores else []
    new = tuple(finding for finding in shown if finding.status == "new")
    verified = verify(new) if verify and not result.interrupted else VerifiedFindings(new)
    skipped = (*result.skipped, *_no_rules(matcher), *verified.skipped)
    report = Report(
        findings=verified.findings,
        known=tuple(finding for finding in shown if finding.status == "baseline"),
        ignored=tuple(finding for finding in shown if finding.status == "ignored"),
        notes=(*notes, *result.notes, *verified.notes),
        hidden=result.hidden + len(findings) - len(severe),
        imprecise=len(severe) - len(shown),
        skipped=tuple(sorted(skipped, key=lambda skip: (skip.path, skip.reason))),
        stats=_stats(result, matcher),
        rules={rule.id: rule for rule in (*matcher.rules, *_hygiene_rules(used)) if rule.id in used},
        show_ignored=options.show_ignored,
        interrupted=result.interrupted or verified.interrupted,
        run=run,
    )
    return report if options.show_secrets else without_secrets(report, matcher, options)


def without_secrets(report: Report, matcher: Matcher, options: ScanOptions) -> Report:
    """The report without plaintext: no finding has its secret, and names are redacted."""
    salts = tuple(dict.fromkeys((options.salt, *(options.ignores.salts if options.ignores else ()))))
    if options.show_secrets:
        report = replace(
            report,
            findings=_bare(report.findings),
            known=_bare(report.known),
            ignored=_bare(report.ignored),
        )
    return scrubbed(report, matcher, salts)


def _no_rules(matcher: Matcher) -> Iterable[Skip]:
    """What makes a scan without rules incomplete: it would call everything clean."""
    if not matcher.rules:
        yield Skip("rules", "the configuration disables every rule, so nothing can be found", incomplete=True)


def _bare(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    return tuple(replace(finding, secret=None) for finding in findings)


def _settled(raw: Iterable[Finding], matcher: Matcher, options: ScanOptions) -> list[Finding]:
    """The findings in order, each once, with the status of those that no rule of the matcher made."""
    # Chunks of a large file overlap: what is in both was found twice.
    unique = {(finding.sort_key, finding.location): finding for finding in raw}
    findings = sorted(unique.values(), key=lambda finding: finding.sort_key)
    ignores = options.ignores
    if not ignores:
        return findings
    own = {rule.id for rule in matcher.rules}
    return [finding if finding.rule_id in own else ignores.settle(finding) for finding in findings]


def _stats(result: ScanResult, matcher: Matcher) -> Stats:
    return Stats(
        files=result.files,
        blobs=result.blobs,
        commits=result.commits,
        bytes=result.bytes,
        rules=count_secret_rules(matcher.rules),
        known=result.cached,
    )


def _hygiene_rules(used: set[str]) -> Iterable[Rule]:
    """The rules of hygiene findings, imported only where there may be some."""
    if not any(rule_id.startswith(("env-", "browser-", "agent-")) for rule_id in used):
        return ()
    from keyscan.ruleset.loader import hygiene_rules

    return hygiene_rules().values()
