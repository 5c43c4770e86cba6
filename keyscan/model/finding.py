"""A secret at its place: complete, redacted."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from keyscan.model.blob import Origin
    from keyscan.model.rule import Help, Precision, Severity


@dataclass(frozen=True, slots=True)
class Location:
    """A place in a file: lines and columns from 1, columns in code points, `end_column` exclusive.

    `cell` is the notebook's cell, from 1, where there is one; `decoded` names the encoding looked through.
    """

    line: int
    column: int
    end_line: int
    end_column: int
    cell: int | None = None
    decoded: str = ""


# The message of a related place that is another occurrence of the same secret.
ALSO_THERE = "also there"


@dataclass(frozen=True, slots=True)
class Related:
    """Another place that belongs to a finding: the second half of a pair, or another occurrence (`ALSO_THERE`).

    `fingerprint` is of what stands there, where that is a secret of its own: no format shows it.
    """

    message: str
    path: str
    location: Location | None = None
    commit: str | None = None
    fingerprint: str = ""


@dataclass(frozen=True, slots=True)
class Provenance:
    """What history knows of a secret; times in ISO 8601, `exposed_days` counted to the scan's own day.

    `removed` and `removed_in`: when it left its last file, and the full id of that commit; None: is there, or unknown.
    """

    commits: int = 1
    paths: tuple[str, ...] = ()
    in_head: bool | None = None
    in_branches: tuple[str, ...] = ()
    first_seen: str | None = None
    exposed_days: int | None = None
    overdue: bool = False
    removed: str | None = None
    removed_in: str | None = None


@dataclass(frozen=True, slots=True)
class Snippet:
    """The source line of a finding with every secret masked: the finding is at `mark`."""

    before: str
    mark: str
    after: str = ""


@dataclass(frozen=True, slots=True)
class Validity:
    """What the issuer says of a key: `status` is live, limited, dead, unknown or not-checked.

    `reason` is one word for programs, `detail` a sentence for people, `host` who was asked, `checked` when (UTC,
    ISO 8601). `identity` are named facts from the answer (user, organisation, scopes), never the key.
    """

    status: str
    reason: str = ""
    detail: str = ""
    host: str = ""
    checked: str = ""
    identity: tuple[tuple[str, str], ...] = ()


VALIDITIES = ("live", "limited", "dead", "unknown", "not-checked")


@dataclass(frozen=True, slots=True)
class Finding:
    """A secret at its place, complete when born, with no plaintext except under `--show-secrets`.

    `status` is new, baseline or ignored; `status_reason` says by what and why.
    `line_hash` is GitHub's `primaryLocationLineHash`, when it was asked for. `validity` is what the key's issuer
    says, when it was asked. `snippet` is the source line, where there is one.
    """

    rule_id: str
    rule_name: str
    provider: str
    severity: Severity
    precision: Precision
    origin: Origin
    location: Location
    redacted: str
    fingerprint: str
    message: str
    help: Help
    evidence: tuple[str, ...] = ()
    env: tuple[str, ...] = ()
    related: tuple[Related, ...] = ()
    provenance: Provenance | None = None
    status: str = "new"
    status_reason: str = ""
    line_hash: str | None = None
    validity: Validity | None = None
    snippet: Snippet | None = None
    secret: str | None = field(default=None, repr=False)

    @property
    def inline(self) -> bool:
        """Whether it is ignored by a marker in the scanned text itself."""
        return self.status == "ignored" and self.status_reason.startswith("inline")

    @property
    def sort_key(self) -> tuple[str, int, int, str, str, str]:
        """The order of every report: by place, then rule, so that it never depends on scheduling."""
        where = self.location
        commit = self.origin.commit or ""
        return (self.origin.path, where.line, where.column, self.rule_id, commit, self.fingerprint)
