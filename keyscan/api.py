"""The public Python API: `Scanner` finds secrets in texts, bytes and files, and gives a `Report`.

Every command scans with it, and so may your own program (`docs/api.md`). What is exported by `keyscan` itself stays
compatible within a major version.
"""

from __future__ import annotations

import os
import time
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from keyscan.errors import IncompleteError, UsageError
from keyscan.model.rule import Rule, Severity
from keyscan.scan.report import make_report, timed
from keyscan.scan.result import ScanOptions, ScanResult
from keyscan.scan.scanner import scan_blobs, scan_files, size_of, targets_kept
from keyscan.support.suggestions import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Sequence
    from contextlib import AbstractContextManager

    from keyscan.config.settings import Settings
    from keyscan.engine.matcher import Matcher
    from keyscan.model.blob import Blob, Skip
    from keyscan.model.finding import Finding
    from keyscan.model.match import Match
    from keyscan.model.report import Report, RunInfo
    from keyscan.scan.report import VerifiedFindings
    from keyscan.sources.files import Target

_TEXT = "<text>"


@dataclass(frozen=True)
class Scanner:
    """Rules, the engine and suppressions together: scans what it is given, reads no configuration.

    `engine`: auto, hyperscan or regex. `jobs`: processes for files, 0 for one per core. Not for several threads at
    once; a scanner may be pickled, and then compiles its rules again. `compiling` makes a context that is entered while
    the rules are compiled, seconds once per version; afterwards they are loaded.
    """

    rules: tuple[Rule, ...]
    options: ScanOptions = field(default_factory=ScanOptions)
    engine: str = "auto"
    jobs: int = 0
    compiling: Callable[[], AbstractContextManager[object]] = field(default=nullcontext, repr=False, compare=False)
    _matchers: dict[bool, Matcher] = field(default_factory=dict, init=False, repr=False, compare=False)

    def __reduce__(self) -> tuple[object, ...]:
        """Travels to other processes without what it compiled."""
        return Scanner, (self.rules, self.options, self.engine, self.jobs)

    @classmethod
    def default(
        cls,
        *,
        min_severity: Severity = Severity.MEDIUM,
        rules: Sequence[str | os.PathLike[str]] = (),
        disable: Sequence[str] = (),
        salt: str = "",
        jobs: int = 1,
    ) -> Scanner:
        """A scanner with the built-in rules, those of the files or directories `rules`, and without `disable`.

        Raises RuleError for a rule file that is not valid, UsageError for a name in `disable` that no rule has.
        """
        kept = enabled(load_rules([Path(path) for path in rules]), disable, "disable")
        return cls(kept, ScanOptions(min_severity, salt), jobs=jobs)

    @classmethod
    def of(
        cls,
        settings: Settings,
        *,
        without: Collection[str] = (),
        compiling: Callable[[], AbstractContextManager[object]] = nullcontext,
    ) -> Scanner:
        """The scanner that `settings` ask for; `without`: rule categories that are left out."""
        where = settings.config.values.get("disable")
        named = f"{where.source}: disable" if where and set(where.value) >= set(settings.disable) else "--disable"
        rules = load_rules([Path(path) for path in settings.rules], builtin=settings.builtin_rules)
        rules = tuple(rule for rule in enabled(rules, settings.disable, named) if rule.category not in without)
        options = ScanOptions(
            settings.min_severity,
            settings.salt,
            settings.show_secrets,
            line_hashes="sarif" in settings.formats,
            ignores=settings.ignores,
            show_ignored=settings.show_ignored,
            min_precision=settings.min_precision,
        )
        return cls(rules, options, settings.engine, settings.jobs, compiling)

    def matcher(self, size: int | None = None) -> Matcher:
        """The engine for `size` bytes; None: unknown. Compiled or loaded once per kind."""
        from keyscan.engine import build

        # What was made for much input does for little too.
        if matcher := self._matchers.get(False):
            return matcher
        small = self.engine == "auto" and build.is_small(self.rules, size)
        matcher = self._matchers.get(small)
        if matcher is None:
            engine = "regex" if small else self.engine
            matcher = self._matchers[small] = build.matcher(self.rules, engine, self.compiling)
        return matcher

    def matches(self, data: bytes, path: str = "", *, size: int | None = None) -> list[Match]:
        """The matches in `data`, in order of place, with plaintext, suppressed ones too; `path` says what file it is.

        `size`: how much is going to be scanned in all, if that is more than `data`. Raises IncompleteError where a
        bound was hit (a rule took too long, too much is encoded), so that nobody takes the text for clean.
        """
        result = self.matcher(len(data) if size is None else size).scan(data, path=path)
        if result.limits:
            raise IncompleteError("; ".join(result.limits))
        return result.matches

    def scan_text(self, text: str, name: str = _TEXT) -> Report:
        """Scan a text; `name` is the path that findings give, and says what kind of file it is."""
        return self.scan_bytes(text.encode("utf-8", "surrogatepass"), name)

    def scan_bytes(self, data: bytes, name: str = _TEXT) -> Report:
        """Scan the contents of a file: text in any encoding that keyscan reads, a notebook, an archive."""
        from keyscan.model.blob import Blob, Origin

        started = time.perf_counter()
        blob = Blob(data, Origin(name))
        return self.report(self.scan_blobs([blob]), timed(started))

    def scan_path(self, *paths: str | os.PathLike[str], everything: bool = False) -> Report:
        """Scan files and directories; in a git work tree without what git ignores, unless `everything` is asked for.

        What cannot be read is in the report's `skipped`, and `complete` is false. Raises UsageError for a path that
        does not exist.
        """
        started = time.perf_counter()
        result = self.scan_files(self.targets(paths or (".",), everything=everything))
        return self.report(result, timed(started))

    def targets(self, paths: Iterable[str | os.PathLike[str]], *, everything: bool = False) -> list[Target | Skip]:
        """The files at `paths` that are to be scanned, without those that the configuration excludes."""
        from keyscan.sources import files

        targets = files.targets([os.fspath(path) for path in paths], everything=everything)
        ignores = self.options.ignores
        return targets_kept(targets, ignores) if ignores else list(targets)

    def scan_files(self, targets: list[Target | Skip]) -> ScanResult:
        """Read and scan files, spread over `jobs` processes where there is enough to do."""
        matcher = self._matchers.get(False) or self.matcher(size_of(targets))
        return scan_files(targets, matcher, self.options, self.jobs)

    def scan_blobs(self, items: Sequence[Blob | Skip]) -> ScanResult:
        """Scan what was read already, in this process."""
        size = sum(len(item.data) for item in items if hasattr(item, "data"))
        return scan_blobs(items, self.matcher(size), self.options)

    def report(
        self,
        result: ScanResult,
        run: RunInfo,
        verify: Callable[[tuple[Finding, ...]], VerifiedFindings] | None = None,
    ) -> Report:
        """The report on a finished scan; `verify` asks about the new findings in it."""
        return make_report(result, self.matcher(0), self.options, run, verify)

    def with_options(self, options: ScanOptions) -> Scanner:
        """The same rules and compiled engine under other options."""
        scanner = replace(self, options=options)
        scanner._matchers.update(self._matchers)  # noqa: SLF001 - another of its own kind
        return scanner


def load_rules(paths: Sequence[Path] = (), *, builtin: bool = True) -> tuple[Rule, ...]:
    """The built-in rules and those of `paths`; RuleError for a file that is not valid."""
    from keyscan.ruleset import cache

    return cache.load_rules(paths, builtin=builtin)


def enabled(rules: tuple[Rule, ...], disable: Sequence[str], named: str) -> tuple[Rule, ...]:
    """`rules` without those that `disable` lists; UsageError for an unknown name. `named`: where the list is from."""
    if not disable:
        return rules
    from keyscan.ruleset.loader import hygiene_rules

    known = {rule.id for rule in rules} | set(hygiene_rules())
    for rule_id in disable:
        if rule_id not in known:
            hint = did_you_mean(rule_id, known, "; see: keyscan rules list")
            raise UsageError(f"{named} {rule_id}: no such rule{hint}")
    return tuple(rule for rule in rules if rule.id not in disable)


@cache
def _shared() -> Scanner:
    return Scanner.default()


def scan_text(text: str, name: str = _TEXT) -> Report:
    """Scan a text with the built-in rules."""
    return _shared().scan_text(text, name)


def scan_bytes(data: bytes, name: str = _TEXT) -> Report:
    """Scan the contents of a file with the built-in rules."""
    return _shared().scan_bytes(data, name)


def scan_path(*paths: str | os.PathLike[str]) -> Report:
    """Scan files and directories with the built-in rules; the configuration of a repository does not count."""
    return _shared().scan_path(*paths)
