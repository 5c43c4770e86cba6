"""Makes and stores what the fast path loads; never imported by it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keyscan.engine import build
from keyscan.engine.prefilter.entries import targets_of
from keyscan.fastpath import engine, staged
from keyscan.support import storage

if TYPE_CHECKING:
    from collections.abc import Sequence

    from keyscan.model.rule import Rule


def store_engine(rules: Sequence[Rule]) -> bool:
    """Store the fast path's engine for the built-in `rules`, unless it is there; false where that cannot be done.

    Costs a compilation of the prefilter (about a second) the first time, and nothing where it cannot be used.
    """
    try:
        name = engine.stored_name()
        if storage.read(name) is not None:
            return True
        prefilter = build.hyperscan_prefilter(rules)
        programs = [
            None if rule.context and rule.value else engine.program(rule.pattern, rule.max_length) for rule in rules
        ]
        made = engine.dumps(
            build.database_names(rules),
            [(entry.rule, entry.low, entry.high) for entry in prefilter.entries],
            targets_of(prefilter.entries),
            programs,
        )
        return storage.write(name, made)
    except (ImportError, OSError, ValueError, AttributeError):
        # No Hyperscan, no home directory, or a Python whose compiler is not the one that is known here.
        return False


def store_plain(files: list[bytes | None]) -> None:
    """Remember that the configuration in `files` leaves a clean commit clean."""
    name = staged.plain_name(files)
    if storage.read(name) is None:
        storage.write(name, b"")
