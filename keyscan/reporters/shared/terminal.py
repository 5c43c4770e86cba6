"""What the formats for a terminal share: colors, places, source lines with a caret."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keyscan.model.rule import Severity
from keyscan.reporters.shared.escape import clean

if TYPE_CHECKING:
    from collections.abc import Iterator

    from keyscan.model.finding import Finding

COLORS = {
    Severity.CRITICAL: "1;31",
    Severity.HIGH: "31",
    Severity.MEDIUM: "33",
    Severity.LOW: "36",
    Severity.INFO: "2",
}
# Columns before which a source line begins to be cut.
_WIDTH = 160


class Paint:
    """Colors text, if it is to be colored."""

    def __init__(self, on: bool) -> None:
        self._on = on

    def __call__(self, code: str, text: str) -> str:
        """`text` in the color with this terminal code."""
        return f"\x1b[{code}m{text}\x1b[0m" if self._on else text


def place_of(finding: Finding) -> str:
    """Path, line and column; the notebook's cell and the encoding where there are some."""
    where = finding.location
    place = f"{clean(finding.origin.path)}:{where.line}:{where.column}"
    within = [f"cell {where.cell}"] if where.cell is not None else []
    within += [f"decoded from {clean(where.decoded)}"] if where.decoded else []
    return f"{place} ({', '.join(within)})" if within else place


def source_lines(finding: Finding, paint: Paint) -> Iterator[str]:
    """The source line with the secret masked, and a caret line below it."""
    snippet = finding.snippet
    if snippet is None:
        return
    before = _within(snippet.before.replace("\t", "    ").lstrip())
    secret, after = _within(snippet.mark), _within(snippet.after.replace("\t", "    ").rstrip())
    if width(before) + width(secret) > _WIDTH:
        before = f"... {before[-20:]}"
    number = str(finding.location.line)
    gutter = " " * len(number)
    yield f"    {paint('2', f'{number} |')} {before}{secret}{after}".rstrip()
    yield f"    {paint('2', f'{gutter} |')} {' ' * width(before)}{paint('31', '^' * max(1, width(secret)))}"


def _within(text: str) -> str:
    """`text` made harmless as a part of a line that begins with something else: a colon there begins no command."""
    return clean("|" + text)[1:]


def width(text: str) -> int:
    """How many columns of a terminal `text` takes."""
    if text.isascii():
        return len(text)
    import unicodedata

    wide = sum(unicodedata.east_asian_width(char) in "WF" for char in text)
    return len(text) + wide - sum(unicodedata.combining(char) > 0 for char in text)
