"""What commands say beside their reports: the only way to the terminal for a text that may quote something.

A message may quote a name, an argument, a configuration, a rule or a line of a file, all of which somebody else may
have written. Here its secrets are redacted and its control characters escaped, so that no command has to think of it.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

import click

from keyscan.reporters.shared.escape import clean

if TYPE_CHECKING:
    from keyscan.agents.redactor import Redactor

# What may be a secret: a run of characters that is no word and no place in our own code. Most messages have none, and
# no rules are loaded for them.
_LETTERS = r"(?:[A-Z][a-z]{2,}|[a-z]{3,})(?:[A-Z][a-z]{2,})*(?:[-/'][a-z]+)*"
_WORD = rf"[\"'(]?(?:{_LETTERS}|[a-z_]{{1,40}}\.py:\d{{1,4}})[\"')]?[.,:;!?]*"
_ESCAPE = re.compile(r"\\(?=[^\w\s])")
_TOKEN = re.compile(rf"(?<!\S)(?!{_WORD}(?!\S))\S{{8,}}")


def say(*lines: str, err: bool = False, bold: bool = False) -> None:
    """Print `lines`, each escaped and without secrets; `bold` where the stream is a terminal."""
    text = shown(*lines)
    click.echo(click.style(text, bold=True) if bold else text, err=err)


def annotate(text: str) -> None:
    """Print a warning that GitHub shows at the head of a run: on standard error, which holds no report."""
    click.echo(f"::warning title=keyscan::{shown(text).replace('%', '%25')}", err=True)


def confirm(question: str) -> bool:
    """Ask on standard error; no is the default."""
    return click.confirm(shown(question), default=False, err=True)


def prompt(question: str, default: str | None = None, *, err: bool = True, suffix: str = ": ") -> str:
    """An answer to a question; `default` if there is none and nothing is typed."""
    return str(click.prompt(shown(question), default, show_default=False, prompt_suffix=suffix, err=err)).strip()


def shown(*lines: str) -> str:
    """`lines` as they may be shown, joined: a secret may go over several lines, and a line may hold a line's end."""
    parts = [clean(without_secrets(line)) for line in lines]
    return without_secrets("\n".join(parts)) if len(parts) > 1 else "".join(parts)


def without_secrets(text: str) -> str:
    """`text` with the secrets redacted that rules find in it, of every severity."""
    # An expression of a configuration may hold a secret as `re.escape` writes it, which no rule knows.
    bare = _ESCAPE.sub("", text)
    if not _TOKEN.search(bare):
        return text
    try:
        shown_bare = _redactor().redact(bare).text if bare != text else bare
        return _redactor().redact(text).text if shown_bare == bare else shown_bare
    except Exception:  # noqa: BLE001 - an error while an error is reported: say as much as is safe
        return _TOKEN.sub("[...]", text)


@cache
def _redactor() -> Redactor:
    from keyscan.agents.detector import Detector
    from keyscan.agents.redactor import Redactor
    from keyscan.model.rule import Severity

    # Nobody waits for a message until an engine is compiled, and `cache clear` leaves nothing behind.
    return Redactor(Detector(Severity.INFO, stores=False))
