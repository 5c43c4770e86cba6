"""A TOML table read field by field, each checked."""

from __future__ import annotations

import pytest

from keyscan.errors import RuleError
from keyscan.ruleset.fields import Fields, read_toml


def fields(**table) -> Fields:
    """A table of a file."""
    return Fields(table, "a.toml: rule x")


@pytest.mark.parametrize(
    ("read", "value", "message"),
    [
        (lambda one: one.text("k"), 1, "k must be a string"),
        (lambda one: one.texts("k"), "x", "k must be a list of strings"),
        (lambda one: one.texts("k"), [""], "k must be a list of non-empty strings"),
        (lambda one: one.whole("k", 1, 5), "3", "k must be a whole number"),
        (lambda one: one.whole("k", 1, 5), True, "k must be a whole number"),
        (lambda one: one.whole("k", 1, 5), 6, "k must be from 1 to 5"),
        (lambda one: one.number("k", 0, 8), 9, "k must be from 0 to 8"),
        (lambda one: one.flag("k"), "yes", "k must be true or false"),
        (lambda one: one.one_of("k", ["a", "b"]), "c", "k is 'c', not one of a, b"),
        (lambda one: one.table("k"), [], "k must be a table"),
        (lambda one: one.tables("k"), [1], r"k must be an array of tables: write \[\[k\]\]"),
    ],
)
def test_a_wrong_value_names_file_rule_and_field(read, value, message):
    """One line, with what is expected."""
    with pytest.raises(RuleError, match=f"^a.toml: rule x: {message}$"):
        read(fields(k=value))


def test_what_is_missing():
    """Empty where it may be, an error where it is required."""
    one = fields()
    assert (one.text("a"), one.texts("b"), one.number("c", 2, 3), one.flag("d"), one.table("e")) == (
        "",
        (),
        2,
        False,
        {},
    )
    assert one.one_of("f", ["x"], "x") == "x"
    for read in (lambda: one.text("a", required=True), lambda: one.whole("b", 1, 2), lambda: one.one_of("c", ["x"])):
        with pytest.raises(RuleError, match="is missing"):
            read()


def test_a_field_that_nobody_asked_for():
    """Named, with the near miss."""
    one = fields(severty="high")
    one.text("severity")
    with pytest.raises(RuleError, match=r"unknown field severty; did you mean severity\?"):
        one.done()
    assert fields(a=1).peek("a") == 1
    assert "a" in fields(a=1)


@pytest.mark.parametrize("data", [b"a = ", b"\xff", b"a = " + b"[" * 5000])
def test_a_file_that_is_no_toml(tmp_path, data):
    """Named with the position; a missing file too."""
    file = tmp_path / "a.toml"
    file.write_bytes(data)
    with pytest.raises(RuleError, match=r"a\.toml: not valid TOML"):
        read_toml(file)
    with pytest.raises(RuleError, match=r"gone\.toml: cannot be read"):
        read_toml(tmp_path / "gone.toml")
