"""SARIF 2.1.0 for dashboards: one run, within GitHub's limits, and never a snippet of what was found.

The only import of `sarif_om`. `docs/output.md` says what stands where; the platform's limits are those of GitHub's
"SARIF support for code scanning".
"""

from __future__ import annotations

import re
import zlib
from functools import cache
from typing import TYPE_CHECKING, Any

import sarif_om as om

from keyscan._version import __version__
from keyscan.model.rule import Severity
from keyscan.reporters.shared import rule_summary, validity
from keyscan.reporters.shared.escape import clean, fold, json_line, json_with_lines
from keyscan.reporters.shared.grouping import distinct_first
from keyscan.reporters.shared.notifications import notices
from keyscan.reporters.shared.paths import place, repository
from keyscan.reporters.shared.properties import facts

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from keyscan.model.finding import Finding, Location
    from keyscan.model.report import Report
    from keyscan.reporters.shared.rule_summary import RuleSummary

MAX_RESULTS = 25_000
# The platform takes 10 MB after gzip; the rest of the file has its place in what is left below that.
MAX_PACKED = 9_000_000
MAX_RELATED = 100
# Other findings of a secret that each of its findings points to.
_TWINS = 10
MAX_TEXT = 1024
_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_HOME = "https://pypi.org/project/keyscan-linter/"
_ROOT = "%SRCROOT%"
_SCORES = {
    Severity.CRITICAL: "9.5",
    Severity.HIGH: "8.0",
    Severity.MEDIUM: "5.5",
    Severity.LOW: "2.0",
    Severity.INFO: "0.1",
}
_LEVELS = {Severity.CRITICAL: "error", Severity.HIGH: "error", Severity.MEDIUM: "warning"}
_SCALARS = frozenset({str, int, float, bool, type(None)})


def render(report: Report) -> str:
    """The report as one SARIF log, one result per line; above the limits only the most severe, with a notification."""
    summaries = rule_summary.summaries(report)
    places = {rule_id: number for number, rule_id in enumerate(summaries)}
    accepted = sorted((*report.known, *report.ignored), key=lambda finding: (-finding.severity, finding.sort_key))
    ranked = [*distinct_first(report.findings), *accepted]
    twins = _twins(ranked)
    lines = list(
        _fitting(json_line(plain(_result(finding, places, twins, report))) for finding in ranked[:MAX_RESULTS])
    )
    log = om.SarifLog(runs=[_run(report, summaries.values(), len(ranked) - len(lines))], version="2.1.0")
    return json_with_lines({"$schema": _SCHEMA, "version": "2.1.0", **plain(log)}, "results", lines)


def _fitting(lines: Iterable[str]) -> Iterator[str]:
    """As many of `lines` as fit the platform's size once packed; level 1 packs worse than the upload does."""
    packer = zlib.compressobj(1)
    packed = 0
    for line in lines:
        packed += len(packer.compress(line.encode()))
        if packed > MAX_PACKED:
            return
        yield line


def plain(value: Any) -> Any:
    """A `sarif_om` object as data: properties under their names in the schema, none that has its default.

    `level` always stands: GitHub reads a missing one otherwise than the standard does.
    """
    kind = type(value)
    if kind in _SCALARS:
        return value
    if kind is list:
        return [plain(item) for item in value]
    if kind is dict:
        return {key: plain(item) for key, item in value.items()}
    fields = vars(value)
    data = {}
    for key, name, default in _properties(kind):  # type: ignore[arg-type]
        item = fields[key]
        if item is not None and (default is None or item != default or name == "level"):
            data[name] = item if type(item) in _SCALARS else plain(item)
    return data


@cache
def _properties(kind: Any) -> tuple[tuple[str, str, Any], ...]:
    fields: Any = kind.__attrs_attrs__
    properties = []
    for field in fields:
        default = field.default.factory() if hasattr(field.default, "factory") else field.default
        properties.append((field.name, field.metadata["schema_property_name"], default))
    return tuple(properties)


def _run(report: Report, summaries: Iterable[RuleSummary], left_out: int) -> Any:
    driver = om.ToolComponent(
        name="keyscan",
        organization="The keyscan authors",
        semantic_version=__version__,
        version=__version__,
        information_uri=_HOME,
        short_description=om.MultiformatMessageString(text="Finds API keys and other secrets in code."),
        rules=[_rule(summary) for summary in summaries],
    )
    address = repository(report.run.remote)
    return om.Run(
        tool=om.Tool(driver=driver),
        results=[],
        column_kind="unicodeCodePoints",
        # The id is category/run: the part before the last slash distinguishes scans of one commit.
        automation_details=om.RunAutomationDetails(id=f"keyscan/{report.run.command or 'scan'}/"),
        original_uri_base_ids={
            _ROOT: om.ArtifactLocation(description=om.Message(text="The root of the repository that was scanned."))
        },
        version_control_provenance=[_version_control(address, report)] if address else None,
        invocations=[_invocation(report, left_out)],
        properties={
            "complete": report.complete,
            "files": report.stats.files,
            "blobs": report.stats.blobs,
            "commits": report.stats.commits,
            "bytes": report.stats.bytes,
            "rules": report.stats.rules,
            "leftOut": left_out,
        },
    )


def _version_control(address: str, report: Report) -> Any:
    return om.VersionControlDetails(
        repository_uri=address,
        revision_id=report.run.revision,
        branch=clean(report.run.branch) if report.run.branch else None,
        mapped_to=om.ArtifactLocation(uri_base_id=_ROOT),
    )


def _invocation(report: Report, left_out: int) -> Any:
    notifications = []
    for notice in notices(report, left_out):
        where = _physical(notice.path, None, report) if notice.path else None
        notifications.append(
            om.Notification(
                message=om.Message(text=notice.text),
                level=notice.level,
                locations=[om.Location(physical_location=where)] if where else None,
            )
        )
    return om.Invocation(
        execution_successful=report.complete,
        exit_code=int(report.exit_code),
        start_time_utc=f"{report.run.started}Z" if report.run.started else None,
        tool_execution_notifications=notifications,
    )


def _rule(summary: RuleSummary) -> Any:
    return om.ReportingDescriptor(
        id=summary.id,
        name=_pascal(summary.id),
        short_description=om.MultiformatMessageString(text=fold(_sentence(summary.name), MAX_TEXT)),
        full_description=om.MultiformatMessageString(text=fold(rule_summary.description(summary), MAX_TEXT)),
        help=om.MultiformatMessageString(
            text=rule_summary.help_text(summary), markdown=rule_summary.help_markdown(summary)
        ),
        help_uri=summary.url,
        default_configuration=om.ReportingConfiguration(level=_LEVELS.get(summary.severity, "note")),
        properties={
            "security-severity": _SCORES[summary.severity],
            "precision": summary.precision.label,
            "tags": [tag for tag in ("security", "secret", "external/cwe/cwe-798", _slug(summary.provider)) if tag],
        },
    )


def _slug(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")[:60]


def _pascal(rule_id: str) -> str | None:
    """The id as a name in the customary case; None where that says nothing new, which the standard forbids."""
    name = "".join(part.capitalize() for part in re.split(r"[^A-Za-z0-9]+", rule_id))
    return None if name.lower() == rule_id.lower() else name


def _sentence(text: str) -> str:
    return text if text.endswith((".", "!", "?")) else f"{text}."


def _result(finding: Finding, places: dict[str, int], twins: dict[str, list[Finding]], report: Report) -> Any:
    prints = {"keyscan/v1": finding.fingerprint}
    line_hash = finding.line_hash or (_stand_in(finding) if finding.origin.commit else None)
    if line_hash:
        prints["primaryLocationLineHash"] = line_hash
    related = _related(finding, twins.get(finding.fingerprint, []), report)
    return om.Result(
        rule_id=finding.rule_id,
        rule_index=places[finding.rule_id],
        level="error" if _live(finding) else _LEVELS.get(finding.severity, "note"),
        message=om.Message(text=_message(finding)),
        locations=[om.Location(physical_location=_physical(finding.origin.path, finding.location, report))],
        related_locations=related or None,
        partial_fingerprints=prints,
        suppressions=[_suppression(finding)] if finding.status != "new" else None,
        properties={name: value for name, value in facts(finding) if value is not None},
    )


def _live(finding: Finding) -> bool:
    return finding.validity is not None and finding.validity.status == "live"


def _stand_in(finding: Finding) -> str:
    """For a text of history whose lines were not hashed: the upload step can't either, so the secret's own name."""
    return f"{finding.fingerprint.rpartition(':')[2][:16]}:1"


def _message(finding: Finding) -> str:
    cell = f" in cell {finding.location.cell}" if finding.location.cell is not None else ""
    parts = [f"{clean(finding.rule_name)}{cell}: '{clean(finding.redacted)}'."]
    if finding.evidence:
        parts.append(_sentence(f"Why: {clean('; '.join(finding.evidence))}"))
    if finding.validity:
        parts.append(f"The key is {validity.word(finding.validity)}.")
    if finding.origin.commit:
        parts.append(f"It is in commit {finding.origin.commit[:12]}.")
    # "](" would be read as a link to a related location.
    return " ".join(parts).replace("](", "] (")


def _physical(path: str, where: Location | None, report: Report) -> Any:
    spot = place(path, report)
    region = None
    if where is not None:
        line, column = max(where.line, 1), max(where.column, 1)
        end = max(where.end_line, line)
        end_column = max(where.end_column, column + 1 if end == line else 1)
        region = om.Region(start_line=line, start_column=column, end_line=end, end_column=end_column)
    base = _ROOT if spot.inside else None
    return om.PhysicalLocation(artifact_location=om.ArtifactLocation(uri=spot.uri, uri_base_id=base), region=region)


def _twins(findings: list[Finding]) -> dict[str, list[Finding]]:
    """The findings of each secret that was found more than once, as many as may be shown."""
    groups: dict[str, list[Finding]] = {}
    for finding in findings:
        group = groups.setdefault(finding.fingerprint, [])
        if len(group) <= _TWINS:
            group.append(finding)
    return {fingerprint: group for fingerprint, group in groups.items() if len(group) > 1}


def _related(finding: Finding, twins: list[Finding], report: Report) -> list[Any]:
    spots = [(other.message, other.path, other.location, other.commit) for other in finding.related]
    spots += [
        ("the same secret", twin.origin.path, twin.location, twin.origin.commit)
        for twin in twins
        if twin is not finding
    ]
    return [
        om.Location(
            id=number,
            message=om.Message(text=_sentence(clean(f"{text} in commit {commit[:12]}" if commit else text))),
            physical_location=_physical(path, where, report),
        )
        for number, (text, path, where, commit) in enumerate(spots[:MAX_RELATED], 1)
    ]


def _suppression(finding: Finding) -> Any:
    reason = clean(finding.status_reason) or None
    kind = "inSource" if finding.status == "ignored" and finding.inline else "external"
    # No status: the model's name for it is that of an older draft, and without one it counts as accepted.
    return om.Suppression(kind=kind, justification=reason)
