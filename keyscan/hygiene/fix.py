"""What `keyscan env --fix` would change: ignore files, the index, and a template; a plan only, nothing is written.

The plan made on the plan's outcome is empty.
"""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from keyscan.catalog.secret_files import Kind
from keyscan.hygiene.variables import variables

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from keyscan.git.worktree import Ignored
    from keyscan.hygiene.git_exposure import Subject

    Reader = Callable[[str], bytes | None]

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,80}\Z")


@dataclass(frozen=True, slots=True)
class Edit:
    """A file to write; `old` is None when it is not there yet."""

    path: str
    old: bytes | None
    new: bytes

    def diff(self) -> Iterator[str]:
        """The change as a unified diff without context, line by line."""
        before = (self.old or b"").decode("utf-8", "replace").splitlines()
        after = self.new.decode("utf-8", "replace").splitlines()
        source = "/dev/null" if self.old is None else f"a/{self.path}"
        yield from difflib.unified_diff(before, after, source, f"b/{self.path}", lineterm="", n=0)


@dataclass(frozen=True, slots=True)
class Plan:
    """Files to write, and paths to take out of the index (they stay on disk); `left` is what it can't do."""

    edits: tuple[Edit, ...] = ()
    untrack: tuple[str, ...] = ()
    left: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        """Whether there is anything to do."""
        return bool(self.edits or self.untrack)


def plan(
    subjects: list[Subject],
    rules: dict[str, Ignored],
    copied: Iterable[tuple[Subject, str]],
    read: Reader,
    *,
    ahead: bool = False,
) -> Plan:
    """The plan for one repository, whose subjects' paths are relative to it.

    `rules` are the deciding ignore rules, for `.env` and the templates too. `copied` are the files that images
    take along, each with the .dockerignore that should name it. `ahead`: `.env` is to be ignored before it exists.
    """
    lines = _Lines()
    left = []
    for subject in (subject for subject in subjects if _is_to_ignore(subject)):
        if "\n" in subject.path or "\r" in subject.path:
            left.append(f"{subject.path}: no ignore rule can name it; rename it")
        else:
            _ignore(subject.path, subject.kind, rules.get(subject.path), lines)
    if ahead:
        lines.add(".gitignore", ".env")
    for subject, file in copied:
        name = _escaped(subject.path.rpartition("/")[2])
        lines.add(file, f"**/{name}" if subject.kind is Kind.ENV else _below(file, subject.path))
    templates = list(_templates(subjects, read))
    for edit in templates:
        rule = rules.get(edit.path)
        if rule is not None and not rule.negated and rule.shared:
            lines.add(rule.source, "!.env.example")
    untrack = tuple(sorted(subject.path for subject in subjects if subject.tracked and _is_secret(subject)))
    return Plan((*lines.edits(read), *templates), untrack, tuple(left))


def _is_secret(subject: Subject) -> bool:
    return subject.kind is not Kind.TEMPLATE and bool(subject.values)


def _is_to_ignore(subject: Subject) -> bool:
    """Whether the repository has to gain an ignore rule for the file."""
    if subject.ignored and subject.shared:
        return False
    plain = subject.path.rpartition("/")[2] == ".env" and not subject.tracked
    return _is_secret(subject) or plain


def _ignore(path: str, kind: Kind, rule: Ignored | None, lines: _Lines) -> None:
    """The line for `path`: behind the rule that takes it out again, else at the top of the repository."""
    file = rule.source if rule is not None and rule.negated and rule.shared else ".gitignore"
    name = path.rpartition("/")[2]
    lines.add(file, _escaped(name) if kind is Kind.ENV else "/" + _below(file, path))


def _below(file: str, path: str) -> str:
    directory = file.rpartition("/")[0]
    return _escaped(path.removeprefix(f"{directory}/") if directory else path)


def _escaped(name: str) -> str:
    """`name` as a pattern that matches nothing else."""
    text = re.sub(r"([*?\[\]\\])", r"\\\1", name)
    text = re.sub(r" \Z", r"\\ ", text)
    return "\\" + text if text[:1] in {"#", "!"} else text


class _Lines:
    """The lines to append, file by file, each once."""

    def __init__(self) -> None:
        self._lines: dict[str, list[str]] = {}

    def add(self, file: str, line: str) -> None:
        """Ask for `line` at the end of `file`."""
        wanted = self._lines.setdefault(file, [])
        if line not in wanted:
            wanted.append(line)

    def edits(self, read: Reader) -> Iterator[Edit]:
        """The files with the lines appended, in the files' own line ends."""
        for file, wanted in sorted(self._lines.items()):
            old = read(file)
            text = old or b""
            end = b"\r\n" if b"\r\n" in text else b"\n"
            if text and not text.endswith(b"\n"):
                text += end
            text += b"".join(line.encode("utf-8", "surrogateescape") + end for line in wanted)
            yield Edit(file, old, text)


def _templates(subjects: list[Subject], read: Reader) -> Iterator[Edit]:
    """An .env.example for each directory that has an environment file with real values, and no template."""
    done = {_directory(subject.path) for subject in subjects if subject.kind is Kind.TEMPLATE}
    for subject in sorted(subjects, key=lambda subject: subject.path):
        directory = _directory(subject.path)
        if subject.kind is not Kind.ENV or not subject.values or directory in done:
            continue
        done.add(directory)
        path = f"{directory}.env.example"
        text = template(subject)
        if text and read(path) is None:
            yield Edit(path, None, text)


def _directory(path: str) -> str:
    directory, slash, _ = path.rpartition("/")
    return directory + slash


def template(subject: Subject) -> bytes:
    """The names in an environment file, in order and each once, with no values."""
    secrets = [value.variable.value for value in subject.values]
    names = dict.fromkeys(variable.name for variable in variables(subject.kind, subject.data))
    good = [name for name in names if _NAME.match(name) and not any(secret in name.encode() for secret in secrets)]
    return "".join(f"{name}=\n" for name in good).encode()
