"""`keyscan env`: where the repository's secrets live, and who gets them."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import click

from keyscan.commands import common


@click.command(name="env")
@click.argument("repo", default=".", type=click.Path())
@common.scan_options
def command(repo: str, **values: Any) -> int:
    """Check .env files and their kind: ignored by git, out of images and packages, one key an environment.

    Severity follows the content: a tracked file of placeholders is informational, one real key is critical.
    """
    from keyscan import cache, envscan, scan
    from keyscan.errors import UsageError
    from keyscan.sources import worktree

    started = time.perf_counter()
    if not Path(repo).is_dir():
        raise UsageError(f"{repo}: no such directory")
    root = worktree.root_of(repo)
    settings = common.settings_of(values)
    matcher = cache.matcher(common.rules_of(settings), settings.engine, 0)
    tally = scan.Tally()
    envscan.run(root, matcher, settings.options, tally)
    return common.finish(scan.report(tally, matcher, settings.options, started), settings)
