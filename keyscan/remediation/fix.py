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
class Left:
    """A secret that stays, and why; one line."""

    path: str
    line: int
    rule_id: str
    redacted: str
    reason: str


@dataclass(frozen=True, slots=True)
class FixPlan:
    """What would be done. `files` are the rewritten files, `store` the ignore file, `.env` and `.env.example`.

    `shown` are the same edits with every secret masked. `values` are the variables that `.env` gains.
    """

    files: EditPlan = field(default_factory=EditPlan)
    ignore: EditPlan = field(default_factory=EditPlan)
    env: Edit | None = None
    example: Edit | None = None
    shown: tuple[Edit, ...] = ()
    fixed: tuple[Fixed, ...] = ()
    left: tuple[Left, ...] = ()
    remarks: tuple[str, ...] = ()
    follow_up: tuple[str, ...] = ()
    values: dict[str, bytes] = field(default_factory=dict, repr=False)


@dataclass(slots=True)
class _Work:
    """What is gathered while files are rewritten one after the other."""

    names: Names
    # Of all files: a value that is a secret in one may stand in another where nothing tells it from other text.
    masks: tuple[tuple[bytes, str], ...] = ()
    edits: list[Edit] = field(default_factory=list)
    shown: list[Edit] = field(default_factory=list)
    fixed: list[Fixed] = field(default_factory=list)
    left: list[Left] = field(default_factory=list)
    follow_up: list[str] = field(default_factory=list)
    shown_values: dict[str, str] = field(default_factory=dict)


def plan(sources: Sequence[Source], refusals: dict[str, str], rules: dict[str, Ignored], read: Read) -> FixPlan:
    """The plan for files of one directory tree.

    `refusals` say which files are not touched and why, `rules` are git's deciding ignore rules for `.env` and
    `.env.example`, `read` gives a file of the tree, None when it does not exist. Raises UsageError for a `.env` that
    cannot be read.
    """
    env_text = read(ENV)
    masks = {secret: shown for source in sources for secret, shown in source.masks}
    longest_first = sorted(masks.items(), key=lambda one: -len(one[0]))
    work = _Work(Names(dotenv_file.values_of(env_text or b"")), tuple(longest_first))
    have = dict(work.names.values)
    for source in sources:
        if source.path in refusals:
            work.left.extend(_left(source, place, refusals[source.path]) for place in source.places)
        else:
            _rewrite_file(source, work, read)
    values = {name: value for name, value in work.names.values.items() if name not in have}
    remarks, follow_up = tuple(work.names.remarks), tuple(dict.fromkeys(work.follow_up))
    if not work.edits:
        return FixPlan(left=tuple(work.left), remarks=remarks)
    env = Edit(ENV, env_text, dotenv_file.appended(env_text or b"", values)) if values else None
    template = read(EXAMPLE)
    named = [fixed.variable for fixed in work.fixed]
    new_template = dotenv_file.example(template or b"", list(dict.fromkeys(named)))
    example = Edit(EXAMPLE, template, new_template) if new_template != (template or b"") else None
    ignore = EditPlan(_ignore_edits(rules, read))
    shown = [
        *ignore.edits,
        *([_shown_env(env, values, work)] if env else []),
        *([example] if example else []),
        *work.shown,
    ]
    return FixPlan(
        EditPlan(tuple(work.edits)), ignore, env, example, tuple(shown), tuple(work.fixed), tuple(work.left), remarks,
        follow_up, values,
    )  # fmt: skip


def _left(source: Source, place: Place, reason: str) -> Left:
    return Left(source.path, place.line, place.rule.id, place.redacted, reason)


def _rewrite_file(source: Source, work: _Work, read: Read) -> None:
    """Replace a file's secrets one after the other, each in the text that the one before made."""
    text = text_of(source.raw)
    if text is None:
        reason = "its encoding cannot be written back unchanged: convert the file to UTF-8 first"
        work.left.extend(_left(source, place, reason) for place in source.places)
        return
    browser = _is_shipped(source.path, read)
    before, pending = text, [(place, place.start, place.end) for place in source.places]
    while pending:
        (place, start, end), *rest = pending
        rewritten = _rewrite_place(source, place, Target(text, start, end, "", source.path, browser), work)
        if isinstance(rewritten, LeftAlone):
            work.left.append(_left(source, place, rewritten.reason))
            pending = rest
            continue
        pending = []
        for other, first, last in rest:
            there = moved(first, last, rewritten.splices)
            if there:
                pending.append((other, *there))
            elif (first, last) != (start, end):
                work.left.append(
                    _left(source, other, "the rewrite of another key changes its place: run the command again")
                )
        text = spliced(text, rewritten.splices)
    if text != before:
        work.edits.append(Edit(source.path, source.raw, encoded(text, source.raw)))
        work.shown.append(Edit(source.path, masked(before, work.masks), masked(text, work.masks)))


def _rewrite_place(source: Source, place: Place, target: Target, work: _Work) -> Rewrite | LeftAlone:
    if place.decoded:
        return LeftAlone(f"it is encoded ({place.decoded}): move it by hand")
    rewriter = rewriter_for(source.path, target.text)
    if isinstance(rewriter, LeftAlone):
        return rewriter
    wanted = wanted_name(place, target.text, target.start)
    name = work.names.choose(wanted, target.written)
    named = Target(target.text, target.start, target.end, name, target.path, target.browser)
    rewritten = rewriter(named)
    if isinstance(rewritten, LeftAlone):
        return rewritten
    if dotenv_file.quoted(rewritten.value) is None:
        return LeftAlone("not every reader of .env would read its value alike: move it by hand")
    if not work.names.add(rewritten.variable, rewritten.value, wanted):
        return LeftAlone(f"{rewritten.variable} has another value in .env: rename one of them first")
    work.fixed.append(Fixed(source.path, place.line, place.rule.id, place.redacted, rewritten.variable))
    work.shown_values[rewritten.variable] = place.redacted
    work.follow_up.extend(rewritten.follow_up)
    return rewritten


def _shown_env(env: Edit, values: dict[str, bytes], work: _Work) -> Edit:
    """`.env` as it may be shown: the lines that it gains, with masked values."""
    lines = (f"{name}={work.shown_values.get(name, '...')}\n" for name in values)
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
        except UsageError:  # behind a link, or of an absurd size: it says nothing
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
