"""keyscan's own files from a migration are TOML that says what was read."""

from __future__ import annotations

import tomllib

from hypothesis import given
from hypothesis import strategies as st

from keyscan.migrate import writer
from keyscan.migrate.result import AllowedFor, DisabledRule, ExcludedPath, ImportedRule, MigrationResult
from keyscan.suppressions.ignore import Ignore


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_any_text_comes_back(text):
    """A string written as TOML is read as itself."""
    assert tomllib.loads(f"a = {writer.text(text)}\nb = {writer.array([text] * 3)}") == {"a": text, "b": [text] * 3}


def test_configuration_and_rules():
    """Paths and rules are listed once, each ignore has its conditions and its place, rules keep their table."""
    table = {"id": "a", "regex": r"x\d'y", "keywords": ["x"], "entropy": 3.5}
    result = MigrationResult((
        ExcludedPath("dist/"),
        ExcludedPath("dist/"),
        DisabledRule("r"),
        AllowedFor(Ignore("p:3", values=("v",), reason="because", allow_unused=True), "", ("once\nsaid",)),
        ImportedRule(table, "p:4", ("rule",)),
        ImportedRule(table, "q:1"),
    ))  # fmt: skip
    configuration = writer.configuration(result, "rules.toml")
    assert tomllib.loads(configuration) == {
        "rules": ["rules.toml"], "exclude": ["dist/"], "disable": ["r"],
        "ignore": [{"values": ["v"], "reason": "because", "allow-unused": True}],
    }  # fmt: skip
    assert "# from p:3" in configuration
    assert "# once said\n[[ignore]]" in configuration
    rules = writer.rules(result)
    assert "# rule\n[[rules]]\n# from p:4" in rules
    assert tomllib.loads(rules) == {"rules": [table, {**table, "id": "a-2"}]}


def test_comments_of_single_values():
    """A list with a commented value has one value a line."""
    result = MigrationResult((ExcludedPath("a", ("why",)), ExcludedPath("b"), DisabledRule("r", ("how",))))
    text = writer.configuration(result, "rules.toml")
    assert '    # why\n    "a",\n    "b",\n' in text
    assert tomllib.loads(text) == {"exclude": ["a", "b"], "disable": ["r"]}
