"""Command line over project over organisation: option values and configuration files -> one `Settings`."""

from __future__ import annotations

import os
import stat
import time
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import click

from keyscan.cli.config_keys import FILES, common_options, key_of, own_values, schema
from keyscan.config import loader as configuration
from keyscan.config.loader import Config, Loader
from keyscan.errors import BaselineError, ConfigError, UsageError
from keyscan.model.rule import Severity
from keyscan.reporters.registry import REPORTERS
from keyscan.scan.result import ScanOptions
from keyscan.support.globs import BadGlob, Globs
from keyscan.suppressions.baseline import Baseline, load
from keyscan.suppressions.policy import SuppressionPolicy

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from keyscan.config.loader import Read
    from keyscan.git.command import Git
    from keyscan.suppressions.ignore import Ignore

# Values that add to the configuration's instead of replacing them.
_ADDING = frozenset({"rules", "disable", "exclude"})
# Commands whose configuration is not the working tree's.
FROM_GIT = frozenset({"staged", "pre-push", "pre-receive"})


@dataclass(frozen=True, slots=True)
class Settings:
    """What the command line and the configuration ask for, together."""

    format: str = "console"
    output: str | None = None
    reports: tuple[tuple[str, str], ...] = ()
    min_severity: Severity = Severity.MEDIUM
    exit_zero: bool = False
    show_secrets: bool = False
    show_ignored: bool = False
    rules: tuple[str, ...] = ()
    disable: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    engine: str = "auto"
    jobs: int = 0
    color: bool | None = None
    salt: str = ""
    builtin_rules: bool = True
    baseline: str = configuration.BASELINE
    inline_ignores: str = "all"
    isolated: bool = False
    root: str = ""
    trusted: bool = False
    config: Config = field(default_factory=Config)
    accepted: Baseline = field(default_factory=Baseline)
    ignores: SuppressionPolicy = field(default_factory=SuppressionPolicy)

    @property
    def options(self) -> ScanOptions:
        """The part that the scan needs."""
        return ScanOptions(
            self.min_severity,
            self.salt,
            self.show_secrets,
            line_hashes="sarif" in self.formats,
            ignores=self.ignores,
            show_ignored=self.show_ignored,
        )

    @property
    def formats(self) -> set[str]:
        """The formats of all reports that are asked for."""
        return {self.format, *(name for name, _ in self.reports)}

    def own(self, name: str, given: Any) -> Any:
        """The value of a command's own option: `given` on the command line, else its key in the command's table."""
        ctx = click.get_current_context()
        table = self.config.commands.get(ctx.info_name or "", {})
        return own_values(ctx, table).get(name, given)


def root_of(start: str = ".") -> str:
    """The root of the repository that `start` is in, else `start`'s own directory; absolute."""
    here = os.path.abspath(start)  # noqa: PTH100
    top = here if os.path.isdir(here) else os.path.dirname(here)  # noqa: PTH112, PTH120
    place = top
    while True:
        if os.path.lexists(os.path.join(place, ".git")):  # noqa: PTH118
            return place
        above = os.path.dirname(place)  # noqa: PTH120
        if above == place:
            return top
        place = above


def tree_reader(root: str) -> Read:
    """Reads files of the working tree at `root`; a file that is no plain one is an error, never waited for."""

    def read(name: str) -> bytes | None:
        file = os.path.join(root, os.path.expanduser(name))  # noqa: PTH111, PTH118
        try:
            if not stat.S_ISREG(os.stat(file).st_mode):  # noqa: PTH116
                raise ConfigError(f"{name}: not a plain file")
            with open(file, "rb") as handle:  # noqa: PTH123
                return handle.read(_LARGEST + 1)
        except (FileNotFoundError, NotADirectoryError):
            return None
        except OSError as error:
            raise ConfigError(f"{name}: cannot be read: {error.strerror}") from error

    return read


_LARGEST = 64 << 20


def git_reader(git: Git, revision: str, root: str, ready: Mapping[str, bytes | None] | None = None) -> Read:
    """Reads files of a commit, or of the index for "", without the working tree; `ready` are those read already.

    Files outside of the repository (an organisation's) are read from the disk.
    """
    outside = tree_reader(root)

    def read(name: str) -> bytes | None:
        if ready is not None and name in ready:
            return ready[name]
        if os.path.isabs(name) or name.startswith(("..", "~")):  # noqa: PTH117
            return outside(name)
        found = next(git.objects([f"{revision}:{name}".encode("utf-8", "surrogateescape")]))
        return found[1] if found and found[0] == b"blob" else None

    return read


def load_config(ctx: click.Context, root: str, read: Read | None) -> Config:
    """The configuration in force; kept for the rest of the command."""
    kept = ctx.meta.get("keyscan.config")
    if isinstance(kept, Config):
        return kept
    named = ctx.params.get("config")
    if ctx.params.get("isolated"):
        found = Config()
    elif named:
        file = os.path.abspath(named).replace(os.sep, "/")  # noqa: PTH100
        found = Loader(schema(), tree_reader(root), trusted=True).named(file)
    else:
        found = Loader(schema(), read or tree_reader(root)).find()
    ctx.meta["keyscan.config"] = found
    return found


def defaults(ctx: click.Context, values: dict[str, Any]) -> dict[str, Any]:
    """`values` of a command with its own table of the configuration applied."""
    if (ctx.info_name or "") in FROM_GIT:
        return values
    config = load_config(ctx, _root_for(ctx), None)
    table = config.commands.get(ctx.info_name or "", {})
    return {**values, **own_values(ctx, table)}


def _root_for(ctx: click.Context) -> str:
    """The repository that a command works in: that of its paths if they agree, else the current one."""
    paths = ctx.params.get("paths") or [ctx.params[name] for name in ("directory", "repo") if ctx.params.get(name)]
    roots = {root_of(path) for path in paths if path != "-" and os.path.lexists(path)}
    return roots.pop() if len(roots) == 1 else root_of()


def settings_of(values: dict[str, Any], root: Path | None = None, read: Read | None = None) -> Settings:
    """The settings for the option values of a command.

    `root`: the repository, when it is not that of the command's paths. `read`: how to read configuration and
    baseline when they are not the working tree's (see `git_reader`).
    """
    ctx = click.get_current_context()
    place = os.fspath(root) if root else _root_for(ctx)
    config = load_config(ctx, place, read)
    given = {key: value for key, value in values.items() if value is not None and value != () and key != "config"}
    for key, value in _configured(config, place, trusted=bool(values.get("config"))).items():
        if key not in given:
            given[key] = value
        elif key in _ADDING:
            given[key] = (*value, *given[key])
    if "min_severity" in given:
        given["min_severity"] = Severity[given["min_severity"].upper()]
    given["reports"] = tuple(map(_report_target, given.get("reports", ())))
    given["baseline"] = _named(values.get("baseline"), place) or given.get("baseline") or configuration.BASELINE
    if given.get("rules"):
        config = replace(config, ignores=config.ignores + _carried(given["rules"]))
    accepted = _accepted(given, config, read or tree_reader(place))
    ignores = _ignores(given, config, accepted, place)
    given.pop("require_reasons", None)
    given.setdefault("salt", ignores.salts[0])
    return Settings(
        **given,
        root=place,
        trusted=bool(values.get("config")),
        config=config,
        accepted=accepted,
        ignores=ignores,
    )


def _configured(config: Config, root: str, *, trusted: bool) -> dict[str, Any]:
    """The values of `config` by the names that options have."""
    names = {key_of(option): option.name or "" for option in common_options()} if config.values else {}
    found: dict[str, Any] = {}
    for key, value in config.values.items():
        if key == "extends":
            continue
        made: Any = value.value
        if key in FILES and key != "baseline":
            made = tuple(os.path.join(root, one) for one in made) if isinstance(made, tuple) else made  # noqa: PTH118
        if key == "output":
            made = writable(made, root, value.source, trusted=trusted)
        if key == "report":
            made = tuple(_in_root(one, root, value.source, trusted=trusted) for one in made)
        found[names.get(key) or key.replace("-", "_")] = made
    return found


def _in_root(report: str, root: str, source: str, *, trusted: bool) -> str:
    name, separator, file = report.partition("=")
    return f"{name}{separator}{writable(file, root, source, trusted=trusted)}" if file else report


def writable(file: str, root: str, source: str, *, trusted: bool) -> str:
    """Where a configured report goes; a scanned repository may not have files written outside of itself."""
    place = os.path.realpath(os.path.join(root, file))  # noqa: PTH118
    top = os.path.realpath(root)
    below = os.path.relpath(place, top).split(os.sep) if place.startswith(top + os.sep) else []  # noqa: PTH206
    if not trusted and (not below or ".git" in [part.lower() for part in below]):
        raise ConfigError(f"{source}: {file} is not in the repository; a report may go there with --output only")
    return place


def _report_target(text: str) -> tuple[str, str]:
    name, separator, file = text.partition("=")
    if name not in REPORTERS or not separator or not file:
        raise UsageError(f"--report {text}: write FORMAT=FILE, with one of {', '.join(REPORTERS)}")
    return name, file


def _carried(paths: tuple[str, ...]) -> tuple[Ignore, ...]:
    """The allowlists that rule files of other tools hold."""
    from pathlib import Path

    from keyscan.ruleset import gitleaks
    from keyscan.ruleset import loader as ruleset

    return tuple(gitleaks.ignores_of(file for path in paths for file in ruleset.rule_files(Path(path))))


def _named(file: str | None, root: str) -> str | None:
    """A file that the command line names, counted from the root if it is below it."""
    if not file:
        return None
    place = os.path.abspath(file)  # noqa: PTH100
    below = os.path.relpath(place, root) if place.startswith(root + os.sep) else place
    return below.replace(os.sep, "/")


def _accepted(given: dict[str, Any], config: Config, read: Read) -> Baseline:
    """The baseline in force: none is fine, unless it was asked for by name."""
    if given.get("isolated"):
        return Baseline()
    file = given["baseline"]
    data = read(file)
    if data is None:
        source = config.values.get("baseline")
        if source is not None or file != configuration.BASELINE:
            by = f" ({source.source})" if source else ""
            if not click.get_current_context().meta.get("keyscan.new-baseline"):
                raise BaselineError(f"{file}: no such baseline{by}; make it with: keyscan baseline create")
        return Baseline()
    return load(data, file)


def _ignores(given: dict[str, Any], config: Config, accepted: Baseline, root: str) -> SuppressionPolicy:
    if given.get("isolated"):
        return SuppressionPolicy(salts=("",), inline="none", exclude=tuple(given.get("exclude", ())))
    try:
        Globs(given.get("exclude", ()))
    except BadGlob as error:
        source = config.values.get("exclude")
        raise ConfigError(f"{source.source if source else '--exclude'}: exclude: {error}") from error
    salts = dict.fromkeys([*([given["salt"]] if given.get("salt") else []), *accepted.salts, ""])
    here = os.path.relpath(os.getcwd(), root).replace(os.sep, "/")  # noqa: PTH109
    return SuppressionPolicy(
        entries=config.ignores,
        known=accepted.reasons(),
        salts=tuple(salts),
        inline=given.get("inline_ignores", "all"),
        exclude=tuple(given.get("exclude", ())),
        require_reasons=bool(given.get("require_reasons")),
        today=time.strftime("%Y-%m-%d"),
        root=root.replace(os.sep, "/"),
        prefix="" if here == "." else here,
    )


def with_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """`function` called with its command's own table of the configuration applied to its values."""
    from functools import wraps

    @wraps(function)
    def wrapper(**values: Any) -> Any:
        ctx = click.get_current_context(silent=True)
        return function(**(defaults(ctx, values) if ctx else values))

    return wrapper
