"""JSON with comments, edited in place: what an edit does not concern keeps every byte, comments and order included.

Read are JSON, `//` and `/* */` comments, and commas before a closing bracket. Errors are ValueError with line and
column.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import Any

_SPACE = re.compile(r"(?>[ \t\r\n\ufeff]|//[^\n]*|/\*.*?\*/)+", re.DOTALL)
_STRING = re.compile(r'"(?:[^"\\\x00-\x1f]|\\.)*"')
_ATOM = re.compile(r"true|false|null|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?")
_INDENT = re.compile(r"\n([ \t]+)\S")
_DEEPEST = 100


@dataclass(frozen=True, slots=True)
class Node:
    """A value in a text: half-open offsets, the value itself, and what is in an array or object."""

    start: int
    end: int
    value: Any
    items: tuple[Node, ...] = ()
    members: tuple[Member, ...] = ()

    def member(self, name: str) -> Member | None:
        """The last member of that name: the one that counts."""
        return next((member for member in reversed(self.members) if member.name == name), None)


@dataclass(frozen=True, slots=True)
class Member:
    """A name in an object, where it begins, and its value."""

    name: str
    start: int
    node: Node


@dataclass
class _Reader:
    text: str
    at: int = 0
    depth: int = field(default=0)

    def space(self) -> None:
        match = _SPACE.match(self.text, self.at)
        if match:
            self.at = match.end()

    def fail(self, what: str) -> ValueError:
        before = self.text[: self.at]
        return ValueError(f"line {before.count(chr(10)) + 1}, column {self.at - before.rfind(chr(10))}: {what}")

    def node(self) -> Node:
        self.space()
        start = self.at
        first = self.text[start : start + 1]
        if first in {"{", "["}:
            self.depth += 1
            if self.depth > _DEEPEST:
                raise self.fail("nested too deeply")
            node = self.collection(start, "}" if first == "{" else "]")
            self.depth -= 1
            return node
        if first == '"':
            value = self.string()
            return Node(start, self.at, value)
        match = _ATOM.match(self.text, start)
        if not match:
            raise self.fail("expected a value")
        self.at = match.end()
        return Node(start, self.at, json.loads(match.group()))

    def string(self) -> str:
        match = _STRING.match(self.text, self.at)
        if not match:
            raise self.fail("expected a string")
        try:
            value = json.loads(match.group())
        except ValueError:
            raise self.fail("not a valid string") from None
        self.at = match.end()
        return str(value)

    def collection(self, start: int, closer: str) -> Node:
        self.at += 1
        items: list[Node] = []
        members: list[Member] = []
        while True:
            self.space()
            if self.text[self.at : self.at + 1] == closer:
                self.at += 1
                break
            if closer == "}":
                place = self.at
                name = self.string()
                self.space()
                self.expect(":")
                members.append(Member(name, place, self.node()))
            else:
                items.append(self.node())
            self.space()
            if self.text[self.at : self.at + 1] != closer:
                self.expect(",")
        value: Any = (
            {member.name: member.node.value for member in members} if closer == "}" else [item.value for item in items]
        )
        return Node(start, self.at, value, tuple(items), tuple(members))

    def expect(self, character: str) -> None:
        if self.text[self.at : self.at + 1] != character:
            raise self.fail(f"expected {character!r}")
        self.at += 1


def parse(text: str) -> Node:
    """The value in `text`."""
    reader = _Reader(text)
    root = reader.node()
    reader.space()
    if reader.at != len(text):
        raise reader.fail("text after the end")
    return root


def appended(text: str, path: tuple[str, ...], value: Any) -> str:
    """`text` with `value` at the end of the array at `path`; objects and the array are made where they are missing.

    ValueError when something else than an object or array is on the way.
    """
    node = parse(text)
    for depth, name in enumerate(path):
        if not isinstance(node.value, dict):
            raise ValueError(f"{'.'.join(path[:depth]) or 'the file'} is not an object")  # noqa: TRY004
        member = node.member(name)
        if member is None:
            nested: Any = [value]
            for inner in reversed(path[depth + 1 :]):
                nested = {inner: nested}
            return _inserted(text, node, nested, name)
        node = member.node
    if not isinstance(node.value, list):
        raise ValueError(f"{'.'.join(path)} is not an array")  # noqa: TRY004
    return _inserted(text, node, value)


def set_default(text: str, path: tuple[str, ...], value: Any) -> str:
    """`text` with `value` at `path`, unless there is one; objects are made where they are missing."""
    node = parse(text)
    for depth, name in enumerate(path):
        if not isinstance(node.value, dict):
            raise ValueError(f"{'.'.join(path[:depth]) or 'the file'} is not an object")  # noqa: TRY004
        member = node.member(name)
        if member is None:
            nested = value
            for inner in reversed(path[depth + 1 :]):
                nested = {inner: nested}
            return _inserted(text, node, nested, name)
        node = member.node
    return text


def without_member(text: str, path: tuple[str, ...]) -> str:
    """`text` without the member at `path`, and without what that leaves empty above it."""
    nodes, places = [parse(text)], []
    for name in path:
        member = nodes[-1].member(name)
        if member is None:
            return text
        places.append(member)
        nodes.append(member.node)
    depth = len(path) - 1
    while depth > 0 and len(nodes[depth].members) == 1:
        depth -= 1
    siblings = nodes[depth].members
    number = siblings.index(places[depth])
    before = siblings[number - 1].node.end if number else nodes[depth].start + 1
    return _cut(text, places[depth].start, places[depth].node.end, before)


def without(text: str, path: tuple[str, ...], number: int) -> str:
    """`text` without the item `number` of the array at `path`, and without what that leaves empty above it."""
    nodes = [parse(text)]
    for name in path:
        member = nodes[-1].member(name)
        if member is None:
            return text
        nodes.append(member.node)
    holder = nodes[-1]
    if len(holder.items) == 1 and path:
        return without_member(text, path)
    before = holder.items[number - 1].end if number else holder.start + 1
    return _cut(text, holder.items[number].start, holder.items[number].end, before)


def _cut(text: str, start: int, end: int, before: int) -> str:
    """`text` without a part of a list, the comma that belongs to it, and the line that would be left empty.

    `before` is where the part before it ends, or the bracket.
    """
    after = _SPACE.match(text, end)
    place = after.end() if after else end
    if text[place : place + 1] == ",":
        end = place + 1
    else:
        space = _SPACE.match(text, before)
        comma = space.end() if space else before
        if text[comma : comma + 1] == ",":
            kept = text[before:comma] + text[comma + 1 : start].rstrip()
            return text[:before] + kept + text[end:]
    lead = text[:start].rstrip(" \t")
    tail = text[end:]
    if lead.endswith("\n") and re.match(r"[ \t]*\r?\n", tail):
        return lead + tail.partition("\n")[2]
    if lead.endswith(("{", "[")) and re.match(r"\s*[}\]]", tail):
        return lead + tail.lstrip()
    if lead.rstrip().endswith(("{", "[")) and re.match(r"\s*[}\]]", tail):
        return lead.rstrip() + tail.lstrip()
    return lead + tail.lstrip(" \t")


def _inserted(text: str, holder: Node, value: Any, name: str | None = None) -> str:
    """`text` with a value at the end of `holder`; indented as the file is."""
    newline = "\r\n" if "\r\n" in text else "\n"
    match = _INDENT.search(text)
    unit = match.group(1) if match else "  "
    line = text[text.rfind("\n", 0, holder.start) + 1 : holder.start]
    outer = line[: len(line) - len(line.lstrip(" \t"))]
    inner = outer + unit
    body = json.dumps(value, indent=unit, ensure_ascii=False).replace("\n", newline + inner)
    entry = f"{inner}{json.dumps(name, ensure_ascii=False)}: {body}" if name is not None else f"{inner}{body}"
    last = (holder.members[-1].node if holder.members else None) or (holder.items[-1] if holder.items else None)
    content = text[: holder.end - 1].rstrip()
    closing = f"{newline}{outer}{text[holder.end - 1 :]}"
    if last is None:
        return f"{content}{newline}{entry}{closing}"
    rest = content[last.end :]
    comma = "" if _SPACE.sub("", rest).startswith(",") else ","
    return f"{content[: last.end]}{comma}{rest}{newline}{entry}{closing}"
