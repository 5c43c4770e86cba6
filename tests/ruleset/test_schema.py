"""A [[rules]] table to a Rule: each wrong field gives one clear line that names the file and the rule."""

from __future__ import annotations

import tomllib

import pytest
from helpers.rule_tables import HEAD, RULE

from keyscan.errors import RuleError
from keyscan.model.rule import Severity
from keyscan.ruleset import loader


def changed(old, new):
    """The good rule with one thing changed."""
    assert old in RULE
    return RULE.replace(old, new)


BAD = {
    "unknown field": (changed("severity", "severty"), "unknown field severty; did you mean severity?"),
    "a field too many": (RULE + "colour = 1\n", "rule acme-key: unknown field colour"),
    "near miss is suggested": (RULE + "keyword = []\n", "rule acme-key: unknown field keyword; did you mean keywords?"),
    "no id": (changed('id = "acme-key"', ""), "rule number 1: id is missing"),
    "bad id": (changed('"acme-key"', '"Acme_Key"'), "rule Acme_Key: id must be lower-case letters, digits"),
    "bad severity": (
        changed('severity = "high"', 'severity = "huge"'),
        "rule acme-key: severity is 'huge'",
    ),
    "bad precision": (changed('precision = "high"', 'precision = "sure"'), "rule acme-key: precision is 'sure'"),
    "max_length too large": (changed("= 25", "= 99999999"), "rule acme-key: max_length must be from 1 to"),
    "max_length is text": (changed("= 25", '= "25"'), "rule acme-key: max_length must be a whole number"),
    "longer than max_length": (changed("= 25", "= 24"), "rule acme-key: value can match 25 bytes, more than its"),
    "without bound": (changed("{20}'", "+'"), "rule acme-key: value can match without bound"),
    "no pattern": (changed("value = 'acme_[a-z0-9]{20}'", ""), "rule acme-key: give either pattern"),
    "both": (RULE + "pattern = '(?P<secret>x)'\n", "rule acme-key: give either pattern"),
    "does not compile": (changed("{20}'", "{20'").replace("[a-z0-9]", "(["), "rule acme-key: value does not compile"),
    "no group": (changed("value = 'acme", "pattern = 'acme"), "rule acme-key: pattern has no group named secret"),
    "matches nothing": (
        changed("value = 'acme_[a-z0-9]{20}'", "pattern = '(?P<secret>x{0,9})'"),
        "rule acme-key: pattern matches the empty string",
    ),
    "empty keyword": (changed('["acme_"]', '[""]'), "rule acme-key: keywords must be a list of non-empty strings"),
    "bad filters": (RULE + 'filters = "all"\n', "rule acme-key: filters is 'all', not one of"),
    "entropy out of range": (RULE + "min_entropy = 9\n", "rule acme-key: min_entropy must be from"),
    "public is a word": (RULE + 'public = "yes"\n', "rule acme-key: public must be true or false"),
    "help with a stranger": (RULE + '[rules.help]\nurl = "x"\n', "rule acme-key: help: unknown field url"),
    "companion without distance": (
        RULE + "[rules.companion]\nname = 'id'\npattern = '(?P<secret>x)'\n",
        "rule acme-key: companion: distance is missing",
    ),
    "companion without group": (
        RULE + "[rules.companion]\nname = 'id'\ndistance = 9\npattern = 'x'\n",
        "rule acme-key: companion: pattern has no group named secret",
    ),
    "twice": (RULE + RULE, "rule acme-key: the id is used twice in this file"),
}


@pytest.mark.parametrize("kind", BAD)
def test_a_bad_rule_is_one_clear_line(kind, tmp_path):
    """The error names the file, the rule and what is wrong, on one line."""
    text, expected = BAD[kind]
    file = tmp_path / "acme.toml"
    file.write_text(HEAD + text)
    with pytest.raises(RuleError) as raised:
        loader.load([file])
    message = str(raised.value)
    assert message.startswith(f"{file}:")
    assert expected in message
    assert "\n" not in message


def test_a_rule_of_ones_own_needs_an_id_and_a_pattern(tmp_path):
    """Name, severity, longest match and keywords are found; neither provider nor template is needed."""
    file = tmp_path / "own.toml"
    file.write_text("[[rules]]\nid = 'acme-key'\npattern = '(?P<secret>acme_[a-z]{20})'\n", encoding="utf-8")
    (rule,) = loader.load([file])
    assert (rule.name, rule.severity, rule.max_length, rule.keywords) == ("acme-key", Severity.MEDIUM, 25, ("acme_",))


def test_keywords_that_no_match_need_hold_are_replaced(tmp_path):
    """A keyword that the expression does not demand would hide matches in small files."""
    file = tmp_path / "own.toml"
    text = "[[rules]]\nid = 'acme-key'\npattern = '(?P<secret>acme_[a-z]{20})'\nkeywords = ['acme_key']\n"
    file.write_text(text, encoding="utf-8")
    assert loader.load([file])[0].keywords == ("acme_",)


def test_only_keyscans_own_file_has_rules_without_a_pattern(tmp_path):
    """A rule file of a user cannot declare findings that no pattern makes."""
    file = tmp_path / "acme.toml"
    file.write_text('category = "hygiene"\n[[rules]]\nid = "env-x"\nname = "X"\nseverity = "low"\n', encoding="utf-8")
    with pytest.raises(
        RuleError, match=r"acme\.toml:2:1: rule env-x: the category hygiene is for findings of keyscan's"
    ):
        loader.load([file])


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("", "severity is missing"),
        ('severity = "huge"', "severity is 'huge', not one of"),
        ('severity = "low"\npattern = "x"', "unknown field pattern"),
    ],
)
def test_a_rule_without_a_pattern_is_checked_too(line, message):
    """Severity and name are required, and nothing but help may stand beside them."""
    document = tomllib.loads(f'category = "hygiene"\n[[rules]]\nid = "env-x"\nname = "X"\n{line}\n')
    with pytest.raises(RuleError, match=f"rules/hygiene.toml: rule env-x: {message}"):
        loader.parse(document, "rules/hygiene.toml")
