"""Carries out a fix plan: the ignore rule first, then `.env` (0600) and its template, the code last."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from keyscan.errors import UsageError
from keyscan.git.ignore_rules import deciding_rules
from keyscan.remediation import dotenv_file
from keyscan.remediation.apply import apply as apply_edits
from keyscan.remediation.apply import check, write
from keyscan.remediation.edits import EditPlan
from keyscan.remediation.fix import ENV
from keyscan.support.new_file import NewFile

if TYPE_CHECKING:
    from keyscan.git.command import Git
    from keyscan.remediation.fix import FixPlan


def apply(root: str, plan: FixPlan, git: Git | None) -> None:
    """Write the plan below `root`; `git` is the repository's, None outside of one.

    Raises UsageError, with no source file changed, when a file is not what the plan was made from, or when git would
    not ignore `.env`. The code is written only when `.env` holds every value.
    """
    every = [*plan.ignore.edits, *([plan.env] if plan.env else []), *([plan.example] if plan.example else [])]
    check(root, EditPlan((*every, *plan.files.edits)))
    if git is not None:
        apply_edits(root, plan.ignore, git)
        require_ignored(git)
    if plan.env is not None:
        _write_env(root, plan.env.old, plan.env.new)
    if plan.example is not None:
        apply_edits(root, EditPlan((plan.example,)), git)
    _require_values(root, plan)
    apply_edits(root, plan.files, git)


def require_ignored(git: Git) -> None:
    """Raise UsageError unless git ignores `.env` and does not track it."""
    if git.run("ls-files", "-z", "--", ENV):
        raise UsageError(f"{ENV} is tracked by git: run keyscan env --fix first; no key was written")
    rule = deciding_rules(git, [ENV]).get(ENV)
    if rule is None or rule.negated:
        raise UsageError(f"git does not ignore {ENV}: add the line {ENV} to .gitignore; no key was written")


def stage(git: Git, plan: FixPlan) -> None:
    """Put the written files into the index, but for `.env`, as they are: no filter of the repository's runs.

    A file whose index entry was not what the plan was made from keeps that entry.
    """
    edits = [*plan.ignore.edits, *([plan.example] if plan.example else []), *plan.files.edits]
    known = {}
    for entry in os.fsdecode(git.run("ls-files", "-z", "-s", "--", *(edit.path for edit in edits))).split("\0"):
        head, _, path = entry.partition("\t")
        if path:
            known[path] = head.split(" ")[:2]
    lines = []
    for edit in edits:
        mode, blob = known.get(edit.path, ["100644", ""])
        new = edit.new
        if blob:
            content = next(iter(git.objects([blob.encode()])), None)
            old = content[1] if content else None
            if old != edit.old:
                if old is None or old != (edit.old or b"").replace(b"\r\n", b"\n"):
                    continue
                new = new.replace(b"\r\n", b"\n")
        elif edit.old is not None:
            continue
        oid = git.run("hash-object", "-w", "--no-filters", "--stdin", stdin=new).decode().strip()
        lines.append(f"{mode} {oid}\t{edit.path}".encode("utf-8", "surrogateescape") + b"\0")
    git.run("update-index", "--add", "-z", "--index-info", stdin=b"".join(lines))


def _write_env(root: str, old: bytes | None, new: bytes) -> None:
    file = os.path.join(root, ENV)  # noqa: PTH118
    if old is not None:
        write(root, ENV, new)
        return
    try:
        with NewFile(file) as new_file:
            new_file.stream.write(new)
            new_file.stream.flush()
            os.fsync(new_file.stream.fileno())
            new_file.create()
    except OSError as error:
        raise UsageError(f"{ENV}: cannot be written: {error.strerror}; no code was changed") from error


def _require_values(root: str, plan: FixPlan) -> None:
    """Raise UsageError unless `.env` reads back as the plan wants it."""
    if not plan.values:
        return
    with open(os.path.join(root, ENV), "rb") as stream:  # noqa: PTH118, PTH123
        have = dotenv_file.values_of(stream.read())
    if any(have.get(name) != value for name, value in plan.values.items()):
        raise UsageError(f"{ENV} does not read back as it was written; no code was changed")
