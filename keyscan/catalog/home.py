"""Places in a home directory where agents, shells and tools leave text and keys: `home_places.txt` as values.

Sources: the agents' released programs and documentation, November 2026; `docs/machine.md` lists the places.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib import resources

# What is written into a place; only these decide how it is read and whether it can be redacted.
FORMATS = frozenset({"text", "zsh", "json", "jsonl", "sqlite", "git", "binary"})
KINDS = ("transcript", "history", "config", "credential")


@dataclass(frozen=True, slots=True)
class HomePlace:
    """A place: its kind, pattern, format, and the agent that writes it (empty: none)."""

    kind: str
    pattern: str
    format: str
    agent: str = ""

    @property
    def meant(self) -> bool:
        """Whether the place is meant to hold a credential."""
        return self.kind == "credential"

    @property
    def by_name(self) -> bool:
        """Whether it is looked for by name below the home directory, not at a fixed place."""
        return not self.pattern.startswith(("~", "<", "%"))


@cache
def places() -> tuple[HomePlace, ...]:
    """All places, in the order of the file."""
    text = resources.files("keyscan.catalog").joinpath("home_places.txt").read_text("utf-8")
    entries, kind = [], ""
    for line in text.splitlines():
        if line.startswith("["):
            kind = line.strip("[]")
        elif line and not line.startswith("#"):
            form, agent, pattern = line.split(maxsplit=2)
            entries.append(HomePlace(kind, pattern, form, "" if agent == "-" else agent))
    return tuple(entries)
