"""What git says of a work tree's secrets files: tracked, ignored and by which rule, in submodules too.

Everything is batched: three runs of git per repository, whatever its size.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, NamedTuple

from keyscan.catalog.agents import MARKS as AGENT_MARKS
from keyscan.catalog.agents import PATTERNS as AGENT_PATTERNS
from keyscan.catalog.agents import client_of
from keyscan.catalog.name_sieve import MARKS
from keyscan.catalog.secret_files import PATTERNS, kind_of
from keyscan.errors import GitError
from keyscan.git.command import Git, error_of
from keyscan.git.ignore_rules import Ignored, deciding_rules
from keyscan.git.worktree import check_own_repository, gitlinks, is_checked_out, join
from keyscan.model.blob import Skip

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

# Directories of other people's code and of tools: what lies there untracked is not this project's.
PRUNED = (
    ".git", "node_modules", ".venv", "venv", "site-packages", ".tox", ".nox", "__pycache__", ".mypy_cache",
    ".ruff_cache", ".pytest_cache", ".next", ".nuxt", ".terraform", ".gradle", "bower_components",
)  # fmt: skip
# Submodules deeper than this, or more of them, are not entered: a hostile repository could nest for ever.
MAX_DEPTH = 5
MAX_MODULES = 200


class Tree(NamedTuple):
    """One repository: `prefix` is its path below the outermost, "" or ending with a slash.

    `tracked` are all paths of the index; `family` those that are candidates, with mode and blob; `agents` those of
    agents' configuration (in `family` too); `untracked` the untracked candidates, ignored or not. Paths are relative
    to this repository, as text with surrogates.
    """

    git: Git
    root: str
    prefix: str
    tracked: list[str]
    family: dict[str, tuple[str, str]]
    agents: list[str]
    untracked: list[str]
    modules: list[str]


def trees(root: str, extra: tuple[str, ...] = ()) -> Iterator[Tree | Skip]:
    """The repository at `root` and its submodules that are checked out; `extra` are more candidates' patterns.

    A submodule that git can't read is a Skip, the outermost repository then a GitError.
    """
    todo = [(root, "", 0)]
    for _ in range(MAX_MODULES):
        if not todo:
            return
        directory, prefix, depth = todo.pop()
        try:
            if depth:
                check_own_repository(directory)
            tree = _tree(directory, prefix, extra)
        except GitError as error:
            if not depth:
                raise
            yield Skip(prefix.rstrip("/"), f"submodule: {error}", incomplete=True)
            continue
        yield tree
        if depth < MAX_DEPTH:
            todo.extend((join(directory, name), f"{prefix}{name}/", depth + 1) for name in tree.modules)
    if todo:
        yield Skip(todo[-1][1].rstrip("/"), f"more than {MAX_MODULES} submodules: not looked into", incomplete=True)


def _tree(root: str, prefix: str, extra: tuple[str, ...]) -> Tree:
    git = Git(root)
    # The walk of the directories runs while the index is read.
    with git.start("ls-files", "-o", "-z", *_exclusions(extra)) as walk:
        try:
            index = git.run("ls-files", "-z", "-s")
        except BaseException:
            walk.kill()
            raise
        untracked = _untracked(*git.finish(walk), walk.returncode)
    tracked: list[str] = []
    family: dict[str, tuple[str, str]] = {}
    agents: list[str] = []
    if index:
        tracked = [entry.partition("\t")[2] for entry in os.fsdecode(index).split("\0") if entry]
        agents = [path for path in _marked(tracked, AGENT_MARKS) if client_of(path)]
        for path in dict.fromkeys((*candidates(tracked), *agents)):
            mode, oid = _entry(index, os.fsencode(path))
            family[path] = (mode, oid)
    modules = [name for name in gitlinks(index) if is_checked_out(root, name)]
    return Tree(git, root, prefix, tracked, family, agents, untracked, modules)


def _entry(index: bytes, name: bytes) -> tuple[str, str]:
    """Mode and blob of a path in what `ls-files -s -z` printed."""
    end = index.find(b"\t" + name + b"\0")
    mode, oid, _ = index[index.rfind(b"\0", 0, end) + 1 : end].split(b" ")
    return mode.decode(), oid.decode()


def candidates(paths: Iterable[str]) -> list[str]:
    """The paths whose names may be of the family, in order."""
    return [path for path in _marked(paths, MARKS) if kind_of(path)]


def _marked(paths: Iterable[str], marks: tuple[str, ...]) -> list[str]:
    """The paths that have one of `marks` in them, without case, in order."""
    # All paths are searched as one text: 5 ms for 50,000.
    text = "\0".join(paths)
    lower = text.lower()
    if len(lower) != len(text):  # a few letters change their length
        return text.split("\0")
    matching = set()
    for mark in marks:
        at = lower.find(mark)
        while at >= 0:
            end = text.find("\0", at)
            end = end if end >= 0 else len(text)
            matching.add((text.rfind("\0", 0, at) + 1, end))
            at = lower.find(mark, end)
    return [text[start:end] for start, end in sorted(matching)]


def _exclusions(extra: tuple[str, ...]) -> list[str]:
    """Git's exclusion run backwards: all is excluded but the family's names, and directories to look into."""
    rules = ["-x", "*", "-x", "!*/"]
    for pattern in (*PATTERNS, *AGENT_PATTERNS, *extra):
        rules += ["-x", f"!{pattern}"]
    for name in PRUNED:
        rules += ["-x", f"{name}/"]
    return rules


def _untracked(out: bytes, err: bytes, code: int) -> list[str]:
    """Untracked candidates, from what `ls-files -o` printed; other repositories, which end with a slash, apart."""
    if code:
        raise error_of(("ls-files",), err)
    return [name for name in map(os.fsdecode, out.split(b"\0")) if name and not name.endswith("/")]


def ignored(tree: Tree, paths: Iterable[str]) -> dict[str, Ignored]:
    """The rule that decides about each path, as if none were tracked; paths that no rule speaks of are left out.

    The paths need not exist, so the answer for a `.env` that is yet to come can be had.
    """
    return deciding_rules(tree.git, paths)


def new_in_index(tree: Tree) -> set[str]:
    """The family's tracked paths that the last commit does not have."""
    head = "HEAD" if tree.git.ask("rev-parse", "--verify", "-q", "HEAD") else None
    if head is None:
        return set(tree.family)
    out = tree.git.run(
        "diff", "--cached", "--name-only", "-z", "--no-ext-diff", "--no-renames", "--diff-filter=A", head
    )
    return {os.fsdecode(name) for name in out.split(b"\0")} & set(tree.family)
