"""Decides for each match whether the user accepts it: by ignores, by markers in the text, and by the baseline.

`SuppressionPolicy.status` runs where the plain secret and its text still are; what it decides travels in the finding.
"""

from __future__ import annotations

import posixpath
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

from keyscan.model.fingerprint import fingerprint, fingerprints
from keyscan.support.globs import Globs
from keyscan.support.work_budget import WorkBudget
from keyscan.suppressions.ignore import ScannedText

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from keyscan.model.blob import Origin
    from keyscan.model.finding import Finding
    from keyscan.model.match import Match
    from keyscan.suppressions.ignore import Ignore


# Processor seconds that ignores and excluded paths may take in one process: a repository's own configuration asks for
# them. When they are over, neither hides anything any more, which is reported.
_SECONDS = 30.0
# Generic rules whose fingerprints are compared with one another: more than there are.
_MOST_GENERIC = 40


class Status(NamedTuple):
    """The status of a finding (new, baseline or ignored), the reason, and its fingerprint."""

    status: str
    reason: str
    fingerprint: str


@dataclass
class SuppressionPolicy:
    """The ignores, markers and baseline that are in force on the day `today` (ISO).

    `known` maps the baseline's fingerprints to their reasons, `in_history` are those of them that were accepted in the
    history, so that a scan of the files says nothing of their absence. `salts` are those that fingerprints were made
    with, the project's own first. `inline` says whose markers count: all, own or none. `prefix` leads from the root
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
    in_history: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        self._text: ScannedText | None = None
        self._budget = WorkBudget(_SECONDS)

    def __reduce__(self) -> tuple[Any, ...]:
        """Travels to worker processes without what it compiled."""
        return SuppressionPolicy, tuple(getattr(self, name) for name in self.__dataclass_fields__)

    @cached_property
    def active(self) -> tuple[Ignore, ...]:
        """The entries that have not expired."""
        return tuple(entry for entry in self.entries if not entry.expires or self.today <= entry.expires)

    @cached_property
    def _excluded(self) -> Globs:
        return Globs(self.exclude)

    def excluded(self, path: str, *, in_git: bool = False) -> str | None:
        """The pattern of `exclude` that keeps a file from being read; `in_git`: `path` counts from the root."""
        if not self.exclude or self._budget.spent:
            return None
        with self._budget:
            return self._excluded.match(path if in_git else self.place(path), self._budget.over)

    def place(self, path: str) -> str:
        """`path`, as a report names it, relative to the root."""
        if self.root and path.startswith("/"):
            return path.removeprefix(self.root.rstrip("/") + "/")
        if self.root and path[1:3] == ":/":
            return path[len(self.root.rstrip("/")) + 1 :] if path.lower().startswith(self.root.lower()) else path
        return posixpath.normpath(posixpath.join(self.prefix, path)) if self.prefix else path

    def status(self, match: Match, data: bytes, origin: Origin) -> Status:
        """The status of `match`, found in `data`."""
        own = self._fingerprints(match)
        text = self._text
        if text is None or text.data is not data:
            text = self._text = ScannedText(data, self.inline)
        path = origin.path if origin.commit or origin.blob else self.place(origin.path)
        marker = text.markers.over(match.secret_start, match.secret_end, match.rule)
        if marker and (marker.reason or not self.require_reasons):
            why = f"inline, {marker.tool} marker" + (f": {marker.reason}" if marker.reason else "")
            return Status("ignored", why, own[0])
        pattern = None if origin.named else self.excluded(path, in_git=True)
        if pattern:
            return Status("ignored", f"excluded: {pattern}", own[0])
        if self.active and not self._budget.spent:
            with self._budget:
                over = self._budget.over
                entry = next((entry for entry in self.active if entry.covers(match, path, own, text, over)), None)
            if entry:
                return Status("ignored", entry.label, own[0])
        for one in own:
            if self.known and one in self.known:
                return Status("baseline", self.known[one] or "in the baseline", one)
        remark = text.markers.remark(match.secret_start, match.secret_end, match.rule)
        return Status("new", remark or self._overspent(), own[0])

    def _overspent(self) -> str:
        """Why ignores no longer apply; empty while they do."""
        if not self._budget.spent:
            return ""
        limit = f"{self._budget.seconds:.0f} s"
        return f"the configuration's ignores took more than {limit} and no longer apply: simplify them"

    def _fingerprints(self, match: Match) -> list[str]:
        """The fingerprints that a match is known by, the current one under the project's own salt first.

        A generic rule's secret is the same one under any generic rule: which of them finds it depends on quotes.
        """
        result = [mark for salt in self.salts for mark in fingerprints(match.rule.id, match.secret, salt)]
        if match.rule.filters == "generic":
            others = self._generic - {match.rule.id}
            result += [fingerprint(rule_id, match.secret, salt) for rule_id in sorted(others) for salt in self.salts]
        return result

    @cached_property
    def _generic(self) -> frozenset[str]:
        """The generic rules that accepted or ignored fingerprints are of."""
        named = {name for entry in self.entries for name in entry.fingerprints}
        rule_ids = {name.rpartition(":")[0] for name in (*(self.known or ()), *named)}
        return frozenset(sorted(rule_id for rule_id in rule_ids if rule_id.startswith("generic-"))[:_MOST_GENERIC])

    def settle(self, finding: Finding) -> Finding:
        """A finding that no rule of the matcher made (a file's hygiene): its path, rule and fingerprint decide."""
        origin = finding.origin
        path = origin.path if origin.commit or origin.blob else self.place(origin.path)
        pattern = self.excluded(path, in_git=True)
        if self.active and not self._budget.spent:
            with self._budget:
                over = self._budget.over
                entry = next((entry for entry in self.active if entry.covers_finding(finding, path, over)), None)
            if entry:
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
            if entry.expires and entry.expires < self.today
        ]
        if self._budget.spent:
            notes.append(self._overspent())
        if not whole:
            return notes
        met = list(findings)
        used = {finding.status_reason for finding in met if finding.status == "ignored"}
        notes += [
            f"ignore at {entry.place} covers nothing found: remove it"
            for entry in self.active
            if entry.label not in used and not entry.allow_unused
        ]
        gone = len(set(self.known or ()) - self.in_history - {finding.fingerprint for finding in met})
        if gone:
            entries = "1 entry" if gone == 1 else f"{gone} entries"
            notes.append(f"{entries} of the baseline not found in this scan (see: keyscan baseline prune)")
        return notes
