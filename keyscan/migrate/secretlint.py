"""`.secretlintrc` and `.secretlintignore`: custom patterns, allowed texts of rules, and ignored files."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from keyscan.migrate import comments as comments_of
from keyscan.migrate import yaml_file
from keyscan.migrate.own_rules import imported
from keyscan.migrate.result import AllowedFor, ExcludedPath, Note, Unsupported, disabled
from keyscan.support import jsonc
from keyscan.support.globs import BadGlob, parse
from keyscan.suppressions.ignore import Ignore
from keyscan.suppressions.schema import pattern_problem

if TYPE_CHECKING:
    from collections.abc import Iterator

    from keyscan.migrate.counterparts import Counterparts
    from keyscan.migrate.result import Item

_SLASHED = re.compile(r"/(.*)/([a-z]*)\Z", re.DOTALL)
_NAME = re.compile(r"secretlint-rule-([a-z0-9-]+)")
_SLASH_COMMENT = re.compile(r"^\s*//\s*(.*?)\s*$")
# Rules whose allowed texts apply to every secret.
_ALL = ("pattern", "preset-recommend", "preset-canary")
_TOO_WIDE = "a file name alone is not a secret here: see keyscan env for files that should not be in git"


class _Source:
    """A configuration's text with the line of each rule."""

    def __init__(self, file: str, data: bytes) -> None:
        self.file = file
        self.lines = data.decode("utf-8-sig", "replace").splitlines()
        self.comments = comments_of.of_yaml("\n".join(self.lines))
        for number, line in enumerate(self.lines, 1):
            match = _SLASH_COMMENT.match(line)
            if match:
                self.comments[number] = match[1]

    def line(self, text: str) -> int:
        """The first line that contains `text`, else 1."""
        return next((number for number, line in enumerate(self.lines, 1) if text in line), 1)

    def place(self, text: str) -> str:
        """File and line of `text`."""
        return f"{self.file}:{self.line(text)}"

    def comments_at(self, text: str) -> tuple[str, ...]:
        """The comments above the rule or pattern that `text` names."""
        number = self.line(text)
        # There may be a brace in between.
        return comments_of.above(self.comments, number) or comments_of.above(self.comments, number - 1)


def read_config(file: str, data: bytes, known: Counterparts) -> Iterator[Item]:
    """Custom patterns, allowed texts, disabled rules; `known` are the built-in rules."""
    if file.endswith((".js", ".cjs", ".mjs")):
        yield Unsupported(file, "keyscan runs no JavaScript: save it as .secretlintrc.json and migrate again")
        return
    text = data.decode("utf-8-sig", "replace")
    try:
        document = jsonc.parse(text).value if text.lstrip()[:1] in {"{", "/"} else yaml_file.compose(data).plain()
    except (ValueError, RecursionError) as error:
        yield Unsupported(file, f"cannot be read: {error}")
        return
    source = _Source(file, data)
    rules = document.get("rules") if isinstance(document, dict) else None
    for rule in rules if isinstance(rules, list) else []:
        if isinstance(rule, dict):
            yield from _rule(source, rule, known)


def _rule(source: _Source, rule: dict[str, Any], known: Counterparts) -> Iterator[Item]:
    written = str(rule.get("id", ""))
    place = source.place(written)
    nested = rule.get("rules")
    for inner in nested if isinstance(nested, list) else []:  # a preset holds rules of its own
        if isinstance(inner, dict):
            yield from _rule(source, inner, known)
    match = _NAME.search(written)
    name = match[1] if match else ""
    for key in ("disabledMessages", "allowMessageIds", "severity"):
        if rule.get(key):
            yield Unsupported(place, f"{key} of {written}: use disable or min-severity")
    if rule.get("disabled") in {True, "true"}:
        yield from disabled(place, f"disabled rule {written}", known.of(name))
        return
    options = rule.get("options")
    if isinstance(options, dict):
        yield from _patterns(source, options.get("patterns"))
        yield from _allows(source, written, name, options.get("allows"), known)


def _patterns(source: _Source, patterns: Any) -> Iterator[Item]:
    """The rule `pattern`: a name and one expression, or several."""
    for number, entry in enumerate(patterns if isinstance(patterns, list) else [], 1):
        if not isinstance(entry, dict):
            continue
        name = str(entry.get("name") or f"pattern-{number}")
        place, about = source.place(name), source.comments_at(name)
        several = entry.get("patterns")
        written = [entry.get("pattern"), *(several if isinstance(several, list) else [])]
        expressions = [one for one in written if isinstance(one, str) and one]
        if not expressions:
            yield Unsupported(place, f"pattern {name}: {_TOO_WIDE}")
        elif entry.get("filePathGlobs"):
            yield Note(f"{place}: pattern {name} is looked for in every file, not in its filePathGlobs only")
        for at, expression in enumerate(expressions):
            rule_id = f"{name}-{at + 1}" if len(expressions) > 1 else name
            table = {"id": rule_id, "description": name, "regex": _expression(expression, literal=False)}
            yield from imported(table, place, about)


def _allows(source: _Source, written: str, name: str, allows: Any, known: Counterparts) -> Iterator[Item]:
    if not isinstance(allows, list) or not allows:
        return
    place = source.place(written)
    rules = () if name in _ALL else known.of(name)
    if not rules and name not in _ALL:
        texts = ", ".join(map(str, allows))
        yield Unsupported(place, f"allows of {written} ({texts}): no provider of that name in keyscan")
        return
    patterns = [_expression(str(allow)) for allow in allows]
    problems = [pattern_problem(pattern) for pattern in patterns]
    for allow, problem in zip(allows, problems, strict=True):
        if problem:
            yield Unsupported(place, f"{str(allow)!r} {problem}")
    good = tuple(pattern for pattern, problem in zip(patterns, problems, strict=True) if not problem)
    if good:
        ignore = Ignore(place, rules=rules, values=good, reason="allowed for secretlint")
        yield AllowedFor(ignore, name if rules else "", source.comments_at(written))


def _expression(text: str, *, literal: bool = True) -> str:
    """A text or /expression/flags as an expression; `literal`: without slashes it is a text."""
    match = _SLASHED.match(text)
    if not match:
        return re.escape(text) if literal else text
    flags = "".join(flag for flag in match[2] if flag in "ims")
    body = match[1].replace(r"\/", "/")
    if literal:
        body = re.sub(r"\(\?<(?=\w)", "(?P<", body)
        return f"(?{flags}:{body})" if flags else body
    return f"(?{flags}){body}" if flags else body


def read_ignore(file: str, data: bytes) -> Iterator[Item]:
    """`.secretlintignore` is in gitignore's syntax, as `exclude` is."""
    about: list[str] = []
    for number, line in enumerate(data.decode("utf-8-sig", "replace").splitlines(), 1):
        if line.startswith("#"):
            about.append(line.lstrip("# ").rstrip())
        try:
            parsed = parse(line)
        except BadGlob as error:
            yield Unsupported(f"{file}:{number}", str(error))
            continue
        if parsed:
            yield ExcludedPath(parsed.text, tuple(filter(None, about)))
            about = []
