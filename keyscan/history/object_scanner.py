"""The joiner for history: every version of every file, once, then where each secret came from.

First all objects are scanned, each once, with only a hint of their path; the provenance of the few that hold
something is looked up afterwards (`keyscan/history/provenance.py`).
"""

from __future__ import annotations

from binascii import unhexlify
from bisect import bisect_left
from dataclasses import dataclass, field
from itertools import accumulate, chain
from typing import TYPE_CHECKING, Any, Protocol

from keyscan.engine.decoders import content as contents
from keyscan.engine.matcher import place_of
from keyscan.git import objects
from keyscan.git.pack import delta
from keyscan.history.clean_objects import passed, quiet
from keyscan.history.versions import SMALL, Versions
from keyscan.model.blob import Blob, Origin
from keyscan.scan.scanner import Options, Tally, scan_blob, take, until_broken
from keyscan.sources.chunks import chunks
from keyscan.support import process_pool as parallel

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from keyscan.engine.matcher import Matcher
    from keyscan.engine.prefilter.entries import Hits
    from keyscan.git.command import Git
    from keyscan.git.objects import Listed, Read
    from keyscan.history.clean_objects import Store
    from keyscan.history.versions import State
    from keyscan.model.match import Match

# Findings below the least severity that a process remembers, so as to make each once.
_MINOR = 20_000
# Longer commits than this are scanned by themselves.
SHORT = 16 * 1024
_KINDS = {b"commit": "commit-message", b"tag": "tag-message"}


class Progress(Protocol):
    """Is told how far a scan is."""

    def __call__(self, done: int, size: int, listed: int, *, final: bool) -> None:
        """`done` objects and `size` bytes of the `listed` so far; `final`: no more will be listed."""
        ...


@dataclass(slots=True)
class Part:
    """What one batch gave: findings with the hint of a path, the binary ids of objects that hold nothing.

    `count` objects are done; those `left` are still to be read.
    """

    tally: Tally = field(default_factory=Tally)
    clean: bytearray = field(default_factory=bytearray)
    count: int = 0
    left: list[Listed] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Job:
    """How to scan: shared by all steps. `packs`: whether to walk packs by their deltas; None: where that is faster."""

    git: Git
    matcher: Matcher
    options: Options
    jobs: int = 0
    progress: Progress | None = None
    seen: Store | None = None
    packs: bool | None = None


class Reader:
    """Reads and scans a batch of objects; what a worker process runs."""

    def __init__(self, git: Git, matcher: Matcher, options: Options) -> None:
        matcher.remember()
        self.git, self._matcher, self._options = git, matcher, options
        rules = matcher.rules
        # The entries that are no rule's: what hides behind an encoding may be any rule's.
        self.encoded = frozenset(number for number, entry in enumerate(matcher.entries) if entry.rule >= len(rules))
        # The entries of rules that judge by the path too, or may hide one: elsewhere the same object may be at another.
        self.path_bound = self.encoded | {
            number
            for number, entry in enumerate(matcher.entries)
            if entry.rule < len(rules) and rules[entry.rule].filters == "generic"
        }
        self._minor: set[tuple[str, bytes, int]] = set()
        self.versions = Versions(matcher, self)
        # The blob before: its path, what it holds, what is known of it.
        self._last: tuple[bytes, bytes, State | None] = (b"", b"", None)
        self._overlap = max((rule.max_length for rule in matcher.rules), default=1) * 2

    def __reduce__(self) -> tuple[Any, ...]:
        """Travels to worker processes without what it knows of the blobs before."""
        return Reader, (self.git, self._matcher, self._options)

    def __call__(self, batch: Sequence[Listed]) -> Part:
        """What the objects of `batch` hold."""
        part = Part(count=len(batch))
        messages: list[tuple[Listed, bytes]] = []
        for read in objects.read(self.git, batch, part.tally.skipped):
            item = batch[read.number]
            if read.kind == b"commit" and len(read.data) <= SHORT:
                messages.append((item, read.data))
            elif self._matcher.local and read.kind == b"blob" and read.rest is None and contents.is_plain(read.data):
                self._follow(item, read.data, part)
            else:
                self._scan(item, read, part)
        self.scan_messages(messages, part)
        part.tally.files = 0
        return part

    def _follow(self, item: Listed, data: bytes, part: Part) -> None:
        """Scan a blob as a version of the one before, if that had the same path."""
        path, base, state = self._last
        told = delta.alike(base, data) if path == item.path != b"" and len(data) > SMALL else None
        changes, sources = told or (None, [])
        state = self.versions.look(unhexlify(item.oid), item.path, data, changes, sources, state, part)
        self._last = (item.path, data, state)

    def scan_messages(self, commits: Sequence[tuple[Listed, bytes]], part: Part) -> None:
        """Scan the messages of short commits and add to `part` what they hold: all at once, for hardly any does."""
        if not self._matcher.local:
            for item, data in commits:
                self.scan(item, b"commit", data, part)
            return
        texts = [data[data.find(b"\n\n") + 2 :] for _, data in commits]
        ends = list(accumulate(len(text) + 1 for text in texts))
        # One text has all marks of its parts, and hardly one more: what a part may hold is found by itself.
        marks = self._matcher.marks(b"\n".join(texts))
        marked = {bisect_left(ends, end) for _, end in marks}
        for number, ((item, data), text) in enumerate(zip(commits, texts, strict=True)):
            if number in marked or not contents.is_plain(text):
                self.scan(item, b"commit", data, part)
                continue
            part.tally.commits += 1
            part.tally.bytes += len(text)
            part.clean += unhexlify(item.oid)

    def _scan(self, item: Listed, read: Read, part: Part) -> None:
        if read.rest is None:
            self.scan(item, read.kind, read.data, part)
            return
        tally = part.tally
        before = len(tally.findings), len(tally.skipped)
        tally.blobs += 1
        for piece in chunks(read.rest.read, read.data, origin_of(item, read.kind), self._overlap):
            scan_blob(piece, self._matcher, self._options, tally)
        self._note(item, before, part)

    def _note(self, item: Listed, before: tuple[int, int], part: Part) -> None:
        """Note whether a scanned object holds nothing at its path, or was not read whole.

        `before`: how many findings and skips there were.
        """
        tally, oid = part.tally, unhexlify(item.oid)
        if len(tally.skipped) > before[1]:
            tally.partly.add(item.oid)
        elif len(tally.findings) == before[0]:
            part.clean += quiet(oid, item.path)
        elif all(finding.severity < self._options.min_severity for finding in tally.findings[before[0] :]):
            part.clean += passed(oid)

    def scan(self, item: Listed, kind: bytes, data: bytes, part: Part) -> None:
        """Scan an object of this kind and add to `part` what it holds."""
        tally = part.tally
        if kind in _KINDS:
            tally.commits += kind == b"commit"
            data = data[data.find(b"\n\n") + 2 :]
        elif kind != b"blob":
            return
        if contents.is_plain(data):
            hits = self._matcher.hits(data, self._matcher.marks(data))
            self.judge(item, kind, data, hits, part)
            return
        before = len(tally.findings), len(tally.skipped)
        tally.blobs += kind == b"blob"
        scan_blob(Blob(data, origin_of(item, kind)), self._matcher, self._options, tally)
        self._note(item, before, part)

    def judge(
        self, item: Listed, kind: bytes, data: bytes, hits: Hits, part: Part, direct: list[Match] | None = None
    ) -> list[Match] | None:
        """Add to `part` what plain text with these hits holds; `direct` is what stands in it unencoded, if known.

        What stands in it unencoded; None where that is not sure.
        """
        tally = part.tally
        tally.blobs += kind == b"blob"
        slow: list[str] = []
        matches: list[Match] = []
        if hits:
            path = _text(item.path)
            if direct is None:
                direct = self._matcher.direct(data, hits, slow, path=path)
            matches = self._matcher.with_hidden(direct, data, hits, slow, path=path)
        told = self._told(matches) if matches else matches
        if told or slow:
            before = len(tally.skipped)
            take(Blob(data, origin_of(item, kind)), told, slow, self._options, tally)
            if len(tally.skipped) > before:
                tally.partly.add(item.oid)
        else:
            tally.bytes += len(data)
        if not slow and not any(match.severity >= self._options.min_severity for match in matches):
            oid = unhexlify(item.oid)
            if matches:
                part.clean += passed(oid)
            else:
                anywhere = self.path_bound.isdisjoint(number for number, _ in hits)
                part.clean += oid if anywhere else quiet(oid, item.path)
        return None if slow else direct

    def direct(self, data: bytes, path: bytes, hits: Hits, known: list[Match]) -> list[Match] | None:
        """What stands in a text at some of its hits, and what is `known` of the others; None if a rule was given up."""
        slow: list[str] = []
        found = self._matcher.direct(data, hits, slow, path=_text(path))
        if slow:
            return None
        return sorted([*known, *found], key=place_of) if known else found

    def _told(self, matches: list[Match]) -> list[Match]:
        """`matches` without those that are only counted, and were: each version of a file has them again."""
        least = self._options.min_severity
        found = []
        for match in matches:
            if match.severity < least:
                key = (match.rule.id, match.secret, match.severity)
                if key in self._minor:
                    continue
                if len(self._minor) < _MINOR:
                    self._minor.add(key)
            found.append(match)
        return found


def _text(path: bytes) -> str:
    return path.decode("utf-8", "surrogateescape")


def origin_of(item: Listed, kind: bytes = b"blob") -> Origin:
    """Where an object is from, as far as its listing says."""
    oid = item.oid.decode()
    if kind == b"blob":
        return Origin(_text(item.path) or f"object {oid[:12]}", blob=oid)
    name = _KINDS[kind]
    return Origin(f"{name} {oid[:12]}", kind=name, commit=oid)


def scan_objects(
    job: Job,
    batches: Iterable[Any],
    tally: Tally,
    work: Callable[[Any], Part] | None = None,
    left: list[Listed] | None = None,
) -> None:
    """Scan all `batches` over the job's processes and add what they hold to `tally`.

    `work` does a batch; what it leaves is added to `left`. An interruption passes through; `tally` then holds what
    was found until then.
    """
    counter = _Counter(batches)
    done = size = 0
    work = work or Reader(job.git, job.matcher, job.options)
    for part in until_broken(parallel.stream(work, counter, job.jobs), tally):
        tally.add(part.tally)
        if job.seen is not None:
            job.seen.add(bytes(part.clean))
        if left is not None:
            left += part.left
        done += part.count
        size += part.tally.bytes
        if job.progress is not None:
            job.progress(done, size, counter.listed, final=counter.final)


class _Counter:
    """Counts what passes."""

    def __init__(self, batches: Iterable[Sequence[Listed]]) -> None:
        self._batches, self.listed, self.final = batches, 0, False

    def __iter__(self) -> Iterator[Sequence[Listed]]:
        for batch in self._batches:
            self.listed += len(batch)
            yield batch
        self.final = True


def all_batches(job: Job, listings: Sequence[Iterable[Listed]]) -> Iterator[list[Listed]]:
    """The listings' objects in batches, without those that are known to hold nothing."""
    items: Iterable[Listed] = chain.from_iterable(listings)
    return objects.batches(items if job.seen is None else job.seen.unknown(items))
