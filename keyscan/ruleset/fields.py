"""A TOML table read field by field, each checked; what nobody asked for is an unknown field."""

from __future__ import annotations

import stat
import tomllib
from typing import TYPE_CHECKING, Any, NoReturn

from keyscan.errors import RuleError
from keyscan.support.suggestions import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path


# Bytes of one rule file: all built-in ones together have a quarter of it.
_LARGEST = 4 << 20


def read_toml(file: Path) -> dict[str, Any]:
    """The parsed TOML of `file`, a regular one; RuleError names the file and the position."""
    try:
        found = file.stat()
        if not stat.S_ISREG(found.st_mode):
            raise RuleError(f"{file}: not a regular file")
        if found.st_size > _LARGEST:
            raise RuleError(f"{file}: larger than {_LARGEST >> 20} MB, which no rule file is")
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise RuleError(f"{file}: cannot be read: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise RuleError(f"{file}: not valid TOML: {error}") from error


class Fields:
    """A table read field by field; what was never asked for is an unknown field."""

    def __init__(self, table: dict[str, Any], where: str) -> None:
        self._table, self.where, self._known = table, where, set[str]()

    def fail(self, message: str) -> NoReturn:
        """Raise RuleError, naming the file and the rule."""
        raise RuleError(f"{self.where}: {message}")

    def peek(self, key: str) -> Any:
        """The raw value of `key`, without counting it as read."""
        return self._table.get(key)

    def _get(self, key: str, kind: type | tuple[type, ...], what: str) -> Any:
        self._known.add(key)
        value = self._table.get(key)
        if value is not None and (not isinstance(value, kind) or isinstance(value, bool) is not (kind is bool)):
            self.fail(f"{key} must be {what}")
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
            self.fail(f"{key} is missing")
        return value or ""

    def texts(self, key: str) -> tuple[str, ...]:
        """A list of non-empty strings; empty when absent."""
        values = self._get(key, list, "a list of strings") or []
        if not all(isinstance(value, str) and value for value in values):
            self.fail(f"{key} must be a list of non-empty strings")
        return tuple(values)

    def whole(self, key: str, low: int, high: int) -> int:
        """A required whole number from `low` to `high`."""
        value = self._get(key, int, "a whole number")
        if value is None:
            self.fail(f"{key} is missing")
        if not low <= value <= high:
            self.fail(f"{key} must be from {low} to {high}")
        return int(value)

    def number(self, key: str, low: float, high: float) -> float:
        """A number from `low` to `high`; `low` when absent."""
        value = self._get(key, (int, float), "a number")
        if value is None:
            return low
        if not low <= value <= high:
            self.fail(f"{key} must be from {low} to {high}")
        return float(value)

    def flag(self, key: str) -> bool:
        """A boolean; false when absent."""
        return bool(self._get(key, bool, "true or false"))

    def one_of(self, key: str, allowed: Iterable[str], default: str | None = None) -> str:
        """One of `allowed`; `default` when absent, required when that is None."""
        value = self.text(key, required=default is None) or default or ""
        choices = list(allowed)
        if value and value not in choices:
            self.fail(f"{key} is {value!r}, not one of {', '.join(choices)}")
        return value

    def table(self, key: str) -> dict[str, Any]:
        """A table; empty when absent."""
        return self._get(key, dict, "a table") or {}

    def tables(self, key: str) -> list[dict[str, Any]]:
        """An array of tables; empty when absent."""
        values = self._get(key, list, "an array of tables") or []
        if not all(isinstance(value, dict) for value in values):
            self.fail(f"{key} must be an array of tables: write [[{key}]]")
        return list(values)

    def done(self) -> None:
        """Raise RuleError if a field is left that nobody asked for."""
        for key in self._table:
            if key not in self._known:
                self.fail(f"unknown field {key}{did_you_mean(key, self._known)}")
