"""`keyscan commit-msg`: the message of the commit that is being made."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING

import click

from keyscan.api import Scanner
from keyscan.catalog.commit_messages import in_editor, without_diff
from keyscan.cli import output
from keyscan.cli.command import Command
from keyscan.cli.settings import scan_options
from keyscan.errors import ExitCode, UsageError

if TYPE_CHECKING:
    from keyscan.config.settings import Settings


@click.command(name="commit-msg", cls=Command)
@click.argument("file", type=click.Path())
@scan_options
def command(file: str, settings: Settings) -> int:
    """Scan the commit message in FILE, as git passes it to the commit-msg hook; prints nothing if it is clean."""
    from keyscan.model.blob import Blob, Origin

    started = time.perf_counter()
    try:
        with open(file, "rb") as handle:  # noqa: PTH123
            data = handle.read()
    except OSError as error:
        raise UsageError(f"{file}: cannot be read: {error.strerror}") from error
    scanner = Scanner.of(settings)
    origin = Origin(os.path.basename(file), kind="commit-message")  # noqa: PTH119
    result = scanner.scan_blobs([Blob(without_diff(data, edited=in_editor(os.environ)), origin)])
    if not result.findings and not result.skipped and not settings.output and not settings.reports:
        return ExitCode.CLEAN
    return output.finish(result, scanner, settings, started)
