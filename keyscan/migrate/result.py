"""What was read from another scanner's files, item by item, and what of it could not be carried over."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable

    from keyscan.suppressions.ignore import Ignore


class AcceptedFinding(NamedTuple):
    """A finding that was accepted in another tool: by its place, and its hash where the tool keeps one.

    `place` is the file and line that say so; `line` 0: anywhere in the file `path`.
    """

    place: str
    path: str
    line: int = 0
    commit: str = ""
    sha1: str = ""
    reason: str = ""


class ExcludedPath(NamedTuple):
    """A pattern in gitignore's syntax for `exclude`."""

    pattern: str


class DisabledRule(NamedTuple):
    """The id of a built-in rule for `disable`."""

    id: str


class ImportedRule(NamedTuple):
    """A rule as a table of gitleaks' format."""

    table: dict[str, Any]


class Note(NamedTuple):
    """Something to tell the user, one line or several."""

    text: str


class Unsupported(NamedTuple):
    """Something at `place` that is not carried over, and why."""

    place: str
    why: str


if TYPE_CHECKING:
    Item = AcceptedFinding | ExcludedPath | DisabledRule | ImportedRule | Note | Unsupported | Ignore


@dataclass(frozen=True, slots=True)
class MigrationResult:
    """Everything that was read, by kind, ready to be written."""

    items: tuple[Item, ...] = ()

    def __add__(self, more: Iterable[Item]) -> MigrationResult:
        """With further items."""
        return MigrationResult((*self.items, *more))

    def __bool__(self) -> bool:
        """Whether anything was read."""
        return bool(self.items)

    @property
    def accepted(self) -> list[AcceptedFinding]:
        """Findings that the other tool was told to accept."""
        return [item for item in self.items if isinstance(item, AcceptedFinding)]

    @property
    def excluded(self) -> list[str]:
        """Patterns of paths that are not scanned, each once."""
        return list(dict.fromkeys(item.pattern for item in self.items if isinstance(item, ExcludedPath)))

    @property
    def disabled(self) -> list[str]:
        """Ids of rules that are switched off, each once."""
        return list(dict.fromkeys(item.id for item in self.items if isinstance(item, DisabledRule)))

    @property
    def rules(self) -> list[dict[str, Any]]:
        """Rules as tables of gitleaks' format."""
        return [item.table for item in self.items if isinstance(item, ImportedRule)]

    @property
    def ignores(self) -> list[Ignore]:
        """Ignores, with the place that each comes from."""
        from keyscan.suppressions.ignore import Ignore

        return [item for item in self.items if isinstance(item, Ignore)]

    @property
    def notes(self) -> list[str]:
        """What to tell the user."""
        return [item.text for item in self.items if isinstance(item, Note)]

    @property
    def unsupported(self) -> list[Unsupported]:
        """What is not carried over, and why."""
        return [item for item in self.items if isinstance(item, Unsupported)]
