"""`keyscan staged`: scan what the next commit would contain."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import click

from keyscan.api import Scanner
from keyscan.catalog.secret_files import kind_of
from keyscan.cli import output
from keyscan.cli.command import Command, compiling
from keyscan.cli.settings import Prepared, with_settings
from keyscan.config.readers import PROJECT_FILES, git_reader, root_of
from keyscan.config.schema import FILES
from keyscan.model.blob import Skip
from keyscan.scan.result import ScanResult

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from keyscan.config.settings import Settings
    from keyscan.git.command import Git
    from keyscan.model.blob import Blob


@dataclass(frozen=True, slots=True)
class _Index:
    """What is staged: the number of entries, the blobs, the project's files; `commits` instead under pre-commit."""

    git: Git
    entries: int = 0
    blobs: Sequence[Blob | Skip] = ()
    files: Mapping[str, bytes | None] | None = None
    commits: str = ""
    started: float = 0.0


def _read_index(_values: Mapping[str, Any]) -> Prepared:
    """Read the index, and the configuration in it: both with one process of git."""
    from keyscan.git.command import Git
    from keyscan.sources import staged

    started = time.perf_counter()
    git = Git()
    start, end = (os.environ.get(f"PRE_COMMIT_{name}_REF") for name in ("FROM", "TO"))
    if start and end:
        # `pre-commit run --from-ref A --to-ref B`, as CI runs it: what is asked about is committed, not staged.
        return Prepared(root_of(), None, _Index(git, commits=f"{start}..{end}"))
    entries = staged.entries(git)
    files, blobs = staged.with_files(git, entries, PROJECT_FILES)
    root = root_of()
    return Prepared(root, git_reader(git, "", root, files), _Index(git, len(entries), blobs, files, started=started))


@click.command(name="staged", cls=Command)
@click.option("--whole-files", is_flag=True, help="Report all secrets in staged files, not only those the change adds.")
@with_settings(prepare=_read_index)
def command(whole_files: bool, work: _Index, settings: Settings) -> int:
    """Scan exactly what the next commit would contain: the index, not the work tree.

    Reports what the staged change adds; --whole-files reports everything in the staged files. Under `pre-commit
    run --from-ref A --to-ref B` it scans what the commits A..B add.
    """
    if work.commits:
        from keyscan.cli.commands.history import scan_range

        return scan_range(work.git, work.commits, settings)
    scanner = Scanner.of(settings)
    if not work.entries and os.environ.get("PRE_COMMIT"):
        # `pre-commit run --all-files` in CI: nothing is staged, and "clean" would be said of nothing.
        return _scan_tracked(work, scanner, settings)
    result = _scan_index(work, scanner, settings, whole_files=whole_files)
    note = _store_fast_path(work, scanner, settings)
    if note:
        result = replace(result, notes=(*result.notes, note))
    if not work.entries:
        result = replace(result, notes=(*result.notes, "nothing is staged, so nothing was scanned"))
    return output.finish(result, scanner, settings, work.started)


def _scan_index(work: _Index, scanner: Scanner, settings: Settings, *, whole_files: bool) -> ScanResult:
    """Scan what is staged; with `whole_files` also what was there before."""
    from keyscan.scan.findings import only_added
    from keyscan.scan.scanner import without_excluded
    from keyscan.sources import staged

    blobs = without_excluded(work.blobs, settings.ignores)
    result = scanner.scan_blobs(blobs)
    if any(kind_of(item.origin.path) for item in blobs if not isinstance(item, Skip)):
        from keyscan.hygiene import audit

        hygiene = audit.staged(blobs, scanner.matcher(0), settings.salt, settings.disable)
        result += ScanResult(tuple(hygiene))
    if result.findings and not whole_files:
        added = only_added(result.findings, lambda path: staged.added_lines(work.git, path))
        result = replace(result, findings=added)
    return result


def _store_fast_path(work: _Index, scanner: Scanner, settings: Settings) -> str:
    """Store what answers the next clean commit without importing all this; a note where nothing can be stored."""
    from keyscan.fastpath import artifact
    from keyscan.support import storage

    if settings.rules or settings.disable or not settings.builtin_rules or work.files is None:
        return ""
    if not artifact.store_engine(scanner.rules, compiling):
        why = storage.unusable()
        return why and f"nothing can be cached, so every commit takes longer ({why}): set KEYSCAN_CACHE_DIR"
    if settings.config.plain:
        artifact.store_plain([work.files[name] for name in FILES], settings.ignores.exclude)
    return ""


def _scan_tracked(work: _Index, scanner: Scanner, settings: Settings) -> int:
    """Report on all tracked files, as `keyscan scan` of the root would; the exit code."""
    root = os.path.relpath(os.fsdecode(work.git.run("rev-parse", "--show-toplevel").rstrip(b"\n")))
    result = scanner.scan_files(scanner.targets([root]))
    result = replace(result, notes=(*result.notes, "nothing is staged: all files were scanned instead"))
    return output.finish(result, scanner, settings, work.started)
