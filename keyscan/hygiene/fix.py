"""What `keyscan env --fix` would change: ignore files, the index, and a template; a plan only, nothing is written.

The plan made on the plan's outcome is empty.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from keyscan.catalog.secret_files import Kind
from keyscan.errors import UsageError
from keyscan.hygiene import docker_context, worktree
from keyscan.hygiene.repository import TreeReader
from keyscan.hygiene.variables import variables
from keyscan.remediation.edits import AppendedLines, Edit, EditPlan, literal_pattern

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from keyscan.git.ignore_rules import Ignored
    from keyscan.hygiene.git_exposure import SecretFile
    from keyscan.hygiene.repository import RepositoryAudit

    Reader = Callable[[str], bytes | None]

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,80}\Z")


def plan_for(repository: RepositoryAudit) -> EditPlan:
    """The plan for an audited repository itself; submodules are fixed by a run in them."""
    tree = repository.tree
    files = [replace(file, path=file.path.removeprefix(tree.prefix)) for file in repository.files]
    read = TreeReader(tree.root, tree.prefix)
    examples = {f"{file.path.rpartition('/')[0]}/.env.example".lstrip("/") for file in files}
    rules = {**repository.rules, **worktree.ignored(tree, sorted(examples))}
    real = [file for file in files if file.values and file.kind is not Kind.TEMPLATE]
    dockerfiles = docker_context.dockerfiles([*tree.tracked, *tree.untracked])
    copied = [(copy.file, copy.ignore_file) for copy in docker_context.copied(real, dockerfiles, read, "")]
    edits = plan(files, rules, copied, read, dotenv_expected=bool(repository.dotenv_reader))
    # What was not read completely cannot be written again.
    for skip in read.skips:
        if any(tree.prefix + edit.path == skip.path for edit in edits.edits):
            raise UsageError(f"{skip.path}: {skip.reason}; --fix changes nothing")
    return edits


def plan(
    files: list[SecretFile],
    rules: dict[str, Ignored],
    copied: Iterable[tuple[SecretFile, str]],
    read: Reader,
    *,
    dotenv_expected: bool = False,
) -> EditPlan:
    """The plan for one repository, whose files' paths are relative to it.

    `rules` are the deciding ignore rules, for `.env` and the templates too. `copied` are the files that images
    include, each with the .dockerignore that should name it. `dotenv_expected`: `.env` is to be ignored before it
    exists.
    """
    lines = AppendedLines()
    unsupported = []
    for file in (file for file in files if _is_to_ignore(file)):
        if "\n" in file.path or "\r" in file.path:
            unsupported.append(f"{file.path}: no ignore rule can name it; rename it")
        else:
            _ignore(file.path, file.kind, rules.get(file.path), lines)
    if dotenv_expected:
        lines.add(".gitignore", ".env")
    for file, ignore_file in copied:
        name = literal_pattern(file.path.rpartition("/")[2])
        lines.add(ignore_file, f"**/{name}" if file.kind is Kind.ENV else _below(ignore_file, file.path))
    templates = list(_templates(files, read))
    for edit in templates:
        rule = rules.get(edit.path)
        if rule is not None and not rule.negated and rule.shared:
            lines.add(rule.source, "!.env.example")
    untrack = tuple(sorted(file.path for file in files if file.tracked and _is_secret(file)))
    return EditPlan((*lines.edits(read), *templates), untrack, tuple(unsupported))


def _is_secret(file: SecretFile) -> bool:
    return file.kind is not Kind.TEMPLATE and bool(file.values)


def _is_to_ignore(file: SecretFile) -> bool:
    """Whether the repository has to gain an ignore rule for the file."""
    if file.ignored and file.shared:
        return False
    plain = file.path.rpartition("/")[2] == ".env" and not file.tracked
    return _is_secret(file) or plain


def _ignore(path: str, kind: Kind, rule: Ignored | None, lines: AppendedLines) -> None:
    """The line for `path`: behind the rule that takes it out again, else at the top of the repository."""
    file = rule.source if rule is not None and rule.negated and rule.shared else ".gitignore"
    name = path.rpartition("/")[2]
    lines.add(file, literal_pattern(name) if kind is Kind.ENV else "/" + _below(file, path))


def _below(file: str, path: str) -> str:
    directory = file.rpartition("/")[0]
    return literal_pattern(path.removeprefix(f"{directory}/") if directory else path)


def _templates(files: list[SecretFile], read: Reader) -> Iterator[Edit]:
    """An .env.example for each directory that has an environment file with real values, and no template."""
    done = {_directory(file.path) for file in files if file.kind is Kind.TEMPLATE}
    for file in sorted(files, key=lambda file: file.path):
        directory = _directory(file.path)
        if file.kind is not Kind.ENV or not file.values or directory in done:
            continue
        done.add(directory)
        path = f"{directory}.env.example"
        text = template(file)
        if text and read(path) is None:
            yield Edit(path, None, text)


def _directory(path: str) -> str:
    directory, slash, _ = path.rpartition("/")
    return directory + slash


def template(file: SecretFile) -> bytes:
    """The names in an environment file, in order and each once, with no values."""
    secrets = [value.variable.value for value in file.values]
    names = dict.fromkeys(variable.name for variable in variables(file.kind, file.data))
    good = [name for name in names if _NAME.match(name) and not any(secret in name.encode() for secret in secrets)]
    return "".join(f"{name}=\n" for name in good).encode()
