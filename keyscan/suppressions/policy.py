"""What the user said is fine: configured ignores, markers in the text, and the baseline, asked for each match.

`Ignores.status` runs where the plain secret and its text still are; what it decides travels in the finding.
"""

from __future__ import annotations

import posixpath
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

from keyscan.model.fingerprint import fingerprint
from keyscan.support.globs import Globs
from keyscan.support.json_paths import Walker, fits
from keyscan.suppressions.inline import Markers, around

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from keyscan.model.blob import Origin
    from keyscan.model.finding import Finding
    from keyscan.model.match import Match
    from keyscan.model.rule import Severity


class Status(NamedTuple):
    """What becomes of a finding: new, baseline or ignored; why; and the fingerprint to know it by."""

    status: str
    reason: str
    mark: str


@dataclass(frozen=True)
class Ignore:
    """One `[[ignore]]`: findings for which all of the given conditions hold; `place` is its file and line.

    Of several values of one condition, any will do. `severity`: this one or less. `expires`: ISO date, the last
    day on which it holds. `path_patterns` and `lines` are expressions searched in the path and in the secret's line.
    `quiet`: it is not told when it is of no use.
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
    quiet: bool = False

    @property
    def label(self) -> str:
        """How reports name it: its place and its reason."""
        return f"{self.place}: {self.reason}" if self.reason else self.place

    @cached_property
    def _globs(self) -> Globs:
        return Globs(self.paths)

    @cached_property
    def _values(self) -> Searchers:
        return Searchers(self.values)

    @cached_property
    def _lines(self) -> Searchers:
        return Searchers(self.lines)

    @cached_property
    def _path_patterns(self) -> Searchers:
        return Searchers(self.path_patterns)

    def __reduce__(self) -> tuple[Any, ...]:
        """Travels to worker processes without what it compiled."""
        return Ignore, tuple(getattr(self, name) for name in self.__dataclass_fields__)

    def fits(self, path: str) -> bool:
        """Whether the condition on paths holds."""
        return (not self.paths or self._globs.match(path) is not None) and (
            not self.path_patterns or self._path_patterns.found(path.encode("utf-8", "surrogateescape"))
        )

    def covers(self, match: Match, path: str, marks: Iterable[str], text: Text) -> bool:
        """Whether all conditions hold for `match`, found in the file `path`; cheap conditions first."""
        rule = match.rule
        return (
            (self.severity is None or match.severity <= self.severity)
            and (not self.rules or any(fnmatchcase(rule.id, name) for name in self.rules))
            and (not self.providers or rule.provider.lower() in {name.lower() for name in self.providers})
            and (not self.fingerprints or not set(self.fingerprints).isdisjoint(marks))
            and (not self.stopwords or self._has_stopword(match.secret))
            and self.fits(path)
            and (not self.values or self._values.found(match.secret))
            and (not self.lines or self._lines.found(line_of(text.data, match)))
            and (not self.keys or self._at_key(text.keys.path(match.secret_start)))
        )

    def covers_finding(self, finding: Finding, path: str) -> bool:
        """Whether all conditions hold for a finding that has no value and no text of its own."""
        return (
            not (self.values or self.stopwords or self.keys or self.lines)
            and (self.severity is None or finding.severity <= self.severity)
            and (not self.rules or any(fnmatchcase(finding.rule_id, name) for name in self.rules))
            and (not self.providers or finding.provider.lower() in {name.lower() for name in self.providers})
            and (not self.fingerprints or finding.fingerprint in self.fingerprints)
            and self.fits(path)
        )

    def _has_stopword(self, secret: bytes) -> bool:
        lower = secret.decode("utf-8", "replace").lower()
        return any(word.lower() in lower for word in self.stopwords)

    def _at_key(self, path: tuple[str, ...]) -> bool:
        return any(fits(key, path) for key in self.keys)


class Searchers:
    """Users' expressions, any of which will do; compiled when first needed."""

    def __init__(self, patterns: tuple[str, ...]) -> None:
        from keyscan.engine.confirm import Searcher

        self._all = [Searcher(pattern) for pattern in patterns]

    def found(self, data: bytes) -> bool:
        """Whether one of them matches somewhere in `data`."""
        return any(one.found(data) for one in self._all)


def line_of(data: bytes, match: Match) -> bytes:
    """The lines on which a match stands, as far as markers on them would count."""
    text = around(data, match.secret_start, match.secret_end)
    return text.before + data[match.secret_start : match.secret_end] + text.after


class Text:
    """One scanned text, as the questions about it need it: read once, asked for each match."""

    def __init__(self, data: bytes, mode: str) -> None:
        self.data = data
        self.markers = Markers(data, mode)

    @cached_property
    def keys(self) -> Walker:
        """The text as JSON."""
        return Walker(self.data)


@dataclass
class Ignores:
    """All that was said to be fine, in force on the day `today` (ISO).

    `known` maps the baseline's fingerprints to their reasons. `salts` are those that fingerprints were made with,
    the project's own first. `inline` says whose markers count: all, own or none. `prefix` leads from the root
    to where the scan's relative paths begin, `root` is the root's absolute path ("" when paths are the root's).
    """

    entries: tuple[Ignore, ...] = ()
    known: Mapping[str, str] | None = None
    salts: tuple[str, ...] = ("",)
    inline: str = "all"
    exclude: tuple[str, ...] = ()
    require_reasons: bool = False
    today: str = ""
    root: str = ""
    prefix: str = ""

    def __post_init__(self) -> None:
        self._text: Text | None = None

    def __reduce__(self) -> tuple[Any, ...]:
        """Travels to worker processes without what it compiled."""
        return Ignores, tuple(getattr(self, name) for name in self.__dataclass_fields__)

    @cached_property
    def active(self) -> tuple[Ignore, ...]:
        """The entries that have not expired."""
        return tuple(entry for entry in self.entries if not entry.expires or self.today <= entry.expires)

    @cached_property
    def _excluded(self) -> Globs:
        return Globs(self.exclude)

    def excluded(self, path: str, *, in_git: bool = False) -> str | None:
        """The pattern of `exclude` that keeps a file from being read; `in_git`: `path` counts from the root."""
        return self._excluded.match(path if in_git else self.place(path)) if self.exclude else None

    def place(self, path: str) -> str:
        """`path`, as a report names it, relative to the root."""
        if self.root and path.startswith("/"):
            return path.removeprefix(self.root.rstrip("/") + "/")
        if self.root and path[1:3] == ":/":
            return path[len(self.root.rstrip("/")) + 1 :] if path.lower().startswith(self.root.lower()) else path
        return posixpath.normpath(posixpath.join(self.prefix, path)) if self.prefix else path

    def status(self, match: Match, data: bytes, origin: Origin) -> Status:
        """What becomes of `match`, found in `data`."""
        marks = [fingerprint(match.rule.id, match.secret, salt) for salt in self.salts]
        text = self._text
        if text is None or text.data is not data:
            text = self._text = Text(data, self.inline)
        path = origin.path if origin.commit or origin.blob else self.place(origin.path)
        marker = text.markers.over(match.secret_start, match.secret_end, match.rule)
        if marker and (marker.reason or not self.require_reasons):
            why = f"inline, {marker.tool} marker" + (f": {marker.reason}" if marker.reason else "")
            return Status("ignored", why, marks[0])
        pattern = self.excluded(path, in_git=True)
        if pattern:
            return Status("ignored", f"excluded: {pattern}", marks[0])
        for entry in self.active:
            if entry.covers(match, path, marks, text):
                return Status("ignored", entry.label, marks[0])
        for mark in marks:
            if self.known and mark in self.known:
                return Status("baseline", self.known[mark] or "in the baseline", mark)
        return Status("new", "", marks[0])

    def settle(self, finding: Finding) -> Finding:
        """A finding that no rule of the matcher made (a file's hygiene): its path, rule and fingerprint decide."""
        origin = finding.origin
        path = origin.path if origin.commit or origin.blob else self.place(origin.path)
        pattern = self.excluded(path, in_git=True)
        for entry in self.active:
            if entry.covers_finding(finding, path):
                return replace(finding, status="ignored", status_reason=entry.label)
        if pattern:
            return replace(finding, status="ignored", status_reason=f"excluded: {pattern}")
        if self.known and finding.fingerprint in self.known:
            reason = self.known[finding.fingerprint] or "in the baseline"
            return replace(finding, status="baseline", status_reason=reason)
        return finding

    def notes(self, findings: Iterable[Finding], *, whole: bool) -> list[str]:
        """One line for each ignore that has expired and, when the `whole` tree was scanned, that was of no use."""
        notes = [
            f"ignore at {entry.place} expired on {entry.expires}: renew it or remove it"
            for entry in self.entries
            if entry not in self.active
        ]
        if not whole:
            return notes
        met = list(findings)
        used = {finding.status_reason for finding in met if finding.status == "ignored"}
        notes += [
            f"ignore at {entry.place} covers nothing found: remove it"
            for entry in self.active
            if entry.label not in used and not entry.quiet
        ]
        gone = len(set(self.known or ()) - {finding.fingerprint for finding in met})
        if gone:
            entries = "1 entry" if gone == 1 else f"{gone} entries"
            notes.append(f"{entries} of the baseline not found in this scan (see: keyscan baseline prune)")
        return notes
