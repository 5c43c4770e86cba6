"""`keyscan run`: a command whose output is shown without secrets."""

from __future__ import annotations

import sys

import click

from keyscan.cli.command import Command
from keyscan.errors import ExitCode


@click.command(
    name="run", cls=Command, context_settings={"ignore_unknown_options": True, "allow_interspersed_args": False}
)
@click.option("--shell", metavar="NAME", help="Run the command, one string, in this shell.")
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED, metavar="COMMAND...")
def command(shell: str | None, arguments: tuple[str, ...]) -> int:
    """Run COMMAND with the secrets in its output replaced.

    Standard output and standard error are filtered separately; the exit status is the command's own.
    """
    from keyscan.agents import command_runner
    from keyscan.cli import user_settings

    words = list(arguments)
    if shell:
        words = command_runner.shell_command(shell, " ".join(arguments))
    status, failures = command_runner.run(words, user_settings.redactor())
    for why in dict.fromkeys(failures):
        sys.stderr.write(f"keyscan: part of the output was not shown: {why}\n")
    return status or (ExitCode.INCOMPLETE if failures else ExitCode.CLEAN)
