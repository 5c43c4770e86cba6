"""A [[rules]] table to a Rule, every field checked."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, NoReturn

from keyscan.model.rule import Companion, Help, Precision, Rule, Severity
from keyscan.ruleset import bindings, patterns
from keyscan.ruleset.fields import Faults, Fields
from keyscan.ruleset.keyword_proof import requires_one_of
from keyscan.ruleset.regex_syntax import MAX_MAX_LENGTH, parse_tree, prefix_of_secret
from keyscan.ruleset.required_literals import required

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
    "hygiene",
)
HYGIENE = "hygiene"
FILTERS = ("provider", "generic", "none")
_ID = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*\Z")


@dataclass(frozen=True, slots=True)
class RuleFile:
    """What the rules of one file share; `source` names it in errors."""

    source: str
    provider: str
    category: str
    help: Help


def rule_of(entry: dict[str, Any], number: int, file: RuleFile, faults: Faults) -> Rule:
    """Read the `number`th [[rules]] table of a file, from 0; what is not valid is noted in `faults`."""
    label = f"{file.source}: rule {entry.get('id') or f'number {number + 1}'}"
    fields = Fields(entry, label, faults, ("rules", number))
    rule_id = fields.text("id", required=True)
    if rule_id and not _ID.match(rule_id):
        fields.fault("id must be lower-case letters, digits and single hyphens", "id")
    if file.category == HYGIENE:
        return _without_pattern(fields, rule_id, file)
    context = fields.texts("context")
    value = fields.text("value")
    pattern = fields.attempt(lambda: _pattern(fields, context, value), "")
    # What does not compile has neither length nor words, and that it does not is said once.
    prefix = fields.attempt(lambda: _literal_prefix(pattern, fields), None) if pattern else None
    pattern = "" if prefix is None else pattern
    keywords = _keywords(fields, pattern, context, file)
    if pattern and not keywords:
        fields.fault("no keywords: give literals of which every match contains one")
    rule = Rule(
        id=rule_id,
        name=fields.text("name") or rule_id,
        provider=fields.text("provider") or file.provider,
        category=file.category,
        pattern=pattern,
        keywords=keywords,
        severity=Severity[fields.one_of("severity", [s.label for s in Severity], "medium").upper()],
        precision=Precision[
            fields.one_of("precision", [p.label for p in Precision], "medium").upper().replace("-", "_")
        ],
        max_length=_max_length(fields, pattern, value) + (patterns.REACH if context and value else 0),
        min_entropy=fields.number("min_entropy", 0.0, 8.0),
        checks=fields.texts("checks"),
        filters=fields.one_of("filters", FILTERS, "generic" if file.category == "generic" else "provider"),
        prefix=prefix or "",
        env=fields.texts("env"),
        context=context,
        value=value,
        companion=_companion(fields.below("companion")) if "companion" in fields else None,
        template=fields.text("template"),
        examples=fields.texts("examples"),
        negatives=fields.texts("negatives"),
        help=help_of(fields.below("help"), file.help),
        public=fields.flag("public"),
        test=fields.flag("test"),
        one_line=fields.flag("one_line"),
        unique=fields.flag("unique"),
        source=file.source,
    )
    fields.done()
    return rule


def _without_pattern(fields: Fields, rule_id: str, file: RuleFile) -> Rule:
    """Read a rule whose findings come from code of keyscan's own, which no other file can add to."""
    if not file.source.endswith(f"{HYGIENE}.toml"):
        fields.fault(f"the category {HYGIENE} is for findings of keyscan's own code: use another")
    rule = Rule(
        id=rule_id,
        name=fields.text("name", required=True),
        provider=file.provider,
        category=HYGIENE,
        pattern="",
        keywords=(),
        severity=Severity[fields.one_of("severity", [s.label for s in Severity]).upper()],
        precision=Precision.HIGH,
        max_length=0,
        filters="none",
        help=help_of(fields.below("help"), file.help),
        source=file.source,
    )
    fields.done()
    return rule


def _keywords(fields: Fields, pattern: str, context: tuple[str, ...], file: RuleFile) -> tuple[str, ...]:
    """The literals of which every match holds one: those that are given, else those that the expression demands.

    A user's own are proven here, the built-in rules' by the tests.
    """
    given = tuple(word.lower() for word in fields.texts("keywords") or context)
    if not pattern or (given and (context or file.category != "custom")):
        return given
    try:
        if given and requires_one_of(pattern, given):
            return given
        return required(pattern) or given
    except ValueError:
        return given  # said where the pattern is checked


def _max_length(fields: Fields, pattern: str, value: str) -> int:
    """The most bytes of a match, or of a named rule's value; the expression's own where none is given."""
    if fields.peek("max_length") is not None:
        return fields.whole("max_length", 1, MAX_MAX_LENGTH)
    if not pattern:
        return 1
    try:
        high = int(parse_tree(value if value and fields.peek("context") else pattern).getwidth()[1])
    except ValueError:
        return 1  # said where the pattern is checked
    if high > MAX_MAX_LENGTH:
        key = "value" if value else "pattern"
        fields.fault(
            f"{key} can match without bound: write bounds such as {{1,200}} for * and +, or give max_length", key
        )
        return 1
    return max(high, 1)


def _pattern(fields: Fields, context: tuple[str, ...], value: str) -> str:
    pattern = fields.text("pattern")
    if bool(pattern) == bool(value):
        fields.fail("give either pattern (with a group named secret) or value")
    if value:
        if context:
            return patterns.named(context, value)
        one_length = _has_one_length(value)
        marked = one_length and patterns.MARKED.search(value) is not None
        fixed = one_length or patterns.LAST_PART.search(value) is not None
        checked = bool(fields.peek("checks"))
        proved = one_length and _has_checksum(fields)
        return patterns.bare(value, proved=proved, fixed=fixed, marked=marked, checked=checked)
    try:
        return bindings.expanded(pattern)
    except KeyError as error:
        fields.fail(f"pattern: no part named {error.args[0]} in keyscan/ruleset/bindings.toml", "pattern")


def _has_checksum(fields: Fields) -> bool:
    """Whether a checksum tells where a value of fixed length ends, whatever follows it."""
    checks = fields.peek("checks")
    return isinstance(checks, list) and not patterns.CHECKSUMS.isdisjoint(map(str, checks))


def _has_one_length(value: str) -> bool:
    try:
        low, high = parse_tree(value).getwidth()
    except ValueError:
        return False  # said where the pattern is checked
    return bool(low == high)


def _literal_prefix(pattern: str, fields: Fields) -> str:
    """The fixed text with which the secret begins: public, so reports may show it."""
    value = fields.peek("value")
    key = "value" if value else "pattern"
    named = bool(value and fields.peek("context"))
    try:
        # What stands round a named rule's value is ours, and takes ten times longer to parse than the value.
        tree = parse_tree(f"(?P<secret>{value})" if named else pattern)
    except ValueError as error:
        _uncompiled(fields, key, error)
    number = tree.state.groupdict.get("secret")
    if number is None:
        fields.fail("pattern has no group named secret: write (?P<secret>...)", key)
    low, high = tree.getwidth()
    if not low:
        fields.fail(f"{key} matches the empty string", key)
    limit = fields.peek("max_length")
    if isinstance(limit, int) and high > limit:
        fields.fail(
            f"{key} can match {'without bound' if high > MAX_MAX_LENGTH * 4 else f'{high} bytes'}, "
            f"more than its max_length of {limit}",
            "max_length",
        )
    return prefix_of_secret(tree)


def _uncompiled(fields: Fields, key: str, error: ValueError) -> NoReturn:
    """Fail with what is wrong in the text of `key` itself, at its place there; a value is parsed within more."""
    try:
        parse_tree(str(fields.peek(key)))
    except ValueError as own:
        error = own
    what, _, position = str(error).partition(" at position ")
    match = re.match(r"\d+", position)
    fields.fail(f"{key} does not compile: {what}", key, int(match[0]) if match else -1)


def help_of(fields: Fields, base: Help) -> Help:
    """The `help` table in `fields`; what it lacks is taken from `base`."""
    result = Help(
        opens=fields.text("opens") or base.opens,
        revoke_url=fields.text("revoke_url") or base.revoke_url,
        link=fields.text("link") or base.link,
        steps=fields.texts("steps") or base.steps,
    )
    fields.done()
    return result


def _companion(fields: Fields) -> Companion:
    severity = fields.one_of("severity", [s.label for s in Severity], "") if "severity" in fields else ""
    companion = Companion(
        name=fields.text("name", required=True),
        pattern=fields.text("pattern", required=True),
        distance=fields.whole("distance", 1, 4096),
        required=fields.flag("required"),
        severity=Severity[severity.upper()] if severity else None,
    )
    fields.done()
    try:
        tree = parse_tree(companion.pattern)
    except ValueError as error:
        fields.fault(f"pattern does not compile: {error}", "pattern")
    else:
        if companion.pattern and "secret" not in tree.state.groupdict:
            fields.fault("pattern has no group named secret", "pattern")
    return companion
