"""A bad rule file gives one clear line that names the file and the rule."""

from __future__ import annotations

import re
import tomllib

import pytest
from helpers.paths import ROOT
from helpers.rule_tables import HEAD, RULE

from keyscan.errors import RuleError
from keyscan.ruleset import loader


def test_a_good_rule_loads():
    """The rule from which the bad ones are made is good, and its fixed start is known."""
    (rule,) = loader.parse(tomllib.loads(HEAD + RULE), "acme.toml")
    assert rule.prefix == "acme_"
    assert rule.source == "acme.toml"


FILES = {
    "not TOML": ("provider = ", "not valid TOML"),
    "bad category": ('provider = "A"\ncategory = "misc"\n' + RULE, "category is 'misc', not one of"),
    "no rules": (HEAD, "no [[rules]] in it"),
    "rules is no array": (HEAD + "rules = 1\n", "rules must be an array of tables"),
    "unknown field of the file": (HEAD + "colour = 1\n" + RULE, "unknown field colour"),
}


@pytest.mark.parametrize("kind", FILES)
def test_a_bad_file_is_one_clear_line(kind, tmp_path):
    """What is wrong with the file as a whole names the file."""
    text, expected = FILES[kind]
    file = tmp_path / "acme.toml"
    file.write_text(text)
    with pytest.raises(RuleError) as raised:
        loader.load([file])
    assert str(raised.value).startswith(f"{file}:")
    assert "\n" not in str(raised.value)
    assert expected in str(raised.value)


def test_the_same_id_in_two_files(tmp_path):
    """An id that another file has taken is an error that names both."""
    for name in ("a.toml", "b.toml"):
        (tmp_path / name).write_text(HEAD + RULE)
    with pytest.raises(RuleError) as raised:
        loader.load([tmp_path])
    assert f"{tmp_path / 'b.toml'}: rule acme-key: the id is taken by {tmp_path / 'a.toml'}" in str(raised.value)


def test_missing_and_empty_places(tmp_path):
    """A path that is not there and a directory without rule files are errors."""
    with pytest.raises(RuleError, match="no such rule file"):
        loader.load([tmp_path / "gone.toml"])
    with pytest.raises(RuleError, match=r"no \.toml rule file"):
        loader.load([tmp_path])


def test_a_file_that_is_not_text(tmp_path):
    """Bytes that are not UTF-8 are an error of the rule file, not a crash."""
    (tmp_path / "a.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(RuleError, match="not valid TOML"):
        loader.load([tmp_path])


def test_check_lists_every_bad_rule(run, tmp_path):
    """`rules check` goes on after a bad file, and proves what it can."""
    (tmp_path / "a.toml").write_text(HEAD + RULE.replace("= 25", "= 24"))
    (tmp_path / "b.toml").write_text(HEAD + RULE.replace("acme-key", "b-key") + 'negatives = ["acme_{lowernum:20}"]\n')
    (tmp_path / "c.toml").write_text(HEAD + RULE.replace("acme-key", "c-key") + 'checks = ["crc99"]\n')
    (tmp_path / "d.toml").write_text(HEAD + RULE.replace("acme-key", "d-key").replace("lowernum:20", "lowernum:19"))
    result = run("rules", "check", str(tmp_path))
    assert result.code == 2
    for part in (
        "a.toml:11:1: rule acme-key:",
        "b.toml:4:1: rule b-key: negative 1 hits",
        "c.toml:4:1: rule c-key: no check named",
        "d.toml:4:1: rule d-key: example 1 is missed",
    ):
        assert part in result.out


def test_all_faults_of_a_file_are_told_at_once(tmp_path):
    """Each faulty rule has its line, and a pattern without bound says what to write."""
    file = tmp_path / "own.toml"
    rules = [
        "id = 'a-key'\npattern = '(?P<secret>a_[a-z]+)'",
        "id = 'B'\npattern = '(?P<secret>b_[a-z]{9})'",
        "id = 'c'",
    ]
    file.write_text("".join(f"[[rules]]\n{rule}\n" for rule in rules), encoding="utf-8")
    with pytest.raises(RuleError) as caught:
        loader.load([file])
    lines = str(caught.value).splitlines()
    assert len(lines) == 3
    assert "rule a-key: pattern can match without bound: write bounds such as {1,200}" in lines[0]


FAULTS = """\
provider = "Acme"
categry = "custom"

[help]
opens = 7

[[rules]]
id = "Acme"
  pattern = 'acme_(?P<secret>[a-z{20}'
severity = "hihg"
max_length = "9"
colour = 1
min_entrpy = 3

  [rules.companion]
  name = "id"

[[rules]]
id = "b-key"
value = "a{2"
value_two = '''
id = 3
'''
keywords = [1]
"""


def test_all_faults_within_a_rule_have_their_places(tmp_path, run):
    """Every fault of every rule and of the file itself, in its order, with line and column, by every command."""
    file = tmp_path / "own.toml"
    file.write_text(FAULTS, encoding="utf-8")
    said = [
        (2, 1, "unknown field categry; did you mean category?"),
        (5, 1, "help: opens must be a string"),
        (8, 1, "rule Acme: id must be lower-case letters, digits and single hyphens"),
        (9, 30, "rule Acme: pattern does not compile: unterminated character set"),
        (10, 1, "rule Acme: severity is 'hihg', not one of info, low, medium, high, critical; did you mean high?"),
        (11, 1, "rule Acme: max_length must be a whole number"),
        (12, 1, "rule Acme: unknown field colour"),
        (13, 1, "rule Acme: unknown field min_entrpy; did you mean min_entropy?"),
        (15, 3, "rule Acme: companion: distance is missing"),
        (15, 3, "rule Acme: companion: pattern is missing"),
        (21, 1, "rule b-key: unknown field value_two; did you mean value?"),
        (24, 1, "rule b-key: keywords must be a list of non-empty strings"),
    ]
    expected = [f"{file}:{line}:{column}: {text}" for line, column, text in said]
    with pytest.raises(RuleError) as caught:
        loader.load([file])
    assert str(caught.value).splitlines() == expected
    result = run("scan", "--rules", str(file), cwd=tmp_path)
    assert result.code == 2
    assert result.err.splitlines() == [f"keyscan: {line}" for line in expected]
    checked = run("rules", "check", str(file))
    assert checked.out.splitlines()[:-1] == expected
    assert checked.out.endswith(f"checked no rules: {len(expected)} problems\n")


def test_an_id_breaks_no_line(tmp_path):
    """A control character in an id is shown as a space."""
    file = tmp_path / "own.toml"
    file.write_text('[[rules]]\nid = "a\\nb\\u001b[31m"\nvalue = "abcde{9}"\n', encoding="utf-8")
    with pytest.raises(RuleError) as caught:
        loader.load([file])
    assert str(caught.value).startswith(f"{file}:2:1: rule a b [31m: id must be")


def test_a_fault_in_the_syntax_has_its_place(tmp_path):
    """What is no TOML is said with line and column, once."""
    file = tmp_path / "own.toml"
    file.write_text("a = 1\nb = ?\n", encoding="utf-8")
    with pytest.raises(RuleError) as caught:
        loader.load([file])
    assert str(caught.value) == f"{file}:2:5: not valid TOML: Invalid value"


def test_hygiene_rules_are_complete_and_apart_from_those_with_a_pattern():
    """Each rule without a pattern says what it opens and what to do, and none is handed to the engine."""
    rules = loader.hygiene_rules()
    assert "env-tracked" in rules
    for rule in rules.values():
        assert (rule.category, rule.pattern, rule.provider) == ("hygiene", "", "keyscan")
        assert rule.help.opens, rule.id
        assert rule.help.steps, rule.id
    assert not set(rules) & {rule.id for rule in loader.load([loader.builtin_dir()])}


def test_every_hygiene_rule_is_one_that_the_code_reports():
    """No rule of the file is without code that names it, and none that code names is missing in the file."""
    text = "".join(file.read_text(encoding="utf-8") for file in sorted((ROOT / "keyscan" / "hygiene").glob("*.py")))
    named = set(re.findall(r'"((?:env|browser|agent)-[a-z-]+)"', text))
    assert named - {"env-secret-value"} == set(loader.hygiene_rules())  # that one never leaves the package
