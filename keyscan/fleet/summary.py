"""A fleet's state as numbers and lists: coverage, secrets across repositories, by provider, owner and age."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from keyscan.errors import ExitCode
from keyscan.fleet.model import COVERED, Status

if TYPE_CHECKING:
    from collections.abc import Iterable

    from keyscan.fleet.store import Store
    from keyscan.model.finding import Finding

_AGES = ((7, "up to a week"), (30, "up to a month"), (90, "up to 90 days"), (365, "up to a year"))
_OLDER, _UNDATED = "more than a year", "no date"


@dataclass(frozen=True, slots=True)
class Place:
    """A secret's place in one repository: its oldest commit there, and whom it belongs to."""

    repository: str
    finding: Finding
    owners: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Secret:
    """One secret in all its repositories, the oldest place first; `new`: found by the last run for the first time."""

    places: tuple[Place, ...]
    new: bool

    @property
    def first(self) -> Finding:
        """The oldest finding."""
        return self.places[0].finding

    @property
    def owners(self) -> tuple[str, ...]:
        """All owners, each once, those of the oldest place first."""
        return tuple(dict.fromkeys(owner for place in self.places for owner in place.owners))

    @property
    def days(self) -> int | None:
        """For how many days it has been exposed, at its oldest place."""
        return self.first.provenance.exposed_days if self.first.provenance else None


@dataclass(frozen=True, slots=True)
class Coverage:
    """How many repositories were asked for, and what became of each that was not covered."""

    asked: int
    statuses: dict[str, int]
    missing: tuple[dict[str, Any], ...]
    filtered: int

    @property
    def covered(self) -> int:
        """How many were audited completely, by this run or by an earlier one whose result is still valid."""
        return sum(count for status, count in self.statuses.items() if Status(status) in COVERED)


@dataclass(frozen=True, slots=True)
class Summary:
    """All that the reports of a fleet show."""

    coverage: Coverage
    secrets: tuple[Secret, ...]
    totals: dict[str, int]
    created: str
    interrupted: bool = False

    @property
    def exit_code(self) -> ExitCode:
        """Interrupted over findings over incomplete; clean only if every repository was wholly read."""
        if self.interrupted:
            return ExitCode.INTERRUPTED
        if self.secrets:
            return ExitCode.FINDINGS
        return ExitCode.INCOMPLETE if self.coverage.missing else ExitCode.CLEAN

    def by_provider(self) -> list[tuple[str, int]]:
        """(provider, secrets), most first."""
        return _ranked(secret.first.provider for secret in self.secrets)

    def by_owner(self) -> list[tuple[str, int]]:
        """(owner, secrets), most first; a secret counts for each of its owners."""
        return _ranked(owner for secret in self.secrets for owner in secret.owners or ("nobody known",))

    def by_age(self) -> list[tuple[str, int]]:
        """(age, secrets), youngest first; empty ages are left out."""
        counted = Counter(age_of(secret.days) for secret in self.secrets)
        order = [*(name for _, name in _AGES), _OLDER, _UNDATED]
        return [(name, counted[name]) for name in order if counted[name]]


def age_of(days: int | None) -> str:
    """The age group of an exposure of `days`."""
    if days is None:
        return _UNDATED
    return next((name for most, name in _AGES if days <= most), _OLDER)


def _ranked(names: Iterable[str]) -> list[tuple[str, int]]:
    return sorted(Counter(names).items(), key=lambda item: (-item[1], item[0]))


def summarize(store: Store, *, interrupted: bool = False) -> Summary:
    """The summary of the state as it is now."""
    rows = store.repositories()
    asked = [row for row in rows if row["status"] != Status.FILTERED]
    names = {row["key"]: row["name"] for row in rows}
    statuses = Counter(row["status"] for row in asked)
    missing = tuple(row for row in asked if Status(row["status"]) not in COVERED)
    totals = {name: sum(row[name] for row in asked) for name in ("blobs", "commits", "bytes", "known")}
    return Summary(
        Coverage(len(asked), dict(statuses), missing, len(rows) - len(asked)),
        _secrets(store, names),
        totals,
        time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime()),
        interrupted,
    )


def _secrets(store: Store, names: dict[str, str]) -> tuple[Secret, ...]:
    """One entry a fingerprint: most severe first, then in most repositories, then oldest."""
    places: dict[str, list[Place]] = {}
    old: set[str] = set()
    for key, finding, owners, new in store.findings():
        places.setdefault(finding.fingerprint, []).append(Place(names.get(key, key), finding, owners))
        if not new:
            old.add(finding.fingerprint)
    secrets = [Secret(tuple(sorted(group, key=_age)), fingerprint not in old) for fingerprint, group in places.items()]
    return tuple(sorted(secrets, key=_rank))


def _age(place: Place) -> tuple[str, str, str]:
    """Orders places by the time at which the secret was first seen; undated ones last."""
    known, origin = place.finding.provenance, place.finding.origin
    return ((known and known.first_seen) or origin.date or "~", place.repository, origin.path)


def _rank(secret: Secret) -> tuple[int, int, str, str]:
    return -secret.first.severity, -len(secret.places), _age(secret.places[0])[0], secret.first.fingerprint
