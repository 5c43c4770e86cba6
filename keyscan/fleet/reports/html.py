"""One self-contained page for a fleet: coverage first, then the secrets by provider, owner, age and repository.

Nothing is fetched and no script runs; no text of a repository can act.
"""

from __future__ import annotations

import base64
import hashlib
from importlib import resources
from typing import TYPE_CHECKING

from keyscan._version import __version__
from keyscan.fleet.reports.console import headline
from keyscan.reporters.shared import validity
from keyscan.reporters.shared.html_escape import anchor, code, element, esc
from keyscan.support.plural import plural

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from keyscan.fleet.summary import Place, Secret, Summary

# Rows that a browser still shows without a wait; CSV and JSON Lines have all.
MAX_ROWS = 5000
_MAX_PLACES = 50
_TOP = 20
_FOOTER = (
    f'<footer class="soft"><p>Made by keyscan {esc(__version__)}. No secret is in this page: each is shown by its '
    "public prefix and the start of its fingerprint.</p></footer></body></html>"
)


def render(summary: Summary) -> str:
    """The summary as one HTML page."""
    style = resources.files("keyscan.fleet.reports").joinpath("html.css").read_text("utf-8")
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    # The width of a bar is set by an attribute, which needs 'unsafe-hashes' or a class: classes of whole per cents.
    widths = "".join(f".w{share}{{--share:{share}%}}" for share in range(0, 101, 5))
    extra = base64.b64encode(hashlib.sha256(widths.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{digest}' 'sha256-{extra}'; base-uri 'none'; form-action 'none'"
    parts = [
        "<!DOCTYPE html>",
        '<html lang="en"><head><meta charset="utf-8">',
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        '<meta name="referrer" content="no-referrer"><meta name="robots" content="noindex">',
        f"<title>keyscan fleet report</title><style>{style}</style><style>{widths}</style></head><body>",
        *_coverage(summary),
        *_overview(summary),
        *_widest(summary),
        *_secrets("New since the last run", [secret for secret in summary.secrets if secret.new]),
        *_secrets("All secrets", summary.secrets),
        _FOOTER,
    ]
    return "\n".join(parts) + "\n"


def _coverage(summary: Summary) -> Iterator[str]:
    counts = summary.coverage
    repositories = "1 repository" if counts.asked == 1 else f"{counts.asked:,} repositories"
    yield f'<header><h1>Secrets in {repositories}</h1><p class="soft">As of {esc(summary.created)}</p>'
    yield element("p", headline(counts).rstrip(":"), "lead alarm" if counts.missing else "lead good")
    if summary.interrupted:
        yield element("p", "The run was interrupted; run the command again to go on.", "alarm")
    yield "</header>"
    if not counts.missing:
        return
    yield "<h2>Not wholly read</h2><table><thead><tr><th>Repository</th><th>Status</th><th>Reason</th></tr></thead>"
    yield "<tbody>"
    for row in counts.missing[:MAX_ROWS]:
        cells = (row["name"], row["status"], row["reason"] or "not audited yet")
        yield f"<tr>{''.join(element('td', text) for text in cells)}</tr>"
    yield "</tbody></table>"
    yield from _cut(len(counts.missing), MAX_ROWS)


def _overview(summary: Summary) -> Iterator[str]:
    if not summary.secrets:
        return
    new = sum(secret.new for secret in summary.secrets)
    new_ones = f", {new:,} of them new since the last run" if new else ""
    yield element("p", f"{plural(len(summary.secrets), 'distinct secret')}{new_ones}.")
    yield '<div class="columns">'
    for title, rows in (
        ("By provider", summary.by_provider()),
        ("By owner", summary.by_owner()),
        ("By age", summary.by_age()),
    ):
        yield f"<section><h2>{title}</h2>"
        yield from _bars(rows)
        yield "</section>"
    yield "</div>"


def _bars(rows: list[tuple[str, int]]) -> Iterator[str]:
    most = max((count for _, count in rows), default=1)
    yield "<table><tbody>"
    for name, count in rows[:_TOP]:
        share = round(count / most * 20) * 5
        yield f'<tr><td class="bar w{share}">{esc(name)}</td><td class="number">{count:,}</td></tr>'
    yield "</tbody></table>"
    yield from _cut(len(rows), _TOP)


def _widest(summary: Summary) -> Iterator[str]:
    shared = [secret for secret in summary.secrets if len(secret.places) > 1]
    shared.sort(key=lambda secret: -len(secret.places))
    if not shared:
        return
    yield "<h2>In most repositories</h2><table><thead><tr><th>Secret</th><th>Provider</th>"
    yield '<th class="number">Repositories</th></tr></thead><tbody>'
    for secret in shared[:_TOP]:
        cells = f"<td>{code(secret.first.redacted)}</td>{element('td', secret.first.provider)}"
        yield f'<tr>{cells}<td class="number">{len(secret.places):,}</td></tr>'
    yield "</tbody></table>"
    yield from _cut(len(shared), _TOP)


def _secrets(title: str, secrets: Iterable[Secret]) -> Iterator[str]:
    rows = list(secrets)
    if not rows:
        return
    yield f"<h2>{title}</h2><table><thead><tr><th>Secret</th><th>Where, oldest first</th><th>Owners</th>"
    yield '<th class="number">Days</th></tr></thead><tbody>'
    for secret in rows[:MAX_ROWS]:
        first = secret.first
        days = "" if secret.days is None else f"{secret.days:,}"
        revoke = f"<br>{anchor(first.help.revoke_url)}" if first.help.revoke_url else ""
        state = f"<br><b>{esc(validity.line(first))}</b>" if first.validity else ""
        name = f"{esc(first.severity.label)}: {esc(first.rule_name)}"
        yield f"<tr><td>{name}<br>{code(first.redacted)}{state}{revoke}</td>"
        yield f"<td>{_places(secret)}</td>{element('td', ', '.join(secret.owners))}"
        yield f'<td class="number">{days}</td></tr>'
    yield "</tbody></table>"
    yield from _cut(len(rows), MAX_ROWS)


def _places(secret: Secret) -> str:
    shown = [_place(place) for place in secret.places]
    first, rest = shown[0], shown[1:_MAX_PLACES]
    if not rest:
        return first
    omitted = len(shown) - 1 - len(rest)
    more = f"<br>and {omitted:,} more" if omitted else ""
    return f"{first}<details><summary>{len(shown) - 1:,} more</summary>{'<br>'.join(rest)}{more}</details>"


def _place(place: Place) -> str:
    where = f"{place.finding.origin.path}:{place.finding.location.line}"
    return f"{esc(place.repository)}: {code(where)}"


def _cut(number: int, most: int) -> Iterator[str]:
    if number > most:
        yield element("p", f"{number - most:,} more are not shown here; CSV and JSON Lines have all.", "soft")
