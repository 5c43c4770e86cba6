"""The settings of a run, complete and typed, from the command line and the configuration."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from keyscan.config.schema import BASELINE, Config
from keyscan.model.rule import Precision, Severity
from keyscan.suppressions.baseline import Baseline
from keyscan.suppressions.policy import SuppressionPolicy

if TYPE_CHECKING:
    from collections.abc import Set as AbstractSet


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings of one run.

    `root` is the repository (or directory) that configuration and baseline are from. `trusted`: the user named the
    configuration. `trusted_rules` are those of `rules` that the user named, not the repository. `reports` are (format,
    file) besides the main one; `color` None: on a terminal only. `accepted` is the baseline, `ignores` the policy made
    of it, of `[[ignore]]` entries and of inline markers.
    """

    format: str = "console"
    output: str | None = None
    reports: tuple[tuple[str, str], ...] = ()
    min_severity: Severity = Severity.MEDIUM
    min_precision: Precision = Precision.LOW
    exit_zero: bool = False
    show_secrets: bool = False
    show_ignored: bool = False
    rules: tuple[str, ...] = ()
    trusted_rules: tuple[str, ...] = ()
    disable: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    engine: str = "auto"
    jobs: int = 0
    color: bool | None = None
    salt: str = ""
    builtin_rules: bool = True
    baseline: str = BASELINE
    inline_ignores: str = "all"
    isolated: bool = False
    root: str = ""
    trusted: bool = False
    config: Config = field(default_factory=Config)
    accepted: Baseline = field(default_factory=Baseline)
    ignores: SuppressionPolicy = field(default_factory=SuppressionPolicy)

    @property
    def formats(self) -> AbstractSet[str]:
        """The formats of all reports that are asked for."""
        return {self.format, *(name for name, _ in self.reports)}
