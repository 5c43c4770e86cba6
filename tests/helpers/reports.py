"""Reports made by hand for the tests of the reporters: every field filled, names as hostile as asked for."""

from __future__ import annotations

from dataclasses import replace

from keyscan.model.blob import Origin, Skip
from keyscan.model.finding import Finding, Location, Provenance, Related, Snippet
from keyscan.model.report import Report, RunInfo, Stats
from keyscan.model.rule import Help, Precision, Rule, Severity

HELP = Help(
    opens="The Example API, billed to the key's owner.",
    revoke_url="https://console.example.org/keys",
    link="https://docs.example.org/keys",
    steps=("Create a new key.", "Revoke the old one."),
)
RULE = Rule(
    id="example-api-key",
    name="Example API key",
    provider="Example",
    category="ai",
    pattern="x",
    keywords=("x",),
    severity=Severity.HIGH,
    precision=Precision.VERY_HIGH,
    max_length=10,
    help=HELP,
    env=("EXAMPLE_API_KEY",),
)


def finding(number: int = 0, **changes) -> Finding:
    """A finding; `number` sets its line and its secret."""
    made = Finding(
        rule_id=RULE.id,
        rule_name=RULE.name,
        provider=RULE.provider,
        severity=Severity.HIGH,
        precision=Precision.VERY_HIGH,
        origin=Origin("src/app.py"),
        location=Location(number + 1, 8, number + 1, 48),
        redacted=f"ex-...[{number:08x}]",
        fingerprint=f"{RULE.id}:{number:020x}",
        message=f"{RULE.name} found",
        help=HELP,
        evidence=("matches Example API key",),
        env=RULE.env,
        line_hash=f"{number:016x}:1",
        snippet=Snippet('key = "', "ex-********", '"'),
    )
    return replace(made, **changes)


def historic(number: int = 0, **changes) -> Finding:
    """A finding in history, of a file that is gone, with provenance, a pair and an occurrence."""
    origin = Origin(
        "old/gone.py", commit=f"{number:040x}", author="Ada", email="ada@example.org", date="2025-03-01T10:00:00+00:00"
    )
    history = Provenance(
        commits=3,
        paths=("old/gone.py",),
        in_head=False,
        in_branches=("main",),
        first_seen="2025-03-01T10:00:00+00:00",
        exposed_days=200,
        overdue=True,
    )
    related = (
        Related("its secret access key", "old/gone.py", Location(2, 1, 2, 41), origin.commit),
        Related("also here", "old/copy.py", Location(9, 1, 9, 41), f"{number + 1:040x}"),
    )
    return finding(number, **{"origin": origin, "provenance": history, "related": related, **changes})


def report(*findings: Finding, **changes) -> Report:
    """A report on `findings`, sorted as scans sort them."""
    made = Report(
        findings=tuple(sorted(findings, key=lambda found: found.sort_key)),
        stats=Stats(files=12, blobs=3, commits=4, bytes=34_567, rules=200),
        rules={RULE.id: RULE},
        run=RunInfo(
            command="scan",
            started="2026-01-02T03:04:05",
            seconds=0.25,
            root="/home/ada/project",
            revision="1" * 40,
            branch="main",
            remote="git@example.org:ada/project.git",
        ),
    )
    run = {name: changes.pop(name) for name in list(changes) if name in RunInfo.__dataclass_fields__}
    return replace(made, run=replace(made.run, **run), **changes)


def full() -> Report:
    """A report with everything in it that a report can have."""
    return report(
        finding(1),
        finding(2, severity=Severity.CRITICAL, origin=Origin("a b/ü.py"), location=Location(3, 5, 4, 2, 2, "base64")),
        finding(3, severity=Severity.MEDIUM, rule_id="other", rule_name="Other", provider="B", help=Help(), env=()),
        historic(4),
        known=(finding(5, status="baseline", status_reason="in the baseline"),),
        ignored=(
            finding(6, status="ignored", status_reason="inline marker: a sample"),
            finding(7, status="ignored", status_reason="path docs/** is ignored"),
        ),
        skipped=(Skip("big.bin", "too large"), Skip("a.txt", "cannot be read: Permission denied", incomplete=True)),
        hidden=2,
        notes=("an ignore is not used",),
    )  # fmt: skip
