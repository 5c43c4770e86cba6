"""Markers in the scanned text itself that say a finding is fine: ours, and those of other tools.

A marker counts on the finding's own line, or on a comment line of its own right before it. Only some hundred
bytes round the secret are looked at, so that a minified line costs nothing.
"""

from __future__ import annotations

import re
from functools import cached_property
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from keyscan.support.lazy_pattern import lazy_pattern

if TYPE_CHECKING:
    from keyscan.model.rule import Rule

# How far from the secret, in bytes, a marker on its line is looked for.
REACH = 1000
MODES = ("all", "own", "none")

_OWN = lazy_pattern(
    rb"keyscan:\s?allow(?![\w-])(?:[\[(]([^\])\r\n]{0,200})[\])])?[ \t]*(?:[:,;-]+[ \t]*)?([^\r\n]{0,200})"
)
# The end of a comment is no part of the reason.
_CLOSERS = lazy_pattern(r"\s*+(?:\*/|-->|--%>|#}|}}|\*\)|\?>|\"\"\")?[\s\"',;]*+$")
_SAME_LINE = lazy_pattern(
    rb"(?P<gitleaks>gitleaks:allow)|(?P<betterleaks>betterleaks:allow)|(?P<trufflehog>trufflehog:ignore)"
    rb"|(?P<detectsecrets>pragma:\s?(?:allow|white)list[ -]secret)|(?P<ggshield>pragma:\s?ggignore|ggignore)"
    rb"|(?P<kingfisher>kingfisher:(?:ignore|allow))|secretlint-disable-line(?P<secretlint>[^\r\n]{0,200})"
    # Codes other than those of hard-coded secrets say nothing about secrets.
    # Without codes they are about all of a line: that is too little for the key of a provider.
    rb"|(?i:[#/*;-]\s*)(?:(?P<bare>nosec\b(?!\s*:?\s*[BG]\d))|(?P<nosec>nosec\s*:?\s*(?:[BG]\d{3}[,\s]*){0,8}(?:B10[567]|G101)\b"
    rb"|noqa:\s*(?:[A-Z]+\d+[,\s]*){0,8}S10[567]\b))"
)
# Text that looks like a marker of keyscan and is not valid.
_MISSPELT = lazy_pattern(
    rb"keyscan[ \t]*[:=_.-]?[ \t]*"
    rb"(?:ignor[a-z]*|al+o?w[a-z]*|disable[a-z]*|skip[a-z]*|nosec|noqa|(?:white|allow)list[a-z]*)(?:-[a-z-]+)?",
    re.IGNORECASE,
)
# A marker of another linter without a rule: it is about its whole line, and does not cover a secret.
_BARE = lazy_pattern(rb"[#/*;-]\s*(noqa|nosec)\b(?!\s*:?\s*[A-Z]+\d)", re.IGNORECASE)
_NEXT_LINE = lazy_pattern(
    rb"(?P<detectsecrets>pragma:\s?(?:allow|white)list[ -]nextline[ -]secret)"
    rb"|secretlint-disable-next-line(?P<secretlint>[^\r\n]{0,200})"
)
_SECRETLINT_BLOCK = lazy_pattern(rb"secretlint-(disable|enable)(?!-)([^\r\n]{0,200})")
# A line that holds nothing but a comment: a marker at the end of a line of code speaks of that line only.
_COMMENT_LINE = lazy_pattern(rb"\s*(?:#|//|--|;|/\*|\*|<!--|<%--|%|\{#|\{\{!|\(\*|rem\b)|[^A-Za-z0-9]*$", re.IGNORECASE)
# Directives of secretlint that are read in one text.
_MOST_BLOCKS = 200
_NAMES = {"detectsecrets": "detect-secrets"}


class Around(NamedTuple):
    """The text round a secret: before it on its first line, after it on its last line, and the line above."""

    before: bytes
    after: bytes
    above: bytes


class Marker(NamedTuple):
    """A marker that covers a finding: whose it is, and the reason that it gives."""

    tool: str
    reason: str


def around(data: bytes, start: int, end: int) -> Around:
    """The surroundings of data[start:end], each part bounded by REACH."""
    line = data.rfind(b"\n", max(0, start - REACH), start) + 1 or max(0, start - REACH)
    stop = data.find(b"\n", end, end + REACH)
    above = b""
    if line and data[line - 1 : line] == b"\n":
        top = data.rfind(b"\n", max(0, line - 1 - REACH), line - 1) + 1 or max(0, line - 1 - REACH)
        above = data[top : line - 1]
    return Around(data[line:start], data[end : stop if stop >= 0 else end + REACH], above)


class Markers:
    """The markers of one text; `mode` is all, own or none."""

    def __init__(self, data: bytes, mode: str = "all") -> None:
        self._data, self._mode = data, mode

    def over(self, start: int, end: int, rule: Rule) -> Marker | None:
        """The marker that covers the secret data[start:end] found by `rule`."""
        if self._mode == "none":
            return None
        text = around(self._data, start, end)
        own = _own(text, rule)
        if own or self._mode == "own":
            return own
        return _foreign(text, rule) or self._block(start, rule)

    def remark(self, start: int, end: int, rule: Rule) -> str:
        """Why the text beside a finding is no marker that covers it; empty if nothing there looks like one."""
        if self._mode == "none":
            return ""
        text = around(self._data, start, end)
        right = f"write keyscan:allow[{rule.id}] and the reason"
        for part in (text.after, text.before, text.above):
            if b"keyscan" in part.lower():
                if _OWN.search(part):
                    return f"the marker beside it names other rules: {right}" if part is not text.above else ""
                wrong = _MISSPELT.search(part)
                if wrong:
                    return f"{wrong[0].decode('ascii', 'replace')!r} is not a marker: {right}"
        other = _BARE.search(text.after)
        if other:
            return f"{other[1].decode()!r} is another linter's marker and does not cover this: {right}"
        return ""

    @cached_property
    def _blocks(self) -> list[tuple[int, bool, bytes]]:
        """Place, whether it disables, and rules of every `secretlint-disable` and `-enable`, up to a bound."""
        if b"secretlint-disable" not in self._data:
            return []
        markers = islice(_SECRETLINT_BLOCK.finditer(self._data), _MOST_BLOCKS)
        return [(marker.start(), marker.group(1) == b"disable", marker.group(2)) for marker in markers]

    def _block(self, start: int, rule: Rule) -> Marker | None:
        """The last `secretlint-disable` or `-enable` above the secret that speaks of its rule decides."""
        for place, disables, names in reversed(self._blocks):
            if place < start and _secretlint_covers(names, rule):
                return Marker("secretlint", "") if disables else None
        return None


def _own(text: Around, rule: Rule) -> Marker | None:
    for part in (text.after, text.before):
        for match in _OWN.finditer(part):
            if _covers(match.group(1), rule):
                return Marker("keyscan", _reason(match.group(2)))
    for match in _OWN.finditer(text.above):
        if _COMMENT_LINE.match(text.above[: match.start()]) and _covers(match.group(1), rule):
            return Marker("keyscan", _reason(match.group(2)))
    return None


def _covers(names: bytes | None, rule: Rule) -> bool:
    """Whether a marker's list of rules holds `rule`; no list holds every rule."""
    if names is None:
        return True
    wanted = re.split(r"[,\s]+", names.decode("utf-8", "replace").strip().lower())
    return rule.id in wanted or rule.provider.lower() in wanted


def _reason(text: bytes) -> str:
    return _CLOSERS.sub("", text.decode("utf-8", "replace")).strip()


# What one of the expressions above needs; `in` is a hundred times faster than they are.
_WORDS = (b"leaks:allow", b":ignore", b"ggignore", b"pragma:", b"-line", b"kingfisher:", b"nosec", b"noqa")


def _foreign(text: Around, rule: Rule) -> Marker | None:
    near = b"\n".join(text).lower()
    if not any(word in near for word in _WORDS):
        return None
    match = _SAME_LINE.search(text.after) or _SAME_LINE.search(text.before)
    if not match:
        match = _NEXT_LINE.search(text.above)
    if not match:
        return None
    tool = match.lastgroup or ""
    if tool == "bare":
        return Marker("bare nosec", "") if rule.filters == "generic" else None
    if tool == "secretlint" and not _secretlint_covers(match.group("secretlint"), rule):
        return None
    return Marker(_NAMES.get(tool, tool), "")


def _secretlint_covers(names: bytes, rule: Rule) -> bool:
    """Whether the rules named after a secretlint directive, `@secretlint/secretlint-rule-X`, can be `rule`."""
    text = names.decode("utf-8", "replace").partition("--")[0].lower()
    rules = re.findall(r"secretlint-rule-([a-z0-9-]+)", text)
    if not rules or any("preset" in name for name in rules):
        return True
    about = f"{rule.id} {rule.provider} {rule.name}".lower().replace(" ", "")
    return any(name.replace("-", "") in about.replace("-", "") for name in rules)
