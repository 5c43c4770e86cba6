"""`keyscan fleet`: thousands of repositories, distributed, resumable, with coverage first."""

from __future__ import annotations

import re
from functools import partial
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from keyscan.api import enabled, load_rules
from keyscan.cli import fleet_progress, fleet_sources, fleet_verification, output
from keyscan.cli.command import Command
from keyscan.cli.messages import say
from keyscan.cli.options import rotation_days_option, shared
from keyscan.cli.verify_options import VerifySettings, verify_options
from keyscan.errors import ExitCode, IncompleteError, UsageError
from keyscan.fleet import audit, inventory
from keyscan.fleet.forges import FORGES
from keyscan.fleet.model import FleetOptions, Repository, RepositoryResult, Status
from keyscan.fleet.reports.registry import FORMATS, render
from keyscan.fleet.store import Store
from keyscan.fleet.summary import Summary, summarize
from keyscan.model.rule import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    _ParamType = click.ParamType[int]  # generic from click 8.2 on
else:
    _ParamType = click.ParamType

_SIZE = re.compile(r"(\d+(?:\.\d+)?)\s*([KMGT]?)i?B?\Z", re.IGNORECASE)
_UNITS = {"": 1, "k": 1 << 10, "m": 1 << 20, "g": 1 << 30, "t": 1 << 40}


# The shared options that apply to every repository.
_SHARED = frozenset({"rules", "disable", "min_severity", "exit_zero"})


class Size(_ParamType):
    """A number of bytes: 50G, 512M, 1000."""

    name = "size"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """The bytes that `value` stands for."""
        if isinstance(value, int):
            return value
        match = _SIZE.match(str(value).strip())
        if not match:
            self.fail(f"{value!r} is not a size; write 50G or 512M", param, ctx)
        return int(float(match[1]) * _UNITS[match[2].lower()])


def _source_options(function: Any) -> Any:
    helps = {
        "github-org": "All repositories of this GitHub organisation.",
        "github-user": "All public repositories of this GitHub user.",
        "gitlab-group": "All projects of this GitLab group and its subgroups.",
        "gitea-org": "All repositories of this Gitea or Forgejo organisation.",
        "bitbucket-workspace": "All repositories of this Bitbucket workspace.",
        "hf-org": "All models, datasets and spaces of this Hugging Face organisation or user.",
    }
    for name in reversed(list(FORGES)):
        function = click.option(f"--{name}", multiple=True, metavar="NAME", help=helps[name])(function)
    return function


@click.command(name="fleet", cls=Command)
@click.argument("sources", nargs=-1, metavar="[SOURCES]...")
@click.option(
    "--state",
    required=True,
    type=click.Path(file_okay=False, path_type=Path),
    metavar="DIR",
    help="Directory of the state: what was audited, clones, cache. Created if needed.",
)
@_source_options
@click.option("--base-url", default="", metavar="URL", help="Address of a self-hosted forge's API.")
@click.option("--include", multiple=True, metavar="GLOB", help="Audit only repositories whose name matches.")
@click.option("--exclude", multiple=True, metavar="GLOB", help="Leave out repositories whose name matches.")
@click.option("--archived/--no-archived", default=True, help="Audit archived repositories too (default: yes).")
@click.option("--forks/--no-forks", default=True, help="Audit forks too (default: yes).")
@click.option("--visibility", type=click.Choice(["public", "private", "internal"]), help="Only with this visibility.")
@click.option("--pushed-since", metavar="DATE", default="", help="Only if pushed on or after DATE (2026-01-31).")
@click.option("--scheduler", metavar="ADDRESS", help="Dask scheduler to use (default: a cluster on this machine).")
@click.option("-j", "--jobs", type=click.IntRange(1), help="Workers of the cluster on this machine (default: cores).")
@click.option("--disk", type=Size(), default=0, metavar="SIZE", help="Disk budget for all clones, for example 50G.")
@click.option("--memory", type=Size(), default=0, metavar="SIZE", help="Memory limit of one audit, for example 2G.")
@click.option(
    "--timeout",
    type=click.FloatRange(1),
    default=3600,
    show_default=True,
    metavar="SECONDS",
    help="Time limit of one repository, clone included.",
)
@click.option("--keep", is_flag=True, help="Keep clones, and update them in later runs.")
@click.option("--no-email", is_flag=True, help="Leave e-mail addresses out of the state and the reports.")
@rotation_days_option
@click.option(
    "--report",
    "reports",
    multiple=True,
    metavar="FORMAT=FILE",
    help=f"Write a report ({', '.join(FORMATS)}); may be given several times.",
)
@click.option(
    "--sarif-dir",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="DIR",
    help="Write one SARIF file for each repository into DIR.",
)
@click.option(
    "--log-format",
    type=click.Choice(["auto", "text", "json"]),
    default="auto",
    help="How to show progress (auto: live on a terminal, otherwise one line per repository).",
)
@verify_options
@partial(shared, only=_SHARED)
def command(sources: tuple[str, ...], state: Path, verify: VerifySettings, **values: Any) -> int:
    """Audit the whole history of many repositories.

    SOURCES are files with one repository per line (URL or path, optionally a branch), `-` for such a list on standard
    input, repositories, or directories that contain clones. Configuration of the audited repositories is ignored.
    """  # fmt: skip
    reports = [_report(text) for text in values["reports"]]
    filters = fleet_sources.filters_of(values)
    if not sources and not any(values[name.replace("-", "_")] for name in FORGES):
        raise click.UsageError("name at least one source: a list, a directory, or an option such as --github-org")
    store = Store(state)
    try:
        wanted, failed = fleet_sources.repositories_of(sources, values, store)
        reasons = [(one, filters.reason(one)) for one in inventory.distinct(wanted)]
        options = _options(state, store.salt, values)
        kept = [one for one, reason in reasons if not reason]
        todo = store.begin(
            [*kept, *(one for one, _ in failed)], [pair for pair in reasons if pair[1]], _key_of(options)
        )
        for one, reason in failed:
            store.record(RepositoryResult(one, Status.UNREACHABLE, reason))
        lost = {one.key for one, _ in failed}
        interrupted, problem = _audit(store, [one for one in todo if one.key not in lost], options, values)
        if verify.verify and not interrupted and not problem:
            interrupted = _verify(store, options, verify)
        summary = summarize(store, interrupted=interrupted)
        code = summary.exit_code
        if verify.verify:
            summary, code = fleet_verification.filtered(summary, verify)
        _write(summary, reports, values["sarif_dir"], store, options)
    finally:
        store.close()
    if problem:
        raise IncompleteError(problem)
    return ExitCode.CLEAN if values["exit_zero"] and code == ExitCode.FINDINGS else code


def _audit(store: Store, todo: list[Repository], options: FleetOptions, values: dict[str, Any]) -> tuple[bool, str]:
    """Audit `todo`; (interrupted, what ended the run early). Either way the state holds all that was finished."""
    from keyscan.fleet.executor import DaskExecutor, SchedulerLost

    if not todo:
        store.finish()
        return False, ""
    try:
        with (
            DaskExecutor(options, values["scheduler"], values["jobs"] or 0) as executor,
            fleet_progress.listener(values["log_format"]) as listener,
        ):
            audit.run(store, executor, todo, options, listener)
    except KeyboardInterrupt:
        return True, ""
    except SchedulerLost as error:
        return False, str(error)
    store.finish()
    return False, ""


def _verify(store: Store, options: FleetOptions, choices: VerifySettings) -> bool:
    """Ask about the secrets of the state; whether that was interrupted."""
    try:
        say(f"keyscan: {fleet_verification.verify(store, options, choices)}", err=True)
    except KeyboardInterrupt:
        return True
    return False


def _options(state: Path, salt: str, values: dict[str, Any]) -> FleetOptions:
    """The options of the audit; RuleError or UsageError for rules that no worker could load."""
    enabled(load_rules([Path(path) for path in values["rules"]]), values["disable"], "--disable")
    return FleetOptions(
        state=str(state.absolute()),
        salt=salt,
        min_severity=Severity[(values["min_severity"] or "medium").upper()],
        rules=tuple(str(Path(path).absolute()) for path in values["rules"]),
        disable=values["disable"],
        keep=values["keep"],
        emails=not values["no_email"],
        rotation_days=values["rotation_days"],
        timeout=values["timeout"],
        memory=values["memory"],
        disk=values["disk"],
    )


def _key_of(options: FleetOptions) -> str:
    """A key made of the options that decide what is found: an interrupted run is continued only under the same ones."""
    parts = (options.min_severity, options.rules, options.disable, options.emails)
    return blake2b(repr(parts).encode("utf-8", "surrogateescape"), digest_size=8).hexdigest()


def _report(text: str) -> tuple[str, str]:
    name, equals, file = text.partition("=")
    if not equals or not file or name not in FORMATS:
        raise UsageError(f"--report {text}: write FORMAT=FILE; formats: {', '.join(FORMATS)}")
    return name, file


def _write(
    summary: Summary, reports: list[tuple[str, str]], sarif_dir: Path | None, store: Store, options: FleetOptions
) -> None:
    for name, file in reports:
        output.write_file(file, render(name, summary))
    if sarif_dir is not None:
        for name, text in _sarif(store, options):
            sarif_dir.mkdir(parents=True, exist_ok=True)
            output.write_file(str(sarif_dir / name), text)
    output.emit(render("console", summary))


def _sarif(store: Store, options: FleetOptions) -> Iterator[tuple[str, str]]:
    from keyscan.fleet.reports import sarif

    rules = {rule.id: rule for rule in load_rules([Path(path) for path in options.rules])}
    return sarif.documents(store, rules)
