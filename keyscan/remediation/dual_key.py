"""Clients for the time in which two keys are valid: the second key is tried when the provider refuses the first.

The programs are in `clients/`, with `@NAME@`, `@URL@` and the headers to be filled in.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from keyscan.ruleset.live_tables import VerifyTable

LANGUAGES = {"python": "Python", "node": "Node.js", "go": "Go"}
_HOLE = "{secret}"


@dataclass(frozen=True, slots=True)
class KeyUse:
    """How a provider takes a key: headers with `{secret}` in them, and a URL that answers without side effects."""

    headers: tuple[tuple[str, str], ...] = (("Authorization", f"Bearer {_HOLE}"),)
    url: str = "https://api.example.com/v1/models"


def key_use(table: VerifyTable | None) -> KeyUse:
    """The use of a key by its provider's own table; the common one where the table asks for more than a header."""
    request = table.request if table else None
    if request is None or request.method != "GET" or request.sign or request.basic or "{" in request.url:
        return KeyUse()
    headers = tuple((name, value) for name, value in request.headers if "{" not in value.replace(_HOLE, ""))
    if not any(_HOLE in value for _, value in headers) or len(headers) != len(request.headers):
        return KeyUse()
    return KeyUse(headers, request.url)


def client(language: str, name: str, use: KeyUse) -> str:
    """The program for a language of LANGUAGES, for the variables `name`_PRIMARY and `name`_BACKUP."""
    text = (Path(__file__).parent / "clients" / f"{language}.txt").read_text(encoding="utf-8")
    python = ", ".join(f"{json.dumps(key)}: {_python(value)}" for key, value in use.headers)
    node = ", ".join(f"{json.dumps(key)}: {_node(value)}" for key, value in use.headers)
    go = "\n".join(f"\t\trequest.Header.Set({json.dumps(key)}, {_go(value)})" for key, value in use.headers)
    filled = {"@NAME@": name, "@URL@": use.url, "@PYTHON_HEADERS@": python, "@NODE_HEADERS@": node, "@GO_HEADERS@": go}
    for hole, value in filled.items():
        text = text.replace(hole, value)
    return text


def _python(value: str) -> str:
    if value == _HOLE:
        return "key"
    return f"f{json.dumps(value)}".replace(_HOLE, "{key}") if _HOLE in value else json.dumps(value)


def _node(value: str) -> str:
    if value == _HOLE:
        return "key"
    return f"`{value}`".replace(_HOLE, "${key}") if _HOLE in value else json.dumps(value)


def _go(value: str) -> str:
    parts = [json.dumps(part) for part in value.split(_HOLE)]
    return "+".join(part for part in "+key+".join(parts).split("+") if part != '""')
