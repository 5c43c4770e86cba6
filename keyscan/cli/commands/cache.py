"""`keyscan cache`: show and clear what is cached on this machine."""

from __future__ import annotations

from pathlib import Path

import click

from keyscan.cli.command import Group
from keyscan.cli.messages import say
from keyscan.cli.output import nothing_stored
from keyscan.errors import ExitCode, IncompleteError
from keyscan.history import clean_objects
from keyscan.support import storage, storage_cleanup
from keyscan.support.plural import plural

# The issuers' answers, which have a format of their own.
_ANSWERS = ("verify.json", "verify.salt")


@click.group(name="cache", cls=Group)
def command() -> None:
    """Show or clear the cache: compiled rules, and ids of objects without secrets.

    The cache is in the user's cache directory (or KEYSCAN_CACHE_DIR), never in a scanned repository.
    """


@command.command(name="show")
def show() -> int:
    """Show where the cache is and how large it is."""
    say(f"directory  {_directory()}")
    for title, wanted in (("objects", True), ("rules", False)):
        sizes = [size for name, size in _files() if name.startswith(clean_objects.PREFIX) is wanted]
        count = plural(len(sizes), "file")
        say(f"{title:9}  {count}, {sum(sizes) / 1000:,.0f} KB")
    return ExitCode.CLEAN


@command.command(name="clear")
@click.option("--objects", "only", flag_value="objects", help="Remove only the ids of objects without secrets.")
@click.option("--rules", "only", flag_value="rules", help="Remove only compiled rules.")
def clear(only: str | None) -> int:
    """Remove the contents of the cache."""
    place = _directory()
    gone, kept = storage_cleanup.clear(
        lambda name: (
            name in _ANSWERS or (only is not None and name.startswith(clean_objects.PREFIX) is (only == "rules"))
        )
    )
    if only is None:
        from keyscan.verify import store

        gone += store.clear(_directory())
    lines = [f"keyscan: removed {gone} file{'s' * (gone != 1)} from {place}"]
    if kept:
        count = "1 file there is" if kept == 1 else f"{kept} files there are"
        lines.append(f"keyscan: {count} not keyscan's, or damaged, and not removed")
    with nothing_stored():
        say(*lines)
    return ExitCode.CLEAN


def _directory() -> Path:
    try:
        return Path(storage.cache_directory())
    except OSError as error:
        raise IncompleteError(f"{error.filename or 'the cache directory'}: {error.strerror or error}") from error


def _files() -> list[tuple[str, int]]:
    try:
        return [(file.name, file.stat().st_size) for file in _directory().iterdir() if file.is_file()]
    except OSError:
        return []
