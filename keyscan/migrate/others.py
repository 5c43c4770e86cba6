"""secretlint's and trufflehog's files, and the entries of other scanners in `.pre-commit-config.yaml` -> ours."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from keyscan.ruleset.go_regex import Untranslatable, search_pattern
from keyscan.support.globs import BadGlob, parse
from keyscan.suppressions.ignore import Ignore
from keyscan.suppressions.schema import pattern_problem

if TYPE_CHECKING:
    from collections.abc import Iterable

    from keyscan.migrate.result import Carried

_SLASHED = re.compile(r"/(.*)/([a-z]*)\Z", re.DOTALL)
_NAME = re.compile(r"secretlint-rule-([a-z0-9-]+)")
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


def read_secretlint(file: str, data: bytes, providers: Iterable[str], carried: Carried) -> None:
    """What its rules allow; a disabled rule or message has no counterpart."""
    try:
        document = json.loads(data)
    except (ValueError, RecursionError):
        carried.lose(file, "not JSON (keyscan reads no YAML or JavaScript): write its allows as [[ignore]] values")
        return
    rules = document.get("rules") if isinstance(document, dict) else None
    for rule in rules if isinstance(rules, list) else []:
        if isinstance(rule, dict):
            _secretlint_rule(file, _line(data, str(rule.get("id"))), rule, list(providers), carried)


def _line(data: bytes, text: str) -> str:
    for number, line in enumerate(data.decode("utf-8", "replace").splitlines(), 1):
        if text in line:
            return str(number)
    return "1"


def _secretlint_rule(file: str, line: str, rule: dict[str, Any], providers: list[str], carried: Carried) -> None:
    place, written = f"{file}:{line}", str(rule.get("id", ""))
    nested = rule.get("rules")
    for inner in nested if isinstance(nested, list) else []:  # a preset holds rules of its own
        if isinstance(inner, dict):
            _secretlint_rule(file, line, inner, providers, carried)
    for key in ("disabled", "disabledMessages", "allowMessageIds", "severity"):
        if rule.get(key):
            carried.lose(place, f"{key} of {written}: use disable or min-severity")
    options = rule.get("options")
    allows = options.get("allows") if isinstance(options, dict) else None
    if not isinstance(allows, list) or not allows:
        return
    found = _NAME.search(written)
    name = found[1].replace("-", "") if found else ""
    named = tuple(one for one in providers if one.lower().replace(" ", "") == name)
    if not named and name not in {"pattern", "presetrecommend"}:
        named_text = ", ".join(map(str, allows))
        carried.lose(place, f"allows of {written} ({named_text}): no provider of that name in keyscan")
        return
    values = [value for one in allows if (value := _allowed(str(one), place, carried))]
    if values:
        carried.ignores.append(Ignore(place, providers=named, values=tuple(values), reason="allowed for secretlint"))


def _allowed(text: str, place: str, carried: Carried) -> str:
    """An entry of allows, text or /expression/flags, as an expression of ours."""
    found = _SLASHED.match(text)
    pattern = re.escape(text)
    if found:
        flags = "".join(flag for flag in found[2] if flag in "ims")
        pattern = f"(?{flags}:{found[1]})" if flags else found[1]
    problem = pattern_problem(pattern)
    if problem:
        carried.lose(place, f"{text!r} {problem}")
        return ""
    return pattern


def read_globs(file: str, data: bytes, carried: Carried) -> None:
    """A file in gitignore's syntax (.secretlintignore): its patterns are ours."""
    for number, line in enumerate(data.decode("utf-8", "replace").splitlines(), 1):
        try:
            found = parse(line)
        except BadGlob as error:
            carried.lose(f"{file}:{number}", str(error))
            continue
        if found:
            carried.exclude.append(found.text)


def read_path_patterns(file: str, data: bytes, carried: Carried) -> None:
    """A file with one expression on paths a line, as trufflehog's --exclude-paths takes."""
    patterns = []
    for number, line in enumerate(data.decode("utf-8", "replace").splitlines(), 1):
        text = line.strip()
        if not text or text.startswith("#"):
            continue
        try:
            patterns.append(search_pattern(text))
        except Untranslatable as error:
            carried.lose(f"{file}:{number}", f"{text!r}: {error}")
    if patterns:
        carried.ignores.append(Ignore(f"{file}:1", path_patterns=tuple(patterns), reason="excluded for trufflehog"))


def read_hooks(file: str, data: bytes, carried: Carried) -> None:
    """Entries of other scanners: named with what replaces them; the file itself is the user's to edit."""
    repo, start, found = "", 0, False
    for number, line in enumerate(data.decode("utf-8", "replace").splitlines(), 1):
        entry = _REPO.match(line)
        if entry:
            repo, start = entry[1], number
            if any(name in repo.lower() for name in _SCANNERS):
                found = True
                carried.notes.append(f"{file}:{start}: replace the entry for {repo} by the one below")
            else:
                repo = repo if repo == "local" else ""
            continue
        hook = _HOOK.match(line)
        if not hook or not repo:
            continue
        if repo == "local":
            if hook[1] == "entry" and any(name in hook[2] for name in _SCANNERS):
                found = True
                carried.notes.append(f"{file}:{number}: replace this local hook ({hook[2]}) by the entry below")
        elif hook[1] == "exclude":
            _exclude(hook[2].strip("'\""), f"{file}:{number}", carried)
        elif hook[1] == "args":
            carried.lose(f"{file}:{number}", f"args {hook[2]}: what they mean stands in .keyscan.toml now, if anywhere")
    if found:
        carried.notes.append(SNIPPET)


def _exclude(pattern: str, place: str, carried: Carried) -> None:
    problem = pattern_problem(pattern) if pattern not in {"|", ">", "|-", ">-", ""} else "runs over several lines"
    if problem:
        carried.lose(place, f"exclude {pattern!r} {problem}")
    else:
        carried.ignores.append(Ignore(place, path_patterns=(pattern,), reason="excluded from the hook"))
