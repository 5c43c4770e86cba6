"""Messages to people and models: which secret, where, and what to do; never the secret itself."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from keyscan.agents.detector import Secret

_MAX_NAMED = 5
_USE_ENVIRONMENT = "read it from the environment instead"


def named(secrets: Sequence[Secret]) -> str:
    """The distinct secrets by name and token, such as `an OpenAI key [keyscan:...]`, a few of them."""
    distinct = list({secret.token: f"{secret.rule.name} {secret.token}" for secret in secrets}.values())
    more = [f"{len(distinct) - _MAX_NAMED} more"] if len(distinct) > _MAX_NAMED else []
    return ", ".join([*distinct[:_MAX_NAMED], *more])


def environment_advice(secrets: Sequence[Secret]) -> str:
    """How to do without the literal: by the variables that the providers' own clients read."""
    names = list(dict.fromkeys(name for secret in secrets for name in secret.rule.env[:1]))
    if not names:
        return _USE_ENVIRONMENT
    return f"{_USE_ENVIRONMENT} ({', '.join(names[:_MAX_NAMED])})"


def prompt_blocked(secrets: Sequence[Secret], redacted: str) -> str:
    """A prompt that was not sent, and what to send in its place."""
    return f"keyscan: not sent, the prompt contains {named(secrets)}. Send this instead:\n{redacted}"


def file_blocked(file: str, secrets: Sequence[Secret]) -> str:
    """A prompt that was not sent because a file that it names would be sent along."""
    return (
        f"keyscan: not sent, {file} contains {named(secrets)} and its contents would go to the model. "
        "Remove the reference, or move the key into the environment."
    )


def literal_blocked(tool: str, secrets: Sequence[Secret]) -> str:
    """A tool call that would write or send a literal secret."""
    what = tool or "the tool"
    return f"keyscan: {what} was stopped, its input contains {named(secrets)}; {environment_advice(secrets)}."


def token_blocked(tool: str, token: str) -> str:
    """A tool call that would write a token over the real value."""
    return (
        f"keyscan: {tool or 'the tool'} was stopped, {token} stands for a secret that keyscan replaced, and would "
        "overwrite it. Leave the lines with the secret as they are; to move it into the environment: keyscan fix FILE."
    )


def read_refused(file: str, secrets: Sequence[Secret], redacted: str) -> str:
    """A read that was answered by the redacted contents, since the output could not be replaced."""
    shown = f" Its contents without secrets:\n{redacted}" if redacted else ""
    return f"keyscan: {file} was not read, it contains {named(secrets)}.{shown}"


def shell_refused(file: str, secrets: Sequence[Secret]) -> str:
    """A command that would print a file with secrets where output cannot be replaced."""
    return (
        f"keyscan: the command was stopped, it reads {file}, which contains {named(secrets)}. "
        "Run it as: keyscan run -- COMMAND"
    )


def output_redacted(tool: str, secrets: Sequence[Secret]) -> str:
    """An output in which secrets were replaced."""
    return f"keyscan: replaced in the output of {tool or 'the tool'}: {named(secrets)}"


def output_withheld(tool: str, secrets: Sequence[Secret]) -> str:
    """A message for an output that is withheld."""
    return f"keyscan: the output of {tool or 'the tool'} is not shown, it contains {named(secrets)}"


def output_seen(tool: str, secrets: Sequence[Secret]) -> str:
    """An output that the agent does not let anybody replace."""
    return (
        f"keyscan: the output of {tool or 'the tool'} contains {named(secrets)} and this agent does not let it be "
        "replaced: the model has seen it, so revoke it."
    )


def warning(where: str, secrets: Sequence[Secret]) -> str:
    """The message of `--mode warn`."""
    return f"keyscan: {where} contains {named(secrets)} (let through: --mode warn)"


def failure(why: str) -> str:
    """The message when keyscan itself failed and the event is blocked."""
    return f"not shown: keyscan failed ({why})"


def failure_let_through(why: str) -> str:
    """The message of `--on-failure warn` for each failure."""
    return f"keyscan failed ({why}); this event was not checked (let through: --on-failure warn)"


def left_on_disk(title: str, count: int, files: Sequence[str], *, complete: bool) -> str:
    """The message at the end of a session that left secrets in plain text on disk."""
    keys = "1 secret is" if count == 1 else f"{count} secrets are"
    more = f" and {len(files) - _MAX_NAMED} more files" if len(files) > _MAX_NAMED else ""
    rest = "" if complete else " Not all files could be searched in time."
    where = ", ".join(files[:_MAX_NAMED])
    return (
        f"keyscan: {keys} in plain text in what {title} keeps: {where}{more}.{rest} Revoke what was shown to a model; "
        "`keyscan machine --redact` replaces the rest on this disk when the agent has ended."
    )


def printable(text: str) -> str:
    """`text` with what could act on a terminal or hide written as an escape; lines and tabs stay.

    Names of tools and files, and prompts, are the agent's or somebody else's.
    """
    if text.isprintable():
        return text
    hidden = ("Cc", "Cf", "Cs", "Zl", "Zp")
    return "".join(
        char.encode("unicode_escape").decode() if unicodedata.category(char) in hidden and char not in "\n\t" else char
        for char in text
    )
