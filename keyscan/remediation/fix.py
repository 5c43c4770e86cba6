"""The plan of `keyscan fix`: literals become reads of the environment, the values go to `.env`. Writes nothing."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from keyscan.errors import UsageError
from keyscan.remediation import dotenv_file
from keyscan.remediation.edits import AppendedLines, Edit, EditPlan
from keyscan.remediation.names import Names, wanted_name
from keyscan.remediation.places import Place, Source, encoded, masked, text_of
from keyscan.remediation.rewrite.interface import LeftAlone, Rewrite, Target, moved, spliced
from keyscan.remediation.rewrite.registry import rewriter_for

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from keyscan.git.ignore_rules import Ignored

    Read = Callable[[str], bytes | None]

ENV, EXAMPLE = ".env", ".env.example"
_BUNDLERS = ("vite", "react-scripts", "@vue/cli-service", "@angular/core", "parcel", "react-native", "expo")
_PAGES = re.compile(r"(?:^|/)(?:src|app|components|pages|public|static|assets)/")
_SCRIPT = re.compile(r"\.(?:[cm]?[jt]s|[jt]sx)\Z")


@dataclass(frozen=True, slots=True)
class Fixed:
    """A secret that the plan replaces: where it was, how it is shown, the variable that replaces it."""

    path: str
    line: int
    rule_id: str
    redacted: str
    variable: str


@dataclass(frozen=True, slots=True)
class Unchanged:
    """A secret that stays where it is, and the reason, one line."""

    path: str
    line: int
    rule_id: str
    redacted: str
    reason: str


@dataclass(frozen=True, slots=True)
class FixPlan:
    """The edits to make. `files` are the rewritten files; `ignore`, `env` and `example` the other ones.

    `shown` are the same edits with every secret masked. `values` are the variables that `.env` gains.
    """

    files: EditPlan = field(default_factory=EditPlan)
    ignore: EditPlan = field(default_factory=EditPlan)
    env: Edit | None = None
    example: Edit | None = None
    shown: tuple[Edit, ...] = ()
    fixed: tuple[Fixed, ...] = ()
    unchanged: tuple[Unchanged, ...] = ()
    remarks: tuple[str, ...] = ()
    follow_up: tuple[str, ...] = ()
    values: dict[str, bytes] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class _FileResult:
    """The result for one file: its edit and the same with secrets masked, if it is changed."""

    edits: tuple[Edit, ...] = ()
    shown: tuple[Edit, ...] = ()
    fixed: tuple[Fixed, ...] = ()
    unchanged: tuple[Unchanged, ...] = ()
    follow_up: tuple[str, ...] = ()


def plan(sources: Sequence[Source], refusals: dict[str, str], rules: dict[str, Ignored], read: Read) -> FixPlan:
    """The plan for files of one directory tree.

    `refusals` say which files are not touched and why, `rules` are git's deciding ignore rules for `.env` and
    `.env.example`, `read` gives a file of the tree, None when it does not exist. Raises UsageError for a `.env` that
    cannot be read.
    """
    env_text = read(ENV)
    masks = {secret: shown for source in sources for secret, shown in source.masks}
    longest_first = sorted(masks.items(), key=lambda one: -len(one[0]))
    names = Names(dotenv_file.values_of(env_text or b""))
    have = dict(names.values)
    results = [
        _refused(source, refusals[source.path])
        if source.path in refusals
        else _rewrite_file(source, names, longest_first, read)
        for source in sources
    ]
    values = {name: value for name, value in names.values.items() if name not in have}
    unchanged = tuple(one for result in results for one in result.unchanged)
    edits = tuple(edit for result in results for edit in result.edits)
    if not edits:
        return FixPlan(unchanged=unchanged, remarks=tuple(names.remarks))
    fixed = tuple(fix for result in results for fix in result.fixed)
    env = Edit(ENV, env_text, dotenv_file.appended(env_text or b"", values)) if values else None
    template = read(EXAMPLE)
    named = [fix.variable for fix in fixed]
    new_template = dotenv_file.example(template or b"", list(dict.fromkeys(named)))
    example = Edit(EXAMPLE, template, new_template) if new_template != (template or b"") else None
    ignore = EditPlan(_ignore_edits(rules, read))
    shown = [
        *ignore.edits,
        *([_shown_env(env, values, fixed)] if env else []),
        *([example] if example else []),
        *(one for result in results for one in result.shown),
    ]
    follow_up = dict.fromkeys(one for result in results for one in result.follow_up)
    return FixPlan(
        EditPlan(edits), ignore, env, example, tuple(shown), fixed, unchanged, tuple(names.remarks), tuple(follow_up),
        values,
    )  # fmt: skip


def _unchanged(source: Source, place: Place, reason: str) -> Unchanged:
    return Unchanged(source.path, place.line, place.rule.id, place.redacted, reason)


def _refused(source: Source, reason: str) -> _FileResult:
    return _FileResult(unchanged=tuple(_unchanged(source, place, reason) for place in source.places))


def _rewrite_file(source: Source, names: Names, masks: Sequence[tuple[bytes, str]], read: Read) -> _FileResult:
    """Replace a file's secrets one after the other, each in the text that the one before made.

    `names` gains the variables. `masks` are the secrets of all files, the longest first: a value that is a secret in
    one may stand in another where nothing tells it from other text.
    """
    text = text_of(source.raw)
    if text is None:
        return _refused(source, "its encoding cannot be written back unchanged: convert the file to UTF-8 first")
    browser = _is_shipped(source.path, read)
    before, pending = text, [(place, place.start, place.end) for place in source.places]
    fixed: list[Fixed] = []
    unchanged: list[Unchanged] = []
    follow_up: list[str] = []
    while pending:
        (place, start, end), *rest = pending
        rewritten = _rewrite_place(place, Target(text, start, end, "", source.path, browser), names)
        if isinstance(rewritten, LeftAlone):
            unchanged.append(_unchanged(source, place, rewritten.reason))
            pending = rest
            continue
        fixed.append(Fixed(source.path, place.line, place.rule.id, place.redacted, rewritten.variable))
        follow_up.extend(rewritten.follow_up)
        pending = []
        for other, first, last in rest:
            there = moved(first, last, rewritten.splices)
            if there:
                pending.append((other, *there))
            elif (first, last) != (start, end):
                reason = "the rewrite of another key changes its place: run the command again"
                unchanged.append(_unchanged(source, other, reason))
        text = spliced(text, rewritten.splices)
    changed = text != before
    return _FileResult(
        (Edit(source.path, source.raw, encoded(text, source.raw)),) if changed else (),
        (Edit(source.path, masked(before, masks), masked(text, masks)),) if changed else (),
        tuple(fixed),
        tuple(unchanged),
        tuple(follow_up),
    )


def _rewrite_place(place: Place, target: Target, names: Names) -> Rewrite | LeftAlone:
    """The rewrite of one secret, whose variable `names` gains."""
    if place.decoded:
        return LeftAlone(f"it is encoded ({place.decoded}): move it by hand")
    rewriter = rewriter_for(target.path, target.text)
    if isinstance(rewriter, LeftAlone):
        return rewriter
    wanted = wanted_name(place, target.text, target.start)
    name = names.choose(wanted, target.written)
    named = Target(target.text, target.start, target.end, name, target.path, target.browser)
    rewritten = rewriter(named)
    if isinstance(rewritten, LeftAlone):
        return rewritten
    if dotenv_file.quoted(rewritten.value) is None:
        return LeftAlone("not every reader of .env would read its value alike: move it by hand")
    if not names.add(rewritten.variable, rewritten.value, wanted):
        return LeftAlone(f"{rewritten.variable} has another value in .env: rename one of them first")
    return rewritten


def _shown_env(env: Edit, values: dict[str, bytes], fixed: Sequence[Fixed]) -> Edit:
    """`.env` as it may be shown: the lines that it gains, with masked values."""
    shown = {fix.variable: fix.redacted for fix in fixed}
    lines = (f"{name}={shown.get(name, '...')}\n" for name in values)
    return Edit(ENV, None if env.old is None else b"", "".join(lines).encode())


def _ignore_edits(rules: dict[str, Ignored], read: Read) -> tuple[Edit, ...]:
    """Ignore rules: `.env` by a rule of the repository itself, `.env.example` by none."""
    lines = AppendedLines()
    env, template = rules.get(ENV), rules.get(EXAMPLE)
    if env is None or env.negated or not env.shared:
        lines.add(env.source if env is not None and env.negated and env.shared else ".gitignore", ENV)
    if template is not None and not template.negated and template.shared:
        lines.add(template.source, f"!{EXAMPLE}")
    return tuple(lines.edits(read))


def _is_shipped(path: str, read: Read) -> bool:
    """Whether the project that a script belongs to is bundled for browsers, by the nearest package.json."""
    if not _SCRIPT.search(path.lower()) or not _PAGES.search(path):
        return False
    directory = path
    while directory:
        directory = directory.rpartition("/")[0]
        try:
            text = read(f"{directory}/package.json".lstrip("/"))
        except UsageError:  # behind a link, or too large: it is not used
            return False
        if text is not None:
            return _is_bundled(text)
    return False


def _is_bundled(package: bytes) -> bool:
    try:
        data = json.loads(package)
        names = {name for key in ("dependencies", "devDependencies") for name in data.get(key, {})}
    except (ValueError, AttributeError, TypeError, RecursionError):
        return False
    return not names.isdisjoint(_BUNDLERS)
