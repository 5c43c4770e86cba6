"""A bad rule file gives one clear line that names the file and the rule."""

from __future__ import annotations

import tomllib

import pytest

from keyscan.errors import RuleError
from keyscan.model.rule import Severity
from keyscan.ruleset import loader, patterns
from keyscan.ruleset.regex_syntax import parse_tree

HEAD = 'provider = "Acme"\ncategory = "custom"\n'
RULE = """
[[rules]]
id = "acme-key"
name = "Acme key"
value = 'acme_[a-z0-9]{20}'
keywords = ["acme_"]
severity = "high"
precision = "high"
max_length = 25
template = "acme_{lowernum:20}"
"""


def changed(old, new):
    """The good rule with one thing changed."""
    assert old in RULE
    return RULE.replace(old, new)


def test_a_good_rule_loads():
    """The rule from which the bad ones are made is good, and its fixed start is known."""
    (rule,) = loader.parse(tomllib.loads(HEAD + RULE), "acme.toml")
    assert rule.prefix == "acme_"
    assert rule.source == "acme.toml"


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
    "longer than max_length": (changed("= 25", "= 24"), "rule acme-key: pattern can match 25 bytes, more than its"),
    "without bound": (changed("{20}'", "+'"), "rule acme-key: pattern can match without bound"),
    "no pattern": (changed("value = 'acme_[a-z0-9]{20}'", ""), "rule acme-key: give either pattern"),
    "both": (RULE + "pattern = '(?P<secret>x)'\n", "rule acme-key: give either pattern"),
    "does not compile": (changed("{20}'", "{20'").replace("[a-z0-9]", "(["), "rule acme-key: pattern does not compile"),
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
        "rule acme-key: distance is missing",
    ),
    "companion without group": (
        RULE + "[rules.companion]\nname = 'id'\ndistance = 9\npattern = 'x'\n",
        "rule acme-key: pattern has no group named secret",
    ),
    "twice": (RULE + RULE, "rule acme-key: the id stands twice in this file"),
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
    assert message.startswith(f"{file}: ")
    assert expected in message.replace(": companion", "")
    assert "\n" not in message


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
    assert str(raised.value).startswith(f"{file}: ")
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
    (tmp_path / "a.toml").write_text(HEAD + changed("= 25", "= 24"))
    (tmp_path / "b.toml").write_text(HEAD + RULE.replace("acme-key", "b-key") + 'negatives = ["acme_{lowernum:20}"]\n')
    (tmp_path / "c.toml").write_text(HEAD + RULE.replace("acme-key", "c-key") + 'checks = ["crc99"]\n')
    (tmp_path / "d.toml").write_text(HEAD + RULE.replace("acme-key", "d-key").replace("lowernum:20", "lowernum:19"))
    result = run("rules", "check", str(tmp_path))
    assert result.code == 2
    for part in ("a.toml: rule acme-key:", "b.toml: rule b-key: negative 1 hits", "c.toml: rule c-key: no check named"):
        assert part in result.out
    assert "d.toml: rule d-key: example 1 is missed" in result.out


NAMED = patterns.named(("mistral", "exa api"), "[a-z0-9]{12}")


def names(text):
    """The secret that the names above lead to."""
    import regex

    found = regex.search(NAMED, text)
    return found and found.group("secret")


@pytest.mark.parametrize(
    "text",
    [
        "mistral_model_sha256 = VALUE",
        "mistral_project_id = VALUE",
        "mistralProjectId: VALUE",
        "minstrel_api_key = VALUE",
        "mistral unrelated words VALUE",
        "MISTRAL_API_KEY=\nOTHER_KEY=VALUE",
        "mistral: {model: 'x', flavour: VALUE}",
        "https://host/mistral/VALUE",
        "example api VALUE",
        "hexa_api_key = VALUE",
        "mistral_api_key = \\VALUE",
        "mistral_api_key = VALUE0",
        "mistral_api_key = VALUE-x",
    ],
)
def test_what_is_no_name_of_a_key(text):
    """Ids, digests, paths, other words and other names do not make a value a key."""
    assert names(text.replace("VALUE", "a1b2c3d4e5f6")) is None


@pytest.mark.parametrize(
    "text",
    [
        "MISTRAL_API_KEY=VALUE",
        'mistralApiKey: "VALUE"',
        "--mistral-api-key VALUE",
        "mistral:\n  api_key: VALUE\n",
        "[mistral]\nmodel = 'x'\napi_key = 'VALUE'\n",
        'Mistral(model="large", api_key="VALUE")',
        '{"mistral": {"url": "https://h/v1", "apiKey": "VALUE"}}',
        'curl https://api.mistral.ai/v1/models -H "Authorization: Bearer VALUE"',
        'curl -X POST https://api.mistral.ai/v1/chat \\\n -H "Accept: x/y" \\\n -H "Authorization: Bearer VALUE"',
        'post("https://api.mistral.ai/v1", headers={"Accept": "x/y", "Authorization": "Bearer VALUE"})',
        "https://api.mistral.ai/search?q=1&api_key=VALUE",
        '<add key="MISTRAL_API_KEY" value="VALUE" />',
        "- name: MISTRAL_API_KEY\n  value: VALUE\n",
        'os.getenv("MISTRAL_API_KEY", "VALUE")',
        "EXA_API_KEY=VALUE",
        "exa:\n  api_key: VALUE\n",
        'Exa(api_key="VALUE")',
        "x.exaApiKey = 'VALUE'",
    ],
)
def test_the_ways_people_write_a_key(text):
    """A key is found after its provider's name in code, data, headers and addresses."""
    assert names(text.replace("VALUE", "a1b2c3d4e5f6")) == "a1b2c3d4e5f6"


def test_reach_holds():
    """No name and glue are longer than what is added to a named rule's max_length."""
    assert parse_tree(NAMED).getwidth()[1] <= patterns.REACH + 12


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
