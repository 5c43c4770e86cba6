"""How the text in front of a value binds it to a name."""

from __future__ import annotations

import pytest

from keyscan.engine.filters import binding
from keyscan.engine.filters.context import Context
from keyscan.model.match import Match
from keyscan.ruleset.cache import load_rules

RULES = {rule.id: rule for rule in load_rules()}


def context_of(preceding, lead):
    """The context of a value behind `lead`, which a rule matched, and `preceding`, which it did not."""
    return Context((preceding + lead).encode(), b"", lead=lead.encode(), preceding=preceding.encode())


@pytest.mark.parametrize(
    ("preceding", "lead", "name"),
    [
        ('{"admin_', 'pwd": "', "admin_pwd"),
        ("  smtp", 'Password = "', "smtpPassword"),
        ("if (", 'accessToken.equals("', "accessToken"),
        ('{"', 'key": "', ""),
        ("", 'key = "', "key"),
        ("tool ", '--api-key "', "api-key"),
        ("- ", "name: DB_PASSWORD\n  value: ", "DB_PASSWORD"),
        ("Acme ", "API key: ", "API key"),
        ("Cache ", "key: ", "Cache_key"),
        ("Using ", "Key=", "Key"),
    ],
)
def test_the_whole_name_is_read_from_where_the_rule_began(preceding, lead, name):
    """The rule matches from the telling word on; quotes, dashes and calls are no part of the name."""
    rule = RULES["generic-quoted-secret"]
    match = Match(rule, 0, 9, 5, 9, b"fK2q", rule.severity, rule.precision, ())
    assert binding.name_of(match, context_of(preceding, lead)) == name.encode()


@pytest.mark.parametrize(
    ("preceding", "lead", "name", "argument"),
    [
        ('check("', 'token", "', "token", True),
        ('os.Setenv("', 'token", "', "token", False),
        ('[("host", "db1"), ("', 'token", "', "token", False),
        ('cfg = ["', 'token", "', "token", False),
        ('check("', 'API_TOKEN", "', "API_TOKEN", False),
        ("", 'token = "', "token", False),
    ],
)
def test_an_argument_behind_a_word_is_told_from_a_setting_and_a_pair(preceding, lead, name, argument):
    """What a plain call is given behind a word is not that word's value; setters and pairs bind it."""
    assert binding.is_argument(context_of(preceding, lead), name.encode()) is argument


@pytest.mark.parametrize(
    ("lead", "compared"),
    [('password == "', True), ("token !== '", True), ('apiKey.equals("', True), ('password = "', False)],
)
def test_a_comparison_is_told_from_a_setting(lead, compared):
    """Operators and methods that compare."""
    assert binding.is_compared(context_of("", lead)) is compared


@pytest.mark.parametrize(
    ("lead", "another"),
    [
        ('api_token = T.pack "', False),
        ('password = "bob", "', False),
        ('token = self.other = "', False),
        ("secret = prod ? env.K : '", False),
        ("token) VALUES ('bob', '", False),
        ('token") or fallback("', False),
        ('token = None, model = "', True),
        ('token": null, "sha": "', True),
        ("token) load('", True),
        ('setPassword("', True),
        ("token; x = y('", True),
        ('token of user_id "', True),
        ('secrets get "', True),
    ],
)
def test_a_value_further_off_is_another_names_or_not(lead, another):
    """Brackets that end, another bound name and words for ids and paths part a value from a name on its line."""
    assert binding.is_anothers(context_of("", lead)) is another
