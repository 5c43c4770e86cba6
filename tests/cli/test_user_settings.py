"""The user's own configuration counts for agents; nothing of a repository does."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from helpers.agent_events import key
from helpers.paths import ROOT
from helpers.tokens import token

from keyscan.agents.hook import Hook, HookOptions
from keyscan.cli import user_settings
from keyscan.errors import ConfigError
from keyscan.support.user_config import agents_file


@pytest.fixture
def write():
    """Writes the user's configuration."""

    def write(text):
        file = Path(agents_file())
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)

    return write


def test_ignores_of_the_user_count(write):
    """What the user ignores is let through, markers in the text are not."""
    text = f"K = '{key()}'  # keyscan: allow\n"
    assert key() not in user_settings.redactor().redact(text).text
    write('[[ignore]]\nrule = "anthropic-api-key"\nreason = "samples"\n')
    assert user_settings.redactor().redact(text).text == text


def test_severity_and_rules(write, tmp_path):
    """Minimum severity, switched-off rules and rules of one's own count."""
    write('min-severity = "critical"\ndisable = ["anthropic-api-key"]\n')
    assert user_settings.redactor().redact(f"K = '{key()}'").secrets == ()
    (tmp_path / "own.toml").write_text((ROOT / "rules/anthropic.toml").read_text().replace("anthropic", "acme"))
    write(f'rules = ["{tmp_path / "own.toml"}"]\n')
    assert user_settings.redactor().redact(f"K = '{key()}'").secrets


def test_keys_of_low_severity_pass_unless_the_user_includes_them(write):
    """Agents apply what scans report: medium and above, so that work is not stopped for a test key."""
    text = f"riot {token('RGAPI-{uuid}')}\n"
    assert user_settings.redactor().redact(text).text == text
    write('min-severity = "low"\n')
    assert "[keyscan:riot-api-key:" in user_settings.redactor().redact(text).text


def test_a_repository_has_no_say(repo, monkeypatch):
    """Configuration in the directory that an agent works in changes nothing."""
    repo.write(".keyscan.toml", '[[ignore]]\nrule = "*"\nreason = "x"\n')
    monkeypatch.chdir(repo.path)
    assert key() not in user_settings.redactor().redact(f"K = '{key()}'").text


def test_a_broken_configuration_stops(write, spawn):
    """A configuration that is not valid is an error for commands, and a failure for the hook: nothing passes."""
    write("min-severity = 7\n")
    with pytest.raises(ConfigError, match=r"agents\.toml:1"):
        user_settings.redactor()
    assert spawn(["filter"], stdin=b"x\n").code == 2
    event = {"hook_event_name": "PreToolUse", "prompt_id": "1", "tool_name": "Write", "tool_input": {"content": "x"}}
    made = spawn(["agent", "hook", "claude-code"], stdin=json.dumps(event).encode())
    assert "deny" in made.out
    assert "agents.toml:1" in made.out


def test_what_is_known_to_be_broken_is_said():
    """The hook answers as for any failure, with the reason."""
    hook = Hook(HookOptions("claude-code"), broken="no rules")
    answer, why = hook.respond(b'{"hook_event_name": "UserPromptSubmit", "prompt_id": "1", "prompt": "x"}')
    assert why == "no rules"
    assert "block" in answer.stdout
