"""`keyscan explain`: why a rule or a finding fired, and what to do, step by step."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from keyscan.cli.command import Command
from keyscan.cli.messages import say
from keyscan.cli.options import DETECTION
from keyscan.cli.repository_findings import findings_of, rule_of
from keyscan.cli.settings import with_settings
from keyscan.errors import ExitCode
from keyscan.support.plural import plural

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from keyscan.config.settings import Settings
    from keyscan.model.finding import Finding
    from keyscan.model.rule import Rule

_PLACES = 10


@click.command(name="explain", cls=Command)
@click.argument("target", metavar="FINGERPRINT|RULE")
@with_settings(only=DETECTION)
def command(target: str, settings: Settings) -> int:
    """Explain why a rule or a finding fired, which checks it passed, and what to do next.

    A fingerprint is looked for in the files, then in the history.
    """
    rule = rule_of(settings, target)
    findings = findings_of(settings, rule, target) if ":" in target else []
    say(*_lines(rule, findings, target, settings))
    return ExitCode.CLEAN


def _lines(rule: Rule, findings: Sequence[Finding], target: str, settings: Settings) -> Iterator[str]:
    from keyscan.remediation import guidance

    yield f"{rule.name} [{rule.id}], {rule.provider}: {rule.severity.label}, precision {rule.precision.label}"
    if rule.help.opens:
        yield f"It gives access to: {rule.help.opens}"
    if ":" in target:
        yield ""
        yield from _places(findings, target, settings)
    yield ""
    yield "Why it fires"
    yield from (f"  {line}" for line in guidance.why(rule, findings))
    if rule.filters == "generic":
        from keyscan.engine.filters import score

        yield ""
        yield "How its findings are judged: points for and against, added up"
        yield from (f"  {line}" for line in score.table())
    yield ""
    yield "What to do, in this order"
    paths = list(dict.fromkeys(path for finding in findings for path in _paths(finding)))
    for number, step in enumerate(guidance.steps(rule, paths), 1):
        yield f"  {number}. {step}"
    if rule.help.steps:
        yield f"  {rule.provider} in particular: {' '.join(rule.help.steps)}"
    if rule.public:
        return
    yield ""
    yield from guidance.WHY_FIRST
    yield ""
    yield "Cleaning the history (https://github.com/newren/git-filter-repo)"
    yield from (f"  {line}" for line in guidance.cleaning(paths))
    yield from guidance.AFTERWARDS
    yield ""
    yield f"If it is not a secret: keyscan:allow[{rule.id}] and a reason on its line, or: keyscan baseline review"


def _paths(finding: Finding) -> tuple[str, ...]:
    return (finding.origin.path, *(finding.provenance.paths if finding.provenance else ()))


def _places(findings: Sequence[Finding], fingerprint: str, settings: Settings) -> Iterator[str]:
    entry = next((entry for entry in settings.accepted.entries if entry.fingerprint == fingerprint), None)
    if entry:
        yield f"In the baseline: accepted at {entry.path}{f' ({entry.reason})' if entry.reason else ''}"
    if not findings:
        yield f"{fingerprint} is neither in a file nor in the history."
        return
    for finding in findings[:_PLACES]:
        where, commit = finding.location, finding.origin.commit
        at = f" in commit {commit[:12]}" if commit else ""
        status = f" ({finding.status}: {finding.status_reason})" if finding.status != "new" else ""
        yield f"Found: {finding.origin.path}:{where.line}:{where.column}{at}: {finding.redacted}{status}"
    if len(findings) > _PLACES:
        yield f"and {plural(len(findings) - _PLACES, 'more place')}"
    provenance = findings[0].provenance
    if provenance and provenance.first_seen:
        days = f", {provenance.exposed_days} days ago" if provenance.exposed_days is not None else ""
        yield f"First committed {provenance.first_seen}{days}; in {plural(provenance.commits, 'commit')}"
