"""Entries of other scanners in `.pre-commit-config.yaml`; the file itself is the user's to edit.

Read line by line: nearly every repository has this file, and few have a YAML parser installed.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from keyscan.migrate import invocations
from keyscan.migrate.result import AllowedFor, Note, Unsupported
from keyscan.suppressions.ignore import Ignore
from keyscan.suppressions.schema import pattern_problem

if TYPE_CHECKING:
    from collections.abc import Iterator

    from keyscan.migrate.counterparts import Counterparts
    from keyscan.migrate.result import Item

_REPO = re.compile(r"\s*+(?:-\s*+)?['\"]?repo['\"]?\s*+:\s*+['\"]?(\S+?)['\"]?\s*+(?:#.*)?$")
_KEY = re.compile(r"(?P<indent>[\s-]*+)['\"]?(?P<key>id|entry|args|exclude)['\"]?\s*+:\s*+(?P<value>.*?)\s*$")
_STARTS_HOOK = re.compile(r"\s*-\s+['\"]?\w+['\"]?\s*:")
_MOST_LINES = 200
SNIPPET = """\
  - repo: https://github.com/OWNER/keyscan
    rev: v0.1.0
    hooks:
      - id: keyscan"""


class _Setting(NamedTuple):
    key: str
    value: str
    place: str
    indent: int


def read_config(file: str, data: bytes, known: Counterparts) -> Iterator[Item]:
    """The entries of other scanners, each named with what replaces it, and what they exclude."""
    lines = data.decode("utf-8-sig", "replace").splitlines()
    repo, tool, any_hook = "", "", False
    before_entry: list[_Setting] = []  # of a local hook, which only its `entry` tells to be a scanner
    for number, line in enumerate(lines, 1):
        entry = _REPO.match(line)
        if entry:
            repo, tool = entry[1], invocations.tool_of(entry[1])
            summary = f"the entry for {repo} by the one below" if tool else ""
        else:
            if repo == "local" and _STARTS_HOOK.match(line):
                tool, before_entry = "", []
            setting = _setting(lines, number, f"{file}:{number}")
            if setting is None:
                continue
            summary = ""
            if repo == "local" and setting.key == "entry":
                tool = invocations.tool_of(setting.value)
                summary = f"this local hook ({setting.value}) by the entry below" if tool else ""
                yield from _all_carried(before_entry, tool, known)
            elif repo == "local" and not tool:
                before_entry.append(setting)
            if tool and setting.indent:
                yield from _carried(setting, tool, known)
        if summary:
            any_hook = True
            yield Note(f"{file}:{number}: replace {summary}")
    if any_hook:
        yield from (
            item for setting in _top_excludes(lines, file) for item in _excluded(setting, "excluded from all hooks")
        )
        yield Note(SNIPPET)


def _top_excludes(lines: list[str], file: str) -> Iterator[_Setting]:
    """The `exclude` of the whole file, which applies to every hook."""
    for number, line in enumerate(lines, 1):
        if line.startswith(("exclude", "'exclude", '"exclude')):
            setting = _setting(lines, number, f"{file}:{number}")
            if setting is not None:
                yield setting


def _setting(lines: list[str], number: int, place: str) -> _Setting | None:
    """The setting that begins on the line `number`, with the lines of its value that are indented further."""
    match = _KEY.match(lines[number - 1])
    if not match:
        return None
    indent = len(match["indent"])
    rest = []
    for line in lines[number : number + _MOST_LINES]:
        if line.strip() and len(line) - len(line.lstrip()) < indent + (match["key"] != "args"):
            break
        if match["key"] == "args" and re.match(r"\s*-?\s*\w+\s*:", line):
            break
        rest.append(line)
    value = match["value"]
    whole = "\n".join([value, *rest]) if value in {"", "|", ">", "|-", ">-"} or _is_open(value) else value
    return _Setting(match["key"], whole, place, indent)


def _is_open(value: str) -> bool:
    return value.startswith("[") and "]" not in value


def _all_carried(settings: list[_Setting], tool: str, known: Counterparts) -> Iterator[Item]:
    """What is carried over of the settings of one hook; nothing where the hook is no scanner's."""
    for setting in settings if tool else ():
        yield from _carried(setting, tool, known)


def _carried(setting: _Setting, tool: str, known: Counterparts) -> Iterator[Item]:
    if setting.key in {"args", "entry"}:
        words = [word for word in invocations.words_of(setting.value) if word != "-"]
        yield from invocations.read(setting.place, tool, words, known)
    elif setting.key == "exclude":
        yield from _excluded(setting, "excluded from the hook")


def _excluded(setting: _Setting, reason: str) -> Iterator[Item]:
    pattern = _plain(setting.value)
    problem = pattern_problem(pattern)
    if problem:
        yield Unsupported(setting.place, f"exclude {pattern!r} {problem}")
    elif pattern and pattern != "^$":
        yield AllowedFor(Ignore(setting.place, path_patterns=(pattern,), reason=reason))


def _plain(value: str) -> str:
    """An expression on one line: without YAML's block sign and quotes, and without the spaces of a verbose one."""
    first, _, rest = value.partition("\n")
    text = rest if first.strip() in {"|", ">", "|-", ">-", ""} and rest else value
    text = text.strip()
    if text[:1] in {"'", '"'} and text[-1:] == text[:1]:
        text = text[1:-1].replace("''", "'") if text[0] == "'" else text[1:-1].replace("\\\\", "\\")
    if text.startswith("(?x)"):
        text = re.sub(r"(?<!\\)#[^\n]*", "", text.removeprefix("(?x)"))
        return re.sub(r"(?<!\\)\s+", "", text)
    return " ".join(text.split("\n"))
