"""What people and models are told: never the secret itself."""

from __future__ import annotations

import pytest
from helpers.agent_events import key

from keyscan.agents import messages
from keyscan.agents.detector import Detector


@pytest.fixture(scope="module")
def secrets():
    """Seven different secrets."""
    return Detector().find("\n".join(key(str(number)) for number in range(7)).encode())


def test_a_few_are_named_and_the_rest_counted(secrets):
    """By rule and token, each once."""
    assert messages.named(secrets[:1] * 3) == f"Anthropic API key {secrets[0].token}"
    assert messages.named(secrets).endswith(", 2 more")
    assert messages.named([]) == ""


def test_the_variable_to_use_instead(secrets):
    """Where the provider's own client reads one."""
    assert messages.environment_advice(secrets) == "read it from the environment instead (ANTHROPIC_API_KEY)"
    assert messages.environment_advice([]) == "read it from the environment instead"


def test_no_message_has_the_key(secrets):
    """Every one names the token only, and says what to do or what happened."""
    made = [
        messages.prompt_blocked(secrets, "redacted"),
        messages.file_blocked(".env", secrets),
        messages.literal_blocked("", secrets),
        messages.read_refused(".env", secrets, ""),
        messages.shell_refused(".env", secrets),
        messages.output_redacted("Bash", secrets),
        messages.output_withheld("", secrets),
        messages.output_seen("", secrets),
        messages.warning("the prompt", secrets),
    ]
    for text in made:
        assert text.startswith("keyscan: ")
        assert secrets[0].token in text
        assert key("0") not in text
    assert len(set(made)) == len(made)


def test_what_stays_on_disk_is_counted():
    """One or more, files up to a number, and whether all was looked at."""
    one = messages.left_on_disk("Codex", 1, ["a"], complete=True)
    assert "1 secret is in plain text in what Codex keeps: a." in one
    assert "no time" not in one
    many = messages.left_on_disk("Codex", 2, [str(number) for number in range(8)], complete=False)
    assert "2 secrets are" in many
    assert "and 3 more files" in many
    assert "Not all files could be searched in time." in many


@pytest.mark.parametrize(
    ("text", "shown"), [("größer\n\tx", "größer\n\tx"), ("\x1b[2J", "\\x1b[2J"), ("a\u202eb\r", "a\\u202eb\\r")]
)
def test_what_could_act_is_written_out(text, shown):
    """Lines and tabs stay."""
    assert messages.printable(text) == shown
