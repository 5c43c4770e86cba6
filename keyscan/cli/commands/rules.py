"""`keyscan rules`: list, show and check the rules."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from keyscan.api import load_rules
from keyscan.cli.command import Group
from keyscan.cli.messages import say
from keyscan.errors import ExitCode, RuleError, UsageError
from keyscan.model.rule import count_secret_rules
from keyscan.ruleset import loader
from keyscan.support.plural import plural
from keyscan.support.suggestions import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Sequence

    from keyscan.model.rule import Rule


@click.group(name="rules", cls=Group)
def command() -> None:
    """List, show and validate rules."""


@command.command(name="list")
@click.option("--rules", "paths", multiple=True, metavar="PATH", help="Add the rules of this file or directory.")
def list_rules(paths: tuple[str, ...]) -> int:
    """List every rule: id, severity, provider, name."""
    rules = (*load_rules([Path(path) for path in paths]), *loader.hygiene_rules().values())
    width = max(len(rule.id) for rule in rules)
    ordered = sorted(rules, key=lambda rule: (rule.provider.lower(), rule.id))
    say(*(f"{rule.id:{width}}  {rule.severity.label:8}  {rule.provider}: {rule.name}" for rule in ordered))
    say(f"keyscan: {_kinds(rules)}", err=True)
    return ExitCode.CLEAN


@command.command(name="show")
@click.argument("rule_id")
@click.option("--rules", "paths", multiple=True, metavar="PATH", help="Add the rules of this file or directory.")
def show(rule_id: str, paths: tuple[str, ...]) -> int:
    """Show one rule: what it finds, how precise it is, what its key gives access to and how to revoke it."""
    rules = {rule.id: rule for rule in load_rules([Path(path) for path in paths])} | loader.hygiene_rules()
    rule = rules.get(rule_id)
    if rule is None:
        raise UsageError(f"no rule {rule_id}{did_you_mean(rule_id, rules, ' (see: keyscan rules list)')}")
    say(f"{rule.id}: {rule.name} ({rule.provider}, {rule.category})")
    say(f"severity   {rule.severity.label}, precision {rule.precision.label}")
    if rule.keywords:
        say(f"keywords   {', '.join(rule.keywords)}")
    if rule.checks:
        say(f"checks     {', '.join(rule.checks)}")
    say(f"pattern    {rule.pattern}" if rule.pattern else "found by   keyscan env")
    if rule.env:
        say(f"variables  {', '.join(rule.env)}")
    if rule.help.opens:
        say(f"opens      {rule.help.opens}")
    if rule.help.revoke_url:
        say(f"revoke     {rule.help.revoke_url}")
    if rule.help.steps:
        say(*(f"do         {step}" for step in rule.help.steps))
    if rule.help.link:
        say(f"more       {rule.help.link}")
    return ExitCode.CLEAN


@command.command(name="check")
@click.argument("files", nargs=-1, type=click.Path())
def check(files: tuple[str, ...]) -> int:
    """Validate rules: every field is valid, both engines compile them, examples match and negatives do not.

    Without FILES, checks the built-in rules.
    """
    from keyscan.engine import rule_check

    places = [Path(file) for file in files] or [loader.builtin_dir()]
    problems: list[str] = []
    rules = []
    taken: dict[str, str] = {}
    for file in (file for place in places for file in loader.rule_files(place)):
        try:
            for rule in loader.read(file):
                if rule.id in taken:
                    problems.append(f"{file}: rule {rule.id}: the id is taken by {taken[rule.id]}")
                taken[rule.id] = str(file)
                rules.append(rule)
        except RuleError as error:
            problems += error.messages
    at = {place: where for file in {rule.source for rule in rules} for place, where in _places(Path(file))}
    for problem in rule_check.problems([rule for rule in rules if rule.pattern]):
        source, label, what = problem.split(": ", 2)
        problems.append(f"{at.get((source, label), source)}: {label}: {what}")
    problems.extend(line for line in _table_problems(places) if line not in problems)
    summary = f"keyscan: checked {_kinds(rules) or 'no rules'}: {plural(len(problems), 'problem')}"
    say(*problems, summary)
    return ExitCode.USAGE if problems else ExitCode.CLEAN


def _kinds(rules: Sequence[Rule]) -> str:
    """How many rules there are, by what they judge; the first figure is the one that reports give."""
    secrets = count_secret_rules(rules)
    files = sum(rule.category == "hygiene" for rule in rules)
    code = len(rules) - secrets - files
    parts = ((secrets, "for secrets"), (code, "for code that handles them"), (files, "for files of secrets"))
    return ", ".join(f"{plural(number, 'rule')} {what}" for number, what in parts if number)


def _table_problems(places: list[Path]) -> list[str]:
    """One line for each wrong [[verify]] or [[revoke]] table; every answer row is tried with an answer that fits it."""
    from keyscan.ruleset import verification
    from keyscan.verify.answers import unreachable

    known = {
        rule.id
        for place in (loader.builtin_dir(), *places)
        for file in loader.rule_files(place)
        for rule in _parsed(file)
    }
    problems = []
    for file in (file for place in places for file in loader.rule_files(place)):
        try:
            tables = verification.load([file])
        except RuleError as error:
            problems.append(str(error))
            continue
        named = [(table.kind, rule) for table in tables.verify for rule in table.rules]
        named += [(table.kind, rule) for table in tables.revoke for rule in table.rules]
        problems += [f"{file}: {kind}: there is no rule {rule}" for kind, rule in named if rule not in known]
        for probe in tables.verify:
            problems += [f"{file}: {probe.kind}: answer {row} is never reached" for row in unreachable(probe)]
    if not problems:
        try:  # together with the built-in ones, as `keyscan verify --rules` reads them
            verification.load([loader.builtin_dir(), *(place for place in places if not _is_builtin(place))])
        except RuleError as error:
            problems.append(str(error))
    return problems


def _is_builtin(place: Path) -> bool:
    """Whether `place` is the directory of the built-in rules or one of its files."""
    return place.resolve().is_relative_to(loader.builtin_dir().resolve())


def _places(file: Path) -> list[tuple[tuple[str, str], str]]:
    """The place of each rule in a file, by the file and the rule as problems name them."""
    return [((str(file), f"rule {rule_id}"), place) for rule_id, place in loader.places(file).items()]


def _parsed(file: Path) -> list[Rule]:
    try:
        return loader.read(file)
    except RuleError:
        return []  # reported by the check itself
