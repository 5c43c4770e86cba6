"""Names that are near a misspelt one: the "did you mean" of every message."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


def nearest(name: str, known: Iterable[str], cutoff: float = 0.6) -> str | None:
    """The known name that is most like `name`; None when none is alike. `cutoff`: from 0, anything, to 1, equal."""
    from difflib import get_close_matches

    closest = get_close_matches(name, list(known), 1, cutoff)
    return closest[0] if closest else None


def did_you_mean(name: str, known: Iterable[str], otherwise: str = "", cutoff: float = 0.6) -> str:
    """`; did you mean NAME?` for the end of a message, else `otherwise`."""
    near = nearest(name, known, cutoff)
    return f"; did you mean {near}?" if near else otherwise
