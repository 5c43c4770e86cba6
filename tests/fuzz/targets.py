"""What is fuzzed: functions that take bytes, and raise only when keyscan breaks a promise.

An error of keyscan's own, on bad input, is a promise kept; anything else that escapes is a fault, and so is a failed
assertion here. Used by `run.py` with coverage feedback, and by `test_targets.py` over the corpus.
"""

from __future__ import annotations

import bz2
import gzip
import hashlib
import io
import json
import re
import tempfile
import tomllib
import zipfile
import zlib
from contextlib import suppress
from functools import cache
from pathlib import Path

from helpers.packs import size_of

from keyscan.cli.config_keys import schema
from keyscan.config.loader import Loader
from keyscan.engine.decoders import archive, notebook
from keyscan.engine.decoders.content import is_plain, texts
from keyscan.engine.matcher import Matcher
from keyscan.engine.prefilter.keywords import KeywordPrefilter
from keyscan.errors import BaselineError, ConfigError, RuleError
from keyscan.git.pack import delta, reader
from keyscan.git.pack.index import PackError
from keyscan.model.rule import Severity
from keyscan.ruleset import go_regex, loader
from keyscan.ruleset.cache import load_rules
from keyscan.support import json_paths, jsonc
from keyscan.support.globs import BadGlob, Globs
from keyscan.suppressions import baseline
from keyscan.suppressions.inline import Markers

_LIMIT = 1 << 16
_ARCHIVE_BOUNDS = archive.Bounds(member=1 << 20, total=4 << 20, members=200)


def fuzz_delta(data: bytes) -> None:
    """A delta over a base: the version, and the places where it is new, are told as they are."""
    cut = int.from_bytes(data[:2], "big") % (len(data) + 1)
    base, instructions = data[2 : 2 + cut], data[2 + cut :]
    if data[:1] > b"\x7f":  # sizes that fit, which chance would not find
        instructions = _sized(base, instructions)
    try:
        made, changes, sources = delta.apply(base, instructions, _LIMIT)
    except delta.DeltaError:
        made = instructions
    else:
        assert len(made) <= _LIMIT
        _check_changes(base, made, changes, sources)
    compared = delta.compare(base, made)
    if compared:
        _check_changes(base, made, *compared)
    for parse in (delta.header, delta.distance, delta.varint):
        try:
            parse(data, 0)
        except delta.DeltaError:
            continue


def _sized(base: bytes, instructions: bytes) -> bytes:
    """Instructions behind the header that they need: the size of the base, and of what they make."""
    total = at = 0
    while at < len(instructions):
        code = instructions[at]
        at += 1
        if code < 0x80:
            total += code
            at += code
            continue
        size = 0
        for bit in range(7):
            if code >> bit & 1 and at < len(instructions):
                size |= instructions[at] << 8 * (bit - 4) if bit >= 4 else 0
                at += 1
        total += size or 0x10000
    return size_of(len(base)) + size_of(total) + instructions


def _check_changes(base: bytes, made: bytes, changes: list[int], sources: list[int]) -> None:
    """What is between the changes stands in the base where it is said to stand."""
    assert len(sources) * 2 == len(changes) + 2
    at = 0
    for number, start in enumerate([*changes[::2], len(made)]):
        assert at <= start
        assert made[at:start] == base[sources[number] : sources[number] + start - at]
        at = changes[2 * number + 1] if 2 * number < len(changes) else len(made)
        assert start <= at
    windows, unchanged = delta.spread(changes, sources, len(made), 7)
    covered = [(windows[n + 1], windows[n + 2]) for n in range(0, len(windows), 3)]
    covered += [(unchanged[n], unchanged[n + 1]) for n in range(0, len(unchanged), 3)]
    assert sum(end - start for start, end in covered) == len(made)


def fuzz_pack(data: bytes) -> None:
    """A pack and its index, built as the input says and then damaged: each blob is visited or left to git, once."""
    pack, index = _pack_of(data)
    with tempfile.TemporaryDirectory() as place:
        file = Path(place, "x.pack")
        file.write_bytes(pack)
        Path(place, "x.idx").write_bytes(index)
        try:
            forest = reader.read_forest(str(file), 20)
        except PackError:
            return
        seen: list[int] = []

        def visit(blob: int, contents: bytes, changes: object, sources: list[int], state: object) -> None:
            del changes, sources, state
            assert len(contents) <= reader.MAX_BLOB
            seen.append(blob)

        unread = reader.walk(forest, forest.roots, visit)
        assert sorted(seen + unread) == list(range(len(forest)))
        found = reader.read_commits(forest, list(range(len(forest.commits))), 1 << 16)
        assert len(found) == len(forest.commits)


def _pack_of(data: bytes) -> tuple[bytes, bytes]:
    """The pack of the entries that the input names, and its index; the last input bytes damage one of the two."""
    out, offsets, at = bytearray(b"PACK\0\0\0\2"), [], 1
    count = data[0] % 12 if data else 0
    out += count.to_bytes(4, "big")
    for number in range(count):
        kind, size = (data[at : at + 2] + b"\0\0")[:2]
        body = data[at + 2 : at + 2 + size % 64]
        at += 2 + size % 64
        kind = (1, 3, 3, 6, 6, 7, 2, 4)[kind % 8]
        offsets.append(len(out))
        if kind in {6, 7} and body[1:2] > b"\x40":
            body = _sized(b"x" * (body[0] % 70), body[1:])
        out += _entry_header(kind, len(body))
        if kind == 6:
            out += bytes([(offsets[-1] - offsets[size % len(offsets)]) & 0x7F])
        elif kind == 7:
            out += hashlib.sha1(bytes([size % (number + 2)])).digest()  # noqa: S324 - ids of objects
        out += zlib.compress(body, 1)
    trailer = hashlib.sha1(out).digest()  # noqa: S324
    entries = sorted((hashlib.sha1(bytes([n])).digest(), offset) for n, offset in enumerate(offsets))  # noqa: S324
    firsts = [entry[0][0] for entry in entries]
    index = b"\xfftOc\0\0\0\2" + b"".join(sum(f <= n for f in firsts).to_bytes(4, "big") for n in range(256))
    index += b"".join(name for name, _ in entries) + bytes(4 * count)
    index += b"".join(offset.to_bytes(4, "big") for _, offset in entries) + trailer + bytes(20)
    return _damaged(bytes(out) + trailer, data[at:]), _damaged(index, data[at + 40 :])


def _entry_header(kind: int, size: int) -> bytes:
    head, size = [kind << 4 | size & 0x0F], size >> 4
    while size:
        head[-1] |= 0x80
        head.append(size & 0x7F)
        size >>= 7
    return bytes(head)


def _damaged(whole: bytes, how: bytes) -> bytes:
    """`whole` with a byte changed for every three bytes of `how`."""
    made = bytearray(whole)
    for at in range(0, min(len(how), 30) - 2, 3):
        made[int.from_bytes(how[at : at + 2], "big") % len(made)] = how[at + 2]
    return bytes(made)


def fuzz_archive(data: bytes) -> None:
    """An archive: whatever it holds, no more is opened than the bounds allow, and nothing is raised."""
    for packed in (data[1:], _packed(data)):
        total = 0
        for member in archive.members(packed, "file", _ARCHIVE_BOUNDS):
            assert member.name.startswith("file")
            assert not (member.data and member.reason)
            total += len(member.data)
        assert total <= _ARCHIVE_BOUNDS.total


def _packed(data: bytes) -> bytes:
    """The input as the contents of an archive, with a damage."""
    kind, body = data[:1] or b"\0", data[1:]
    if kind < b"\x40":
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
            made.writestr(zipfile.ZipInfo("a"), body)
        return _damaged(out.getvalue(), body[:9])
    if kind < b"\x80":
        return gzip.compress(body, 1, mtime=0)
    return bz2.compress(body, 1) if kind < b"\xc0" else _damaged(gzip.compress(body, 1, mtime=0), body[:6])


def fuzz_notebook(data: bytes) -> None:
    """A notebook: pictures are blanked in place, and every byte has a cell or none."""
    text = data if notebook.is_notebook(data) else b'{"nbformat": 4, "cells": ' + data
    blanked = notebook.without_pictures(text)
    assert len(blanked) == len(text)
    cells = notebook.Cells(text)
    for offset in range(0, len(text), max(1, len(text) // 9)):
        number = cells.cell(offset)
        assert number is None or number >= 1


@cache
def _matcher() -> Matcher:
    rules = tuple(rule for rule in load_rules() if rule.severity >= Severity.HIGH)[:60]
    return Matcher(rules, KeywordPrefilter(rules))


def fuzz_decoders(data: bytes) -> None:
    """A file of any kind: its texts are scanned with all decoders, and each match stands inside its text."""
    is_plain(data)
    for name, content, reason in texts(data, "file"):
        assert isinstance(reason, str)
        for match in _matcher().scan(content.data, path=name).matches:
            assert 0 <= match.secret_start <= match.secret_end <= len(content.data)


def fuzz_rules(data: bytes) -> None:
    """A rule file, of ours or another tool's: rules, or an error that names it; expressions of Go's likewise."""
    text = data.decode("utf-8", "replace")
    with suppress(go_regex.Untranslatable):
        go_regex.translate(text)
    try:
        document = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError):
        return
    try:
        for rule in loader.parse(document, "acme.toml"):
            assert rule.id
            re.compile(rule.pattern.encode())
    except RuleError as error:
        assert "acme.toml" in str(error)  # noqa: PT017


def fuzz_config(data: bytes) -> None:
    """A configuration: values, or an error that names it."""
    files = {".keyscan.toml": data}
    try:
        config = Loader(schema(), files.get).find()
    except ConfigError as error:
        assert ".keyscan.toml" in str(error)  # noqa: PT017
        return
    for entry in config.ignores:
        entry.fits("src/app.py")


def fuzz_markers(data: bytes) -> None:
    """Inline markers: any text has them or not, at any place."""
    rule = _matcher().rules[0]
    for mode in ("all", "own", "none"):
        markers = Markers(data, mode)
        for start in range(0, len(data) + 1, max(1, len(data) // 5)):
            found = markers.over(start, min(start + 8, len(data)), rule)
            assert found is None or (mode != "none" and "\n" not in found.reason)
            markers.remark(start, min(start + 8, len(data)), rule)


def fuzz_baseline(data: bytes) -> None:
    """A baseline: what was read is written and read again as the same, or an error names its line."""
    for text in (data, b"# keyscan baseline 1\n" + data):
        try:
            read = baseline.load(text, "base")
        except BaselineError as error:
            assert str(error).startswith("base:")  # noqa: PT017
            continue
        written = baseline.dump(read)
        assert baseline.load(written, "base") == read
        assert baseline.dump(baseline.load(written, "base")) == written


def fuzz_globs(data: bytes) -> None:
    """Patterns of ignore files against a path: they match or not."""
    pattern, _, path = data.decode("utf-8", "replace").partition("\n")
    with suppress(BadGlob):
        Globs([pattern]).match(path)
    Globs.of_file(path).match(pattern)


def fuzz_json(data: bytes) -> None:
    """JSON, with comments and without: edited in place it stays what it was but for the edit."""
    text = data.decode("utf-8", "replace")
    walker = json_paths.Walker(data)
    for offset in range(0, len(data), max(1, len(data) // 5)):
        json_paths.fits("a.*.**.b", walker.path(offset))
    try:
        root = jsonc.parse(text)
    except ValueError:
        return
    try:
        strict = json.loads(text)
    except (ValueError, RecursionError):
        return
    assert root.value == strict or strict != strict  # noqa: PLR0124 - NaN


TARGETS = {
    name.removeprefix("fuzz_"): function for name, function in list(globals().items()) if name.startswith("fuzz_")
}
