"""`.secrets.baseline` of detect-secrets: accepted findings, by the hash that it keeps, and its filters."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from keyscan.migrate.result import AcceptedFinding, AllowedFor, FurtherFile, Note, NothingToDo, Unsupported
from keyscan.suppressions.ignore import Ignore
from keyscan.suppressions.schema import pattern_problem

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from keyscan.migrate.result import Item

_FILTERS = {"should_exclude_file": "path_patterns", "should_exclude_line": "lines", "should_exclude_secret": "values"}
_HASH = re.compile(r'"hashed_secret": *"([0-9a-f]+)"')
_SHORTEST_WORD = 3
# Filters that only say what detect-secrets itself thinks likely; we have our own.
_PLAIN = ("heuristic", "allowlist", "common", "gibberish")


def read(file: str, data: bytes) -> Iterator[Item]:
    """Accepted secrets, excluded files, lines and secrets; settings of its plugins are not carried over."""
    try:
        document = json.loads(data)
    except (ValueError, RecursionError) as error:
        yield Unsupported(file, f"not valid JSON: {type(error).__name__}")
        return
    if not isinstance(document, dict) or not isinstance(document.get("results"), dict):
        yield Unsupported(file, "no results in it: not a baseline of detect-secrets")
        return
    lines = _lines(data)
    for path, entries in document["results"].items():
        for entry in entries if isinstance(entries, list) else []:
            if isinstance(entry, dict):
                yield from _accepted(file, path, entry, lines)
    yield from _settings(file, document)


def _settings(file: str, document: dict[str, Any]) -> Iterator[Item]:
    for table in _tables(document.get("filters_used")):
        yield from _filter(file, table)
    old = document.get("exclude")
    if isinstance(old, dict):
        yield from _patterns(file, "path_patterns", [old["files"]] if old.get("files") else [])
        yield from _patterns(file, "lines", [old["lines"]] if old.get("lines") else [])
    for table in _tables(document.get("plugins_used")):
        if "path" in table:
            yield Unsupported(file, f"plugin {table.get('name')}: keyscan runs no code of a configuration")
        elif "limit" in table:
            yield NothingToDo(file, "entropy limits: keyscan's rules have their own")


def _tables(value: Any) -> Iterator[dict[str, Any]]:
    yield from (one for one in value if isinstance(one, dict)) if isinstance(value, list) else ()


def _lines(data: bytes) -> dict[str, int]:
    """The first line of each hash."""
    lines: dict[str, int] = {}
    for number, line in enumerate(data.decode("utf-8", "replace").splitlines(), 1):
        for digest in _HASH.findall(line):
            lines.setdefault(digest, number)
    return lines


def _accepted(file: str, path: str, entry: dict[str, Any], lines: dict[str, int]) -> Iterator[Item]:
    digest, kind = str(entry.get("hashed_secret", "")), str(entry.get("type", "secret"))
    place = f"{file}:{lines.get(digest, 1)}"
    if entry.get("is_secret") is True:
        yield Note(f"{place}: {kind} in {path} was audited as a real secret: revoke it (see keyscan explain)")
    number = entry.get("line_number")
    audited = ", audited as not a secret" if entry.get("is_secret") is False else ""
    reason = f"from {file}: {kind}{audited}"
    line = number if isinstance(number, int) else 0
    yield AcceptedFinding(place, path.replace("\\", "/"), line, digests=(digest,), reason=reason)


def _filter(file: str, table: dict[str, Any]) -> Iterator[Item]:
    name = str(table.get("path", "")).rpartition(".")[2]
    patterns = table.get("pattern")
    if "wordlist" in str(table.get("path", "")):
        if isinstance(table.get("file_name"), str):
            yield FurtherFile("detect-secrets wordlist", table["file_name"], file)
    elif name in _FILTERS:
        values = [patterns] if isinstance(patterns, str) else patterns if isinstance(patterns, list) else []
        yield from _patterns(file, _FILTERS[name], values)
    elif not any(word in str(table.get("path", "")) for word in _PLAIN):
        yield Unsupported(file, f"filter {table.get('path')}: keyscan runs no code of a configuration")


def _patterns(file: str, key: str, patterns: list[Any]) -> Iterator[Item]:
    good = []
    for pattern in patterns:
        problem = pattern_problem(str(pattern))
        if problem:
            yield Unsupported(file, f"{pattern!r} {problem}")
        else:
            good.append(str(pattern))
    if good:
        ignore = Ignore(file, reason="excluded for detect-secrets")
        yield AllowedFor(replace(ignore, **{key: tuple(good)}))  # type: ignore[arg-type]


def read_wordlist(file: str, data: bytes) -> Iterator[Item]:
    """A list of words, one per line: a value that contains one is not a secret."""
    words = tuple(line for line in data.decode("utf-8-sig", "replace").splitlines() if len(line) >= _SHORTEST_WORD)
    if words:
        yield AllowedFor(Ignore(f"{file}:1", stopwords=words, reason="in the word list of detect-secrets"))


def read_arguments(place: str, arguments: Mapping[str, Sequence[str]]) -> Iterator[Item]:
    """What a call of detect-secrets excludes: `--exclude-files`, `--exclude-lines`, `--exclude-secrets`."""
    for name, key in (("files", "path_patterns"), ("lines", "lines"), ("secrets", "values")):
        yield from _patterns(place, key, list(arguments.get(f"--exclude-{name}", ())))
