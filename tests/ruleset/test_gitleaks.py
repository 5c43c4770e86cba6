"""Rules and allowlists of gitleaks, loaded directly."""

from __future__ import annotations

import json

import pytest
from helpers.tokens import token

from keyscan.engine.matcher import Matcher
from keyscan.engine.prefilter.keywords import KeywordPrefilter
from keyscan.errors import RuleError
from keyscan.ruleset import gitleaks

ACME = token("acme_{lowernum:24}")
HEX = token("{hex:32}")
INI = token("ini_{lower:20}")
CONFIG = r"""
title = "team"
[extend]
useDefault = true

[[rules]]
id = "Acme_Token"
description = "Acme token"
regex = '''(?i)\b(acme_[a-z0-9]{24})(?:['"\s;]|\\n|$)'''
entropy = 3
keywords = ["acme_"]

[[rules.allowlists]]
description = "samples"
regexes = ['''acme_sample''']
paths = ['''(^|/)docs/''']

[[rules]]
id = "corp-hex"
regex = '''[a-f0-9]{32}'''
keywords = ["corpkey"]

[[rules]]
id = "only-in-ini"
regex = '''ini_[a-z]{20}'''
path = '''\.ini$'''

[allowlist]
paths = ['''^vendor/''']
stopwords = ["fixture"]
"""


def test_rules_of_gitleaks_load_directly(repo, run):
    """`--rules` takes a gitleaks file: rules, entropy, keywords, paths and allowlists count."""
    repo.write("team.toml", CONFIG)
    repo.write("a.py", f"t = '{ACME}'\n")
    repo.write("b.py", f"corpkey = '{HEX}'\nother = '{token('{hex:32}', 'o')}'\n")
    repo.write("c.ini", f"x = {INI}\n")
    repo.write("c.py", f"x = '{INI}'\n")
    repo.write("docs/d.py", f"t = '{ACME}'\n")
    repo.write("vendor/e.py", f"t = '{ACME}'\n")
    repo.write("f.py", "t = 'acme_aaaaaaaaaaaaaaaaaaaaaaaa'\n")
    names = ["a.py", "b.py", "c.ini", "c.py", "docs", "vendor", "f.py"]
    result = run("scan", "-f", "json", "--rules", "team.toml", *names, cwd=repo.path)
    found = [(finding["path"], finding["rule"]) for finding in json.loads(result.out)["findings"]]
    assert found == [("a.py", "acme-token"), ("b.py", "corp-hex"), ("c.ini", "only-in-ini")]
    assert "remove it" not in run("scan", "--rules", "team.toml", cwd=repo.path).out


def test_a_rule_that_cannot_be_said_is_an_error(repo, run):
    """One line that names the rule, and exit code 2: nothing is left out in silence."""
    repo.write("team.toml", "[[rules]]\nid = 'x'\nregex = '''(a+)+(b+)+(c+)+(d+)+\\1'''\n")
    result = run("scan", "--rules", "team.toml", cwd=repo.path)
    assert result.code == 2
    assert "rule x" in result.err
    assert result.err.count("\n") == 1


def test_extended_files_come_along(repo, run):
    """extend.path counts from the file; a file that extends itself is an error."""
    repo.write("base.toml", CONFIG)
    repo.write("team.toml", "[extend]\npath = 'base.toml'\n[[rules]]\nid = 'y'\nregex = '''yy_[a-z]{20}'''\n")
    repo.write("a.py", f"t = '{ACME}'\n")
    assert run("scan", "--rules", "team.toml", "a.py", cwd=repo.path).code == 1
    repo.write("loop.toml", "[extend]\npath = 'loop.toml'\n[[rules]]\nid = 'y'\nregex = '''yy_[a-z]{20}'''\n")
    assert run("scan", "--rules", "loop.toml", "a.py", cwd=repo.path).code == 2


def test_both_engines_find_what_a_translated_rule_finds():
    """The first pass by keywords reaches every match of the translated rules."""
    import tomllib

    rules = gitleaks.parse(tomllib.loads(CONFIG), "team.toml")
    text = f"t='{ACME}' corpkey = {HEX}; x={INI}".encode()
    assert {match.rule.id for match in Matcher(rules, KeywordPrefilter(rules)).scan(text).matches} == {
        rule.id for rule in rules
    }
    with pytest.raises(RuleError):
        gitleaks.parse({"rules": [{"id": "x", "regex": "[a-z]{10}"}]}, "f")
