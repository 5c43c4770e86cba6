"""Where a byte of a YAML text belongs: the keys that lead to its scalar, and the scalar's own place; by ruamel.yaml.

Only the structure is read, nothing is constructed or dumped: comments and layout stay as they are.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from keyscan.errors import UsageError
from keyscan.remediation.rewrite.syntax import INSTALL

if TYPE_CHECKING:
    from collections.abc import Iterator

# Larger texts, and deeper nested brackets, are not read: composing takes seconds a megabyte, and more with depth.
LARGEST = 1 << 20
MAX_DEPTH = 100


@dataclass(frozen=True, slots=True)
class Scalar:
    """A scalar: `path` of keys and indices, byte range with its quotes, style ("'", '"', '|', '>' or ''), value.

    `pair` is the byte range of key and value together where it is a mapping's value; `flow`: inside [] or {}.
    `document` are the top-level scalars of its document, such as `kind`.
    """

    path: tuple[str, ...]
    start: int
    end: int
    style: str
    value: str = field(repr=False)
    pair: tuple[int, int] | None
    flow: bool
    siblings: dict[str, str] = field(repr=False)
    document: dict[str, Any] = field(repr=False)


def scalar_at(text: bytes, start: int, end: int) -> Scalar | str:
    """The scalar that holds the byte range; "comment" when none does, "" when the text is no YAML."""
    try:
        from ruamel.yaml import YAML
        from ruamel.yaml.error import YAMLError
    except ImportError as error:
        raise UsageError(INSTALL) from error
    if len(text) > LARGEST or not _is_shallow(text):
        return ""
    try:
        source = text.decode()
        documents = list(YAML(pure=True).compose_all(source))
    except (YAMLError, UnicodeError, RecursionError, ValueError):
        return ""
    offsets = _Offsets(source)
    for document in documents:
        if document is None:
            continue
        facts = _facts(document)
        for scalar in _scalars(document, (), offsets, facts):
            if scalar.start <= start and end <= scalar.end:
                return scalar
    return "comment"


def _is_shallow(text: bytes) -> bool:
    """Whether no more than MAX_DEPTH brackets are open at once, those in strings counted too."""
    depth = 0
    for match in re.finditer(rb"[\[{\]}]", text):
        depth = depth + 1 if match[0] in b"[{" else max(0, depth - 1)
        if depth > MAX_DEPTH:
            return False
    return True


class _Offsets:
    """Bytes before a character of the text."""

    def __init__(self, source: str) -> None:
        self._source, self._ascii = source, source.isascii()

    def __getitem__(self, index: int) -> int:
        return index if self._ascii else len(self._source[:index].encode())


def _facts(document: Any) -> dict[str, Any]:
    """Top-level values that are scalars, and `metadata.name` as `name`."""
    facts: dict[str, Any] = {}
    for key, value in _pairs(document):
        if isinstance(value.value, str):
            facts[str(key.value)] = value.value
        if key.value == "metadata":
            names = [inner.value for name, inner in _pairs(value) if name.value == "name"]
            facts["name"] = names[0] if names else ""
    return facts


def _pairs(node: Any) -> list[tuple[Any, Any]]:
    value = getattr(node, "value", None)
    return [pair for pair in value if isinstance(pair, tuple)] if isinstance(value, list) else []


def _scalars(root: Any, path: tuple[str, ...], offsets: _Offsets, facts: dict[str, Any]) -> Iterator[Scalar]:
    """All scalars that are values, in order; an alias is looked at once."""
    done: set[int] = set()
    todo: list[tuple[Any, tuple[str, ...], Any, bool, dict[str, str]]] = [(root, path, None, False, {})]
    while todo:
        node, here, key, flow, siblings = todo.pop()
        if id(node) in done:
            continue
        done.add(id(node))
        if isinstance(node.value, str):
            start, end = offsets[node.start_mark.index], offsets[node.end_mark.index]
            pair = None if key is None else (offsets[key.start_mark.index], end)
            yield Scalar(here, start, end, node.style or "", node.value, pair, flow, siblings, facts)
            continue
        inner_flow = flow or bool(getattr(node, "flow_style", False))
        pairs = _pairs(node)
        near = {str(name.value): value.value for name, value in pairs if isinstance(value.value, str)}
        below = [(value, (*here, str(name.value)), name, inner_flow, near) for name, value in pairs]
        if not pairs and isinstance(node.value, list):
            below = [(value, (*here, str(number)), None, inner_flow, {}) for number, value in enumerate(node.value)]
        todo.extend(reversed(below))
