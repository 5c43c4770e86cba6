"""What a report knows of each rule of secret that is found in it, and the words in which reports explain it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from keyscan.reporters.shared.escape import clean, code, prose
from keyscan.reporters.shared.paths import is_web

if TYPE_CHECKING:
    from collections.abc import Iterator

    from keyscan.model.finding import Finding
    from keyscan.model.report import Report
    from keyscan.model.rule import Help, Precision, Severity

# A page about the weakness itself, for a rule that names none: "Use of Hard-coded Credentials".
WEAKNESS = "https://cwe.mitre.org/data/definitions/798.html"
_STAYS = "Taking it out of the file is not enough: it stays in git's history, so revoke it first."
_IGNORE = (
    "If it is not a secret, say so on its line with the comment `keyscan:allow`, and why, "
    "or accept its fingerprint in the baseline."
)


# The provider of rules for secrets of no known provider.
GENERIC = "Generic"


def importance(finding: Finding) -> tuple[Any, ...]:
    """Orders findings for a reader: most severe first, generic secrets after those of a provider, then by place."""
    return (-finding.severity, finding.provider == GENERIC, finding.sort_key)


@dataclass(frozen=True, slots=True)
class RuleSummary:
    """A rule as far as reports show it; `severity` is the worst of the rule's own and its findings'."""

    id: str
    name: str
    provider: str
    category: str
    severity: Severity
    precision: Precision
    help: Help
    env: tuple[str, ...]

    @property
    def secret(self) -> bool:
        """Whether it is about a secret; if not, about how secrets are kept, and there is nothing to revoke."""
        return self.provider != "keyscan"

    @property
    def url(self) -> str:
        """The page to send a reader to."""
        return next((url for url in (self.help.link, self.help.revoke_url) if is_web(url)), WEAKNESS)


def summaries(report: Report) -> dict[str, RuleSummary]:
    """The kinds of the report's findings (new, known and ignored ones) by rule id, sorted by it."""
    worst: dict[str, Finding] = {}
    for finding in (*report.findings, *report.known, *report.ignored):
        best = worst.get(finding.rule_id)
        if best is None or finding.severity > best.severity:
            worst[finding.rule_id] = finding
    return {rule_id: _summary(worst[rule_id], report) for rule_id in sorted(worst)}


def _summary(finding: Finding, report: Report) -> RuleSummary:
    rule = report.rules.get(finding.rule_id)
    return RuleSummary(
        id=finding.rule_id,
        name=clean(finding.rule_name) or finding.rule_id,
        provider=clean(finding.provider),
        category=rule.category if rule else "",
        severity=max(finding.severity, rule.severity) if rule else finding.severity,
        precision=rule.precision if rule else finding.precision,
        help=finding.help,
        env=finding.env,
    )


def description(rule: RuleSummary) -> str:
    """One or two sentences: what it is and what it opens."""
    opens = clean(rule.help.opens).strip()
    first = f"{rule.name.rstrip('.')}{' in the code or its history' if rule.secret else ''}."
    return f"{first} It gives access to: {opens.rstrip('.')}." if opens else first


def steps(rule: RuleSummary) -> Iterator[str]:
    """What to do, in order, as plain sentences."""
    yield from (clean(step) for step in rule.help.steps)
    if not rule.help.steps and rule.secret:
        yield "Create a new one, store it where the program runs, revoke the old one."
    if rule.env and rule.secret:
        yield f"Read it from the environment ({', '.join(map(clean, rule.env))}) or from a secret manager."


def help_text(rule: RuleSummary) -> str:
    """All of the help, as plain text."""
    lines = [description(rule), *(["", _STAYS] if rule.secret else []), "", "What to do:"]
    lines += [f"{number}. {step}" for number, step in enumerate(steps(rule), 1)]
    if is_web(rule.help.revoke_url):
        lines += ["", f"Revoke it here: {rule.help.revoke_url}"]
    return "\n".join([*lines, "", f"More: {rule.url}", "", _IGNORE])


def help_markdown(rule: RuleSummary) -> str:
    """All of the help, as Markdown in which nothing of a rule file acts."""
    lines = [f"# {prose(rule.name)}", "", prose(description(rule))]
    lines += [*(["", f"**{_STAYS}**"] if rule.secret else []), "", "## What to do", ""]
    lines += [f"{number}. {prose(step)}" for number, step in enumerate(steps(rule), 1)]
    if rule.help.revoke_url:
        lines += ["", f"Revoke it here: {link(rule.help.revoke_url)}"]
    lines += ["", f"More: {link(rule.url)}", "", "## If it is not a secret", "", _IGNORE]
    return "\n".join(lines)


def link(url: str) -> str:
    """A web address as a Markdown link; anything else as code."""
    return f"<{url}>" if is_web(url) else code(url)
