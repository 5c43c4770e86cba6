"""`keyscan filter`: standard input to standard output without secrets."""

from __future__ import annotations

import sys

import click

from keyscan.cli.command import Command
from keyscan.errors import ExitCode, IncompleteError, OutputClosed


@click.command(name="filter", cls=Command)
@click.option("--line-buffered", is_flag=True, help="Pass each line on as soon as it is complete.")
@click.option(
    "--name", default="", metavar="PATH", help="The file that the input is from, for rules that depend on paths."
)
def command(line_buffered: bool, name: str) -> int:
    """Copy standard input to standard output with secrets replaced by tokens.

    The same secret becomes the same token. Memory use is bounded whatever the size of the input.
    """
    from keyscan.agents import command_runner
    from keyscan.cli import user_settings

    stream = user_settings.redactor().stream(line_buffered=line_buffered, path=name)
    try:
        command_runner.filter_stream(0, 1, stream)
    except BrokenPipeError as error:
        raise OutputClosed from error
    except OSError as error:
        raise IncompleteError(f"standard input cannot be passed on: {error.strerror}") from error
    if stream.failures:
        raise IncompleteError(f"part of the input was not shown: {stream.failures[0]}")
    if stream.secrets and sys.stderr.isatty():
        count = len({secret.fingerprint for secret in stream.secrets})
        sys.stderr.write(f"keyscan: replaced {count} distinct secret{'s' if count != 1 else ''}\n")
    return ExitCode.CLEAN
