"""A TOML table read field by field, each checked; what nobody asked for is an unknown field."""

from __future__ import annotations

import re
import stat
import tomllib
from typing import TYPE_CHECKING, Any, NamedTuple, NoReturn, TypeVar

from keyscan.errors import RuleError
from keyscan.support import toml_lines
from keyscan.support.suggestions import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from pathlib import Path

T = TypeVar("T")


# Bytes of one rule file: all built-in ones together have a quarter of it.
_LARGEST = 4 << 20


def read_toml(file: Path) -> dict[str, Any]:
    """The parsed TOML of `file`, a regular one; RuleError names the file and the position."""
    try:
        status = file.stat()
        if not stat.S_ISREG(status.st_mode):
            raise RuleError(f"{file}: not a regular file")
        if status.st_size > _LARGEST:
            raise RuleError(f"{file}: larger than {_LARGEST >> 20} MB, which no rule file is")
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise RuleError(f"{file}: cannot be read: {error.strerror}") from error
    except tomllib.TOMLDecodeError as error:
        what, _, where = str(error).partition(" (at line ")
        place = ":".join(re.findall(r"\d+", where))
        raise RuleError(f"{file}:{f'{place}:' if place else ''} not valid TOML: {what}") from error
    except (UnicodeDecodeError, RecursionError) as error:
        raise RuleError(f"{file}: not valid TOML: {error}") from error


class Fault(NamedTuple):
    """What is wrong at the key `path`: with the rule or table `label`; `within`: characters into its text, -1: none."""

    path: toml_lines.Path
    label: str
    message: str
    within: int = -1


class NotedFault(RuleError):  # noqa: N818 - says that the error is noted
    """A fault that is noted already; the rest of the table is read all the same."""


class Faults:
    """All faults of one rule file; `source` names it."""

    def __init__(self, source: str) -> None:
        self.source, self.faults = source, list[Fault]()

    def lines(self, text: str) -> list[str]:
        """One line for each fault, in the order of the file, with its place in the file's `text` ("": not known)."""
        places = toml_lines.positions(text) if text else {}
        messages = []
        for fault in self.faults:
            line, column = place_in(text, places, fault)
            place = f"{self.source}:{line}:{column}" if text else self.source
            said = ": ".join(filter(None, (place, fault.label, fault.message)))
            # One line each, whatever an id is made of.
            messages.append((line, column, "".join(char if char.isprintable() else " " for char in said)))
        return [said for _, _, said in sorted(messages)]


def place_in(text: str, places: Mapping[toml_lines.Path, tuple[int, int]], fault: Fault) -> tuple[int, int]:
    """Line and column of a fault: of its key, or of the place in the key's text if that is on the same line."""
    path = fault.path
    while path and path not in places:
        path = path[:-1]
    line, column = places.get(path, (1, 1))
    if fault.within >= 0 and path == fault.path:
        written = text.splitlines()[line - 1]
        opening = re.match(r"[^=]*=\s*('(?!'')|\"(?!\"\"))", written)
        if opening and (opening[1] == "'" or "\\" not in written[: opening.end() + fault.within]):
            return line, opening.end() + fault.within + 1
    return line, column


class Fields:
    """A table read field by field; what was never asked for is an unknown field.

    With `faults` what is wrong is noted there, and the field's default taken; else it is raised as RuleError.
    """

    def __init__(
        self, table: dict[str, Any], where: str, faults: Faults | None = None, at: toml_lines.Path = ()
    ) -> None:
        self._table, self.where, self._known = table, where, set[str]()
        self._faults, self._at = faults, at

    def below(self, key: str) -> Fields:
        """The table at `key`, empty when absent, read in turn."""
        return Fields(self.table(key), f"{self.where}: {key}", self._faults, (*self._at, key))

    def fault(self, message: str, key: str = "", within: int = -1) -> None:
        """Note what is wrong at `key`, or raise it."""
        if self._faults is None:
            raise RuleError(f"{self.where}: {message}")
        label = self.where.removeprefix(self._faults.source).removeprefix(": ")
        path = (*self._at, key) if key else self._at
        self._faults.faults.append(Fault(path, label, message, within))

    def fail(self, message: str, key: str = "", within: int = -1) -> NoReturn:
        """Raise RuleError, naming the file and the rule; NotedFault where the fault is noted."""
        self.fault(message, key, within)
        raise NotedFault(message)

    def attempt(self, read: Callable[[], T], otherwise: T) -> T:
        """What `read` gives; `otherwise` where it failed and that is noted."""
        try:
            return read()
        except NotedFault:
            return otherwise

    def peek(self, key: str) -> Any:
        """The raw value of `key`, without counting it as read."""
        return self._table.get(key)

    def _get(self, key: str, kind: type | tuple[type, ...], what: str) -> Any:
        self._known.add(key)
        value = self._table.get(key)
        if value is not None and (not isinstance(value, kind) or isinstance(value, bool) is not (kind is bool)):
            self.fault(f"{key} must be {what}", key)
            return None
        return value

    def __contains__(self, key: str) -> bool:
        return key in self._table

    def raw(self, key: str, kind: type | tuple[type, ...], what: str) -> Any:
        """The value of `key`, which must be of this type; None when absent."""
        return self._get(key, kind, what)

    def text(self, key: str, *, required: bool = False) -> str:
        """A string; empty when absent."""
        value = self._get(key, str, "a string")
        if required and not value:
            self.fault(f"{key} is missing")
        return value or ""

    def texts(self, key: str) -> tuple[str, ...]:
        """A list of non-empty strings; empty when absent."""
        values = self._get(key, list, "a list of strings") or []
        if not all(isinstance(value, str) and value for value in values):
            self.fault(f"{key} must be a list of non-empty strings", key)
            return ()
        return tuple(values)

    def whole(self, key: str, low: int, high: int) -> int:
        """A required whole number from `low` to `high`."""
        value = self._get(key, int, "a whole number")
        if value is None:
            if key not in self._table:
                self.fault(f"{key} is missing")
            return low
        if not low <= value <= high:
            self.fault(f"{key} must be from {low} to {high}", key)
            return low
        return int(value)

    def number(self, key: str, low: float, high: float) -> float:
        """A number from `low` to `high`; `low` when absent."""
        value = self._get(key, (int, float), "a number")
        if value is None:
            return low
        if not low <= value <= high:
            self.fault(f"{key} must be from {low} to {high}", key)
            return low
        return float(value)

    def flag(self, key: str) -> bool:
        """A boolean; false when absent."""
        return bool(self._get(key, bool, "true or false"))

    def one_of(self, key: str, allowed: Iterable[str], default: str | None = None) -> str:
        """One of `allowed`; `default` when absent, required when that is None."""
        value = self.text(key, required=default is None) or default or ""
        choices = list(allowed)
        if value and value not in choices:
            hint = did_you_mean(value, choices)
            self.fault(f"{key} is {value!r}, not one of {', '.join(choices)}{hint}", key)
            value = default or ""
        return value or (choices[0] if default is None else "")

    def table(self, key: str) -> dict[str, Any]:
        """A table; empty when absent."""
        return self._get(key, dict, "a table") or {}

    def tables(self, key: str) -> list[dict[str, Any]]:
        """An array of tables; empty when absent."""
        values = self._get(key, list, "an array of tables") or []
        if not all(isinstance(value, dict) for value in values):
            self.fault(f"{key} must be an array of tables: write [[{key}]]", key)
            return []
        return list(values)

    def done(self) -> None:
        """A fault for each field that nobody asked for."""
        for key in self._table:
            if key not in self._known:
                self.fault(f"unknown field {key}{did_you_mean(key, sorted(self._known))}", key)
