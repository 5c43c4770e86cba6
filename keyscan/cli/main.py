"""The command line: the only place that prints, reads the environment and exits (with `keyscan/cli/commands/`).

Each command is a module in `keyscan/cli/commands/`, imported when it is asked for, so that start-up stays short.
"""

from __future__ import annotations

import errno
import io
import os
import sys
from typing import Any

import click

from keyscan._version import __version__
from keyscan.cli.command import Group, NoCommand
from keyscan.cli.examples import epilog
from keyscan.cli.registry import COMMANDS, load
from keyscan.errors import ExitCode, KeyscanError, OutputClosed, is_out_of_memory


class Lazy(Group):
    """A group whose commands are imported when they are asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names of all commands, in the order of COMMANDS."""
        del ctx
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command `cmd_name`, imported now; None if there is none."""
        del ctx
        if cmd_name not in COMMANDS:
            return None
        command = load(cmd_name)
        with_examples(command, cmd_name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The list of commands for `--help`, without importing any."""
        del ctx
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


def with_examples(command: click.Command, name: str) -> None:
    """Set the examples of a command, and of those below it, under their help."""
    command.epilog = command.epilog or epilog(name)
    if isinstance(command, click.Group):
        for below, inner in command.commands.items():
            with_examples(inner, f"{name} {below}")


@click.group(
    cls=Lazy, epilog=epilog(""), context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110}
)
@click.version_option(__version__, prog_name="keyscan", message="%(prog)s %(version)s")
def group() -> None:
    """Find API keys and other secrets before they leave your machine.

    Exit codes: 0 clean, 1 findings, 2 usage or configuration, 3 the scan is incomplete, 130 interrupted.
    """


def main(argv: list[str]) -> int:
    """Run the command line; the exit code. Every error becomes one line on standard error."""
    _utf8_output()
    if os.environ.get("_KEYSCAN_COMPLETE", "").startswith("powershell"):
        from keyscan.cli import powershell

        powershell.register()
    _warn_of_refused_cache(argv)
    try:
        result = group.main(argv, prog_name="keyscan", standalone_mode=False)
        sys.stdout.flush()
        return int(result or 0)
    except (BrokenPipeError, OutputClosed, SystemExit):
        # Click exits with 1, which would mean findings, where `echo` meets a reader that is gone.
        # What Python still holds must not fail again when it exits.
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        return ExitCode.INCOMPLETE
    except KeyscanError as error:
        return _fail(error.messages, error.exit_code)
    except click.exceptions.Exit as error:
        return error.exit_code
    except NoCommand as error:
        click.echo(error.ctx.get_help() if error.ctx else error.message)
        return ExitCode.USAGE
    except click.ClickException as error:
        return _fail((_click_message(error),), ExitCode.USAGE)
    except (KeyboardInterrupt, click.Abort):
        return _fail(("interrupted",), ExitCode.INTERRUPTED)
    except (OSError, RuntimeError) as error:
        return _fail((_system_fault(error) or _internal(error),), ExitCode.INCOMPLETE)
    except Exception as error:  # noqa: BLE001 - the last line of defence: no traceback, it could show a secret
        return _fail((_internal(error),), ExitCode.INCOMPLETE)


def _system_fault(error: OSError | RuntimeError) -> str:
    """What is wrong with a standard stream, the disk or the bounds of the process; empty if it is something else."""
    if isinstance(error, RuntimeError):
        return "the system gives this process no more threads or memory" if "new thread" in str(error) else ""
    if error.errno in {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}:
        _drop_output()
        return f"output cannot be written: {error.strerror}"
    if error.errno == errno.EBADF or isinstance(error, io.UnsupportedOperation):
        _drop_output()
        return "standard input or standard output is closed"
    if isinstance(error, FileNotFoundError) and "No usable temporary directory" in str(error):
        return "there is no directory for temporary files that can be written to: set TMPDIR"
    if error.errno in {errno.EMFILE, errno.ENFILE, errno.ENOMEM}:
        return f"the system gives this process no more files or memory: {error.strerror}"
    return ""


def _drop_output() -> None:
    """Drop what Python still holds of standard output and cannot write: it must not fail again at the exit."""
    try:
        sys.stdout.flush()
    except (OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)


def _warn_of_refused_cache(argv: list[str]) -> None:
    """Say that a chosen cache directory is not used, except to agents, which read both streams."""
    from keyscan.support.storage import refused_directory

    refused = refused_directory()
    if refused and argv[:1] != ["agent"]:
        setting = "KEYSCAN_CACHE_DIR" if os.environ.get("KEYSCAN_CACHE_DIR") else "XDG_CACHE_HOME"
        why = "is relative or in a repository, whose files could pose as cached ones"
        _fail((f"{setting} ({refused}) {why}: the user's cache directory is used",), ExitCode.CLEAN)


def _fail(messages: tuple[str, ...], code: ExitCode) -> int:
    """Print one line for each message on standard error."""
    try:
        from keyscan.cli.messages import shown

        text = shown(*(f"keyscan: {message}" for message in messages))
    except Exception as error:  # noqa: BLE001 - no memory left, for one: what is not escaped is not shown
        text = f"keyscan: failed, and could not say why ({type(error).__name__})"
    try:
        sys.stderr.write(text + "\n")
        sys.stderr.flush()
    except OSError:
        pass
    return code


def _click_message(error: click.ClickException) -> str:
    ctx: Any = getattr(error, "ctx", None)
    hint = f" (see: {ctx.command_path} --help)" if ctx is not None else ""
    return f"{error.format_message()}{hint}"


def _internal(error: Exception) -> str:
    """An internal error by its type and place only: its message and locals could hold a secret."""
    if is_out_of_memory(error):
        return "out of memory: not everything was read"
    place = error.__traceback__
    while place is not None and place.tb_next is not None:
        place = place.tb_next
    where = f" at {os.path.basename(place.tb_frame.f_code.co_filename)}:{place.tb_lineno}" if place else ""  # noqa: PTH119
    return f"internal error: {type(error).__name__}{where}; nothing may be called clean. Please report it."


def _utf8_output() -> None:
    """UTF-8 on any locale: what a terminal can't show is replaced, never an error."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure:
            reconfigure(encoding="utf-8", errors="backslashreplace")
