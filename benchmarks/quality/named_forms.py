"""Values of every named rule in the forms of `forms.toml`: which are found, which are told lower, which are missed."""

from __future__ import annotations

import string
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from corpus import names_of, usable

from keyscan.model.rule import Severity
from keyscan.ruleset import templates

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from keyscan.engine.matcher import Matcher
    from keyscan.model.match import Match
    from keyscan.model.rule import Rule

# What ends a value or changes it, by where it stands.
_BARE = set(string.whitespace + "\"'`\\$#;,&|<>(){}!*")
_QUOTED = {"\\", "\n"}
_ADDRESS = set("@/:?#%&[]")
_MARKUP = set('<>&"')
_MARKUP_FILES = (".xml", ".config", ".html", ".plist", ".jmx")
# Between double quotes, these fill in variables.
_SCRIPTS = (".sh", ".php", ".kt", ".kts", ".pl", ".ps1", ".dart", ".groovy", ".gradle", ".yml", ".yaml", ".tf", ".tcl")
# A part of a value that is reported counts as the value if it is most of it.
_MOST = 0.6


@dataclass
class Counts:
    """What became of the values of one form or of one rule."""

    found: int = 0
    lowered: int = 0
    lower: int = 0
    missed: int = 0
    instead: Counter[str] = field(default_factory=Counter)

    @property
    def total(self) -> int:
        """How many values there were."""
        return self.found + self.lowered + self.lower + self.missed

    @property
    def share(self) -> float:
        """Values told by any rule as they should be, or by their own rule and lower because of their place, of all."""
        return (self.found + self.lowered) / max(1, self.total)


def breaking(path: str, form: str) -> set[str]:
    """The characters with which a value would not be one value where `@S@` stands in `form`."""
    before, _, after = form.partition("@S@")
    line = before.rpartition("\n")[2]
    quotes = [quote for quote in "\"'`" if line.count(quote) % 2 and quote in after.partition("\n")[0]]
    found = _QUOTED | set(quotes) if quotes else set(_BARE)
    if quotes and quotes != ["'"] and path.endswith(_SCRIPTS):
        found |= {"$", "!"}
    if "://" in (line.split() or [""])[-1]:
        found |= _ADDRESS
    if path.endswith(_MARKUP_FILES):
        found |= _MARKUP
    return found | {char for char in after[:1] if not char.isalnum()}


def cases(
    rules: list[Rule], forms: dict[str, list[list[str]]], named: Callable[[str, str, str], str]
) -> Iterator[tuple[Rule, str, str, str, str]]:
    """(rule, path, form, value, text) for every rule in every form; the text is empty where the value does not fit."""
    chosen = [(rule, names_of(rule)["@lower@"]) for rule in rules if usable(rule)]
    for group, entries in forms.items():
        for index, (path, form) in enumerate(entries):
            unfit = breaking(path, form) if "@S@" in form else set()
            # A rule whose value counts only behind its vendor's name has nothing to find under another.
            fixed = named(form, "a_b", "") == named(form, "c_d", "")
            for rule, name in chosen:
                value = templates.expand(rule.template, f"form/{group}/{index}/{rule.id}")
                fits = not (unfit.intersection(value) or (fixed and rule.context))
                yield rule, path, form, value, named(form, name, value) if fits else ""


def is_value(match: Match, data: bytes, value: bytes) -> bool:
    """Whether a match holds the value, or is most of it, as it stands or decoded."""
    written = data[match.secret_start : match.secret_end]
    return any(value in text or (text in value and len(text) >= _MOST * len(value)) for text in (match.secret, written))


def measure(
    matcher: Matcher, rules: list[Rule], forms: dict[str, list[list[str]]], named: Callable[[str, str, str], str]
) -> tuple[dict[str, Counts], dict[str, Counts], int]:
    """What became of the values by form and by rule, and how many did not fit."""
    by_form: dict[str, Counts] = defaultdict(Counts)
    by_rule: dict[str, Counts] = defaultdict(Counts)
    skipped = 0
    for rule, path, form, value, text in cases(rules, forms, named):
        if not text:
            skipped += 1
            continue
        data = text.encode()
        matches = [one for one in matcher.scan(data, path=path).matches if is_value(one, data, value.encode())]
        best = max(matches, key=lambda one: one.severity, default=None)
        for counts in (by_form[f"{path}: {form}"], by_rule[rule.id]):
            if best and best.severity >= min(rule.severity, Severity.MEDIUM):
                counts.found += 1
            elif any(one.rule is rule for one in matches):
                # Nothing but the place lowers what a named rule found: a log, a table.
                counts.lowered += 1
            elif best:
                counts.lower += 1
                counts.instead[f"{best.rule.id} {best.severity.label}"] += 1
            else:
                counts.missed += 1
                counts.instead[f"nothing for {rule.id}" if counts is by_form[f"{path}: {form}"] else path] += 1
    return by_form, by_rule, skipped


def report(by_form: dict[str, Counts], by_rule: dict[str, Counts], skipped: int, goal: float = 0.999) -> list[str]:
    """The totals, and the forms and rules below `goal`, worst first, with what is reported instead."""
    found, lowered, lower, missed, total = (
        sum(getattr(counts, name) for counts in by_form.values())
        for name in ("found", "lowered", "lower", "missed", "total")
    )
    told = (
        f"{len(by_form)} forms, {len(by_rule)} rules, {total} values ({skipped} do not fit their form): "
        f"{100 * (found + lowered) / total:.2f}% found, {lowered} of these lower because of their place; "
        f"{lower} told lower by another rule, {missed} missed"
    )
    lines = [told]
    for title, table in (("form", by_form), ("rule", by_rule)):
        below = sorted((item for item in table.items() if item[1].share < goal), key=lambda item: item[1].share)
        lines.append(f"\n{title}s below {100 * goal:.1f}%: {len(below)} of {len(table)}")
        for name, counts in below:
            instead = ", ".join(f"{count} {what}" for what, count in counts.instead.most_common(6))
            lines.append(
                f"{100 * counts.share:5.1f}% of {counts.total}, {counts.lower} lower, {counts.missed} missed: "
                f"{name!r} ({instead})"
            )
    return lines
