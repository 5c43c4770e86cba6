"""Entries of other scanners in `.pre-commit-config.yaml`; the file itself is the user's to edit."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from keyscan.migrate.result import Note, Unsupported
from keyscan.suppressions.ignore import Ignore
from keyscan.suppressions.schema import pattern_problem

if TYPE_CHECKING:
    from collections.abc import Iterator

    from keyscan.migrate.result import Item

_REPO = re.compile(r"\s*-?\s*repo:\s*['\"]?(\S+?)['\"]?\s*(?:#.*)?$")
_HOOK = re.compile(r"\s*-?\s*(id|entry|args|exclude):\s*(.*?)\s*$")
_SCANNERS = (
    "gitleaks", "betterleaks", "detect-secrets", "trufflehog", "secretlint", "ggshield", "git-secrets", "talisman",
)  # fmt: skip
SNIPPET = """\
  - repo: https://github.com/OWNER/keyscan
    rev: v0.1.0
    hooks:
      - id: keyscan"""


def read_config(file: str, data: bytes) -> Iterator[Item]:
    """The entries of other scanners, each named with what replaces it, and what they exclude."""
    repo, found = "", False
    for number, line in enumerate(data.decode("utf-8", "replace").splitlines(), 1):
        place = f"{file}:{number}"
        entry = _REPO.match(line)
        if entry:
            scanner = _is_scanner(entry[1].lower())
            repo = entry[1] if scanner or entry[1] == "local" else ""
            if scanner:
                found = True
                yield Note(f"{place}: replace the entry for {repo} by the one below")
            continue
        hook = _HOOK.match(line)
        if hook and repo == "local":
            if hook[1] == "entry" and _is_scanner(hook[2]):
                found = True
                yield Note(f"{place}: replace this local hook ({hook[2]}) by the entry below")
        elif hook and repo:
            yield from _setting(hook[1], hook[2], place)
    if found:
        yield Note(SNIPPET)


def _is_scanner(text: str) -> bool:
    return any(name in text for name in _SCANNERS)


def _setting(key: str, value: str, place: str) -> Iterator[Item]:
    if key == "args":
        yield Unsupported(place, f"args {value}: what they mean is in .keyscan.toml now, where it has a counterpart")
    elif key == "exclude":
        pattern = value.strip("'\"")
        several = pattern in {"|", ">", "|-", ">-", ""}
        problem = "runs over several lines" if several else pattern_problem(pattern)
        if problem:
            yield Unsupported(place, f"exclude {pattern!r} {problem}")
        else:
            yield Ignore(place, path_patterns=(pattern,), reason="excluded from the hook")
