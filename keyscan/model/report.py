"""The outcome of a run, with its exit code."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from keyscan.errors import ExitCode

if TYPE_CHECKING:
    from collections.abc import Mapping

    from keyscan.model.blob import Skip
    from keyscan.model.finding import Finding
    from keyscan.model.rule import Rule


@dataclass(frozen=True, slots=True)
class Stats:
    """What a run covered; `known` objects were not read again, since an earlier run had found what they hold."""

    files: int = 0
    blobs: int = 0
    commits: int = 0
    bytes: int = 0
    rules: int = 0
    known: int = 0


@dataclass(frozen=True, slots=True)
class RunInfo:
    """When and where a scan ran: `command` of keyscan, its start in UTC (`yyyy-mm-ddThh:mm:ss`) and duration.

    `root` is the work tree's root, `base` the directory that relative paths start from (empty: the root), both
    absolute with forward slashes; `revision`, `branch` and `remote` are of the repository, where there is one;
    `first_commit`, which has no parent, is asked for before a push only.
    `invocation` is how keyscan can be called here, in a shell; `can_fix` says whether what `keyscan fix` needs is
    installed there, `pre_commit` whether pre-commit or prek runs this, from an environment that it made.
    """

    command: str = ""
    started: str = ""
    seconds: float = 0.0
    root: str = ""
    base: str = ""
    revision: str | None = None
    first_commit: str | None = None
    branch: str | None = None
    remote: str | None = None
    invocation: str = "keyscan"
    can_fix: bool = True
    pre_commit: bool = False


@dataclass(frozen=True, slots=True)
class Report:
    """The outcome of a run: what reporters receive, and nothing else.

    `findings` are new and count; `known` are in the baseline; `ignored` were told to be fine; `hidden`
    counts findings below the minimum severity, `imprecise` others below the minimum precision. `notes`
    are one-line remarks for the user (unused ignores).
    `show_ignored`: the user wants known and ignored findings listed too.
    """

    findings: tuple[Finding, ...] = ()
    known: tuple[Finding, ...] = ()
    ignored: tuple[Finding, ...] = ()
    skipped: tuple[Skip, ...] = ()
    stats: Stats = field(default_factory=Stats)
    rules: Mapping[str, Rule] = field(default_factory=dict)
    hidden: int = 0
    imprecise: int = 0
    notes: tuple[str, ...] = ()
    show_ignored: bool = False
    interrupted: bool = False
    run: RunInfo = field(default_factory=RunInfo)

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
