"""Rules and allowlists written for gitleaks or betterleaks -> ours, and a note for what can't be carried over.

Source: the formats' public documentation. What a rule means there is kept: no filter of ours is added but the
entropy that the rule itself asks for.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, fields, replace
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

from keyscan.errors import RuleError
from keyscan.model.rule import Precision, Rule, Severity
from keyscan.ruleset import required_literals
from keyscan.ruleset.fields import read_toml
from keyscan.ruleset.go_regex import Untranslatable, search_pattern, translate
from keyscan.ruleset.regex_syntax import MAX_MAX_LENGTH, literal_prefix
from keyscan.support import toml_lines
from keyscan.suppressions.ignore import Ignore

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

# The reason of an ignore that stands for a rule's own condition on paths.
NOT_ITS_PATH = "not its path"
# How a remark on an allowlist by commit begins.
BY_COMMIT = "commits"
# How far before the secret a keyword that is not part of the expression may stand.
_REACH = 200
_SHORTEST = 3
# Files that may extend one another.
_DEEPEST = 4
_RULE_KEYS = {
    "id", "description", "regex", "secretGroup", "entropy", "path", "keywords", "tags", "allowlist", "allowlists",
}  # fmt: skip
_HEAD_KEYS = {
    "title", "description", "extend", "allowlist", "allowlists", "rules", "minVersion", "betterleaksMinVersion",
}  # fmt: skip
_ALLOW_KEYS = {"description", "condition", "commits", "paths", "regexes", "regexTarget", "stopwords", "targetRules"}


@dataclass(frozen=True, slots=True)
class Loaded:
    """The contents of a file, or of a part of it: rules, ignores, built-in rules to leave out, files that it extends.

    `notes` and `unsupported` are (line, remark); an unsupported setting is not converted. `commits` are (line, commit)
    of allowlists that allow everything in a commit; `unsupported` has them too.
    """

    rules: tuple[Rule, ...] = ()
    ignores: tuple[Ignore, ...] = ()
    disabled: tuple[str, ...] = ()
    extends: tuple[str, ...] = ()
    notes: tuple[tuple[int, str], ...] = ()
    unsupported: tuple[tuple[int, str], ...] = ()
    commits: tuple[tuple[int, str], ...] = ()


def _joined(parts: Iterable[Loaded]) -> Loaded:
    """All parts together, in their order."""
    every = list(parts)
    return Loaded(
        *(tuple(chain.from_iterable(getattr(part, field.name) for part in every)) for field in fields(Loaded))
    )


def _unsupported(line: int, text: str) -> Loaded:
    return Loaded(unsupported=((line, text),))


def is_ours(document: dict[str, Any]) -> bool:
    """Whether a parsed rule file is keyscan's own, not one of gitleaks'."""
    rules = document.get("rules")
    foreign = isinstance(rules, list) and any(isinstance(r, dict) and ("regex" in r or "path" in r) for r in rules)
    return "provider" in document or not (foreign or "allowlist" in document or "allowlists" in document)


def parse(document: dict[str, Any], source: str) -> list[Rule]:
    """The rules of a gitleaks file and of those that it extends; RuleError for one that can't be said here."""
    loaded = _followed(document, source, ())
    for _, text in loaded.unsupported:
        if text.startswith("rule "):
            raise RuleError(f"{source}: {text} (keyscan migrate lists all that can't be carried over)")
    if not loaded.rules and not loaded.ignores and not loaded.disabled:
        raise RuleError(f"{source}: no rule in it")
    return list({rule.id: rule for rule in loaded.rules}.values())


def ignores_of(files: Iterable[Path]) -> list[Ignore]:
    """The allowlists in those of the rule files that are gitleaks'."""
    ignores: list[Ignore] = []
    for file in files:
        document = read_toml(file)
        if not is_ours(document):
            ignores += _followed(document, str(file), ()).ignores
    return ignores


def _followed(document: dict[str, Any], source: str, above: tuple[str, ...]) -> Loaded:
    """A file converted, with what it extends before it."""
    loaded = convert(document, source, {})
    for name in loaded.extends:
        file = Path(source).parent / name
        if str(file) in above or len(above) > _DEEPEST:
            raise RuleError(f"{source}: extend.path {name} extends this file in turn")
        below = _followed(read_toml(file), str(file), (*above, source))
        loaded = replace(
            loaded, rules=(*below.rules, *loaded.rules), ignores=(*below.ignores, *loaded.ignores)
        )  # fmt: skip
    return loaded


def convert(document: dict[str, Any], source: str, lines: dict[toml_lines.Path, int]) -> Loaded:
    """Convert a parsed file; `lines` gives the places of its keys."""
    return _joined(_converted(document, _Place(source, lines)))


def _converted(document: dict[str, Any], place: _Place) -> Iterator[Loaded]:
    for key in document:
        if key not in _HEAD_KEYS:
            yield _unsupported(place.line(key), f"{key}: not known to keyscan")
    yield from _extended(document.get("extend"), place)
    for allow, at in _allowlists(document, ()):
        yield from _allowed(allow, at, None, place)
    rules = document.get("rules")
    for number, table in enumerate(rules if isinstance(rules, list) else []):
        if isinstance(table, dict):
            yield from _rule(table, number, place)


class _Place:
    def __init__(self, source: str, lines: dict[toml_lines.Path, int]) -> None:
        self.source, self._lines = source, lines

    def line(self, *path: str | int) -> int:
        """The line of a key."""
        return toml_lines.line_of(self._lines, path)

    def text(self, *path: str | int) -> str:
        """File and line of a key."""
        return f"{self.source}:{self.line(*path)}" if self._lines else self.source


def _extended(table: Any, place: _Place) -> Iterator[Loaded]:
    if not isinstance(table, dict):
        return
    path = table.get("path")
    yield Loaded(
        extends=(path,) if isinstance(path, str) and path else (), disabled=_texts(table.get("disabledRules"))
    )  # fmt: skip
    if table.get("url"):
        yield _unsupported(place.line("extend", "url"), "extend.url: keyscan reads no configuration from the network")


def _texts(value: Any) -> tuple[str, ...]:
    return tuple(one for one in value if isinstance(one, str)) if isinstance(value, list) else ()


def rule_id(text: str) -> str:
    """A gitleaks rule's id as ours are written."""
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-") or "rule"


def _rule(table: dict[str, Any], number: int, place: _Place) -> Iterator[Loaded]:
    """One rule with its allowlists; remarks where it is not supported."""
    written = str(table.get("id") or f"number {number + 1}")
    at = ("rules", number)
    for key in table:
        if key not in _RULE_KEYS:
            yield _unsupported(place.line(*at, key), f"{key} of rule {written}: keyscan has no such condition")
    new_id = rule_id(written)
    for allow, spot in _allowlists(table, at):
        yield from _allowed(allow, spot, new_id, place)
    regex = table.get("regex")
    if not isinstance(regex, str) or not regex:
        what = "it matches file names only" if table.get("path") else "it has no regex"
        if table.get("path") or not (table.get("allowlist") or table.get("allowlists")):
            yield _unsupported(place.line(*at), f"rule {written}: {what}")
        return
    try:
        built = _built(table, new_id, written, place.text(*at))
        path = search_pattern(table["path"]) if table.get("path") else ""
    except Untranslatable as error:
        yield _unsupported(place.line(*at, "regex"), f"rule {written}: {error}")
        return
    rule, notes = built
    line = place.line(*at, "regex")
    yield Loaded(rules=(rule,), notes=tuple((line, f"rule {written}: {note}") for note in notes))
    if path:
        outside = rf"\A(?!.*(?:{path}))"
        spot = place.text(*at, "path")
        only = Ignore(spot, rules=_ids(new_id), path_patterns=(outside,), reason=NOT_ITS_PATH, allow_unused=True)
        yield Loaded(ignores=(only,))


def _ids(new_id: str) -> tuple[str, str]:
    """A rule's own id, and the one that it gets where a built-in rule has that already."""
    return new_id, f"{new_id}-custom"


def _built(table: dict[str, Any], new_id: str, written: str, source: str) -> tuple[Rule, list[str]]:
    group = table.get("secretGroup", 0)
    translated = translate(table["regex"], group if isinstance(group, int) and group > 0 else 0)
    notes = list(translated.notes)
    pattern, length = translated.pattern, translated.max_length
    words = required_literals.required(pattern)
    given = tuple(word.lower() for word in _texts(table.get("keywords")) if word)
    if not words or (given and min(map(len, words)) < _SHORTEST):
        if not given:
            raise Untranslatable("no literal text in its regex and no keywords, so every byte would have to be tried")
        names = "|".join(re.escape(word) for word in given)
        pattern = rf"(?i:{names})[\x00-\xff]{{0,{_REACH}}}?{pattern}"
        length += _REACH + max(map(len, given))
        words = given
        notes.append(f"its keyword has to stand at most {_REACH} bytes before the match, not just in the file")
    if length > MAX_MAX_LENGTH:
        raise Untranslatable("it is too long")
    entropy = table.get("entropy", 0)
    rule = Rule(
        id=new_id,
        name=str(table.get("description") or written),
        provider="custom",
        category="custom",
        pattern=pattern,
        keywords=words,
        severity=Severity.HIGH,
        precision=Precision.MEDIUM,
        max_length=length,
        min_entropy=float(entropy) if isinstance(entropy, (int, float)) else 0.0,
        filters="entropy",
        prefix=literal_prefix(pattern),
        source=source,
    )
    return rule, notes


def _allowlists(table: dict[str, Any], at: tuple[str | int, ...]) -> Iterator[tuple[dict[str, Any], Any]]:
    """The allowlists in a table, in both spellings, each with its place."""
    one, many = table.get("allowlist"), table.get("allowlists")
    if isinstance(one, dict):
        yield one, (*at, "allowlist")
    if isinstance(many, list):
        yield from (
            (entry, (*at, "allowlists", number)) for number, entry in enumerate(many) if isinstance(entry, dict)
        )


def _allowed(table: dict[str, Any], at: tuple[str | int, ...], rule: str | None, place: _Place) -> Iterator[Loaded]:
    """The ignores of one allowlist, for the rule with the id `rule` (None: all), and remarks."""
    for key in table:
        if key not in _ALLOW_KEYS:
            yield _unsupported(place.line(*at, key), f"{key} of an allowlist: keyscan has no such condition")
    together = str(table.get("condition", "OR")).upper() in {"AND", "&&"}
    if table.get("commits"):
        line = place.line(*at, "commits")
        commits = tuple((line, text) for text in _texts(table["commits"]) if not together)
        text = f"{BY_COMMIT}: commit-based ignores do not survive a rebase; use a fingerprint or the baseline"
        yield Loaded(unsupported=((line, text),), commits=commits)
    paths, regexes = _patterns(table, "paths"), _patterns(table, "regexes")
    yield from (
        _unsupported(place.line(*at, key), f"{key}: {problem}")
        for key, (_, problems) in (("paths", paths), ("regexes", regexes))
        for problem in problems
    )
    parts = {"path_patterns": paths[0], _target(table): regexes[0], "stopwords": _texts(table.get("stopwords"))}
    parts = {key: value for key, value in parts.items() if value}
    rules: tuple[str, ...] = _ids(rule) if rule else ()
    rules = rules or tuple(name for text in _texts(table.get("targetRules")) for name in _ids(rule_id(text)))
    reason = " ".join(str(table.get("description") or "").split())
    if together and table.get("commits"):
        return
    for chosen in [parts] if together and parts else [{key: value} for key, value in parts.items()]:
        ignore = Ignore(place.text(*at), rules=rules, reason=reason, allow_unused=True)
        yield Loaded(ignores=(replace(ignore, **chosen),))  # type: ignore[arg-type]


def _target(table: dict[str, Any]) -> str:
    return {"line": "lines", "match": "lines"}.get(str(table.get("regexTarget", "")), "values")


def _patterns(table: dict[str, Any], key: str) -> tuple[tuple[str, ...], list[str]]:
    """The expressions of a list as ours, and a remark on each that cannot be translated."""
    patterns, problems = [], []
    for text in _texts(table.get(key)):
        try:
            patterns.append(search_pattern(text))
        except Untranslatable as error:
            problems.append(f"{text!r}: {error}")
    return tuple(patterns), problems
