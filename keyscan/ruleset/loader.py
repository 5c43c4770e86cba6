"""Rules: TOML files -> `tuple[Rule, ...]`, every field validated, and the place where the built-in ones are."""

from __future__ import annotations

import difflib
import re
import tomllib
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from keyscan.errors import RuleError
from keyscan.model.rule import Companion, Help, Precision, Rule, Severity
from keyscan.ruleset import patterns
from keyscan.support.storage import rules_directory

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

CATEGORIES = (
    "ai",
    "cloud",
    "secret-manager",
    "dev",
    "data",
    "messaging",
    "payments-mail",
    "generic",
    "practice",
    "custom",
)
FILTERS = ("provider", "generic", "none")
_ID = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*\Z")
# A rule whose context is more than its value is bounded by the widths of names and glue.
MAX_MAX_LENGTH = 32_768


def builtin_dir() -> Path:
    """The directory of the built-in rules; RuleError when the installation has none."""
    place = Path(rules_directory())
    if place.is_dir():
        return place
    raise RuleError(f"{place}: the built-in rules are missing; install keyscan again")


def rule_files(path: Path) -> list[Path]:
    """The rule files that `path` (a file or a directory) stands for, sorted by name."""
    if path.is_dir():
        found = sorted(path.glob("*.toml"))
        if not found:
            raise RuleError(f"{path}: no .toml rule file in this directory")
        return found
    if not path.exists():
        raise RuleError(f"{path}: no such rule file")
    return [path]


def load(paths: Iterable[Path]) -> tuple[Rule, ...]:
    """All rules of the files and directories `paths`, in order; RuleError at the first that is not valid."""
    rules: dict[str, Rule] = {}
    for path in paths:
        for file in rule_files(path):
            document = read(file)
            foreign = _foreign(document)
            for rule in parse(document, str(file)):
                if rule.id in rules and foreign:
                    # A team's rule for what has a built-in one: both stay.
                    rule = replace(rule, id=f"{rule.id}-custom")  # noqa: PLW2901
                if rule.id in rules:
                    raise RuleError(f"{file}: rule {rule.id}: the id is taken by {rules[rule.id].source}")
                rules[rule.id] = rule
    return tuple(rules.values())


def read(file: Path) -> dict[str, Any]:
    """The parsed TOML of `file`; RuleError names the file and the position."""
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise RuleError(f"{file}: cannot be read: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise RuleError(f"{file}: not valid TOML: {error}") from error


def _foreign(document: dict[str, Any]) -> bool:
    """Whether a parsed rule file may be another tool's: ours name a provider."""
    return "provider" not in document and any(key in document for key in ("rules", "allowlist", "allowlists", "extend"))


def parse(document: dict[str, Any], source: str) -> list[Rule]:
    """The rules in one parsed rule file, ours or gitleaks'; `source` names it in errors."""
    if _foreign(document):
        from keyscan.ruleset import gitleaks

        if not gitleaks.is_ours(document):
            return gitleaks.parse(document, source)
    head = Fields(document, source)
    provider = head.text("provider", required=True)
    category = head.one_of("category", CATEGORIES, "custom")
    common = _help(head.table("help"), Help(), source)
    entries = head.tables("rules")
    head.tables("verify"), head.tables("revoke")  # read by ruleset/verification.py when they are asked for
    head.done()
    if not entries:
        raise RuleError(f"{source}: no [[rules]] in it")
    seen: set[str] = set()
    rules = []
    for number, entry in enumerate(entries, 1):
        rule = _rule(entry, number, _File(source, provider, category, common))
        if rule.id in seen:
            raise RuleError(f"{source}: rule {rule.id}: the id stands twice in this file")
        seen.add(rule.id)
        rules.append(rule)
    return rules


class _File:
    """What the rules of one file share."""

    def __init__(self, source: str, provider: str, category: str, common: Help) -> None:
        self.source, self.provider, self.category, self.help = source, provider, category, common


def _rule(entry: dict[str, Any], number: int, file: _File) -> Rule:
    fields = Fields(entry, f"{file.source}: rule {entry.get('id') or f'number {number}'}")
    rule_id = fields.text("id", required=True)
    if not _ID.match(rule_id):
        fields.fail("id must be lower-case letters, digits and single hyphens")
    context = fields.texts("context")
    value = fields.text("value")
    pattern = _pattern(fields, context, value)
    companion = fields.table("companion")
    rule = Rule(
        id=rule_id,
        name=fields.text("name", required=True),
        provider=fields.text("provider") or file.provider,
        category=file.category,
        pattern=pattern,
        keywords=tuple(word.lower() for word in fields.texts("keywords") or context),
        severity=Severity[fields.one_of("severity", [s.label for s in Severity]).upper()],
        precision=Precision[fields.one_of("precision", [p.label for p in Precision]).upper().replace("-", "_")],
        max_length=fields.whole("max_length", 1, MAX_MAX_LENGTH) + (patterns.REACH if context and value else 0),
        min_entropy=fields.number("min_entropy", 0.0, 8.0),
        checks=fields.texts("checks"),
        filters=fields.one_of("filters", FILTERS, "generic" if file.category == "generic" else "provider"),
        prefix=_literal_prefix(pattern, fields),
        env=fields.texts("env"),
        context=context,
        value=value,
        companion=_companion(companion, fields.where) if companion else None,
        template=fields.text("template"),
        examples=fields.texts("examples"),
        negatives=fields.texts("negatives"),
        help=_help(fields.table("help"), file.help, fields.where),
        public=fields.flag("public"),
        test=fields.flag("test"),
        one_line=fields.flag("one_line"),
        source=file.source,
    )
    fields.done()
    if not rule.keywords:
        fields.fail("no keywords: give literals of which every match contains one")
    if not rule.template and not rule.examples:
        fields.fail("no template and no examples: nothing proves it")
    return rule


def _pattern(fields: Fields, context: tuple[str, ...], value: str) -> str:
    pattern = fields.text("pattern")
    if bool(pattern) == bool(value):
        fields.fail("give either pattern (with a group named secret) or value")
    if value:
        return patterns.named(context, value) if context else patterns.bare(value)
    return pattern


def parse_tree(pattern: str) -> Any:
    """The syntax tree of `pattern` as the standard library reads it; ValueError when it is not valid."""
    from re import _parser  # type: ignore[attr-defined]

    try:
        return _parser.parse(pattern.encode("utf-8"))
    except (re.error, OverflowError, RecursionError) as error:
        raise ValueError(str(error)) from error


def _literal_prefix(pattern: str, fields: Fields) -> str:
    """The fixed text with which the secret begins: public, so reports may show it."""
    value = fields.peek("value")
    named = bool(value and fields.peek("context"))
    try:
        # What stands round a named rule's value is ours, and takes ten times longer to parse than the value.
        tree = parse_tree(f"(?P<secret>{value})" if named else pattern)
    except ValueError as error:
        fields.fail(f"pattern does not compile: {error}")
    number = tree.state.groupdict.get("secret")
    if number is None:
        fields.fail("pattern has no group named secret: write (?P<secret>...)")
    low, high = tree.getwidth()
    if not low:
        fields.fail("pattern matches the empty string")
    limit = fields.peek("max_length")
    if isinstance(limit, int) and high > limit:
        fields.fail(
            f"pattern can match {'without bound' if high > MAX_MAX_LENGTH * 4 else f'{high} bytes'}, "
            f"more than its max_length of {limit}"
        )
    return _prefix(tree)


def literal_prefix(pattern: str) -> str:
    """The fixed text with which the secret of an expression begins."""
    return _prefix(parse_tree(pattern))


def _prefix(tree: Any) -> str:
    text = ""
    for op, argument in _unwrapped(_find_group(tree, tree.state.groupdict["secret"])):
        if str(op) != "LITERAL" or argument > 127:  # noqa: PLR2004 - one byte, one character
            break
        text += chr(argument)
    return text


def _unwrapped(items: Any) -> list[tuple[Any, Any]]:
    """`items` with groups at their start opened, so that a literal at the start of a group counts."""
    flat: list[tuple[Any, Any]] = []
    for op, argument in items:
        if str(op) == "SUBPATTERN":
            flat.extend(_unwrapped(argument[3]))
        elif str(op) not in {"AT", "ASSERT", "ASSERT_NOT"}:
            flat.append((op, argument))
    return flat


def _find_group(items: Any, number: int) -> Any:
    """The inside of capture group `number` in a syntax tree."""
    for op, argument in items:
        name = str(op)
        if name == "SUBPATTERN":
            if argument[0] == number:
                return argument[3]
            children = [argument[3]]
        elif name == "BRANCH":
            children = argument[1]
        elif name in {"MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"}:
            children = [argument[2]]
        elif name == "ATOMIC_GROUP":
            children = [argument]
        else:
            continue
        for child in children:
            found = _find_group(child, number)
            if found is not None:
                return found
    return None


def _help(table: dict[str, Any], base: Help, where: str) -> Help:
    if not table:
        return base
    fields = Fields(table, f"{where}: help")
    made = Help(
        opens=fields.text("opens") or base.opens,
        revoke_url=fields.text("revoke_url") or base.revoke_url,
        link=fields.text("link") or base.link,
        steps=fields.texts("steps") or base.steps,
    )
    fields.done()
    return made


def _companion(table: dict[str, Any], where: str) -> Companion:
    fields = Fields(table, f"{where}: companion")
    severity = fields.one_of("severity", [s.label for s in Severity], "")
    made = Companion(
        name=fields.text("name", required=True),
        pattern=fields.text("pattern", required=True),
        distance=fields.whole("distance", 1, 4096),
        required=fields.flag("required"),
        severity=Severity[severity.upper()] if severity else None,
    )
    fields.done()
    try:
        tree = parse_tree(made.pattern)
    except ValueError as error:
        fields.fail(f"pattern does not compile: {error}")
    if "secret" not in tree.state.groupdict:
        fields.fail("pattern has no group named secret")
    return made


class Fields:
    """A table read field by field; what was never asked for is an unknown field."""

    def __init__(self, table: dict[str, Any], where: str) -> None:
        self._table, self.where, self._known = table, where, set[str]()

    def fail(self, message: str) -> NoReturn:
        """Raise RuleError, naming the file and the rule."""
        raise RuleError(f"{self.where}: {message}")

    def peek(self, key: str) -> Any:
        """The raw value of `key`, without counting it as read."""
        return self._table.get(key)

    def _get(self, key: str, kind: type | tuple[type, ...], what: str) -> Any:
        self._known.add(key)
        value = self._table.get(key)
        if value is not None and (not isinstance(value, kind) or isinstance(value, bool) is not (kind is bool)):
            self.fail(f"{key} must be {what}")
        return value

    def __contains__(self, key: str) -> bool:
        return key in self._table

    def raw(self, key: str, kind: type | tuple[type, ...], what: str) -> Any:
        """The value of `key`, which must be of this type; None when absent."""
        return self._get(key, kind, what)

    def text(self, key: str, *, required: bool = False) -> str:
        """A string; empty when absent."""
        value = self._get(key, str, "a string")
        if required and not value:
            self.fail(f"{key} is missing")
        return value or ""

    def texts(self, key: str) -> tuple[str, ...]:
        """A list of non-empty strings; empty when absent."""
        values = self._get(key, list, "a list of strings") or []
        if not all(isinstance(value, str) and value for value in values):
            self.fail(f"{key} must be a list of non-empty strings")
        return tuple(values)

    def whole(self, key: str, low: int, high: int) -> int:
        """A required whole number from `low` to `high`."""
        value = self._get(key, int, "a whole number")
        if value is None:
            self.fail(f"{key} is missing")
        if not low <= value <= high:
            self.fail(f"{key} must be from {low} to {high}")
        return int(value)

    def number(self, key: str, low: float, high: float) -> float:
        """A number from `low` to `high`; `low` when absent."""
        value = self._get(key, (int, float), "a number")
        if value is None:
            return low
        if not low <= value <= high:
            self.fail(f"{key} must be from {low} to {high}")
        return float(value)

    def flag(self, key: str) -> bool:
        """A boolean; false when absent."""
        return bool(self._get(key, bool, "true or false"))

    def one_of(self, key: str, allowed: Iterable[str], default: str | None = None) -> str:
        """One of `allowed`; `default` when absent, required when that is None."""
        value = self.text(key, required=default is None) or default or ""
        choices = list(allowed)
        if value and value not in choices:
            self.fail(f"{key} is {value!r}, not one of {', '.join(choices)}")
        return value

    def table(self, key: str) -> dict[str, Any]:
        """A table; empty when absent."""
        return self._get(key, dict, "a table") or {}

    def tables(self, key: str) -> list[dict[str, Any]]:
        """An array of tables; empty when absent."""
        values = self._get(key, list, "an array of tables") or []
        if not all(isinstance(value, dict) for value in values):
            self.fail(f"{key} must be an array of tables: write [[{key}]]")
        return list(values)

    def done(self) -> None:
        """Raise RuleError if a field is left that nobody asked for."""
        for key in self._table:
            if key not in self._known:
                near = difflib.get_close_matches(key, self._known, 1)
                self.fail(f"unknown field {key}" + (f"; did you mean {near[0]}?" if near else ""))


def select(rules: tuple[Rule, ...], keep: Callable[[Rule], bool]) -> tuple[Rule, ...]:
    """The rules for which `keep` is true, in order."""
    return tuple(rule for rule in rules if keep(rule))
