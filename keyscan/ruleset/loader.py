"""Where rule files are, and how they are read and combined."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from keyscan.errors import RuleError, RuleFileError
from keyscan.model.rule import Help, Rule
from keyscan.ruleset.fields import Fault, Faults, Fields, read_toml
from keyscan.ruleset.schema import CATEGORIES, HYGIENE, RuleFile, help_of, rule_of
from keyscan.support import toml_lines
from keyscan.support.storage import rules_directory

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable


def builtin_dir() -> Path:
    """The directory of the built-in rules; RuleError when the installation has none."""
    place = Path(rules_directory())
    if place.is_dir():
        return place
    raise RuleError(f"{place}: the built-in rules are missing; install keyscan again")


def rule_files(path: Path) -> list[Path]:
    """The rule files that `path` (a file or a directory) stands for, sorted by name."""
    if path.is_dir():
        files = sorted(path.glob("*.toml"))
        if not files:
            raise RuleError(f"{path}: no .toml rule file in this directory")
        return files
    if not path.exists():
        raise RuleError(f"{path}: no such rule file")
    return [path]


def load(paths: Iterable[Path], before: Iterable[Rule] = ()) -> tuple[Rule, ...]:
    """The rules `before` and those with a pattern of the files and directories `paths`, in order.

    Raises RuleError at the first invalid one.
    """
    rules = {rule.id: rule for rule in before}
    for path in paths:
        for file in rule_files(path):
            document = read_toml(file)
            foreign = _foreign(document)
            for rule in parse(document, str(file), file):
                if not rule.pattern:
                    continue  # found by code: see hygiene_rules
                if rule.id in rules and foreign:
                    # A team's rule for what has a built-in one: both stay.
                    rule = replace(rule, id=f"{rule.id}-custom")  # noqa: PLW2901
                if rule.id in rules:
                    raise RuleError(f"{file}: rule {rule.id}: the id is taken by {rules[rule.id].source}")
                rules[rule.id] = rule
    return tuple(rules.values())


@cache
def hygiene_rules() -> dict[str, Rule]:
    """The built-in rules without a pattern, by id: code finds what they describe; RuleError when they are missing."""
    file = builtin_dir() / f"{HYGIENE}.toml"
    return {rule.id: rule for rule in read(file)}


def _foreign(document: dict[str, Any]) -> bool:
    """Whether a parsed rule file may be another tool's: ours name a provider."""
    return "provider" not in document and any(key in document for key in ("rules", "allowlist", "allowlists", "extend"))


def read(file: Path) -> list[Rule]:
    """The rules in a rule file, ours or gitleaks'; RuleError with a line for each fault, with its place."""
    return parse(read_toml(file), str(file), file)


def parse(document: dict[str, Any], source: str, file: Path | None = None) -> list[Rule]:
    """The rules in one parsed rule file; `source` names it in errors, which have places if it is that of `file`."""
    if _foreign(document):
        from keyscan.ruleset import gitleaks

        if not gitleaks.is_ours(document):
            return gitleaks.parse(document, source)
    faults = Faults(source)
    head = Fields(document, source, faults)
    shared = RuleFile(
        source,
        head.text("provider") or "Custom",
        head.one_of("category", CATEGORIES, "custom"),
        help_of(head.below("help"), Help()),
    )
    entries = head.tables("rules")
    head.tables("verify"), head.tables("revoke")  # read by ruleset/verification.py when they are asked for
    head.done()
    if not entries and not faults.faults:
        head.fault("no [[rules]] in it")
    rules = [rule_of(entry, number, shared, faults) for number, entry in enumerate(entries)]
    first: set[str] = set()
    for number, rule in enumerate(rules):
        if rule.id in first and rule.id:
            faults.faults.append(Fault(("rules", number, "id"), f"rule {rule.id}", "the id is used twice in this file"))
        first.add(rule.id)
    if faults.faults:
        raise RuleFileError(tuple(faults.lines(_text(file))))
    return rules


def _text(file: Path | None) -> str:
    """The text of a file that was parsed before; empty when there is none."""
    try:
        return file.read_text(encoding="utf-8") if file else ""
    except (OSError, UnicodeDecodeError):
        return ""


def places(file: Path) -> dict[str, str]:
    """File, line and column of each rule in a rule file, by its id."""
    positions = toml_lines.positions(_text(file))
    entries = read_toml(file).get("rules")
    return {
        str(entry["id"]): f"{file}:{line}:{column}"
        for number, entry in enumerate(entries if isinstance(entries, list) else [])
        if isinstance(entry, dict) and "id" in entry
        for line, column in [positions.get(("rules", number), (1, 1))]
    }


def select(rules: tuple[Rule, ...], keep: Callable[[Rule], bool]) -> tuple[Rule, ...]:
    """The rules for which `keep` is true, in order."""
    return tuple(rule for rule in rules if keep(rule))
