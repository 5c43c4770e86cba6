"""What was read from another scanner's files, item by item, and what of it could not be carried over."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from keyscan.suppressions.ignore import Ignore


class AcceptedFinding(NamedTuple):
    """A finding that was accepted in another tool: by its place, and its hash where the tool keeps one.

    `place` is the file and line that say so; `line` 0: anywhere in the file `path`, "" for any file. `digests` are
    hexadecimal SHA-1 or SHA-256 of the secret; without any and without a line, all that is found in the file is meant.
    """

    place: str
    path: str
    line: int = 0
    commit: str = ""
    digests: tuple[str, ...] = ()
    reason: str = ""


class ExcludedPath(NamedTuple):
    """A pattern in gitignore's syntax for `exclude`, with the comments that stand at it."""

    pattern: str
    comments: tuple[str, ...] = ()


class DisabledRule(NamedTuple):
    """The id of a built-in rule for `disable`, with the comments that stand at it."""

    id: str
    comments: tuple[str, ...] = ()


class ImportedRule(NamedTuple):
    """A rule as a table of gitleaks' format, with the place that it is from and the comments that stand there."""

    table: dict[str, Any]
    place: str = ""
    comments: tuple[str, ...] = ()


class AllowedFor(NamedTuple):
    """An ignore, the name of the other tool's rule that it is for ("" for all), and the comments that stand at it."""

    ignore: Ignore
    rule: str = ""
    comments: tuple[str, ...] = ()


class FurtherFile(NamedTuple):
    """Another file of the tool `kind`, named at `place`; `name` is its path from the root."""

    kind: str
    name: str
    place: str


class NothingToDo(NamedTuple):
    """Something at `place` that keyscan needs no setting for; reports count these by `why`, a plural."""

    place: str
    why: str


class Note(NamedTuple):
    """Something to tell the user, one line or several."""

    text: str


# Rules that a message names.
_NAMED = 4


class Unsupported(NamedTuple):
    """Something at `place` that is not carried over, and why."""

    place: str
    why: str


def _named(rules: Sequence[str]) -> str:
    """The rules by their ids; many are counted, since the configuration that is written lists them."""
    if len(rules) <= _NAMED:
        return ", ".join(rules)
    return f"{', '.join(rules[:_NAMED])} and {len(rules) - _NAMED} more"


def disabled(place: str, what: str, rules: Sequence[str], comments: tuple[str, ...] = ()) -> Iterator[Item]:
    """`rules` to be disabled: the counterparts of `what`, disabled at `place`; Unsupported where there are none."""
    if not rules:
        yield Unsupported(place, f"{what} has no counterpart in keyscan (see: keyscan rules list)")
        return
    yield Note(f"{place}: {what} is here: {_named(rules)}; disable less in .keyscan.toml if you like")
    yield from (DisabledRule(rule_id, comments if rule_id == rules[0] else ()) for rule_id in rules)


if TYPE_CHECKING:
    Item = (
        AcceptedFinding
        | ExcludedPath
        | DisabledRule
        | ImportedRule
        | AllowedFor
        | FurtherFile
        | NothingToDo
        | Note
        | Unsupported
    )


Kind = TypeVar("Kind")


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

    def of(self, kind: type[Kind]) -> list[Kind]:
        """The items of one kind, in the order in which they were read."""
        return [item for item in self.items if isinstance(item, kind)]

    def without(self, kind: type) -> MigrationResult:
        """What is left when all items of one kind are taken out."""
        return MigrationResult(tuple(item for item in self.items if not isinstance(item, kind)))
