"""Makes and stores what the fast path loads; never imported by it."""

from __future__ import annotations

import re
import time
from contextlib import nullcontext
from typing import TYPE_CHECKING, Any

from keyscan.engine import build
from keyscan.engine.prefilter.entries import targets_of
from keyscan.fastpath import doubtful, engine, staged
from keyscan.model.rule import count_secret_rules
from keyscan.support import storage, storage_cleanup

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from contextlib import AbstractContextManager

    from keyscan.model.rule import Rule

# Of expressions, and of the named rules' values.
_DATABASES = 2
# Characters of an excluded path that are stored.
_LONGEST_STORED = 9


def store_engine(rules: Sequence[Rule], compiling: Callable[[], AbstractContextManager[object]] = nullcontext) -> bool:
    """Store the fast path's engine for the built-in `rules`, unless it is there; false where that cannot be done.

    Costs a compilation of the prefilter (some seconds, in the context that `compiling` makes) the first time, and
    nothing where it cannot be used.
    """
    try:
        name = engine.stored_name()
        if _is_whole(storage.read(name), len(rules)) and doubtful.is_whole(len(rules)):
            return True
        # The small one first: where nothing can be stored, nothing is compiled.
        if not storage.write(doubtful.stored_name(), doubtful.dumps(rules)):
            return False
        prefilter = build.hyperscan_prefilter(rules, compiling)
        programs = [
            None if rule.context and rule.value else engine.program(rule.pattern, rule.max_length) for rule in rules
        ]
        stored = engine.dumps(
            [(name, storage.stamp_of(name)) for name in build.database_names(rules)],
            [(entry.rule, entry.low, entry.high) for entry in prefilter.entries],
            targets_of(prefilter.entries),
            programs,
            count_secret_rules(rules),
        )
        if not storage.write(name, stored):
            return False
    except (ImportError, OSError, ValueError, AttributeError):
        # No Hyperscan, no home directory, or a Python whose compiler is not the one that is known here.
        return False
    storage_cleanup.tidy(time.time())  # once for each version
    return True


def _is_whole(stored: bytes | None, rule_count: int) -> bool:
    """Whether the stored engine is one of so many rules, and its databases are those that it was stored with."""
    if stored is None:
        return False
    try:
        values: Any = engine.loads(stored)
        if len(values["programs"]) != rule_count or not values["entries"] or len(values["databases"]) != _DATABASES:
            return False
        return all(storage.stamp_of(name) == stamp for name, stamp in values["databases"])
    except (OSError, ValueError, TypeError, EOFError, KeyError):
        return False


def store_plain(files: list[bytes | None], exclude: Sequence[str] = ()) -> None:
    """Remember that the configuration in `files` leaves a clean commit clean, unless `exclude` names a path of it."""
    name = staged.plain_name(files)
    if storage.read(name) is None:
        # Of a longer text a part is enough, and gives nothing away.
        texts = [literal_of(pattern)[:_LONGEST_STORED] for pattern in exclude if not pattern.startswith("!")]
        storage.write(name, b"".join(b"\n" + text.encode("utf-8", "surrogateescape") for text in texts))


def literal_of(pattern: str) -> str:
    """A text that every path which the glob `pattern` matches has in it; empty when there is none."""
    # Inside of brackets stands a choice; a backslash takes the meaning of what follows it.
    plain = re.sub(r"\\.|\[[^/]*", "*", pattern)
    return max(re.split(r"[*?/]", plain), key=len)
