"""One key in several environments, keys under another provider's name, keys for browsers."""

from __future__ import annotations

import pytest
from helpers.tokens import token

from keyscan.catalog.secret_files import Kind
from keyscan.engine import build
from keyscan.hygiene import env_key_checks
from keyscan.hygiene.git_exposure import SecretFile
from keyscan.hygiene.secret_values import real_values
from keyscan.ruleset.cache import load_rules

ANTHROPIC = token("sk-ant-api03-{b64url:93}AA", "checks")


@pytest.fixture(scope="module")
def matcher():
    """All rules."""
    return build.matcher(load_rules())


@pytest.fixture
def file(matcher):
    """An environment file: file(path, text) -> SecretFile."""

    def file(path: str, text: str) -> SecretFile:
        data = text.encode()
        return SecretFile(path, Kind.ENV, tuple(real_values(Kind.ENV, data, matcher)), data)

    return file


def test_one_key_in_two_environments(file):
    """The first place has the finding, the second is named in it; development's own files are one environment."""
    text = f"ANTHROPIC_API_KEY={ANTHROPIC}\n"
    (found,) = env_key_checks.shared([file(".env", text), file(".env.production", text)], "")
    assert (found.rule_id, found.origin.path, found.redacted) == ("env-shared-secret", ".env", "ANTHROPIC_API_KEY")
    assert [one.path for one in found.related] == [".env.production"]
    assert list(env_key_checks.shared([file(".env", text), file(".env.local", text)], "")) == []
    other = f"ANTHROPIC_API_KEY={token('sk-ant-api03-{b64url:93}AA', 'other')}\n"
    assert list(env_key_checks.shared([file(".env", text), file(".env.production", other)], "")) == []


@pytest.mark.parametrize("prefix", ["NEXT_PUBLIC_", "VITE_", "REACT_APP_"])
def test_a_key_that_is_shipped_to_browsers(file, prefix):
    """Named by the prefix of its bundler."""
    (found,) = env_key_checks.browser_exposed(file(".env", f"{prefix}ANTHROPIC_API_KEY={ANTHROPIC}\n"), "")
    assert found.rule_id == "browser-exposed-key"
    assert prefix in found.evidence[0]
    assert list(env_key_checks.browser_exposed(file(".env", f"ANTHROPIC_API_KEY={ANTHROPIC}\n"), "")) == []


@pytest.mark.parametrize("name", ["NEXT_PUBLIC_SUPABASE_ANON_KEY", "VITE_RECAPTCHA_SITE_KEY"])
def test_keys_that_are_made_to_be_seen(name):
    """Public by their names."""
    assert env_key_checks.is_public(name, None)
    assert env_key_checks.browser_prefix("SERVER_KEY") == ""


def test_a_key_under_another_providers_name(file, matcher):
    """Reported with both names; a gateway that speaks the first one's language is no mistake."""
    text = f"MISTRAL_API_KEY={ANTHROPIC}\n"
    (found,) = env_key_checks.wrong_provider(file(".env", text), matcher.rules, "")
    assert found.rule_id == "env-wrong-provider"
    assert "MISTRAL_API_KEY is Mistral" in found.evidence[0]
    right = file(".env", f"ANTHROPIC_API_KEY={ANTHROPIC}\n")
    assert list(env_key_checks.wrong_provider(right, matcher.rules, "")) == []
    gateway = file(".env", f"OPENAI_BASE_URL=https://api.example.org\nOPENAI_API_KEY={ANTHROPIC}\n")
    assert list(env_key_checks.wrong_provider(gateway, matcher.rules, "")) == []
