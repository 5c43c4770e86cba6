"""The baseline: findings that were accepted as known, in one sorted text file that merges well.

First a line that names the format, then the project's salt, then one entry a line: fingerprint, path, reason,
separated by tabs. The path says where the secret stood when it was accepted; what counts is the fingerprint.
No time, no line number, no version of ours.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from keyscan.errors import BaselineError
from keyscan.model.fingerprint import is_fingerprint
from keyscan.support.lazy_pattern import lazy_pattern

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

HEADER = "# keyscan baseline 1"
_ABOUT = (
    "# Accepted findings: fingerprint, path, reason. Written by `keyscan baseline`; both sides of a merge may be kept."
)
_LARGEST = 64 << 20
# Two baselines made apart have two salts, and each costs a digest for each finding.
_MOST_SALTS = 64
_SALT = lazy_pattern(r"[0-9a-f]{8,128}\Z")
# The path of an entry whose secret is in the history only: `commit:path`, as git names it.
_HISTORY_PATH = lazy_pattern(r"[0-9a-f]{12}:")
# What would break a line, or is no text: written as %XX, as is the sign itself.
_ESCAPED = lazy_pattern("[%\x00-\x1f\x7f-\x9f\u2028\u2029\udc80-\udcff]")


@dataclass(frozen=True, slots=True, order=True)
class Entry:
    """An accepted finding; `reason` is one line."""

    fingerprint: str
    path: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Baseline:
    """Accepted findings by fingerprint, and the salts that they were made with, the project's own first.

    Two baselines made apart have two salts: merged, each finding is known under either.
    """

    salts: tuple[str, ...] = ()
    entries: tuple[Entry, ...] = ()

    def reasons(self) -> Mapping[str, str]:
        """The reason of each accepted fingerprint."""
        return {entry.fingerprint: entry.reason for entry in self.entries}

    def in_history(self) -> frozenset[str]:
        """The fingerprints that were accepted in the history: their path begins with a commit."""
        return frozenset(entry.fingerprint for entry in self.entries if _HISTORY_PATH.match(entry.path))

    def with_entries(self, entries: Iterable[Entry]) -> Baseline:
        """With `entries` added: an entry that is there keeps its path, and its reason unless it had none."""
        known = {entry.fingerprint: entry for entry in self.entries}
        for entry in entries:
            there = known.get(entry.fingerprint)
            known[entry.fingerprint] = replace(there, reason=there.reason or entry.reason) if there else entry
        return replace(self, entries=tuple(sorted(known.values())))

    def only(self, keep: Callable[[Entry], bool]) -> Baseline:
        """Without the entries that `keep` refuses."""
        return replace(self, entries=tuple(entry for entry in self.entries if keep(entry)))


def history_path(commit: str, path: str) -> str:
    """The path of an entry whose secret is in the history only, in the full id `commit`."""
    return f"{commit[:12]}:{path}"


def new_salt() -> str:
    """A salt for a project that has none."""
    import secrets

    return secrets.token_hex(16)


def dump(baseline: Baseline) -> bytes:
    """The file's contents: the same for the same baseline, whoever writes it."""
    lines = [HEADER, _ABOUT, *(f"salt {salt}" for salt in sorted(baseline.salts))]
    lines += ["\t".join(_fields(entry)).rstrip("\t") for entry in sorted(baseline.entries)]
    return ("\n".join(lines) + "\n").encode()


def _fields(entry: Entry) -> tuple[str, str, str]:
    return entry.fingerprint, _escape(entry.path), _escape(entry.reason)


def load(data: bytes, file: str) -> Baseline:
    """The baseline in `data`; BaselineError names `file` and the line of anything that is not understood."""
    if len(data) > _LARGEST:
        raise BaselineError(f"{file}: larger than {_LARGEST >> 20} MB")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        hint = "UTF-16, as a shell's > writes it" if data[:2] in {b"\xff\xfe", b"\xfe\xff"} else f"byte {error.start}"
        raise BaselineError(f"{file}: not UTF-8 ({hint}); let keyscan baseline write it") from error
    lines = [line.removesuffix("\r") for line in text.split("\n")]
    _check_header(lines[0], file)
    salts: set[str] = set()
    entries: dict[str, Entry] = {}
    for number, line in enumerate(lines[1:], 2):
        if not line.strip() or line.startswith("#"):
            continue
        if line.startswith("salt "):
            salts.add(_salt(line, f"{file}:{number}"))
            continue
        entry = _entry(line, f"{file}:{number}")
        there = entries.get(entry.fingerprint)
        entries[entry.fingerprint] = _joined(there, entry) if there else entry
    if len(salts) > _MOST_SALTS:
        raise BaselineError(f"{file}: more than {_MOST_SALTS} salts; create it again with: keyscan baseline create")
    return Baseline(tuple(sorted(salts)), tuple(sorted(entries.values())))


def _check_header(line: str, file: str) -> None:
    if line.rstrip() == HEADER:
        return
    if line.startswith(HEADER[:-1]):
        raise BaselineError(f"{file}:1: written by a newer keyscan ({line.rstrip()[:40]}); update keyscan")
    if line.startswith("<<<<<<<"):
        raise BaselineError(f"{file}:1: an unresolved merge conflict; keep the lines of both sides")
    raise BaselineError(f"{file}:1: not a keyscan baseline: its first line must be {HEADER!r}")


def _salt(line: str, place: str) -> str:
    salt = line.removeprefix("salt ").strip()
    if not _SALT.match(salt):
        raise BaselineError(f"{place}: the salt must be 8 to 128 hexadecimal digits")
    return salt


def _entry(line: str, place: str) -> Entry:
    if line.startswith(("<<<<<<<", "=======", ">>>>>>>", "|||||||")):
        raise BaselineError(f"{place}: an unresolved merge conflict; keep the lines of both sides")
    fingerprint, *rest = line.split("\t")
    if not is_fingerprint(fingerprint):
        raise BaselineError(f"{place}: does not begin with a fingerprint (rule-id:20 hexadecimal digits)")
    if len(rest) > 2:  # noqa: PLR2004 - path and reason
        raise BaselineError(f"{place}: more than fingerprint, path and reason")
    path, reason = (*map(_unescape, rest), "", "")[:2]
    return Entry(fingerprint, path, reason)


def _joined(one: Entry, other: Entry) -> Entry:
    """Two entries of one fingerprint, whichever comes first: the first path and reason in order that say something."""
    first = min(one, other)
    last = max(one, other)
    return Entry(one.fingerprint, first.path or last.path, first.reason or last.reason)


def _escape(text: str) -> str:
    return _ESCAPED.sub(lambda match: "".join(f"%{b:02X}" for b in match[0].encode("utf-8", "surrogateescape")), text)


def _unescape(text: str) -> str:
    data = re.sub(rb"%([0-9A-Fa-f]{2})", lambda match: bytes([int(match[1], 16)]), text.encode())
    return data.decode("utf-8", "surrogateescape")
