"""Writes the tables of `docs/live.md` from the rule files: what is sent where, for every provider.

`python website/live_page.py` brings the page up to date; a test says when that was forgotten.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from keyscan.ruleset import verification

if TYPE_CHECKING:
    from collections.abc import Iterator

    from keyscan.ruleset.live_tables import RequestTemplate, RevokeTable, VerifyTable

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "live.md"
START, END = "<!-- tables -->\n", "<!-- /tables -->\n"
_CONSENT = {"run": "Asked with `--verify`", "ask": "Asked only with `--ask KIND` as well", "never": "Never asked"}
_WAYS = {
    "anyone": "By anyone who has the key",
    "self": "By the key itself",
    "owner": "By the owner's administrator key",
}


def main() -> int:
    """Bring the page up to date."""
    text = PAGE.read_text(encoding="utf-8")
    PAGE.write_text(current(text), encoding="utf-8")
    return 0


def current(text: str) -> str:
    """The page with its tables as the rule files have them now."""
    head, rest = text.split(START, 1)
    tail = rest.split(END, 1)[1]
    return head + START + "\n".join(tables()) + "\n" + END + tail


def tables() -> Iterator[str]:
    """The lines of all tables."""
    found = verification.load([ROOT / "rules"])
    for default, title in _CONSENT.items():
        chosen = [table for table in found.verify if table.default == default]
        chosen.sort(key=lambda table: (table.provider.lower(), table.kind))
        yield f"### {title} ({len(chosen)} kinds)\n"
        yield from _asked(chosen) if default != "never" else _never(chosen)
        yield ""
    automatic = [table for table in found.revoke if table.automatic]
    yield f"### Revoked by `keyscan revoke` ({len(automatic)} kinds)\n"
    yield from _revoked(automatic)


def _asked(chosen: list[VerifyTable]) -> Iterator[str]:
    yield "| provider | kind | what is sent | the key travels in | statuses | facts |"
    yield "|---|---|---|---|---|---|"
    for table in chosen:
        if table.request is None:
            continue
        why = f"<br>{_cell(table.why)}" if table.why else ""
        verdicts = dict.fromkeys(row.verdict for row in table.answers)
        yield (
            f"| {_cell(table.provider)} | `{table.kind}`{why} | {_sent(table)} | {_travels(table.request)} "
            f"| {', '.join(verdicts)} | {table.answers_confidence} |"
        )


def _sent(table: VerifyTable) -> str:
    request = table.request
    if request is None:
        return ""
    text = f"`{request.method} {request.url.removeprefix('https://')}`"
    if table.regions:
        text += f"; after a refusal also {', '.join(f'`{host}`' for host in table.regions)}"
    if table.parts:
        text += f"; needs {', '.join(part.name.replace('_', ' ') for part in table.parts if part.required)} near it"
    return text


def _travels(request: RequestTemplate) -> str:
    """Where in the request the key is."""
    if request.sign:
        return f"nothing but a signature ({request.sign['name']})"
    places = [name for name, value in request.headers if "{secret}" in value or "{token}" in value]
    places += ["basic authentication"] if request.basic else []
    places += ["the address"] if request.url_secret else []
    places += ["the body"] if request.form or "secret" in str(request.json) else []
    return ", ".join(places) or "nothing secret is sent"


def _never(chosen: list[VerifyTable]) -> Iterator[str]:
    yield "| provider | kind | why |"
    yield "|---|---|---|"
    for table in chosen:
        yield f"| {_cell(table.provider)} | `{table.kind}` | {_cell(table.why)} |"


def _revoked(chosen: list[RevokeTable]) -> Iterator[str]:
    yield "| provider | kind | by whom | what is sent | can be undone |"
    yield "|---|---|---|---|---|"
    for table in sorted(chosen, key=lambda table: (table.provider.lower(), table.kind)):
        steps = "; ".join(f"`{s.request.method} {s.request.url.removeprefix('https://')}`" for s in table.steps)
        who = _WAYS[table.way] + (f" ({' or '.join(f'`{name}`' for name in table.admin)})" if table.admin else "")
        undone = "yes" if table.reversible else "no"
        yield f"| {_cell(table.provider)} | `{table.kind}` | {who} | {steps} | {undone} |"


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ").replace("<", "&lt;")


if __name__ == "__main__":
    sys.exit(main())
