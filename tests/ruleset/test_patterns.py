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
        "MISTRAL_API_KEY=${MISTRAL_API_KEY:-VALUE}",
        'const mistralApiKey: string | undefined = "VALUE";',
        'val mistralApiKey: String by lazy { "VALUE" }',
        "mistral_api_key = b'VALUE'",
        "cmake -DMISTRAL_API_KEY=VALUE",
        'variable "mistral_api_key" {\n  description = "x y"\n  type        = string\n  default     = "VALUE"\n}',
        "EXA_API_KEY=VALUE",
        "exa:\n  api_key: VALUE\n",
        'Exa(api_key="VALUE")',
        "x.exaApiKey = 'VALUE'",
        'exa_api_key: .asciz "VALUE"',
        "exa_api_key CONSTANT VARCHAR2(64) := 'VALUE';",
        "const exaApiKey = prod ? env.K : 'VALUE';",
        '"exaApiKey": {"type": "securestring", "defaultValue": "VALUE"}',
        'user, exa_api_key = "bob", "VALUE"',
        "const [host, exaApiKey] = ['db1', 'VALUE'];",
        "Set `EXA_API_KEY` to `VALUE`",
        "<b>exa_api_key:</b> <code>VALUE</code>",
        'reg add HKCU\\Software\\Acme /v ExaApiKey /t REG_SZ /d "VALUE" /f',
    ],
)
def test_the_ways_people_write_a_key(text):
    """A key is found after its provider's name in code, data, headers and addresses."""
    assert names(text.replace("VALUE", "a1b2c3d4e5f6")) == "a1b2c3d4e5f6"


def test_reach_holds():
    """No name and glue are longer than what is added to a named rule's max_length."""
    assert parse_tree(NAMED).getwidth()[1] <= patterns.REACH + 12


@pytest.mark.parametrize(
    ("value", "fixed", "text", "expected"),
    [
        ("ax[0-9]{8}", True, "ax12345678OTHER_TOKEN=1", "ax12345678"),
        ("ax[0-9]{8}", True, "ax12345678other_token=1", "ax12345678"),
        ("ax[0-9]{8}", True, "ax12345678x", None),
        ("ax[0-9]{8}", True, "ax12345678OTHER", None),
        ("ax[0-9]{8}", True, "ax12345678_OTHER_TOKEN", None),
        ("ax[0-9]{8,9}", False, "ax12345678OTHER_TOKEN=1", None),
        ("ax[0-9]{8,9}", False, "ax12345678~12345678", None),
        ("ax[0-9]{8,9}", False, "**ax12345678**", "ax12345678"),
        ("ax[0-9]{8,9}", False, "It is ax12345678. That", "ax12345678"),
        ("ax[0-9]{8,9}", False, "ax12345678/next?x=1", "ax12345678"),
    ],
)
def test_a_token_of_one_length_ends_where_another_setting_follows(value, fixed, text, expected):
    """A setting pasted without the end of its line ends a token; a letter more or a wrong character within do not."""
    import regex

    match = regex.search(patterns.bare(value, fixed=fixed), text)
    assert (match and match.group("secret")) == expected


def test_what_a_check_judges_may_end_in_front_of_any_sign():
    """Behind a signed token with disclosures stands a tilde and more."""
    import regex

    text = "eyJhbGciOiJFUzI1NiJ9~WyJhIiwiYiJd"
    assert regex.search(patterns.bare("eyJ[A-Za-z0-9]{8,40}", checked=True), text)
    assert not regex.search(patterns.bare("eyJ[A-Za-z0-9]{8,40}"), text)


@pytest.mark.parametrize(
    ("value", "ends"),
    [
        ("xoxb-(?:\\d{9,14}-){1,2}[A-Za-z0-9]{24}", True),
        ("v1\\.[A-Za-z0-9]{24}", True),
        ("sk-[A-Za-z0-9-]{24}", False),
        ("sk-[A-Za-z0-9]{20,24}", False),
    ],
)
def test_a_last_part_of_one_length_ends_a_token(value, ends):
    """Behind a separator that it cannot contain, a part of one length says where the token ends."""
    assert (patterns.LAST_PART.search(value) is not None) is ends
