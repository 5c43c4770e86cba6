"""`keyscan pre-receive`: a server's check of what is pushed to it."""

from __future__ import annotations

from typing import Any

import click

from keyscan.cli import output as common
from keyscan.cli.commands import history


@click.command(name="pre-receive")
@history.history_options
@common.scan_options
def command(**values: Any) -> int:
    """Scan every commit that a push brings to this repository: the pre-receive hook of a server.

    Reads the lines that git gives to the hook on standard input. Configuration is that of the repository's own
    HEAD, not what is pushed.
    """
    from keyscan.cli.commands.pre_push import scan_updates, standard_input
    from keyscan.git import repository
    from keyscan.git.command import Git
    from keyscan.sources import push as pushed

    git = Git()
    updates = pushed.pre_receive(standard_input("pre-receive"))
    config = repository.resolve(git, "HEAD") or b""
    return scan_updates(git, updates, pushed.KNOWN_HERE, values, config)
