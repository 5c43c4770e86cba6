"""A YAML file as plain data with the lines of its entries; by ruamel.yaml, which the extra `fix` installs."""

from __future__ import annotations

import re
from functools import wraps
from typing import TYPE_CHECKING, Any, TypeVar, cast

from keyscan.errors import UsageError
from keyscan.migrate.result import Unsupported

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from keyscan.migrate.result import Item

Reader = TypeVar("Reader", bound="Callable[..., Iterator[Item]]")

LARGEST = 1 << 20
_LONGEST_LINE = 20_000
_DEEPEST = 50


class NotReadable(ValueError):  # noqa: N818 - a report on the input
    """The text is no YAML, or none that a configuration would be."""


class Node:
    """A composed node: `line` from 1, and what is below it. Recursive anchors are not followed."""

    def __init__(self, node: Any, depth: int = 0) -> None:
        self._node, self._depth = node, depth
        self.line = int(node.start_mark.line) + 1 if node is not None else 1

    @property
    def text(self) -> str:
        """The scalar as written, "" for anything else."""
        value = getattr(self._node, "value", "")
        return value if isinstance(value, str) else ""

    @property
    def is_text(self) -> bool:
        """Whether it is a scalar."""
        return isinstance(getattr(self._node, "value", None), str)

    def entries(self) -> Iterator[tuple[str, Node]]:
        """Key and value of each entry of a mapping."""
        value = getattr(self._node, "value", None)
        for pair in value if isinstance(value, list) and self._depth < _DEEPEST else ():
            if isinstance(pair, tuple):
                yield str(pair[0].value), Node(pair[1], self._depth + 1)

    def items(self) -> Iterator[Node]:
        """The items of a sequence; a single scalar counts as one."""
        value = getattr(self._node, "value", None)
        if isinstance(value, str) and value:
            yield self
        for one in value if isinstance(value, list) and self._depth < _DEEPEST else ():
            if not isinstance(one, tuple):
                yield Node(one, self._depth + 1)

    def get(self, *names: str) -> Node:
        """The value of the first of these keys that is there; an empty node when none is."""
        for key, value in self.entries():
            if key in names:
                return value
        return Node(None, self._depth)

    def end(self) -> int:
        """The line after the node's last."""
        mark = getattr(self._node, "end_mark", None)
        return (int(mark.line) + (1 if mark.column else 0) if mark is not None else self.line) + 1

    def plain(self) -> Any:
        """Mappings, lists and strings: numbers and truth values stay the text that they are written as."""
        if self.is_text:
            return self.text
        pairs = dict(self.entries())
        if pairs:
            return {key: value.plain() for key, value in pairs.items()}
        return [item.plain() for item in self.items()]


def reader(read: Reader) -> Reader:
    """A reader of YAML files: one that cannot be read is an item, not an error."""

    @wraps(read)
    def checked(file: str, *rest: Any) -> Iterator[Item]:
        try:
            yield from read(file, *rest)
        except NotReadable as error:
            yield Unsupported(file, str(error))

    return cast("Reader", checked)


def compose(data: bytes) -> Node:
    """The first document of `data`; NotReadable for invalid YAML, UsageError without ruamel.yaml."""
    try:
        from ruamel.yaml import YAML
        from ruamel.yaml.error import YAMLError
    except ImportError as error:
        message = "reading YAML needs ruamel.yaml: pip install 'keyscan-linter[fix]', then run it again"
        raise UsageError(message) from error
    if len(data) > LARGEST:
        raise NotReadable(f"larger than {LARGEST >> 20} MB")
    text = data.decode("utf-8-sig", "replace")
    if not _is_shallow(text) or max(map(len, text.split("\n"))) > _LONGEST_LINE:
        raise NotReadable("not what a configuration looks like: too deep, or lines too long")
    try:
        return Node(next(iter(YAML(pure=True).compose_all(text)), None))
    except (YAMLError, RecursionError, ValueError) as error:
        mark = getattr(error, "problem_mark", None)
        where = f" at line {mark.line + 1}" if mark is not None else ""
        raise NotReadable(f"not valid YAML{where}") from error


def _is_shallow(text: str) -> bool:
    depth = 0
    for match in re.finditer(r"[\[{\]}]", text):
        depth = depth + 1 if match[0] in "[{" else max(0, depth - 1)
        if depth > _DEEPEST:
            return False
    return True
