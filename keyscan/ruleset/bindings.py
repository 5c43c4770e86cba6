"""The grammar of bindings: `(?&part)` in a rule's pattern becomes the part of that name in `bindings.toml`."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from pathlib import Path

_REFERENCE = re.compile(r"\(\?&([a-z-]+)\)")
# Parts within parts; more would be a circle.
_DEEPEST = 10


@cache
def parts() -> dict[str, str]:
    """The parts by name, as they are written."""
    return tomllib.loads(Path(__file__).with_name("bindings.toml").read_text(encoding="utf-8"))


def expanded(pattern: str) -> str:
    """`pattern` with every `(?&part)` replaced; raises KeyError for a part that is not in the table."""
    for _ in range(_DEEPEST):
        if "(?&" not in pattern:
            break
        pattern = _REFERENCE.sub(lambda match: f"(?:{parts()[match.group(1)]})", pattern)
    return pattern
