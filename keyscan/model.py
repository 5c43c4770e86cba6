"""The types that travel between the layers: frozen, standard library only.

`Blob` (bytes and where they are from) -> `Match` (a rule and a span) -> `Finding` (complete, redacted)
-> `Report` (all of it, with its own exit code). Plaintext lives in `Blob` and `Match` only.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum
from typing import TYPE_CHECKING

from keyscan.errors import ExitCode

if TYPE_CHECKING:
    from collections.abc import Mapping


class Severity(IntEnum):
    """How bad it is if the finding is true; ordered, so that `>=` compares."""

    INFO = 0
    LOW = 1
    MEDIUM = 2
    HIGH = 3
    CRITICAL = 4

    @property
    def label(self) -> str:
        """The lower-case name, as users write it."""
        return self.name.lower()


class Precision(IntEnum):
    """How sure the rule is that a match is a secret; ordered."""

    LOW = 0
    MEDIUM = 1
    HIGH = 2
    VERY_HIGH = 3

    @property
    def label(self) -> str:
        """The name as SARIF and the rule files write it, `very-high`."""
        return self.name.lower().replace("_", "-")


@dataclass(frozen=True, slots=True)
class Help:
    """What a user needs to act on a finding of a rule."""

    opens: str = ""
    revoke_url: str = ""
    link: str = ""
    steps: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Companion:
    """The second half of a credential: looked for within `distance` bytes on either side of the first.

    `required`: no finding without it. `severity`: what the finding becomes with it.
    """

    name: str
    pattern: str
    distance: int
    required: bool = False
    severity: Severity | None = None


@dataclass(frozen=True, slots=True)
class Rule:
    """One kind of secret; `docs/rule-format.md` describes each field as users write it.

    `pattern` is the whole expression, context included, with one group named `secret`.
    `keywords` are literals (compared without case) of which every match contains at least one.
    `max_length` bounds, in bytes, any match of `pattern`; `one_line` says that no match holds a line's end.
    """

    id: str
    name: str
    provider: str
    category: str
    pattern: str
    keywords: tuple[str, ...]
    severity: Severity
    precision: Precision
    max_length: int
    min_entropy: float = 0.0
    checks: tuple[str, ...] = ()
    filters: str = "provider"
    prefix: str = ""
    env: tuple[str, ...] = ()
    context: tuple[str, ...] = ()
    value: str = ""
    companion: Companion | None = None
    template: str = ""
    examples: tuple[str, ...] = ()
    negatives: tuple[str, ...] = ()
    help: Help = field(default_factory=Help)
    public: bool = False
    test: bool = False
    one_line: bool = False
    source: str = ""


@dataclass(frozen=True, slots=True)
class Origin:
    """Where bytes are from.

    `path` is relative to the repository's root (or as the user named it), with forward slashes, decoded
    as UTF-8 with surrogates for bytes that are not.
    `commit` and its fields are set for history only. `kind` is file, stdin, commit-message, tag-message, ref.
    `member` is what `path` ends in when that leads into an archive: `!/` and the member's name.
    """

    path: str
    kind: str = "file"
    commit: str | None = None
    author: str | None = None
    email: str | None = None
    date: str | None = None
    blob: str | None = None
    member: str = ""

    @property
    def file(self) -> str:
        """The path of the file itself: of the archive for what is inside one."""
        return self.path.removesuffix(self.member) if self.member else self.path


@dataclass(frozen=True, slots=True)
class Blob:
    """Bytes to scan, and where they are from; the bytes may hold secrets, so `repr` hides them.

    A piece of something larger says the line and column of its first byte, and how many of its first bytes
    the piece before had too.
    """

    data: bytes = field(repr=False)
    origin: Origin
    line: int = 1
    column: int = 1
    overlap: int = 0


@dataclass(frozen=True, slots=True)
class Skip:
    """Something that was not read, or not wholly, and why.

    `incomplete`: the user asked for it, so the scan can't be called complete (exit 3).
    """

    path: str
    reason: str
    incomplete: bool = False


@dataclass(frozen=True, slots=True)
class Span:
    """Half-open byte offsets [start, end) into the text that was scanned."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Match:
    """A rule that matched: offsets into the scanned text, and the secret in plain bytes (`repr` hides it).

    `severity` and `precision` start as the rule's and move with the evidence, which `evidence` lists.
    """

    rule: Rule
    start: int
    end: int
    secret_start: int
    secret_end: int
    secret: bytes = field(repr=False)
    severity: Severity = Severity.HIGH
    precision: Precision = Precision.HIGH
    evidence: tuple[str, ...] = ()
    companion: Span | None = None
    companion_secret: bytes = field(default=b"", repr=False)
    decoded: str = ""

    def moved(self, by: int) -> Match:
        """This match that many bytes further on."""
        paired = self.companion
        # Each version of a file moves its matches: `replace` takes four times as long.
        return Match(
            self.rule,
            self.start + by,
            self.end + by,
            self.secret_start + by,
            self.secret_end + by,
            self.secret,
            self.severity,
            self.precision,
            self.evidence,
            Span(paired.start + by, paired.end + by) if paired else None,
            self.companion_secret,
            self.decoded,
        )


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


@dataclass(frozen=True, slots=True)
class Related:
    """Another place that belongs to a finding: the second half of a pair, or another occurrence."""

    message: str
    path: str
    location: Location | None = None
    commit: str | None = None


@dataclass(frozen=True, slots=True)
class Provenance:
    """What history knows of a secret; times in ISO 8601, `exposed_days` counted to the scan's own day."""

    commits: int = 1
    paths: tuple[str, ...] = ()
    in_head: bool | None = None
    in_branches: tuple[str, ...] = ()
    first_seen: str | None = None
    exposed_days: int | None = None
    overdue: bool = False


@dataclass(frozen=True, slots=True)
class Finding:
    """A secret at its place, complete when born, with no plaintext except under `--show-secrets`.

    `status` is new, baseline or ignored; `status_reason` says by what and why.
    `line_hash` is GitHub's `primaryLocationLineHash`, when it was asked for.
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


@dataclass(frozen=True, slots=True)
class Stats:
    """What a run covered; `known` objects were not read again, since an earlier run had found what they hold."""

    files: int = 0
    blobs: int = 0
    commits: int = 0
    bytes: int = 0
    rules: int = 0
    seconds: float = 0.0
    known: int = 0


@dataclass(frozen=True, slots=True)
class Report:
    """The outcome of a run: what reporters receive, and nothing else.

    `findings` are new and count; `known` are in the baseline; `ignored` were told to be fine; `hidden`
    counts findings below the minimum severity. `notes` are one-line remarks for the user (unused ignores).
    `root` is the work tree's root, `base` the directory that relative paths start from (empty: the root), both
    absolute with forward slashes; `started` is the run's start in UTC, `yyyy-mm-ddThh:mm:ss`.
    `show_ignored`: the user wants known and ignored findings listed too.
    """

    findings: tuple[Finding, ...] = ()
    known: tuple[Finding, ...] = ()
    ignored: tuple[Finding, ...] = ()
    skipped: tuple[Skip, ...] = ()
    stats: Stats = field(default_factory=Stats)
    rules: Mapping[str, Rule] = field(default_factory=dict)
    hidden: int = 0
    notes: tuple[str, ...] = ()
    show_ignored: bool = False
    interrupted: bool = False
    root: str = ""
    base: str = ""
    started: str = ""
    command: str = ""
    revision: str | None = None
    branch: str | None = None
    remote: str | None = None

    @property
    def complete(self) -> bool:
        """Whether all that was asked for was read."""
        return not self.interrupted and not any(skip.incomplete for skip in self.skipped)

    @property
    def exit_code(self) -> ExitCode:
        """Findings win over incomplete, an interruption over both."""
        if self.interrupted:
            return ExitCode.INTERRUPTED
        if self.findings:
            return ExitCode.FINDINGS
        return ExitCode.CLEAN if self.complete else ExitCode.INCOMPLETE
