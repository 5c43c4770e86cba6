"""Which hits of provider names have a value of the right shape within reach.

Shared with the quick hook, so it imports next to nothing.
"""

from __future__ import annotations

from bisect import bisect_right

# As `typing` has it, without importing that.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import Any


def with_value(
    hits: list[tuple[int, int]], targets: Mapping[int, tuple[int, int]], data: bytes, scan: Any
) -> list[tuple[int, int]]:
    """The hits of `hits`, (entry number, end), of entries that need no value or have one within reach.

    `targets` maps an entry's number to (value number, reach in bytes); `scan` runs the database of values over
    some bytes.
    """
    named = [hit for hit in hits if hit[0] in targets]
    ends: dict[int, list[int]] = {}
    for low, high in _windows((end, end + targets[number][1]) for number, end in named):
        # With a byte more on either side: a window's own edges are no boundaries of a value.
        first = max(0, low - 1)

        def on_match(value: int, _start: int, end: int, _flags: int, _context: object, first: int = first) -> None:
            ends.setdefault(value, []).append(first + end)

        scan(data[first : high + 1], match_event_handler=on_match)
    for places in ends.values():
        places.sort()
    kept = [hit for hit in hits if hit[0] not in targets]
    for number, end in named:
        value, reach = targets[number]
        places = ends.get(value, [])
        at = bisect_right(places, end)
        if at < len(places) and places[at] <= end + reach:
            kept.append((number, end))
    return kept


def _windows(spans: Iterable[tuple[int, int]]) -> list[list[int]]:
    """`spans` in rising order, those that touch joined."""
    joined: list[list[int]] = []
    for low, high in sorted(spans):
        if joined and low <= joined[-1][1]:
            joined[-1][1] = max(joined[-1][1], high)
        else:
            joined.append([low, high])
    return joined
