"""Carrying out `keyscan env --fix`: the plan made from a survey, and its careful application."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from keyscan.catalog.secret_files import Kind
from keyscan.engine import build as cache
from keyscan.errors import UsageError
from keyscan.git import worktree
from keyscan.hygiene import audit as envscan
from keyscan.hygiene import docker_context as containers
from keyscan.hygiene import fix
from keyscan.scan.scanner import Tally

if TYPE_CHECKING:
    from keyscan.hygiene.audit import Survey
    from keyscan.hygiene.fix import Edit, Plan


def plan(survey: Survey, *, ahead: bool) -> Plan:
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
    made = fix.plan(subjects, rules, copied, reader, ahead=ahead)
    # What was not read whole can't be written again.
    for skip in heard.skipped:
        if any(tree.prefix + edit.path == skip.path for edit in made.edits):
            raise UsageError(f"{skip.path}: {skip.reason}; --fix changes nothing")
    return made


def apply(survey: Survey, todo: Plan) -> None:
    """Write the plan's files and take its paths out of the index; UsageError where a link leads elsewhere."""
    root = survey.tree.root
    for edit in todo.edits:
        _check(root, edit)
    for edit in todo.edits:
        try:
            cache.write_whole(Path(root) / edit.path, edit.new)
        except OSError as error:
            raise UsageError(f"{edit.path}: cannot be written: {error.strerror}") from error
    for at in range(0, len(todo.untrack), 500):
        survey.tree.git.run("rm", "--cached", "--quiet", "-f", "--", *todo.untrack[at : at + 500])


def _check(root: str, edit: Edit) -> None:
    """Nothing is written through a link, outside the work tree, or over what has changed meanwhile."""
    if not worktree.is_inside(root, edit.path) or edit.path.split("/")[0] == ".git":
        raise UsageError(f"{edit.path}: behind a symbolic link, or outside the repository; --fix changes nothing")
    file = os.path.join(root, edit.path)  # noqa: PTH118 - keeps odd bytes
    now = None
    if os.path.lexists(file):
        now = envscan.read(root, edit.path, "", Tally())
    if now != edit.old:
        raise UsageError(f"{edit.path}: has changed meanwhile; run keyscan env --fix again")
