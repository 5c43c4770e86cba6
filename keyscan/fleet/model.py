"""The types of a fleet audit: a repository, the task for a worker, the result. All of them are pickled."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from keyscan.model.blob import Skip
    from keyscan.model.finding import Finding
    from keyscan.model.rule import Severity


class Status(StrEnum):
    """The status of a repository. Only `AUDITED`, `UNCHANGED` and `EMPTY` count as covered."""

    AUDITED = "audited"
    UNCHANGED = "unchanged"  # audited by an earlier run, with the same tips, rules and options
    EMPTY = "empty"
    INCOMPLETE = "incomplete"  # audited, but something in it could not be read
    FAILED = "failed"
    UNREACHABLE = "unreachable"
    FILTERED = "filtered"
    PENDING = "pending"


COVERED = frozenset({Status.AUDITED, Status.UNCHANGED, Status.EMPTY})


@dataclass(frozen=True, slots=True)
class Repository:
    """A repository of the fleet.

    `location` is a URL (https, ssh or file) or an absolute path, never with credentials in it. `local`: audited in
    place, not cloned. `size` is the forge's own figure in bytes, 0 where it gives none. `token_variable` names the
    environment variable that holds the token for cloning; the token itself never travels with a repository.
    """

    name: str
    location: str
    local: bool = False
    branch: str = ""
    archived: bool = False
    fork: bool = False
    visibility: str = ""
    pushed_at: str = ""
    size: int = 0
    token_variable: str = ""
    optional: bool = False  # a wiki: it may not exist

    @property
    def key(self) -> str:
        """What identifies the repository in the state."""
        return f"{self.location}#{self.branch}" if self.branch else self.location


@dataclass(frozen=True, slots=True)
class FleetOptions:
    """What all tasks of a run share.

    `state` is the directory for clones and the object cache, on every machine. `timeout` is in seconds for one
    repository, clone included; `memory` in bytes for one worker's audit process (0: no limit); `disk` in bytes for all
    clones together (0: no limit).
    """

    state: str
    salt: str
    min_severity: Severity
    rules: tuple[str, ...] = ()
    disable: tuple[str, ...] = ()
    engine: str = "auto"
    keep: bool = False
    emails: bool = True
    rotation_days: int = 90
    timeout: float = 3600.0
    memory: int = 0
    disk: int = 0


@dataclass(frozen=True, slots=True)
class Task:
    """One repository to audit; `known` is the digest of what an earlier run audited, empty if none did.

    `jobs`: over how many processes of its machine the audit is spread, more than one for a very large repository.
    """

    repository: Repository
    known: str = ""
    attempt: int = 1
    jobs: int = 1


@dataclass(frozen=True, slots=True)
class OwnedFinding:
    """A finding and whom its path belongs to: CODEOWNERS entries, else its author's name."""

    finding: Finding
    owners: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RepositoryResult:
    """The result of auditing a repository; findings are redacted.

    `digest` stands for the tips, rules and options of the audit. `retry`: the process that audited it ended, which says
    nothing about the repository. `disk` is the clone's size in bytes.
    """

    repository: Repository
    status: Status
    reason: str = ""
    digest: str = ""
    findings: tuple[OwnedFinding, ...] = ()
    skipped: tuple[Skip, ...] = ()
    blobs: int = 0
    commits: int = 0
    bytes: int = 0
    known: int = 0
    seconds: float = 0.0
    disk: int = 0
    retry: bool = field(default=False)
