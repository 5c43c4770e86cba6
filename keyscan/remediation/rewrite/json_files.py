"""JSON and TOML configuration: agents and MCP servers by their own reference, `appsettings.json` by .NET's names."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from keyscan.remediation.rewrite.interface import ESCAPED, INLINE_CODE, LeftAlone, Rewrite, Splice
from keyscan.remediation.rewrite.references import reference
from keyscan.support.json_paths import Walker

if TYPE_CHECKING:
    from keyscan.remediation.rewrite.interface import Target

_APPSETTINGS = re.compile(r"(?:^|/)appsettings(?:\.[\w-]+)?\.json\Z", re.IGNORECASE)
_PART = re.compile(r"[A-Za-z0-9_]+\Z")


def rewrite(target: Target) -> Rewrite | LeftAlone:
    """The replacement of a secret in a JSON or TOML file of a program that is known."""
    if b"\\" in target.written:
        return LeftAlone(ESCAPED)
    quoted = _string(target)
    if quoted is None:
        return LeftAlone(INLINE_CODE)
    if _APPSETTINGS.search(target.path):
        return _appsettings(target, quoted)
    new = reference(target.path, target.name)
    if isinstance(new, LeftAlone):
        return new
    return Rewrite((Splice(target.start, target.end, new.encode()),), target.written, target.name)


def _string(target: Target) -> tuple[int, int] | None:
    """The content of the string round the target, when that is on one line."""
    start = target.start
    while start and target.text[start - 1 : start] not in {b'"', b"\n"}:
        start -= 1
    end = target.text.find(b'"', target.end)
    if start == 0 or target.text[start - 1 : start] != b'"' or end < 0 or b"\n" in target.text[start:end]:
        return None
    return start, end


def _appsettings(target: Target, quoted: tuple[int, int]) -> Rewrite | LeftAlone:
    """An empty value, which .NET's environment provider overrides by `Section__Key`."""
    if quoted != (target.start, target.end):
        return LeftAlone(
            "it is part of a value, as in a connection string: set the whole value by its variable, "
            "for example ConnectionStrings__Default"
        )
    path = Walker(target.text).path(target.start)
    if not path or not all(_PART.match(part) for part in path):
        return LeftAlone("no environment variable can have the name of this setting: use dotnet user-secrets")
    return Rewrite((Splice(target.start, target.end, b""),), target.written, "__".join(path))
