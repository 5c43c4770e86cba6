"""A file of expressions on paths, as trufflehog's --exclude-paths takes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keyscan.migrate.result import Unsupported
from keyscan.ruleset.go_regex import Untranslatable, search_pattern
from keyscan.suppressions.ignore import Ignore

if TYPE_CHECKING:
    from collections.abc import Iterator

    from keyscan.migrate.result import Item


def read_exclude_paths(file: str, data: bytes) -> Iterator[Item]:
    """One ignore with all expressions that can be translated, one a line in the file."""
    patterns = []
    for number, line in enumerate(data.decode("utf-8", "replace").splitlines(), 1):
        text = line.strip()
        if not text or text.startswith("#"):
            continue
        try:
            patterns.append(search_pattern(text))
        except Untranslatable as error:
            yield Unsupported(f"{file}:{number}", f"{text!r}: {error}")
    if patterns:
        yield Ignore(f"{file}:1", path_patterns=tuple(patterns), reason="excluded for trufflehog")
