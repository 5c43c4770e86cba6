"""`keyscan staged`: what the next commit would hold."""

from __future__ import annotations

import time
from typing import Any

import click

from keyscan.commands import common
from keyscan.model import Skip


@click.command(name="staged")
@click.option("--whole-files", is_flag=True, help="Report all secrets in staged files, not only those the change adds.")
@common.scan_options
def command(whole_files: bool, **values: Any) -> int:
    """Scan exactly what the next commit would hold: the index, not the working tree.

    Reports what the staged change adds; --whole-files reports all that stands in the staged files.
    """
    from keyscan import cache, scan
    from keyscan.sources import staged
    from keyscan.sources.git import Git

    started = time.perf_counter()
    git = Git()
    entries = staged.entries(git)
    settings = common.settings_of(values)
    blobs = list(staged.blobs(git, entries))
    size = sum(len(item.data) for item in blobs if not isinstance(item, Skip))
    rules = common.rules_of(settings)
    matcher = cache.matcher(rules, settings.engine, size)
    tally = scan.scan_blobs(blobs, matcher, settings.options)
    if tally.findings and not whole_files:
        tally.findings = scan.only_added(tally.findings, lambda path: staged.added_lines(git, path))
    if not settings.rules and not settings.disable:
        cache.store_quick(rules)
    return common.finish(scan.report(tally, matcher, settings.options, started), settings)
