"""`.secretlintrc` and `.secretlintignore`: what secretlint's rules allow, and what it does not read."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from keyscan.migrate.result import ExcludedPath, Unsupported
from keyscan.support.globs import BadGlob, parse
from keyscan.suppressions.ignore import Ignore
from keyscan.suppressions.schema import pattern_problem

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from keyscan.migrate.result import Item

_SLASHED = re.compile(r"/(.*)/([a-z]*)\Z", re.DOTALL)
_NAME = re.compile(r"secretlint-rule-([a-z0-9-]+)")


def read_config(file: str, data: bytes, providers: Iterable[str]) -> Iterator[Item]:
    """What its rules allow; a disabled rule or message has no counterpart. `providers` are those of our rules."""
    try:
        document = json.loads(data)
    except (ValueError, RecursionError):
        yield Unsupported(file, "not JSON (keyscan reads no YAML or JavaScript): write its allows as [[ignore]] values")
        return
    names = {one.lower().replace(" ", ""): one for one in providers}
    rules = document.get("rules") if isinstance(document, dict) else None
    for rule in rules if isinstance(rules, list) else []:
        if isinstance(rule, dict):
            yield from _rule(f"{file}:{_line(data, str(rule.get('id')))}", rule, names)


def _line(data: bytes, text: str) -> int:
    """The first line that holds `text`, else 1."""
    for number, line in enumerate(data.decode("utf-8", "replace").splitlines(), 1):
        if text in line:
            return number
    return 1


def _rule(place: str, rule: dict[str, Any], providers: dict[str, str]) -> Iterator[Item]:
    written = str(rule.get("id", ""))
    nested = rule.get("rules")
    for inner in nested if isinstance(nested, list) else []:  # a preset holds rules of its own
        if isinstance(inner, dict):
            yield from _rule(place, inner, providers)
    for key in ("disabled", "disabledMessages", "allowMessageIds", "severity"):
        if rule.get(key):
            yield Unsupported(place, f"{key} of {written}: use disable or min-severity")
    options = rule.get("options")
    allows = options.get("allows") if isinstance(options, dict) else None
    if not isinstance(allows, list) or not allows:
        return
    found = _NAME.search(written)
    name = found[1].replace("-", "") if found else ""
    named = (providers[name],) if name in providers else ()
    if not named and name not in {"pattern", "presetrecommend"}:
        texts = ", ".join(map(str, allows))
        yield Unsupported(place, f"allows of {written} ({texts}): no provider of that name in keyscan")
        return
    patterns = [_expression(str(allow)) for allow in allows]
    problems = [pattern_problem(pattern) for pattern in patterns]
    for allow, problem in zip(allows, problems, strict=True):
        if problem:
            yield Unsupported(place, f"{str(allow)!r} {problem}")
    good = tuple(pattern for pattern, problem in zip(patterns, problems, strict=True) if not problem)
    if good:
        yield Ignore(place, providers=named, values=good, reason="allowed for secretlint")


def _expression(text: str) -> str:
    """An entry of allows, a text or /expression/flags, as an expression of ours."""
    found = _SLASHED.match(text)
    if not found:
        return re.escape(text)
    flags = "".join(flag for flag in found[2] if flag in "ims")
    return f"(?{flags}:{found[1]})" if flags else found[1]


def read_ignore(file: str, data: bytes) -> Iterator[Item]:
    """`.secretlintignore` is in gitignore's syntax, as `exclude` is."""
    for number, line in enumerate(data.decode("utf-8", "replace").splitlines(), 1):
        try:
            found = parse(line)
        except BadGlob as error:
            yield Unsupported(f"{file}:{number}", str(error))
            continue
        if found:
            yield ExcludedPath(found.text)
