"""The engine at its barest: could this text hold a match? With no import that a hook would feel.

A commit waits for its hook, and on a commit with no secret nearly all of the time is imports: `typing`, `re`,
`dataclasses` and `regex` together take three times what Python itself takes to start. So the clean case is
answered from what `cache` stored: Hyperscan's database and each rule's expression as compiled by the standard
library. A yes, a doubt or any surprise means that the whole engine looks again; only its no counts.

`_sre.compile` is the function behind `re.compile`. What is stored for it is kept for one exact Python.
"""

from __future__ import annotations

import _imp
import _sre
import marshal
import os
import sys

from keyscan.engine.decoders.signatures import ARCHIVES, BYTE_ORDER_MARKS, LFS_POINTERS, enclosed, is_text
from keyscan.engine.prefilter.nearby_values import with_value
from keyscan.support import storage

# As `typing` has it, without importing that.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

# Starts further apart than this are searched, nearer ones are tried one by one: a search goes on behind the last one,
# for as far as a match may reach. No wider than the starts that an entry of the prefilter leaves open.
_FEW_STARTS = 192
_MARGIN = 8
# A text with more hits than this is the whole engine's, which merges what overlaps.
_MANY = 2000
# What begins so is an archive or no plain UTF-8, even if it holds no zero byte.
_SIGNATURES = (*ARCHIVES, *BYTE_ORDER_MARKS, *LFS_POINTERS)


def loads(stored: bytes) -> dict[str, object]:
    """What `dumps` stored; ValueError, EOFError or TypeError for anything else."""
    values = marshal.loads(stored)  # noqa: S302 - our own cache, in the user's own directory
    if not isinstance(values, dict):
        raise TypeError
    return values


def dumps(databases: object, entries: object, targets: object, programs: object, secret_rules: int) -> bytes:
    """Serialise the stored engine: `databases` names the stored prefilter, (name, stamp) each.

    `entries` are (rule number, low, high), `targets` as `nearby_values.with_value` takes them, `programs` one
    `program` a rule, None for a named rule: a name with a value of its shape in reach is doubt enough.
    `secret_rules` is the number of rules that reports give.
    """
    values = {
        "magic": _sre.MAGIC,
        "databases": databases,
        "entries": entries,
        "targets": targets,
        "programs": programs,
        "secret_rules": secret_rules,
    }
    return marshal.dumps(values)


def stored_name() -> str:
    """The name under which the engine is stored: another for any change to code, rules or Python."""
    return f"quick-{storage.code_key()}.bin"


def program(pattern: str, max_length: int) -> tuple[object, ...]:
    """A rule's expression as the standard library compiles it, flattened for `dumps`."""
    from array import array
    from re import _compiler, _parser  # type: ignore[attr-defined]

    tree = _parser.parse(pattern.encode())
    code = _compiler._code(tree, 0)  # noqa: SLF001 - guarded by the version in the cache's name
    names: list[str | None] = [None] * tree.state.groups
    for name, number in tree.state.groupdict.items():
        names[number] = name
    numbers = array("I", code).tobytes()
    return (tree.state.flags, numbers, tree.state.groups - 1, dict(tree.state.groupdict), tuple(names), max_length)


def open_stored() -> StoredEngine:
    """The stored engine; raises where there is none that is whole: the caller then takes the whole engine."""
    data = storage.read(stored_name())
    if data is None:
        raise OSError
    stored = loads(data)
    # Hyperscan checks its databases itself: no byte that counts changes unnoticed.
    databases: Any = stored["databases"]
    return StoredEngine(stored, [storage.read_unchecked(name, stamp) for name, stamp in databases])


class _Spec:
    """The part of a module's specification that loading it reads: importing `importlib` would cost 0.5 ms."""

    name = "hyperscan._hs_ext"

    def __init__(self, origin: str) -> None:
        self.origin = origin


def _hyperscan() -> Any:
    """Hyperscan's extension module, found where the package is installed: its own `__init__` imports `typing`.

    Never by a path out of the cache, which would make whoever writes there able to run code.
    """
    for place in sys.path:
        for suffix in _imp.extension_suffixes():
            file = f"{place}/hyperscan/_hs_ext{suffix}"
            if os.path.isabs(place) and os.path.isfile(file):  # noqa: PTH113, PTH117 - import-free
                extension = _imp.create_dynamic(_Spec(file))  # type: ignore[arg-type]
                _imp.exec_dynamic(extension)
                return extension
    raise ImportError


class StoredEngine:
    """The stored engine, loaded; raises whatever loading raises: the caller then takes the whole engine."""

    def __init__(self, stored: dict[str, object], databases: list[bytes]) -> None:
        if stored["magic"] != _sre.MAGIC:
            raise ValueError
        extension = _hyperscan()
        self._databases = [extension.loadb(part, extension.HS_MODE_BLOCK) for part in databases]
        for database in self._databases:
            database.scratch = extension.Scratch(database)
        self.entries: Any = stored["entries"]
        self._programs, self._targets = stored["programs"], stored["targets"]
        self._compiled: dict[int, object] = {}
        self.rule_count = len(self._programs)  # type: ignore[arg-type]
        self.secret_rules: Any = stored["secret_rules"]

    def doubtful(self, data: bytes) -> bool:
        """Whether any rule's expression matches in `data`, or the text is one that only the whole engine reads."""
        hits = self.hits(data)
        return hits is None or any(self.may_match(data, number, end) for number, end in hits)

    def hits(self, data: bytes) -> set[tuple[int, int]] | None:
        """The prefilter's hits, (entry number, end offset); None for a text that only the whole engine reads."""
        if b"\0" in data or data.startswith(_SIGNATURES) or enclosed(data) or not is_text(data):
            return None
        hits: list[tuple[int, int]] = []
        append = hits.append

        def on_match(number: int, _start: int, end: int, _flags: int, _context: object) -> None:
            append((number, end))

        scan, scan_values = (database.scan for database in self._databases)
        if data:
            scan(data, match_event_handler=on_match)
        if len(hits) > _MANY:
            return None
        return set(with_value(hits, self._targets, data, scan_values))  # type: ignore[arg-type]

    def may_match(self, data: bytes, number: int, end: int) -> bool:
        """Whether the rule of a hit matches at it; true where that takes the whole engine to tell."""
        rule, low, high = self.entries[number]
        # A name with a value in reach; or what has to be decoded first.
        if number in self._targets or rule >= len(self._programs):  # type: ignore[operator, arg-type]
            return True
        pattern, reach = self._pattern(rule)
        first = max(0, end - (high if high >= 0 else reach))
        last = end - low
        if last - first <= _FEW_STARTS:
            match = pattern.match
            return any(match(data, start, start + reach + _MARGIN) is not None for start in range(first, last + 1))
        return pattern.search(data, first, last + reach + _MARGIN) is not None

    def _pattern(self, rule: int):  # type: ignore[no-untyped-def]  # noqa: ANN202 - no name for it without `re`
        pattern = self._compiled.get(rule)
        if pattern is None:
            flags, numbers, groups, index, names, reach = self._programs[rule]  # type: ignore[index]
            code = memoryview(numbers).cast("I").tolist()
            pattern = self._compiled[rule] = (_sre.compile(None, flags, code, groups, index, names), reach)
        return pattern
