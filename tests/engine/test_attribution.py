"""Whose key a generic match is: nobody's, or that of the provider named near it."""

import pytest
from helpers.tokens import token

from keyscan.engine.attribution import REACH
from keyscan.engine.matcher import Matcher
from keyscan.engine.prefilter.keywords import KeywordPrefilter
from keyscan.model.rule import Severity
from keyscan.ruleset import cache, loader

RULES = tuple(
    rule
    for file in ("generic", "authorization", "mistral", "together", "zhipu", "fal")
    for rule in loader.load([loader.builtin_dir() / f"{file}.toml"])
)
FAR = "#" + "x " * (REACH // 2)
NOBODYS = [
    'api_key="{alnum:32}"',
    'api_key="{alnum:32}"\n' + FAR + "\nhttps://api.mistral.ai/v1",
    'api_key="{alnum:31}"\nbase_url="https://api.mistral.ai/v1"',
    'api_key="{alnum:32}"\nwindow="mistralwind"',
]
MISTRALS = [
    "curl -H 'Authorization: Bearer {alnum:32}' -d @x https://api.mistral.ai/v1/chat",
    'OpenAI(api_key="{alnum:32}",\n    base_url="https://api.mistral.ai/v1")',
    'MODEL = "mistral-large"\n\ndef ask():\n    return post(url, api_key="{alnum:32}")',
    'together = 1\n\n\napi_key="{alnum:32}"\nmistral = 2',
]


@pytest.fixture(scope="module")
def matcher():
    """Generic rules and those of a few providers."""
    return Matcher(RULES, KeywordPrefilter(RULES))


@pytest.mark.parametrize("text", NOBODYS)
def test_without_a_provider_near_a_match_stays_generic(matcher, text):
    """Too far, of another shape, or only part of a word: nobody's."""
    found = matcher.scan(token(text).encode()).matches
    assert [match.rule.filters for match in found] == ["generic"]


@pytest.mark.parametrize("text", MISTRALS)
def test_the_nearest_provider_owns_a_value_of_its_shape(matcher, text):
    """Before or after the value, on its line or not."""
    found = matcher.scan(token(text).encode()).matches
    assert [match.rule.id for match in found] == ["mistral-api-key"]
    assert "Mistral is named beside it" in found[0].evidence


@pytest.mark.parametrize(
    "text", ['api_key="{}"', "LLM_API_KEY={}", "Authorization: Bearer {}", 'x = Client(token="{}")']
)
@pytest.mark.parametrize(
    ("value", "rule_id"),
    [
        ("{hex:32}.{alnum:16}", "zhipu-api-key"),
        ("a{hex:31}.b{alnum:15}", "zhipu-api-key"),
        ("{uuid}:{hex:32}", "fal-api-key"),
    ],
)
def test_a_shape_that_one_vendor_has_needs_no_name_of_its_vendor(matcher, text, value, rule_id):
    """In code at the rule's severity, in a test one lower."""
    line = text.format(token(value))
    for path, severity in (("app.env", Severity.CRITICAL), ("tests/test_app.py", Severity.HIGH)):
        found = matcher.scan(line.encode(), path=path).matches
        assert [(match.rule.id, match.severity) for match in found] == [(rule_id, severity)]


def test_every_value_of_a_named_rule_is_an_expression_by_itself():
    """Attribution compiles them alone."""
    import re

    for rule in cache.load_rules([]):
        if rule.value:
            assert re.compile(rule.value.encode())
