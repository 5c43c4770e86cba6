"""`keyscan man`: the manual page, made from the same text as `--help`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import click

from keyscan.cli.command import Command, options
from keyscan.errors import ExitCode

if TYPE_CHECKING:
    from collections.abc import Iterator

_EXITS = (
    ("0", "clean"),
    ("1", "findings"),
    ("2", "usage, configuration, rules or baseline that cannot be read"),
    ("3", "the scan is incomplete: something that was asked for was not read"),
    ("130", "interrupted"),
)
_FILES = (
    (".keyscan.toml", "configuration, found at the repository's root; or [tool.keyscan] of pyproject.toml"),
    (".keyscan-baseline", "accepted findings"),
)
_VARIABLES = (
    ("KEYSCAN_CONFIG", "configuration to read, as --config"),
    ("KEYSCAN_CACHE_DIR", "where compiled rules and scanned objects are remembered"),
    ("NO_COLOR", "no colour in the console report"),
)


@click.command(name="man", cls=Command)
def command() -> int:
    """Print the manual page, keyscan(1), in roff."""
    click.echo("\n".join(page(click.get_current_context().find_root())))
    return ExitCode.CLEAN


def page(root: click.Context) -> Iterator[str]:
    """The lines of the page."""
    from keyscan._version import __version__

    yield f'.TH KEYSCAN 1 "" "keyscan {_text(__version__)}" "User Commands"'
    yield from (".SH NAME", "keyscan \\- find API keys and other secrets before they leave your machine")
    yield from (
        ".SH SYNOPSIS",
        ".B keyscan",
        "\\fICOMMAND\\fR [\\fIOPTIONS\\fR] [\\fIARGUMENTS\\fR]",
        ".SH DESCRIPTION",
    )
    yield from _paragraphs(root.command.help or "")
    yield ".SH COMMANDS"
    yield from _commands(root, "")
    for title, rows in (("EXIT STATUS", _EXITS), ("FILES", _FILES), ("ENVIRONMENT", _VARIABLES)):
        yield f".SH {title}"
        for name, what in rows:
            yield from (".TP", f".B {_text(name)}", _text(what))


def _commands(parent: click.Context, prefix: str) -> Iterator[str]:
    group = parent.command
    if not isinstance(group, click.Group):
        return
    for name in group.list_commands(parent):
        command = group.get_command(parent, name)
        if command is None:
            continue
        ctx = click.Context(command, info_name=name, parent=parent)
        full = f"{prefix} {name}".strip()
        yield from (
            f'.SS "keyscan {_text(full)}"',
            f"keyscan {_text(full)} {_text(' '.join(command.collect_usage_pieces(ctx)))}",
        )
        yield from _paragraphs(command.help or "")
        yield from _options(ctx)
        yield from _examples(full)
        yield from _commands(ctx, full)


def _options(ctx: click.Context) -> Iterator[str]:
    for option in options(ctx.command, ctx):
        record = option.get_help_record(ctx)
        if record:
            yield from (".TP", f".B {_text(record[0])}", _text(record[1]))


def _examples(name: str) -> Iterator[str]:
    from keyscan.cli.examples import EXAMPLES

    for line, what in EXAMPLES.get(name, ()):
        yield from (".PP", f"{_text(what)}:", ".RS", ".nf", _text(line), ".fi", ".RE")


def _paragraphs(text: str) -> Iterator[str]:
    for part in re.split(r"\n\s*\n", text.replace("\b", "").strip()):
        yield from (".PP", _text(" ".join(part.split())))


def _text(text: str) -> str:
    """`text` with what roff would act on escaped."""
    escaped = text.replace("\\", "\\e").replace("-", "\\-")
    return f"\\&{escaped}" if escaped.startswith((".", "'")) else escaped
