"""Reads and scans the objects of a history in batches, with only a hint of their paths.

Where the secrets of the few objects that contain some came from is looked up afterwards
(`keyscan/history/provenance.py`).
"""

from __future__ import annotations

import re
from binascii import hexlify, unhexlify
from bisect import bisect_left
from dataclasses import replace
from itertools import accumulate
from typing import TYPE_CHECKING, Any

from keyscan.engine.decoders import content
from keyscan.engine.overlaps import place_of
from keyscan.git import objects
from keyscan.git.objects import Listed
from keyscan.git.pack import delta
from keyscan.history.batch import BatchResult
from keyscan.history.clean_objects import below_threshold_key, clean_at_path_keys
from keyscan.history.versions import SMALL, VersionScanner
from keyscan.model.blob import Blob, Origin, Skip, decode_path
from keyscan.model.match import Match, MatchResult
from keyscan.scan.result import ScanOptions, ScanResult, joined
from keyscan.scan.scanner import result_of, scan_blob
from keyscan.sources.chunks import chunks

if TYPE_CHECKING:
    from collections.abc import Sequence

    from keyscan.engine.matcher import Matcher
    from keyscan.engine.prefilter.entries import Hits
    from keyscan.git.command import Git
    from keyscan.git.objects import Read
    from keyscan.history.versions import Version

# Findings below the minimum severity that a process remembers, so as to report each once.
_MAX_BELOW_THRESHOLD = 20_000
# Commits longer than this are scanned one by one.
SHORT = 16 * 1024
_KINDS = {b"commit": "commit-message", b"tag": "tag-message"}
# What git writes first into a commit or a tag: ids and types of objects. What it writes last: signatures.
_IDS = re.compile(rb"(?:(?:tree|parent|object|type) [0-9a-z]+\n)*")
_SIGNATURES = re.compile(rb"(?:\A|\n)gpgsig(?:-sha256)? [^\n]*(?:\n [^\n]*)*")


class ObjectScanner:
    """Reads and scans batches of objects; what a worker process runs."""

    def __init__(self, git: Git, matcher: Matcher, options: ScanOptions) -> None:
        matcher.remember()
        self.git, self.matcher, self.options = git, matcher, options
        rules = matcher.rules
        # The entries that belong to no rule: what is encoded may be any rule's.
        self.encoded = frozenset(number for number, entry in enumerate(matcher.entries) if entry.rule >= len(rules))
        # The entries of rules that also judge by the path, or may hide one: the same object may be at another path.
        self.path_bound = self.encoded | {
            number
            for number, entry in enumerate(matcher.entries)
            if entry.rule < len(rules) and rules[entry.rule].filters == "generic"
        }
        self.overlap = max((rule.max_length for rule in rules), default=1) * 2
        self.versions = VersionScanner(matcher)
        self._below_threshold: set[tuple[str, bytes, int]] = set()
        # The previous blob: its path, its contents, what is known of it.
        self._previous: tuple[bytes, bytes, Version | None] = (b"", b"", None)

    def __reduce__(self) -> tuple[Any, ...]:
        """Travels to worker processes without what it knows of previous blobs."""
        return ObjectScanner, (self.git, self.matcher, self.options)

    def __call__(self, batch: Sequence[Listed]) -> BatchResult:
        """What the objects of `batch` contain."""
        scan = BatchScan(self)
        messages: list[tuple[Listed, bytes]] = []
        for read in objects.read(self.git, batch):
            if isinstance(read, Skip):
                scan.skip(read)
                continue
            item = batch[read.number]
            if read.kind == b"commit" and len(read.data) <= SHORT:
                messages.append((item, read.data))
            elif self.matcher.local and read.kind == b"blob" and read.rest is None and content.is_plain(read.data):
                self._scan_from_previous(item, read.data, scan)
            elif read.rest is None:
                scan.object(item, read.kind, read.data)
            else:
                scan.huge_object(item, read)
        scan.messages(messages)
        return scan.result(len(batch))

    def _scan_from_previous(self, item: Listed, data: bytes, scan: BatchScan) -> None:
        """Scan a blob as a version of the previous one, if that had the same path."""
        path, base, version = self._previous
        same = delta.compare(base, data) if path == item.path != b"" and len(data) > SMALL else None
        changes, sources = same or (None, [])
        version = self.versions.scan(item.path, data, changes, sources, version)
        scan.version(unhexlify(item.oid), data, version)
        self._previous = (item.path, data, version)

    def reportable(self, matches: list[Match]) -> list[Match]:
        """`matches` without those that are only counted, and were: each version of a file has them again."""
        least = self.options.min_severity
        kept = []
        for match in matches:
            if match.severity < least:
                key = (match.rule.id, match.secret, match.severity)
                if key in self._below_threshold:
                    continue
                if len(self._below_threshold) < _MAX_BELOW_THRESHOLD:
                    self._below_threshold.add(key)
            kept.append(match)
        return kept


class BatchScan:
    """Scans the objects of one batch, one call for each; `result` ends it and returns the sum."""

    def __init__(self, scanner: ObjectScanner) -> None:
        self._scanner, self._matcher, self._options = scanner, scanner.matcher, scanner.options
        # Most objects contain nothing: these are only counted, since making a result costs more than scanning one.
        self._results: list[ScanResult] = []
        self._partly: list[bytes] = []
        self._blobs = self._commits = self._bytes = 0
        self._clean = bytearray()

    def result(self, count: int, remaining: Sequence[Listed] = ()) -> BatchResult:
        """The result of the batch; `count` objects are done, `remaining` still have to be read."""
        total = replace(
            joined(self._results),
            partly=frozenset(self._partly),
            files=0,
            blobs=self._blobs,
            commits=self._commits,
            bytes=self._bytes,
        )
        return BatchResult(total, bytes(self._clean), count, tuple(remaining))

    def skip(self, skip: Skip) -> None:
        """Report an object that could not be read."""
        self._results.append(ScanResult(skipped=(skip,)))

    def messages(self, commits: Sequence[tuple[Listed, bytes]]) -> None:
        """Scan the messages of short commits: all at once, since hardly any contains something."""
        if not self._matcher.local:
            for item, data in commits:
                self.object(item, b"commit", data)
            return
        texts = [text_of(data) for _, data in commits]
        ends = list(accumulate(len(text) + 1 for text in texts))
        # One text has all raw hits of its parts and hardly one more; a part that has one is scanned by itself.
        raw = self._matcher.raw_hits(b"\n".join(texts))
        suspicious = {bisect_left(ends, end) for _, end in raw}
        for number, ((item, data), text) in enumerate(zip(commits, texts, strict=True)):
            if number in suspicious or not content.is_plain(text):
                self.object(item, b"commit", data)
                continue
            self._commits += 1
            self._bytes += len(text)
            self._clean += unhexlify(item.oid)

    def huge_object(self, item: Listed, read: Read) -> None:
        """Scan an object in chunks."""
        assert read.rest is not None  # noqa: S101 - the caller's condition
        self._blobs += 1
        parts = chunks(read.rest.read, read.data, origin_of(item, read.kind), self._scanner.overlap)
        self._add(item, joined(scan_blob(chunk, self._matcher, self._options) for chunk in parts))

    def object(self, item: Listed, kind: bytes, data: bytes) -> None:
        """Scan an object of this kind."""
        if kind in _KINDS:
            self._commits += kind == b"commit"
            data = text_of(data)
        elif kind != b"blob":
            return
        if content.is_plain(data):
            self._evaluate(item, kind, data, self._matcher.hits(data, self._matcher.raw_hits(data)), None)
            return
        self._blobs += kind == b"blob"
        self._add(item, scan_blob(Blob(data, origin_of(item, kind)), self._matcher, self._options))

    def _add(self, item: Listed, result: ScanResult) -> None:
        """Add the result of one object; record it if it contains nothing at its path, or was not read completely."""
        self._results.append(result)
        self._bytes += result.bytes
        oid = unhexlify(item.oid)
        if result.skipped:
            self._partly.append(item.oid)
        elif not result.findings:
            self._clean += clean_at_path_keys(oid, item.path)
        elif all(finding.severity < self._options.min_severity for finding in result.findings):
            self._clean += below_threshold_key(oid)

    def version(self, oid: bytes, data: bytes, version: Version) -> None:
        """Match what `version`, of the blob with this raw id, leaves to match, and keep the matches in it."""
        hits, path = version.hits, version.path or b""
        if not hits:
            self._record_clean(oid, len(data))
            return
        matches = version.matches
        if version.changed:
            matches = self._rematched(data, path, version.changed, matches or [])
        numbers = [number for number, _ in hits]
        if matches is None or matches or not self._scanner.encoded.isdisjoint(numbers):
            matches = self._evaluate(Listed(hexlify(oid), path), b"blob", data, hits, matches)
        else:
            anywhere = self._scanner.path_bound.isdisjoint(numbers)
            self._record_clean(oid if anywhere else clean_at_path_keys(oid, path), len(data))
        version.matched(matches)

    def _record_clean(self, keys: bytes, length: int) -> None:
        """Record that a blob contains nothing: under its id wherever it is, or under its keys at its path."""
        self._blobs += 1
        self._bytes += length
        self._clean += keys

    def _rematched(self, data: bytes, path: bytes, hits: Hits, base_matches: list[Match]) -> list[Match] | None:
        """The plain matches at some hits of a text, and those `base_matches` over; None if a rule timed out."""
        rematched = self._matcher.plain_matches(data, hits, path=decode_path(path))
        if rematched.limits:
            return None
        return sorted([*base_matches, *rematched.matches], key=place_of) if base_matches else rematched.matches

    def _evaluate(
        self, item: Listed, kind: bytes, data: bytes, hits: Hits, plain: list[Match] | None
    ) -> list[Match] | None:
        """Report what a plain text with these hits contains; `plain` are its plain matches where they are known.

        Returns the plain matches; None where they are not certain.
        """
        self._blobs += kind == b"blob"
        self._bytes += len(data)
        matched, result = MatchResult(plain or []), MatchResult([])
        if hits:
            path = decode_path(item.path)
            if plain is None:
                matched = self._matcher.plain_matches(data, hits, path=path)
            result = self._matcher.with_decoded(matched, data, hits, path=path)
        reportable = MatchResult(self._scanner.reportable(result.matches), result.limits)
        if any(reportable):
            reported = result_of(Blob(data, origin_of(item, kind)), reportable, self._options)
            self._results.append(reported)
            if reported.skipped:
                self._partly.append(item.oid)
        if not result.limits and not any(match.severity >= self._options.min_severity for match in result.matches):
            oid = unhexlify(item.oid)
            if result.matches:
                self._clean += below_threshold_key(oid)
            else:
                anywhere = self._scanner.path_bound.isdisjoint(number for number, _ in hits)
                self._clean += oid if anywhere else clean_at_path_keys(oid, item.path)
        return None if result.limits else matched.matches


def text_of(data: bytes) -> bytes:
    """What people and programs wrote into a commit or a tag: the message, then names, addresses and other fields.

    Left out are ids of objects and signatures, of which nothing can be a secret. The message comes first, so that lines
    are counted in it.
    """
    start = _IDS.match(data).end()  # type: ignore[union-attr] # it matches nothing, too
    end = data.find(b"\n\n", max(start - 1, 0))
    if end < 0:
        return data[start:]
    fields = data[start:end]
    if b"\ngpgsig" in fields:
        fields = _SIGNATURES.sub(b"", fields)
    return b"%b\n%b" % (data[end + 2 :], fields)


def origin_of(item: Listed, kind: bytes = b"blob") -> Origin:
    """Where an object is from, as far as its listing says."""
    oid = item.oid.decode()
    if kind == b"blob":
        return Origin(decode_path(item.path) or f"object {oid[:12]}", blob=oid)
    name = _KINDS[kind]
    return Origin(f"{name} {oid[:12]}", kind=name, commit=oid)
