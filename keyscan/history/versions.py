"""A version of a file scanned from its base: what carries over, and what has to be matched.

Knows the prefilter only; matching, judging and reporting is its caller's (`keyscan/history/object_scanner.py`). Written
for mypyc.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from keyscan.engine.filters.context import is_binary
from keyscan.git.pack.delta import spread
from keyscan.history.delta_scan import DeltaScanner, PackedHits, hits_of

if TYPE_CHECKING:
    from keyscan.engine.matcher import Matcher
    from keyscan.engine.prefilter.entries import Hits
    from keyscan.model.match import Match

# Up to this many bytes a version is scanned whole: finding its windows would take as long.
SMALL = 4 * 1024


class Version:
    """What is known of a version, for those made from it, and what is left to match.

    `path`: None for a version that nobody asked for. `hits`: those to match; none once that is done. `matches`: the
    plain matches, encodings aside; None when unknown. While there are hits, `matches` are those carried over from the
    base, and `changed` the hits to match again (None: all).
    """

    def __init__(self, packed: PackedHits, path: bytes | None, matches: list[Match] | None) -> None:
        self.packed = packed
        self.path = path
        self.matches = matches
        self.hits: Hits = []
        self.changed: Hits | None = None
        self.binary = False

    def matched(self, matches: list[Match] | None) -> None:
        """Keep the plain matches for the versions made from this one; None when they are not certain."""
        self.matches = matches
        self.hits = []
        self.changed = None


class VersionScanner:
    """Runs the prefilter over plain texts, each from a version of it that was scanned before where there is one."""

    def __init__(self, matcher: Matcher) -> None:
        self._delta = DeltaScanner(matcher)

    def scan(
        self, path: bytes | None, data: bytes, changes: list[int] | None, sources: list[int], base: Version | None
    ) -> Version:
        """The version that differs from `base` by `changes` and `sources` (see `delta.apply`; None: by everything)."""
        length = len(data)
        unchanged: list[int] = []
        end = length
        if changes is None or base is None or length <= SMALL:
            packed = self._delta.whole(data)
        else:
            windows, unchanged = spread(changes, sources, length, self._delta.reach)
            packed = self._delta.carried(data, windows, unchanged, base.packed)
            if changes and changes[-2] == length:
                end = -1
        hits = hits_of(packed)
        if path is None or not hits:
            return Version(packed, path, None if hits else [])
        version = Version(packed, path, None)
        version.hits = hits
        version.binary = is_binary(data)
        if (
            unchanged
            and base is not None
            and base.matches is not None
            and base.path == path
            and base.binary == version.binary
        ):
            version.matches, version.changed = self._delta.split(packed, unchanged, end, base.matches)
        return version
