"""GitLab's secret-detection report, schema 15.2.1, without `raw_source_code_extract`: that would be the secret."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from keyscan._version import __version__
from keyscan.reporters.shared import rule_summary, validity
from keyscan.reporters.shared.escape import clean, fold, json_line, json_with_lines, prose
from keyscan.reporters.shared.notifications import notices
from keyscan.reporters.shared.paths import shown_path

if TYPE_CHECKING:
    from keyscan.model.finding import Finding
    from keyscan.model.report import Report
    from keyscan.reporters.shared.rule_summary import RuleSummary

_TIME = "%Y-%m-%dT%H:%M:%S"
_LEVELS = {"error": "fatal", "warning": "warn", "note": "info"}
_NAMESPACE = uuid.UUID("6c1f3a3e-7d5b-5c0e-9d3f-2a8b4c6d8e10")
# The report must name a commit; this one is a placeholder.
_NO_COMMIT = "0" * 40
_NAME = 255
_SOLUTION = 7000


def render(report: Report) -> str:
    """The report as GitLab's JSON document."""
    summaries = rule_summary.summaries(report)
    texts = {rule_id: _texts(summary) for rule_id, summary in summaries.items()}
    lines = [json_line(_vulnerability(finding, texts[finding.rule_id], report)) for finding in report.findings]
    document = {"version": "15.2.1", "scan": _scan(report), "vulnerabilities": []}
    return json_with_lines(document, "vulnerabilities", lines)


def _scan(report: Report) -> dict[str, Any]:
    start = datetime.strptime(report.run.started or "1970-01-01T00:00:00", _TIME)  # noqa: DTZ007 - the format has no zone
    end = start + timedelta(seconds=report.run.seconds)
    tool = {"id": "keyscan", "name": "keyscan", "version": __version__, "vendor": {"name": "keyscan"}}
    return {
        "analyzer": tool,
        "scanner": tool,
        "start_time": start.strftime(_TIME),
        "end_time": end.strftime(_TIME),
        "status": "success" if report.complete else "failure",
        "type": "secret_detection",
        "messages": [{"level": _LEVELS[notice.level], "value": _said(notice)} for notice in notices(report)],
    }


def _said(notice: Any) -> str:
    return f"{clean(notice.path)}: {notice.text}" if notice.path else notice.text


def _texts(summary: RuleSummary) -> dict[str, Any]:
    """What every finding of a rule says."""
    rule = {
        "type": "keyscan_rule_id",
        "name": fold(f"keyscan rule {summary.id}", _NAME),
        "value": fold(summary.id, _NAME),
    }
    return {
        "name": fold(summary.name, _NAME),
        "description": prose(rule_summary.description(summary)),
        "solution": fold(" ".join(map(prose, rule_summary.steps(summary))), _SOLUTION),
        "identifiers": [rule, {"type": "cwe", "name": "CWE-798", "value": "798", "url": rule_summary.WEAKNESS}],
        "links": [{"url": summary.url}],
    }


def _state(finding: Finding) -> list[str]:
    state = validity.line(finding)
    return [f"State: {prose(state)}."] if state else []


def _vulnerability(finding: Finding, texts: dict[str, Any], report: Report) -> dict[str, Any]:
    where = finding.location
    commit = finding.origin.commit or report.run.revision or _NO_COMMIT
    file = shown_path(finding.origin.path, report)
    place = f"{finding.fingerprint}\0{file}\0{commit}\0{where.line}\0{where.column}"
    end_line = max(where.end_line, where.line)
    return {
        "id": str(uuid.uuid5(_NAMESPACE, place)),
        **texts,
        "description": " ".join([texts["description"], f"Found as {prose(finding.redacted)}.", *_state(finding)]),
        "severity": finding.severity.label.capitalize(),
        "location": {"file": file, "start_line": where.line, "end_line": end_line, "commit": {"sha": commit}},
    }
