"""One self-contained page for an audit: nothing is fetched, and no text of the repository can act.

The script and the style sheet beside this module stand in the page, each allowed by its hash alone. Without the
script the page shows everything; with it the findings filter and sort.
"""

from __future__ import annotations

import base64
import hashlib
from collections import Counter
from importlib import resources
from typing import TYPE_CHECKING

from keyscan._version import __version__
from keyscan.model.rule import Severity
from keyscan.reporters.html import guidance, timeline
from keyscan.reporters.html.rows import secret_row
from keyscan.reporters.html.validity import validity_filter
from keyscan.reporters.shared import rule_summary
from keyscan.reporters.shared.grouping import by_secret
from keyscan.reporters.shared.headline import headline, sentences
from keyscan.reporters.shared.html_escape import code, element, esc
from keyscan.reporters.shared.notifications import notices
from keyscan.reporters.shared.paths import repository, repository_name, shown_path
from keyscan.reporters.shared.rule_summary import GENERIC, importance

if TYPE_CHECKING:
    from collections.abc import Iterator

    from keyscan.model.finding import Finding
    from keyscan.model.report import Report
    from keyscan.reporters.shared.rule_summary import RuleSummary

# Rows that a browser still filters without a wait; the rest is counted.
MAX_ROWS = 5000
_MAX_NOTICES = 200
_PROMISE = "No secret is in this page: each is shown by its public prefix and the start of its fingerprint."
_SEVERITIES = sorted(Severity, reverse=True)


def render(report: Report) -> str:
    """The report as one HTML page."""
    style, script = _file("page.css"), _file("page.js")
    policy = (
        f"default-src 'none'; style-src '{_hash(style)}'; script-src '{_hash(script)}'; "
        "base-uri 'none'; form-action 'none'"
    )
    summaries = rule_summary.summaries(report)
    parts = [
        "<!DOCTYPE html>",
        '<html lang="en">',
        "<head>",
        '<meta charset="utf-8">',
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        '<meta name="referrer" content="no-referrer">',
        '<meta name="robots" content="noindex">',
        '<meta name="color-scheme" content="light dark">',
        "<title>keyscan report</title>",
        f"<style>{style}</style>",
        "</head>",
        "<body>",
        *_head(report),
        "<main>",
        *_cards(report),
        *_providers(report),
        *timeline.section(report),
        *_findings(report, summaries),
        *_accepted(report),
        *guidance.section(report, summaries),
        *_coverage(report),
        "</main>",
        f"<footer>Made by keyscan {esc(__version__)}. {_PROMISE}</footer>",
        f"<script>{script}</script>",
        "</body>",
        "</html>",
    ]
    return "\n".join(parts) + "\n"


def _file(name: str) -> str:
    return resources.files("keyscan.reporters.html").joinpath(name).read_text("utf-8")


def _hash(text: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"


def _head(report: Report) -> Iterator[str]:
    yield "<header>"
    name = repository_name(report)
    yield f"<h1>Secrets in {esc(name)}</h1>" if name else "<h1>keyscan report</h1>"
    facts = [
        (repository(report.run.remote), "repository"),
        (report.run.branch, "branch"),
        (report.run.revision and report.run.revision[:12], "revision"),
        (report.run.started.replace("T", " ") + " UTC" if report.run.started else "", "scanned"),
        (report.run.command, "by keyscan"),
    ]
    yield f'<p class="soft">{", ".join(f"{label} {code(text)}" for text, label in facts if text)}</p>'
    yield f'<p class="lead">{esc(" ".join(sentences(report)))}</p>'
    if not report.complete:
        yield '<p class="alarm">This scan is not complete: what was not read is listed under Coverage.</p>'
    yield "</header>"


def _cards(report: Report) -> Iterator[str]:
    secrets = by_secret(report.findings)
    counts = Counter(places[0].severity for places in secrets)
    several = len(secrets) < len(report.findings)
    shown = [(len(secrets), "distinct secrets", ""), (len(report.findings), "places" if several else "findings", "")]
    shown += [(counts[severity], severity.label, severity.label) for severity in _SEVERITIES if counts[severity]]
    live = {f.fingerprint for f in report.findings if f.provenance and f.provenance.in_head}
    if any(finding.provenance for finding in report.findings):
        shown.append((len(live), "still in the branch", "critical" if live else "good"))
    days = [
        f.provenance.exposed_days for f in report.findings if f.provenance and f.provenance.exposed_days is not None
    ]
    if days:
        shown.append((max(days), "days exposed at most", ""))
    yield "<h2>Summary</h2>"
    yield '<ul class="cards">'
    yield from (f'<li class="{kind}"><b>{count}</b>{label}</li>' for count, label, kind in shown)
    yield "</ul>"


def _providers(report: Report) -> Iterator[str]:
    if not report.findings:
        return
    counts: dict[str, Counter[Severity]] = {}
    for places in by_secret(report.findings):
        counts.setdefault(places[0].provider, Counter())[places[0].severity] += 1
    most = max(by.total() for by in counts.values())
    # Most severe first; secrets of no known provider last.
    ranked = sorted(counts.items(), key=lambda item: (item[0] == GENERIC, -max(item[1]), -item[1].total(), item[0]))
    used = [severity for severity in _SEVERITIES if any(by[severity] for by in counts.values())]
    yield "<h2>By provider</h2>"
    yield '<div class="box"><table id="providers">'
    heads = "".join(f'<th scope="col" class="number">{severity.label}</th>' for severity in used)
    yield f'<thead><tr><th scope="col">provider</th>{heads}<th scope="col" class="number">all</th>'
    yield '<th scope="col" class="wide">share</th></tr></thead><tbody>'
    for provider, by in ranked:
        cells = "".join(
            f'<td class="number {severity.label if by[severity] else "soft"}">{by[severity]}</td>' for severity in used
        )
        yield f'<tr><td>{esc(provider)}</td>{cells}<td class="number">{by.total()}</td>'
        yield f'<td class="wide">{_share(by, most)}</td></tr>'
    yield "</tbody></table></div>"


def _share(by: Counter[Severity], most: int) -> str:
    at = 0.0
    bars = []
    for severity in _SEVERITIES:
        width = 100 * by[severity] / most
        if width:
            bars.append(f'<g class="{severity.label}"><rect x="{at:.2f}" y="0" width="{width:.2f}" height="4"/></g>')
            at += width
    return f'<svg viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true">{"".join(bars)}</svg>'


def _findings(report: Report, summaries: dict[str, RuleSummary]) -> Iterator[str]:
    yield "<h2>Findings</h2>"
    if not report.findings:
        yield '<p class="good">None.</p>' if report.complete else '<p class="alarm">None in what was read.</p>'
        return
    ranked = sorted(by_secret(report.findings), key=lambda places: importance(places[0]))
    if len(ranked) > MAX_ROWS:
        yield f'<p class="alarm">The {MAX_ROWS} most severe of {len(ranked)}: the others have no room here.</p>'
    yield '<div class="box">'
    yield from _controls([places[0] for places in ranked[:MAX_ROWS]])
    yield '<table id="findings"><thead><tr>'
    for key, label in (("severity", "severity"), ("what", "what"), ("path", "where"), ("entered", "introduced")):
        yield f'<th scope="col" data-key="{key}"><button type="button">{label}</button></th>'
    yield '<th scope="col" data-key="days" class="number"><button type="button">days exposed</button></th>'
    yield "</tr></thead><tbody>"
    for number, places in enumerate(ranked[:MAX_ROWS]):
        yield secret_row(places, number, summaries[places[0].rule_id], report)
    yield "</tbody></table></div>"


def _controls(findings: list[Finding]) -> Iterator[str]:
    providers = sorted({finding.provider for finding in findings})
    least = "".join(f'<option value="{int(severity)}">{severity.label}</option>' for severity in Severity)
    options = "".join(f'<option value="{esc(provider)}">{esc(provider)}</option>' for provider in providers)
    yield '<div class="controls" id="controls" hidden>'
    yield '<label>search<input id="search" type="search" placeholder="path, rule, author, fingerprint"></label>'
    yield f'<label>at least<select id="severity">{least}</select></label>'
    yield f'<label>provider<select id="provider"><option value="">all</option>{options}</select></label>'
    yield '<label>state<select id="state"><option value="">all</option><option value="present">still there</option>'
    yield '<option value="gone">only in history</option></select></label>'
    yield '<label class="narrow">sort by<select id="order"><option>severity</option><option>what</option>'
    yield '<option value="path">where</option><option value="entered">introduced</option>'
    yield f'<option value="days">days exposed</option></select></label>{validity_filter(findings)}'
    yield '<span id="count" class="soft" role="status"></span></div>'


def _accepted(report: Report) -> Iterator[str]:
    """The findings that do not count, and why not: an audit asks for them."""
    groups = (("baseline", report.known), ("ignored", report.ignored))
    count = len(report.known) + len(report.ignored)
    if not count:
        return
    yield "<h2>Accepted</h2>"
    yield f'<div class="box"><details><summary>{count} in the baseline or ignored</summary><table><tbody>'
    for word, group in groups:
        for finding in group[:MAX_ROWS]:
            place = f"{shown_path(finding.origin.path, report)}:{finding.location.line}"
            yield f"<tr><td>{word}</td><td>{esc(finding.rule_name)}<br>{code(finding.redacted)}</td>"
            yield f"<td>{code(place)}<br>{esc(finding.status_reason)}</td></tr>"
    yield "</tbody></table></details></div>"


def _coverage(report: Report) -> Iterator[str]:
    yield "<h2>Coverage</h2>"
    yield element("p", headline(report).removeprefix("keyscan: "))
    listed = list(notices(report))
    if not listed:
        yield '<p class="good">Nothing was skipped.</p>'
        return
    yield "<ul>"
    for notice in listed[:_MAX_NOTICES]:
        path = f"{code(notice.path)}: " if notice.path else ""
        kind = ' class="alarm"' if notice.level == "error" else ""
        yield f"<li{kind}>{path}{esc(notice.text)}</li>"
    if len(listed) > _MAX_NOTICES:
        yield f"<li>{len(listed) - _MAX_NOTICES} more</li>"
    yield "</ul>"
