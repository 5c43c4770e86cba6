"""One [[ignore]] table to an ignore, every condition checked where it is written."""

from __future__ import annotations

import datetime as dt

import pytest
from helpers.tokens import token

from keyscan.errors import ConfigError
from keyscan.model.rule import Severity
from keyscan.suppressions import schema


class Where:
    """A file whose keys are placed by their names."""

    def place(self, *path) -> str:
        """File and key."""
        return ":".join(map(str, (".keyscan.toml", *path)))

    def fail(self, message: str, *path) -> ConfigError:
        """The error at a key."""
        return ConfigError(f"{self.place(*path)}: {message}")


def made(**table):
    """The ignore of a table; underscores stand for hyphens."""
    return schema.ignore({key.replace("_", "-"): value for key, value in table.items()}, 0, Where())


def test_singular_and_plural_add_up():
    """A text, a list, and both spellings of a condition."""
    entry = made(path="a/", paths=["b/", "c"], rule="x", reason="  a  sample\n", severity="LOW")
    assert (entry.paths, entry.rules) == (("a/", "b/", "c"), ("x",))
    assert (entry.reason, entry.severity, entry.place) == ("a sample", Severity.LOW, ".keyscan.toml:ignore:0")


@pytest.mark.parametrize("value", ["2026-12-31", dt.date(2026, 12, 31), dt.datetime(2026, 12, 31, 9)])  # noqa: DTZ001
def test_dates_as_text_and_as_toml_has_them(value):
    """Both mean the day."""
    assert made(path="a", expires=value).expires == "2026-12-31"


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ({"pth": "a"}, "unknown key pth; did you mean path"),
        ({"path": 1}, "path must be a string or a list of non-empty strings"),
        ({"path": []}, "path must be a string or a list of non-empty strings"),
        ({"path": [""]}, "path must be a string or a list of non-empty strings"),
        ({}, "an ignore without a condition would ignore everything"),
        ({"reason": "why"}, "an ignore without a condition would ignore everything"),
        ({"path": "a", "severity": "huge"}, "severity must be one of info, low"),
        ({"path": "a", "reason": 1}, "reason must be a string"),
        ({"path": "a", "expires": "soon"}, "expires must be a date, 2026-12-31"),
        ({"path": "a", "expires": 7}, "expires must be a date, 2026-12-31"),
        ({"path": "a", "allow_unused": "yes"}, "allow-unused must be true or false"),
        ({"value": "("}, "value: '\\(' is not a regular expression"),
        ({"line": "x" * 2001}, "is longer than 2000 characters"),
        ({"fingerprint": "not-one"}, "'not-one' is not a fingerprint"),
    ],
)
def test_a_wrong_condition_names_its_key(table, message):
    """One line with the place."""
    with pytest.raises(ConfigError, match=rf"^\.keyscan\.toml:ignore:0.*{message}"):
        made(**table)


def test_a_pattern_that_is_fine():
    """Nothing is said of it; the recursion of a hostile one is an answer too."""
    assert schema.pattern_problem("a+b") == ""
    assert schema.pattern_problem("(" * 1900 + ")" * 100).startswith("is not a regular expression")


@pytest.mark.parametrize("pattern", ["({}", "[{}", "(?P<{}", "(?P={})", "{}\\", "(?<={}+)"])
@pytest.mark.parametrize("key", ["value", "values", "line"])
def test_an_error_shows_no_value(key, pattern):
    """What stands there may be a secret that no rule knows without its name."""
    secret = token("{alnum:30}", "value")
    with pytest.raises(ConfigError, match="is not a regular expression") as error:
        made(**{key: pattern.format(secret)})
    assert secret[:10] not in str(error.value)
