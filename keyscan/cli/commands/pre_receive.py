"""`keyscan pre-receive`: scan the commits that are pushed to this server."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from keyscan.cli.command import Command
from keyscan.cli.commands import history
from keyscan.cli.commands.pre_push import Push, scan_updates, standard_input
from keyscan.cli.settings import Prepared, with_settings

if TYPE_CHECKING:
    from collections.abc import Mapping

    from keyscan.cli.commands.history import AuditOptions
    from keyscan.config.settings import Settings


def _read_push(_values: Mapping[str, Any]) -> Prepared:
    from keyscan.git import repository
    from keyscan.git.command import Git
    from keyscan.sources import push

    git = Git()
    updates = push.pre_receive(standard_input("pre-receive"))
    return Push(git, updates, push.KNOWN_HERE).prepared([repository.resolve(git, "HEAD") or b""])


@click.command(name="pre-receive", cls=Command)
@with_settings(prepare=_read_push)
@history.history_options
def command(work: Push, audit: AuditOptions, settings: Settings) -> int:
    """Scan every commit that a push brings to this repository: the pre-receive hook of a server.

    Reads the lines that git gives to the hook on standard input. Configuration is that of the repository's own
    HEAD, not what is pushed.
    """
    return scan_updates(work, audit, settings)
