"""One sum of what speaks for and against: how kinds of places and neighbours move a generic value."""

import pytest
from helpers.tokens import token

from keyscan.engine.filters.score import MEDIUM, TABLE, graded, table
from keyscan.engine.matcher import Matcher
from keyscan.engine.prefilter.keywords import KeywordPrefilter
from keyscan.model.rule import Severity
from keyscan.ruleset import loader

QUIET = {
    "a search result's names": ("r.json", '[{{"image_token":"{hex:64}","thumbnail_token":"{hex:64}"}}]'),
    "telemetry": ("c.yaml", 'body: \'{{"crew_key":"{hex:32}","task_key":"{hex:32}"}}\''),
    "jobs of a queue": ("a.ts", 'const jobs = [{{ key: "{hex:32}", every: 3600 }}, {{ key: "{HEX:32}", every: 60 }}]'),
    "a saved page": (
        "p.html",
        '<input type="hidden" name="captcha_token" value="{hex:32}"/><a href="/x?_token={alnum:40}">',
    ),
    "a search-only key": ("a.js", "algolia: {{ appId: '{upper:10}', apiKey: '{hex:32}', indexName: 'docs' }}"),
    "a beacon": ("i.html", '<script data-cf-beacon=\'{{"token": "{hex:32}"}}\'></script>'),
    "an encrypted value": ("a.env.txt", 'DB_PASSWORD="encrypted:B{alnum:120}="'),
    "a service's name": ("a.py", "keyring.get_password('svc-2026', user)"),
    "a model's name": ("a.py", 'update_cost(prompt_tokens, completion_tokens, "gpt-3.5-turbo-0613")'),
    "a tutorial's sample": ("a.py", 'config = {{"api_key": "sk-123", "OPENAI_API_KEY": "sk-123-456"}}'),
    "a fixture": ("tests/fixtures/a.py", 'api_key = "{alnum:24}"'),
    "others' code": ("node_modules/x/a.js", 'api_key = "{alnum:40}"'),
    "a recorded answer": ("cassettes/a.yaml", "access_token: {alnum:40}"),
    "an example file": (".env.example", "API_KEY={alnum:24}"),
    "a mask": ("a.json", '{{"api_key": "ragflow-***"}}'),
    "a documented vector": ("a.py", "totp_secret = 'JBSWY3DPEHPK3PXP'"),
}
LOUD = {
    "code": ("src/a.py", 'api_key = "{alnum:11}4{alnum:12}"'),
    "configuration": ("config/prod.yaml", "client_secret: {alnum:11}4{alnum:12}"),
    "a vendor's key": (".env", "SPEECH_KEY={alnum:11}4{alnum:20}"),
    "two environments": (
        "config/all.yaml",
        "dev_api_key: {alnum:11}4{alnum:20}\nprod_api_key: {alnum:11}4{alnum:20}\n",
    ),
}


@pytest.fixture(scope="module")
def matcher():
    """The generic rules alone, without Hyperscan."""
    rules = loader.load([loader.builtin_dir() / "generic.toml"])
    return Matcher(rules, KeywordPrefilter(rules))


def told(matcher, path, text, seed):
    """What is reported at medium and above."""
    return [m for m in matcher.scan(token(text, seed).encode(), path=path).matches if m.severity >= Severity.MEDIUM]


@pytest.mark.parametrize("kind", list(QUIET))
@pytest.mark.parametrize("seed", "abc")
def test_data_samples_and_public_values_are_below_medium(matcher, kind, seed):
    """What fired falsely in real repositories is not reported without being asked for."""
    assert told(matcher, *QUIET[kind], seed) == []


@pytest.mark.parametrize("kind", list(LOUD))
@pytest.mark.parametrize("seed", "abc")
def test_what_is_set_in_code_and_configuration_is_reported(matcher, kind, seed):
    """A telling name and a random value where programs read them are medium."""
    path, text = LOUD[kind]
    assert len(told(matcher, path, text, seed)) == text.count("{alnum:11}")


def test_the_sum_decides_and_says_why():
    """Severity follows from the points, and the sentence names each observation."""
    severity, _, said = graded(["name-secret", "value-random"])
    assert severity == Severity.MEDIUM
    assert TABLE["name-secret"].says in said
    assert graded(["name-secret", "value-random", "place-test"])[0] == Severity.LOW


def test_the_table_can_be_read():
    """Every observation has its line, and the last line says what the sum decides."""
    lines = table()
    assert len(lines) == len(TABLE) + 1
    assert str(MEDIUM) in lines[-1]
