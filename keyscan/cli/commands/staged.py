"""`keyscan staged`: what the next commit would hold."""

from __future__ import annotations

import os
import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import click

from keyscan.catalog.secret_files import kind_of
from keyscan.cli import output as common
from keyscan.cli.commands import history
from keyscan.config.loader import FILES
from keyscan.model.blob import Skip

if TYPE_CHECKING:
    from keyscan.git.command import Git
    from keyscan.model.rule import Rule


@click.command(name="staged")
@click.option("--whole-files", is_flag=True, help="Report all secrets in staged files, not only those the change adds.")
@common.scan_options
def command(whole_files: bool, **values: Any) -> int:
    """Scan exactly what the next commit would hold: the index, not the working tree.

    Reports what the staged change adds; --whole-files reports all that stands in the staged files. Under `pre-commit
    run --from-ref A --to-ref B` it is what the commits A..B add.
    """
    from keyscan.engine import build as cache
    from keyscan.git.command import Git
    from keyscan.scan import scanner as scan
    from keyscan.scan.findings import only_added
    from keyscan.scan.result import ScanResult
    from keyscan.sources import staged

    started = time.perf_counter()
    git = Git()
    start, end = (os.environ.get(f"PRE_COMMIT_{name}_REF") for name in ("FROM", "TO"))
    if start and end:
        # `pre-commit run --from-ref A --to-ref B`, as CI runs it: what is asked about is committed, not staged.
        return history.scan_range(git, f"{start}..{end}", values)
    entries = staged.entries(git)
    contents, blobs = staged.with_files(git, entries, common.PROJECT_FILES)
    settings = common.settings_of(values, read=common.git_reader(git, "", common.root_of(), contents))
    rules = common.rules_of(settings)
    if not entries and os.environ.get("PRE_COMMIT"):
        # `pre-commit run --all-files` in CI: nothing is staged, and "clean" would be said of nothing.
        return _tracked(git, rules, settings, started)
    whole_files = settings.own("whole_files", whole_files)
    blobs = scan.without_excluded(blobs, settings.ignores)
    size = sum(len(item.data) for item in blobs if not isinstance(item, Skip))
    matcher = cache.matcher(rules, settings.engine, size)
    result = scan.scan_blobs(blobs, matcher, settings.options)
    if any(kind_of(item.origin.path) for item in blobs if not isinstance(item, Skip)):
        from keyscan.hygiene import audit as envscan

        result += ScanResult(tuple(envscan.staged(blobs, matcher, settings.salt, settings.disable)))
    if result.findings and not whole_files:
        result = replace(result, findings=only_added(result.findings, lambda path: staged.added_lines(git, path)))
    if not settings.rules and not settings.disable and settings.builtin_rules:
        cache.store_quick(rules)
        if settings.config.plain:
            cache.store_plain([contents[name] for name in FILES])
    if not entries:
        result = replace(result, notes=(*result.notes, "nothing is staged, so nothing was scanned"))
    return common.finish(result, matcher, settings, started)


def _tracked(git: Git, rules: tuple[Rule, ...], settings: common.Settings, started: float) -> int:
    """Report on all tracked files, as `keyscan scan` of the root would; the exit code."""
    from keyscan.engine import build as cache
    from keyscan.scan import scanner as scan
    from keyscan.sources import files

    root = os.path.relpath(os.fsdecode(git.run("rev-parse", "--show-toplevel").rstrip(b"\n")))
    targets = scan.targets_kept(files.targets([root]), settings.ignores)
    matcher = cache.matcher(rules, settings.engine, scan.size_of(targets))
    result = scan.scan_files(targets, matcher, settings.options, settings.jobs)
    result = replace(result, notes=(*result.notes, "nothing is staged: all files were scanned instead"))
    return common.finish(result, matcher, settings, started)
