"""One `[[ignore]]` table -> an `Ignore`, every condition checked where it is written."""

from __future__ import annotations

import datetime as dt
import re
import warnings
from dataclasses import replace
from typing import Any, Protocol

from keyscan.model.fingerprint import is_fingerprint
from keyscan.model.rule import Severity
from keyscan.support.globs import BadGlob, Globs
from keyscan.support.suggestions import did_you_mean
from keyscan.suppressions.ignore import Ignore

# Key as written -> field. Of each pair the singular is there because people write it.
_LISTS = {
    "path": "paths",
    "paths": "paths",
    "rule": "rules",
    "rules": "rules",
    "provider": "providers",
    "providers": "providers",
    "value": "values",
    "values": "values",
    "stopword": "stopwords",
    "stopwords": "stopwords",
    "fingerprint": "fingerprints",
    "fingerprints": "fingerprints",
    "key": "keys",
    "keys": "keys",
    "path-pattern": "path_patterns",
    "path-patterns": "path_patterns",
    "line": "lines",
    "lines": "lines",
}
# Field -> key as shown and written by us.
NAMES = {field: key for key, field in _LISTS.items() if key.endswith("s")}
# Conditions in which users write the secrets that they accept, those that no rule knows by themselves among them.
HOLD_SECRETS = ("values", "lines", "stopwords")
_ALL = (*_LISTS, "severity", "reason", "expires", "allow-unused")
_LONGEST_PATTERN = 2000
# Characters of a value or a line that an error may show; what `re` quotes of an expression.
_SHOWN = 8
_QUOTED = re.compile(r"(['\"]).*\1", re.DOTALL)


class Place(Protocol):
    """Gives the file and the line of a key."""

    def place(self, *path: str | int) -> str:
        """File and line of the key at `path`."""
        ...

    def fail(self, message: str, *path: str | int) -> Exception:
        """The error for the key at `path`."""
        ...


def ignore(table: dict[str, Any], number: int, where: Place) -> Ignore:
    """The ignore in `table`, the `number`th of its file, from 0."""
    at = ("ignore", number)
    fields: dict[str, tuple[str, ...]] = {}
    for key, value in table.items():
        if key not in _ALL:
            raise where.fail(f"unknown key {key}{did_you_mean(key, _ALL, cutoff=0.5)}", *at, key)
        if key in _LISTS:
            values = [value] if isinstance(value, str) else value
            if not isinstance(values, list) or not values or not all(isinstance(v, str) and v for v in values):
                raise where.fail(f"{key} must be a string or a list of non-empty strings", *at, key)
            fields[_LISTS[key]] = fields.get(_LISTS[key], ()) + tuple(values)
    severity = _severity(table.get("severity"), where, *at, "severity")
    if not fields and severity is None:
        raise where.fail("an ignore without a condition would ignore everything: give paths, rules or the like", *at)
    reason = table.get("reason", "")
    if not isinstance(reason, str):
        raise where.fail("reason must be a string", *at, "reason")
    written = {_LISTS[key]: key for key in table if key in _LISTS}
    _check(fields, where, at, written)
    expires = _day(table.get("expires"), where, *at, "expires")
    unused = table.get("allow-unused", False)
    if not isinstance(unused, bool):
        raise where.fail("allow-unused must be true or false", *at, "allow-unused")
    reason = " ".join(reason.split())
    result = Ignore(where.place(*at), severity=severity, reason=reason, expires=expires, allow_unused=unused)
    return replace(result, **fields)  # type: ignore[arg-type]


def _severity(value: Any, where: Place, *at: str | int) -> Severity | None:
    if value is None:
        return None
    if not isinstance(value, str) or value.upper() not in Severity.__members__:
        raise where.fail(f"severity must be one of {', '.join(s.label for s in Severity)}", *at)
    return Severity[value.upper()]


def _day(value: Any, where: Place, *at: str | int) -> str:
    if value is None:
        return ""
    try:
        day = dt.date.fromisoformat(value) if isinstance(value, str) else value
        if isinstance(day, dt.datetime):
            day = day.date()
        return str(day.isoformat())
    except (ValueError, AttributeError) as error:
        raise where.fail("expires must be a date, 2026-12-31", *at) from error


def _check(
    fields: dict[str, tuple[str, ...]], where: Place, at: tuple[str | int, ...], written: dict[str, str]
) -> None:
    try:
        Globs(fields.get("paths", ()))
    except BadGlob as error:
        raise where.fail(f"paths: {error}", *at, written["paths"]) from error
    for name in ("values", "lines", "path_patterns"):
        for value in fields.get(name, ()):
            problem = pattern_problem(value)
            if problem:
                # It may be a secret that no rule knows by itself: of a longer one nothing is shown.
                shown = name == "path_patterns" or len(value) <= _SHOWN
                text = repr(value) if shown else f"an entry of {len(value)} characters"
                raise where.fail(f"{written[name]}: {text} {problem}", *at, written[name])
    for text in fields.get("fingerprints", ()):
        if not is_fingerprint(text):
            problem = f"{text!r} is not a fingerprint (rule-id:20 hexadecimal digits)"
            raise where.fail(f"fingerprints: {problem}", *at, written["fingerprints"])


def pattern_problem(pattern: str) -> str:
    """What is wrong with a user's regular expression; empty when nothing is."""
    if len(pattern) > _LONGEST_PATTERN:
        return f"is longer than {_LONGEST_PATTERN} characters"
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            re.compile(pattern.encode())
    except (re.error, RecursionError, OverflowError) as error:
        return f"is not a regular expression: {_QUOTED.sub('...', str(error))}"
    return ""
