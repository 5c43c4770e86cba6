"""What `keyscan env --fix` would change: ignore files, the index, and a template; a plan only, nothing is written.

The plan made on the plan's outcome is empty.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from keyscan.catalog.secret_files import Kind
from keyscan.errors import UsageError
from keyscan.hygiene import audit as envscan
from keyscan.hygiene import docker_context as containers
from keyscan.hygiene import worktree
from keyscan.hygiene.variables import variables
from keyscan.remediation.edits import AppendedLines, Edit, EditPlan, literal_pattern
from keyscan.scan.result import Tally

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from keyscan.git.ignore_rules import Ignored
    from keyscan.hygiene.audit import Survey
    from keyscan.hygiene.git_exposure import Subject

    Reader = Callable[[str], bytes | None]

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,80}\Z")


def plan_for(survey: Survey, *, ahead: bool) -> EditPlan:
    """The plan for a survey's own repository; submodules are fixed where they live."""
    tree = survey.tree
    subjects = [replace(subject, path=subject.path.removeprefix(tree.prefix)) for subject in survey.subjects]
    heard = Tally()
    reader = envscan.reader_of(survey, heard)
    examples = {f"{subject.path.rpartition('/')[0]}/.env.example".lstrip("/") for subject in subjects}
    rules = {**survey.rules, **worktree.ignored(tree, sorted(examples))}
    real = [subject for subject in subjects if subject.values and subject.kind is not Kind.TEMPLATE]
    files = containers.dockerfiles([*tree.tracked, *tree.untracked])
    copied = [(copy.subject, copy.ignore_file) for copy in containers.copied(real, files, reader, "")]
    made = plan(subjects, rules, copied, reader, ahead=ahead)
    # What was not read whole can't be written again.
    for skip in heard.skipped:
        if any(tree.prefix + edit.path == skip.path for edit in made.edits):
            raise UsageError(f"{skip.path}: {skip.reason}; --fix changes nothing")
    return made


def plan(
    subjects: list[Subject],
    rules: dict[str, Ignored],
    copied: Iterable[tuple[Subject, str]],
    read: Reader,
    *,
    ahead: bool = False,
) -> EditPlan:
    """The plan for one repository, whose subjects' paths are relative to it.

    `rules` are the deciding ignore rules, for `.env` and the templates too. `copied` are the files that images
    take along, each with the .dockerignore that should name it. `ahead`: `.env` is to be ignored before it exists.
    """
    lines = AppendedLines()
    unsupported = []
    for subject in (subject for subject in subjects if _is_to_ignore(subject)):
        if "\n" in subject.path or "\r" in subject.path:
            unsupported.append(f"{subject.path}: no ignore rule can name it; rename it")
        else:
            _ignore(subject.path, subject.kind, rules.get(subject.path), lines)
    if ahead:
        lines.add(".gitignore", ".env")
    for subject, file in copied:
        name = literal_pattern(subject.path.rpartition("/")[2])
        lines.add(file, f"**/{name}" if subject.kind is Kind.ENV else _below(file, subject.path))
    templates = list(_templates(subjects, read))
    for edit in templates:
        rule = rules.get(edit.path)
        if rule is not None and not rule.negated and rule.shared:
            lines.add(rule.source, "!.env.example")
    untrack = tuple(sorted(subject.path for subject in subjects if subject.tracked and _is_secret(subject)))
    return EditPlan((*lines.edits(read), *templates), untrack, tuple(unsupported))


def _is_secret(subject: Subject) -> bool:
    return subject.kind is not Kind.TEMPLATE and bool(subject.values)


def _is_to_ignore(subject: Subject) -> bool:
    """Whether the repository has to gain an ignore rule for the file."""
    if subject.ignored and subject.shared:
        return False
    plain = subject.path.rpartition("/")[2] == ".env" and not subject.tracked
    return _is_secret(subject) or plain


def _ignore(path: str, kind: Kind, rule: Ignored | None, lines: AppendedLines) -> None:
    """The line for `path`: behind the rule that takes it out again, else at the top of the repository."""
    file = rule.source if rule is not None and rule.negated and rule.shared else ".gitignore"
    name = path.rpartition("/")[2]
    lines.add(file, literal_pattern(name) if kind is Kind.ENV else "/" + _below(file, path))


def _below(file: str, path: str) -> str:
    directory = file.rpartition("/")[0]
    return literal_pattern(path.removeprefix(f"{directory}/") if directory else path)


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
