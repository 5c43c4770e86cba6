"""Git's own answer on which ignore rule decides."""

from __future__ import annotations

from keyscan.git.command import Git
from keyscan.git.ignore_rules import deciding_rules


def test_rule_for_paths_that_do_not_exist_yet(repo):
    """The deciding rule is told by file, line and pattern; negated rules too, and odd names."""
    repo.write(".gitignore", "*.log\n.env\n!keep.log\n")
    rules = deciding_rules(Git(repo.path), [".env", "a/b.log", "keep.log", ":odd.log", "none"])
    assert rules[".env"].text == ".gitignore:2 (.env)"
    assert rules["keep.log"].negated
    assert rules[":odd.log"].shared
    assert "none" not in rules
    assert deciding_rules(Git(repo.path), []) == {}


def test_rule_of_this_machine_is_not_shared(repo):
    """A rule in .git/info/exclude is not the repository's."""
    repo.write(".git/info/exclude", ".env\n")
    assert not deciding_rules(Git(repo.path), [".env"])[".env"].shared
