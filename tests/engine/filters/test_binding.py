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


def match_of(value, rule="generic-quoted-secret"):
    """A match of a rule with the secret `value`; its offsets play no part."""
    return Match(RULES[rule], 0, 9, 5, 9, value, RULES[rule].severity, RULES[rule].precision, ())


@pytest.mark.parametrize(
    ("preceding", "lead", "name"),
    [
        ('{"admin_', 'pwd": "', "admin_pwd"),
        ("  smtp", 'Password = "', "smtpPassword"),
        ("if (", 'accessToken.equals("', "accessToken"),
        ('{"', 'key": "', ""),
        ("", 'key = "', "key"),
        ("tool ", '--api-key "', "api-key"),
        ("the ", "Api Key: ", "Api Key"),
        ("- ", "name: /app/DB_PASSWORD\n  value: ", "/app/DB_PASSWORD"),
        ("- ", "name: DB_PASSWORD\n  value: ", "DB_PASSWORD"),
        ("Acme ", "API key: ", "API key"),
        ("Cache ", "key: ", "Cache_key"),
        ("Using ", "Key=", "Key"),
        ("val jwt", 'Key: String = "', "jwtKey"),
        ("db", '-pass: "', "db-pass"),
        ("--db", "-pw ", "--db-pw"),
        ("tool -import", " -storepass ", "storepass"),
        ('{"env": "HOST=db1\\\\n', "API_KEY=", "API_KEY"),
        ('"a\\\\tsmtp_', "password: ", "smtp_password"),
        ("  ", '<app:apiKey xsi:type="xsd:string">', "apiKey"),
        ("  ", '<string name="api_key" translatable="false">', "api_key"),
        ("  ", '<password id="p1" encrypted="false">', "password"),
    ],
)
def test_the_whole_name_is_read_from_where_the_rule_began(preceding, lead, name):
    """The rule matches from the telling word on; quotes, dashes and calls are no part of the name."""
    assert binding.name_of(match_of(b"fK2q"), context_of(preceding, lead)) == name.encode()


@pytest.mark.parametrize(
    ("preceding", "lead", "name", "argument"),
    [
        ('check("', 'token", "', "token", True),
        ('os.Setenv("', 'token", "', "token", False),
        ('[("host", "db1"), ("', 'token", "', "token", False),
        ('cfg = ["', 'token", "', "token", False),
        ('check("', 'API_TOKEN", "', "API_TOKEN", False),
        ('cfg.emplace("', 'token", "', "token", False),
        ("", 'token = "', "token", False),
    ],
)
def test_an_argument_behind_a_word_is_told_from_a_setting_and_a_pair(preceding, lead, name, argument):
    """What a plain call is given behind a word is not that word's value; setters and pairs bind it."""
    assert binding.is_argument(match_of(b"word"), context_of(preceding, lead), name.encode()) is argument


@pytest.mark.parametrize(("value", "argument"), [(b"x7Kq2mPz9RtVw4Yb8Nc3", False), (b"Your password", True)])
def test_a_generated_default_of_a_setting_is_its_value(value, argument):
    """`settings.get("token", "value")` holds a default, unless it is a text to show."""
    context = context_of('settings.get("', 'token", "')
    assert binding.is_argument(match_of(value), context, b"token") is argument


@pytest.mark.parametrize(
    ("lead", "behind", "name"),
    [
        ('"value": "', '", "name": "API_TOKEN"', b"API_TOKEN"),
        ('value="', '" key="ClientSecret"', b"ClientSecret"),
        ('setValue("', '", forHTTPHeaderField: "X-Api-Key")', b"X-Api-Key"),
        ('"value": "', '"', b""),
    ],
)
def test_the_name_behind_a_value_is_read(lead, behind, name):
    """Of a value in front of its name, the name is the next string."""
    match = match_of(b"x7Kq2mPz9RtVw4Yb8Nc3", "generic-value-first-secret")
    text = lead.encode() + match.secret + behind.encode()
    assert binding.name_of(match, Context(lead.encode(), behind.encode(), lead=lead.encode(), near=text)) == name


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


@pytest.mark.parametrize(
    ("lead", "declared"),
    [
        ("secret CONSTANT VARCHAR2(64) := '", True),
        ('token : string ref = ref "', True),
        ('token = T.pack "', True),
        ("token PIC X(64) VALUE '", True),
        ('token, sha = None, "', False),
        ('token == "', False),
        ('token and not load("', False),
    ],
)
def test_a_type_between_name_and_value_leaves_them_together(lead, declared):
    """Types and one operator are part of a declaration; further arguments and comparisons are not."""
    assert binding.is_declared(context_of("", lead)) is declared


@pytest.mark.parametrize(
    ("preceding", "lead", "entry"),
    [
        ("db_", "password - ", True),
        ("- Acme", "Token :: ", True),
        ("- Fixed the ", "token - ", False),
        ("use ", "token ", False),
    ],
)
def test_an_entry_of_a_list_is_a_name_a_dash_and_a_value(preceding, lead, entry):
    """A line of one name, a dash and a value binds the value; a sentence with a dash does not."""
    assert binding.is_entry(context_of(preceding, lead)) is entry


def test_what_reads_a_setting_or_an_element_is_given_its_name():
    """The first argument of what reads the environment, and what stands between brackets behind a name."""
    read = (
        "os.getenv('",
        'os.Getenv("',
        'env("',
        'std::env::var("',
        'Environment.GetEnvironmentVariable("',
        'process.env["',
    )
    for lead in read:
        assert binding.is_read(context_of("", f"password = {lead}")), lead
    for lead in ('["', 'env("DB_PASSWORD", "', 'set_env("', 'convert("', 'config["password"] = "'):
        assert not binding.is_read(context_of("", f"password = {lead}")), lead
