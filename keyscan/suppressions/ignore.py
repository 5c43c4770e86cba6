"""One ignore and its conditions: which matches and findings it covers."""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cached_property
from typing import TYPE_CHECKING, Any

from keyscan.support.bounded_search import BoundedSearch
from keyscan.support.globs import Globs
from keyscan.support.json_paths import Walker, fits
from keyscan.suppressions.inline import Markers, around

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from keyscan.model.finding import Finding
    from keyscan.model.match import Match
    from keyscan.model.rule import Severity


class ScannedText:
    """A scanned text with its markers and its JSON keys, parsed when first asked for."""

    def __init__(self, data: bytes, mode: str) -> None:
        self.data = data
        self.markers = Markers(data, mode)

    @cached_property
    def json(self) -> Walker:
        """The text as JSON."""
        return Walker(self.data)


@dataclass(frozen=True)
class Ignore:
    """Findings for which all of the given conditions hold; `place` is the file and line of the `[[ignore]]`.

    Of several values of one condition, any suffices. `severity`: this one or less. `expires`: ISO date, the last
    day on which it holds. `path_patterns` and `lines` are expressions searched in the path and in the secret's line.
    `allow_unused`: reports do not mention that it covers nothing.
    """

    place: str
    paths: tuple[str, ...] = ()
    rules: tuple[str, ...] = ()
    providers: tuple[str, ...] = ()
    severity: Severity | None = None
    values: tuple[str, ...] = ()
    stopwords: tuple[str, ...] = ()
    fingerprints: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()
    path_patterns: tuple[str, ...] = ()
    lines: tuple[str, ...] = ()
    reason: str = ""
    expires: str = ""
    allow_unused: bool = False

    @property
    def label(self) -> str:
        """How reports name it: its place and its reason."""
        return f"{self.place}: {self.reason}" if self.reason else self.place

    @cached_property
    def _fingerprints(self) -> frozenset[str]:
        return frozenset(self.fingerprints)

    @cached_property
    def _globs(self) -> Globs:
        return Globs(self.paths)

    @cached_property
    def _values(self) -> BoundedSearch:
        return BoundedSearch(self.values)

    @cached_property
    def _lines(self) -> BoundedSearch:
        return BoundedSearch(self.lines)

    @cached_property
    def _path_patterns(self) -> BoundedSearch:
        return BoundedSearch(self.path_patterns)

    def __reduce__(self) -> tuple[Any, ...]:
        """Travels to worker processes without what it compiled."""
        return Ignore, tuple(getattr(self, name) for name in self.__dataclass_fields__)

    def fits(self, path: str, stop: Callable[[], bool] | None = None) -> bool:
        """Whether the condition on paths holds; not, once `stop` is true."""
        if stop is not None and stop():
            return False
        return (not self.paths or self._globs.match(path, stop) is not None) and (
            not self.path_patterns or self._path_patterns.matches(path.encode("utf-8", "surrogateescape"))
        )

    def covers(
        self,
        match: Match,
        path: str,
        fingerprints: Iterable[str],
        text: ScannedText,
        stop: Callable[[], bool] | None = None,
    ) -> bool:
        """Whether all conditions hold for `match`, found in the file `path`; cheap conditions first.

        No ignore covers anything once `stop` is true.
        """
        rule = match.rule
        return (
            (self.severity is None or match.severity <= self.severity)
            and (not self.rules or any(fnmatchcase(rule.id, name) for name in self.rules))
            and (not self.providers or rule.provider.lower() in {name.lower() for name in self.providers})
            and (not self.fingerprints or not self._fingerprints.isdisjoint(fingerprints))
            and (not self.stopwords or self._has_stopword(match.secret))
            and self.fits(path, stop)
            and (not self.values or self._values.matches(match.secret))
            and (not self.lines or self._lines.matches(_line_of(text.data, match)))
            and (not self.keys or self._at_key(text.json.path(match.secret_start)))
            and not (stop and stop())
        )

    def covers_finding(self, finding: Finding, path: str, stop: Callable[[], bool] | None = None) -> bool:
        """Whether all conditions hold for a finding that has no value and no text of its own; `stop` as in `covers`."""
        return (
            not (self.values or self.stopwords or self.keys or self.lines)
            and (self.severity is None or finding.severity <= self.severity)
            and (not self.rules or any(fnmatchcase(finding.rule_id, name) for name in self.rules))
            and (not self.providers or finding.provider.lower() in {name.lower() for name in self.providers})
            and (not self.fingerprints or finding.fingerprint in self._fingerprints)
            and self.fits(path, stop)
            and not (stop and stop())
        )

    def _has_stopword(self, secret: bytes) -> bool:
        lower = secret.decode("utf-8", "replace").lower()
        return any(word.lower() in lower for word in self.stopwords)

    def _at_key(self, path: tuple[str, ...]) -> bool:
        return any(fits(key, path) for key in self.keys)


def _line_of(data: bytes, match: Match) -> bytes:
    """The lines on which a match stands, as far as markers on them would count."""
    text = around(data, match.secret_start, match.secret_end)
    return text.before + data[match.secret_start : match.secret_end] + text.after
