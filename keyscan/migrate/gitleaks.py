"""`.gitleaks.toml`, `.gitleaksignore` and baselines of gitleaks and betterleaks."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from keyscan.config.loader import parse
from keyscan.migrate import comments
from keyscan.migrate.result import (
    AcceptedFinding,
    AllowedFor,
    DisabledRule,
    FurtherFile,
    ImportedRule,
    Note,
    NothingToDo,
    Unsupported,
    disabled,
)
from keyscan.ruleset import gitleaks
from keyscan.support import toml_lines

if TYPE_CHECKING:
    from collections.abc import Iterator

    from keyscan.migrate.counterparts import Counterparts
    from keyscan.migrate.result import Item
    from keyscan.suppressions.ignore import Ignore

_FINGERPRINT = re.compile(r"(?:(?P<commit>[0-9a-f]{40}):)?(?P<path>.+):(?P<rule>[^:]+):(?P<line>\d+)\Z")
# The length of the path of an entry of an array: its name and number.
_ENTRY = 2
_KEYS = ("id", "description", "regex", "secretGroup", "entropy", "path", "keywords")


class _Config:
    """One configuration with its lines and comments, read table by table."""

    def __init__(self, file: str, data: bytes, known: Counterparts) -> None:
        self.file, self.known = file, known
        text = data.decode("utf-8-sig", "replace")
        self.document = parse(file, data)
        self.lines = toml_lines.index(text)
        self.starts = sorted(set(self.lines.values()))
        self.last = text.count("\n") + 2
        self.comments = comments.of_toml(text)
        self.loaded = gitleaks.convert(self.document, file, self.lines)
        self.converted = {rule.id for rule in self.loaded.rules}
        self.rule_lines = [line for path, line in self.lines.items() if path[0] == "rules" and len(path) == _ENTRY]
        self._reported: set[int] = set()

    def place(self, *path: str | int) -> str:
        """File and line of a key."""
        return f"{self.file}:{toml_lines.line_of(self.lines, path)}"

    def comments_at(self, line: int, tables: set[int]) -> tuple[str, ...]:
        """The comments of the table that begins at a line, once."""
        end = min((start for start in tables if start > line), default=self.last)
        # Comments directly above the next table belong to that table.
        while end - 1 in self.comments and end - 1 > line and end != self.last:
            end -= 1
        remarks = comments.between(self.comments, line, end) if line not in self._reported else ()
        self._reported.add(line)
        return remarks


def read_config(file: str, data: bytes, known: Counterparts) -> Iterator[Item]:
    """Rules, allowlists and extended configurations; `known` are the built-in rules."""
    config = _Config(file, data, known)
    by_commit = {line for line, _ in config.loaded.commits}
    for line, text in config.loaded.unsupported:
        if line not in by_commit or not text.startswith(gitleaks.BY_COMMIT):
            yield Unsupported(f"{file}:{line}", text)
    for line, commit in config.loaded.commits:
        reason = f"from {file}: commit {commit[:12]} is allowed"
        yield AcceptedFinding(f"{file}:{line}", "", commit=commit, reason=reason)
    yield from (Note(f"{file}:{line}: {text}") for line, text in config.loaded.notes)
    tables = {line for path, line in config.lines.items() if _is_table(path)}
    rules = config.document.get("rules")
    for number, table in enumerate(rules if isinstance(rules, list) else []):
        if isinstance(table, dict) and gitleaks.rule_id(str(table.get("id"))) in config.converted:
            line = toml_lines.line_of(config.lines, ("rules", number))
            kept = {key: table[key] for key in _KEYS if key in table}
            yield ImportedRule(kept, f"{file}:{line}", config.comments_at(line, tables))
    for ignore in config.loaded.ignores:
        # The path that a rule itself is for travels with the rule.
        if ignore.reason != gitleaks.NOT_ITS_PATH:
            yield from _allowlist(ignore, config, tables)
    for name in config.loaded.disabled:
        yield from _disabled(name, config)
    for name in config.loaded.extends:
        yield FurtherFile("gitleaks", name, config.place("extend", "path"))


def _is_table(path: toml_lines.Path) -> bool:
    return path[0] in {"rules", "allowlist", "allowlists", "extend"} and (
        len(path) == 1 or isinstance(path[-1], int) or path[-1] in {"allowlist", "allowlists"}
    )


def _allowlist(ignore: Ignore, config: _Config, tables: set[int]) -> Iterator[Item]:
    """An allowlist as an ignore for the team's own rules and for our counterparts of the rules that it names."""
    own = [name for name in ignore.rules if not name.endswith("-custom")]
    line = int(ignore.place.rpartition(":")[2])
    rules: list[str] = []
    for name in own:
        ids = config.known.of(name)
        # A team's rule of a built-in id is there beside the built-in one, under another id.
        mine = (f"{name}-custom" if name in config.known.ids else name,) if name in config.converted else ()
        rules += [*mine, *ids]
        if not mine and not ids:
            why = f"its rule {name} has no counterpart in keyscan (see: keyscan rules list)"
            yield Unsupported(ignore.place, why)
    if rules or not own:
        kept = replace(ignore, rules=tuple(dict.fromkeys(rules)), allow_unused=False)
        # A rule that is not carried over itself leaves its comments to its allowlists.
        above = max((start for start in config.rule_lines if start < line), default=0) if ignore.rules else 0
        about = config.comments_at(above, tables) if above else ()
        yield AllowedFor(kept, own[0] if own else "", (*about, *config.comments_at(line, tables)))


def _disabled(name: str, config: _Config) -> Iterator[Item]:
    place = config.place("extend", "disabledRules")
    ids = config.known.closest(name)
    if not ids:
        yield NothingToDo(place, "disabled rules of gitleaks that keyscan has no counterpart of")
        return
    above = comments.above(config.comments, toml_lines.line_of(config.lines, ("extend", "disabledRules")))
    items = disabled(place, f"disabled rule {name}", ids, above)
    yield from (item for item in items if isinstance(item, DisabledRule) or ids != (gitleaks.rule_id(name),))


def read_ignore(file: str, data: bytes) -> Iterator[Item]:
    """One `commit:path:rule:line` or `path:rule:line` per line, to be found by location.

    The comment lines above a block of entries are the reason of each.
    """
    about: list[str] = []
    before = ""
    for number, line in enumerate(data.decode("utf-8-sig", "replace").splitlines(), 1):
        text = line.strip()
        if text.startswith("#"):
            about = [*(about if before.startswith("#") else []), text.lstrip("# ")]
        elif not text:
            about = []
        else:
            yield _fingerprint(f"{file}:{number}", text, " ".join(filter(None, about)), file)
        before = text


def _fingerprint(place: str, text: str, about: str, file: str) -> Item:
    match = _FINGERPRINT.match(text)
    if not match:
        return Unsupported(place, "not a fingerprint of gitleaks")
    path = match["path"].rpartition("!")[2]
    reason = f"{about} (from {file}: {match['rule']})" if about else f"from {file}: {match['rule']}"
    return AcceptedFinding(place, path, int(match["line"]), match["commit"] or "", reason=reason)


def read_baseline(file: str, data: bytes) -> Iterator[Item]:
    """A report of gitleaks that is used with --baseline-path: findings with their places and, unredacted, secrets."""
    try:
        document = json.loads(data)
    except (ValueError, RecursionError) as error:
        yield Unsupported(file, f"not valid JSON: {type(error).__name__}")
        return
    if not isinstance(document, list) or not all(isinstance(one, dict) and "RuleID" in one for one in document):
        yield Unsupported(file, "not a report of gitleaks: no list of findings with a RuleID")
        return
    lines = [number for number, line in enumerate(data.splitlines(), 1) if b'"RuleID"' in line]
    places = lines if len(lines) == len(document) else [1] * len(document)
    for number, entry in zip(places, document, strict=True):
        yield _reported(file, number, entry)


def _reported(file: str, number: int, entry: dict[str, Any]) -> Item:
    path, line, commit = entry.get("File"), entry.get("StartLine"), str(entry.get("Commit") or "")
    if not isinstance(path, str) or not path:
        return Unsupported(f"{file}:{number}", "a finding without a File")
    secret = entry.get("Secret")
    digests = (hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest(),) if isinstance(secret, str) else ()
    commit = commit if re.fullmatch(r"[0-9a-f]{40}|[0-9a-f]{64}", commit) else ""
    reason = f"from {file}: {entry['RuleID']}"
    return AcceptedFinding(
        f"{file}:{number}", path, line if isinstance(line, int) else 0, commit, digests=digests, reason=reason
    )
