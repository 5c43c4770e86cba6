"""JUnit XML: a finding is a failed test, an unreadable file is an error, so that any CI system shows them."""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.sax.saxutils import escape, quoteattr

from keyscan.reporters.shared import rule_summary, validity
from keyscan.reporters.shared.escape import clean

if TYPE_CHECKING:
    from collections.abc import Iterator

    from keyscan.model.blob import Skip
    from keyscan.model.finding import Finding
    from keyscan.model.report import Report
    from keyscan.reporters.shared.rule_summary import RuleSummary


def render(report: Report) -> str:
    """The report as one test suite; a clean one has one test, which passed."""
    summaries = rule_summary.summaries(report)
    unread = [skip for skip in report.skipped if skip.incomplete]
    cases = [_case(finding, summaries[finding.rule_id]) for finding in report.findings]
    cases += [_error(skip) for skip in unread]
    if not cases:
        cases = ['    <testcase classname="keyscan" name="no secrets found"/>']
    counts = f'tests="{len(cases)}" failures="{len(report.findings)}" errors="{len(unread)}"'
    head = f'name="keyscan" {counts} time="{report.run.seconds:.3f}"'
    stamp = f' timestamp="{report.run.started}"' if report.run.started else ""
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        f"<testsuites {head}>",
        f'  <testsuite {head} skipped="0"{stamp}>',
        "    <properties>",
        *_properties(report),
        "    </properties>",
        *cases,
        "  </testsuite>",
        "</testsuites>",
    ]
    return _inert("\n".join(lines)) + "\n"


def _properties(report: Report) -> Iterator[str]:
    """The coverage."""
    stats = report.stats
    for name, value in (
        ("files", stats.files),
        ("blobs", stats.blobs),
        ("commits", stats.commits),
        ("bytes", stats.bytes),
        ("rules", stats.rules),
        ("skipped", len(report.skipped)),
        ("complete", str(report.complete).lower()),
    ):
        yield f'      <property name="{name}" value="{value}"/>'


def _case(finding: Finding, summary: RuleSummary) -> str:
    where, commit = finding.location, finding.origin.commit
    path, place = clean(finding.origin.path), f"{where.line}:{where.column}"
    message = f"{summary.name}: {clean(finding.redacted)}"
    body = [f"{path}:{place}: {finding.severity.label}: {message}", *([f"Commit: {commit}"] if commit else [])]
    state = validity.line(finding)
    body += [f"State: {state}"] if state else []
    body += [
        f"Why: {clean('; '.join(finding.evidence))}",
        rule_summary.help_text(summary),
        f"Fingerprint: {finding.fingerprint}",
    ]
    name = f"{summary.id} at {place}" + (f" in {commit[:12]}" if commit else "")
    return (
        f"    <testcase classname={quoteattr(path)} name={quoteattr(name)} file={quoteattr(path)}"
        f' line="{where.line}">\n'
        f"      <failure message={quoteattr(message)} type={quoteattr(finding.severity.label)}>"
        f"{escape(chr(10).join(body))}</failure>\n"
        "    </testcase>"
    )


def _error(skip: Skip) -> str:
    return (
        f'    <testcase classname={quoteattr(clean(skip.path))} name="is read">\n'
        f'      <error message={quoteattr(clean(skip.reason))} type="incomplete"/>\n'
        "    </testcase>"
    )


def _inert(document: str) -> str:
    """The document with nothing in it that a CI machine's log would take for a command."""
    return document.replace("##", "#&#35;").replace("::", ":&#58;")
