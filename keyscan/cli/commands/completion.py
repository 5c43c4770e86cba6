"""`keyscan completion`: print the completion script of a shell."""

from __future__ import annotations

import click

from keyscan.cli.command import Choice, Command
from keyscan.errors import ExitCode, UsageError


@click.command(name="completion", cls=Command)
@click.argument("shell", type=Choice(["bash", "zsh", "fish", "powershell"]))
def command(shell: str) -> int:
    """Print the completion script of a shell."""
    from click.shell_completion import get_completion_class

    from keyscan.cli import powershell

    powershell.register()
    maker = get_completion_class(shell)
    if maker is None:
        raise UsageError(f"completion {shell}: not known to click")
    root = click.get_current_context().find_root().command
    click.echo(maker(root, {}, "keyscan", "_KEYSCAN_COMPLETE").source(), nl=False)
    return ExitCode.CLEAN
