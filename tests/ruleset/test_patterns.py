"""Short forms to whole expressions: where a value is the key of a provider that is named before it."""

from __future__ import annotations

import pytest

from keyscan.ruleset import patterns
from keyscan.ruleset.regex_syntax import parse_tree

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
