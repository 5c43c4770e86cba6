"""`keyscan mcp`: a local server of tools for agents."""

from __future__ import annotations

from pathlib import Path

import click

from keyscan.cli.command import Command
from keyscan.errors import ExitCode, KeyscanError, UsageError


def _first(group: BaseExceptionGroup[OSError | KeyscanError]) -> OSError | KeyscanError:
    """An error of a group, which may hold groups itself."""
    one = group.exceptions[0]
    return _first(one) if isinstance(one, BaseExceptionGroup) else one


@click.command(name="mcp", cls=Command)
@click.option(
    "--root", "roots", multiple=True, metavar="DIR", help="Scan only below DIR (default: the client's roots)."
)
def command(roots: tuple[str, ...]) -> int:
    """Serve scans to an agent over standard input and output (Model Context Protocol).

    Tools: scan_text, scan_path, scan_staged, env_check, explain_rule. Nothing leaves this machine.
    """
    for root in roots:
        if not Path(root).is_dir():
            raise UsageError(f"--root {root}: no such directory")
    try:
        from keyscan.agents import mcp_server
    except ImportError as error:
        if (error.name or "").partition(".")[0] not in {"mcp", "anyio"}:
            raise
        raise UsageError("keyscan mcp needs the package mcp: pip install 'keyscan-linter[mcp]'") from error
    fault = None
    try:
        mcp_server.server([Path(root) for root in roots]).run("stdio")
    except* (OSError, KeyscanError) as group:
        # The client's end of a stream is gone, or was never there; or it sends what is no protocol.
        fault = _first(group)
    if fault is not None:
        # Not raised above: Python 3.11.2 would wrap it in a group of its own.
        raise fault
    return ExitCode.CLEAN
