"""The joiner for hygiene: git's answers and file contents -> subjects -> findings -> what `keyscan env` reports."""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from keyscan.catalog.agents import client_of
from keyscan.catalog.secret_files import Kind, kind_of
from keyscan.git.command import Git
from keyscan.git.worktree import is_inside
from keyscan.hygiene import env_key_checks as across
from keyscan.hygiene import file_versions as envhistory
from keyscan.hygiene import git_exposure as exposure
from keyscan.hygiene import worktree
from keyscan.hygiene.git_exposure import Subject
from keyscan.hygiene.secret_values import real_values
from keyscan.model.blob import Skip
from keyscan.scan.result import Tally

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator

    from keyscan.engine.matcher import Matcher
    from keyscan.git.ignore_rules import Ignored
    from keyscan.hygiene.file_versions import Walk
    from keyscan.hygiene.worktree import Tree
    from keyscan.model.blob import Blob
    from keyscan.model.finding import Finding
    from keyscan.scan.result import ScanOptions

# A file of names and values is not larger; what is, is named as skipped.
MAX_BYTES = 1 << 20
# Manifests and source files that are looked into for what reads a `.env`, nearest the root first.
MAX_LOOKED_INTO = 1500
# Files that decide what is built and published; they count even before they are tracked.
CONFIGURATION = (
    "Dockerfile*", "*.Dockerfile", "Containerfile*", ".dockerignore", "*.dockerignore", "package.json", ".npmignore",
    "pyproject.toml", "MANIFEST.in", "setup.py",
)  # fmt: skip
_SYMLINK = "120000"


@dataclass(slots=True)
class Survey:
    """What was gathered of one repository: its tree, and its files of the family.

    `ahead`: it reads a `.env` that does not exist yet and that nothing ignores.
    """

    tree: Tree
    subjects: list[Subject] = field(default_factory=list)
    rules: dict[str, Ignored] = field(default_factory=dict)
    agents: dict[str, bytes] = field(default_factory=dict)
    ahead: bool = False


def surveys(root: str, matcher: Matcher, tally: Tally) -> list[Survey]:
    """The repository at `root` and its submodules, each with its files of the family read and judged."""
    found = []
    for tree in worktree.trees(root, CONFIGURATION):
        if isinstance(tree, Skip):
            tally.skipped.append(tree)
        else:
            found.append(_survey(tree, matcher, tally))
    return found


def _survey(tree: Tree, matcher: Matcher, tally: Tally) -> Survey:
    survey = Survey(tree)
    agents = [*tree.agents, *(name for name in tree.untracked if client_of(name))]
    names = [*tree.family, *(name for name in tree.untracked if kind_of(name) or client_of(name))]
    survey.rules = worktree.ignored(tree, [*names, ".env"])
    staged = worktree.new_in_index(tree) if tree.family else set()
    contents = _contents(tree, names, tally)
    survey.agents = {name: contents[name] for name in agents if name in contents}
    for name in names:
        data = contents.get(name)
        kind = kind_of(name)
        if data is None:
            continue
        tally.files += 1
        tally.bytes += len(data)
        if kind is not None:
            survey.subjects.append(_subject(survey, name, kind, data, matcher, staged=name in staged))
    return survey


def _subject(survey: Survey, name: str, kind: Kind, data: bytes, matcher: Matcher, *, staged: bool) -> Subject:
    tree, rule = survey.tree, survey.rules.get(name)
    return Subject(
        path=tree.prefix + name,
        kind=kind,
        values=tuple(real_values(kind, data, matcher)),
        data=data,
        tracked=name in tree.family,
        staged=staged,
        ignored=rule is not None and not rule.negated,
        shared=rule is None or rule.shared,
        decided=rule.text if rule else "",
        mode=_reachable_mode(os.path.join(tree.root, name)),  # noqa: PTH118 - keeps odd bytes
    )


def _contents(tree: Tree, names: list[str], tally: Tally) -> dict[str, bytes]:
    """What each file holds: of tracked ones what the index has, of the others what is on disk."""
    found: dict[str, bytes] = {}
    tracked = [name for name in names if name in tree.family and tree.family[name][0] != _SYMLINK]
    oids = [tree.family[name][1].encode() for name in tracked]
    for name, answer in zip(tracked, tree.git.objects(oids), strict=True):
        if answer is None:
            tally.skipped.append(Skip(tree.prefix + name, "its blob is missing from the object store", incomplete=True))
        else:
            found[name] = answer[1][:MAX_BYTES]
    for name in names:
        if name not in tree.family:
            data = read(tree.root, name, tree.prefix, tally)
            if data is not None:
                found[name] = data
    return found


def read(root: str, name: str, prefix: str, tally: Tally) -> bytes | None:
    """A regular file below `root` that no link leads to, at most MAX_BYTES of it; else a skip, and None."""
    file = os.path.join(root, name)  # noqa: PTH118
    if not is_inside(root, name):
        tally.skipped.append(Skip(prefix + name, "symbolic link: not followed"))
        return None
    try:
        handle = os.open(file, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0))
        with os.fdopen(handle, "rb") as stream:
            if not stat.S_ISREG(os.fstat(stream.fileno()).st_mode):
                tally.skipped.append(Skip(prefix + name, "not a regular file: not read"))
                return None
            data = stream.read(MAX_BYTES + 1)
    except OSError as error:
        tally.skipped.append(Skip(prefix + name, f"cannot be read: {error.strerror}", incomplete=True))
        return None
    if len(data) > MAX_BYTES:
        tally.skipped.append(Skip(prefix + name, f"larger than {MAX_BYTES} bytes: only its beginning was read"))
    return data[:MAX_BYTES]


def _reachable_mode(file: str) -> int | None:
    """The mode of a file; None when it is not there or a directory above it keeps other users out."""
    if os.name != "posix":
        return None
    try:
        mode = os.lstat(file).st_mode
        directory = os.path.dirname(os.path.realpath(file))  # noqa: PTH120
        while True:
            if not os.stat(directory).st_mode & stat.S_IXOTH:  # noqa: PTH116
                return None
            above = os.path.dirname(directory)  # noqa: PTH120
            if above == directory:
                return mode
            directory = above
    except OSError:
        return None


def run(root: str, matcher: Matcher, options: ScanOptions, tally: Tally, *, history: bool = True) -> list[Survey]:
    """Check the repository at `root`, adding the findings to `tally`; what was gathered."""
    # The search of the history runs while the rest is looked at.
    search = envhistory.Search(Git(root)) if history else None
    try:
        found = surveys(root, matcher, tally)
        _check(found, matcher, options, tally)
        for survey in found if search else ():
            walk = search.result() if search and survey is found[0] else envhistory.Search(survey.tree.git).result()
            _history(survey, walk, matcher, options, tally)
    finally:
        if search:
            search.close()
    return found


def _check(found: list[Survey], matcher: Matcher, options: ScanOptions, tally: Tally) -> None:
    """All that can be told without the history."""
    for survey in found:
        for subject in survey.subjects:
            tally.findings.extend(exposure.check(subject, options.salt))
            if subject.kind is not Kind.TEMPLATE:
                tally.findings.extend(across.browser_exposed(subject, options.salt))
                tally.findings.extend(across.wrong_provider(subject, matcher.rules, options.salt))
        _agents(survey, matcher, options, tally)
        _built(survey, options, tally)
        _not_yet(survey, options, tally)
    everything = [subject for survey in found for subject in survey.subjects]
    tally.findings.extend(across.shared(everything, options.salt))


def _agents(survey: Survey, matcher: Matcher, options: ScanOptions, tally: Tally) -> None:
    """Literal keys in agents' configuration."""
    for name, data in survey.agents.items():
        from keyscan.hygiene import agent_config as agentfiles

        rule = survey.rules.get(name)
        found = agentfiles.check(
            survey.tree.prefix + name,
            data,
            matcher,
            tracked=name in survey.tree.family,
            ignored=rule is not None and not rule.negated,
            salt=options.salt,
        )
        tally.findings.extend(found)


def staged(blobs: Iterable[Blob | Skip], matcher: Matcher, salt: str, disabled: Collection[str]) -> Iterator[Finding]:
    """Findings for the files of secrets among the blobs of the index; what the engine reports itself is left out."""
    for blob in blobs:
        kind = None if isinstance(blob, Skip) else kind_of(blob.origin.path)
        if isinstance(blob, Skip) or kind is None:
            continue
        values = real_values(kind, blob.data[:MAX_BYTES], matcher)
        if kind is Kind.TEMPLATE:
            values = [value for value in values if value.match is None]
        subject = Subject(blob.origin.path, kind, tuple(values), blob.data, tracked=True, staged=True)
        yield from (one for one in exposure.check(subject, salt) if one.rule_id not in disabled)


def _history(survey: Survey, walk: Walk, matcher: Matcher, options: ScanOptions, tally: Tally) -> None:
    """What the history holds of the family."""
    tree = survey.tree
    place = f"{tree.prefix}history"
    if not walk.whole:
        tally.skipped.append(Skip(place, f"too much of it: {len(walk.versions)} versions were looked into"))
    if walk.shallow:
        tally.skipped.append(Skip(place, "a shallow clone: older commits were not looked into"))
    real = []
    for version, answer in zip(walk.versions, tree.git.objects([v.blob.encode() for v in walk.versions]), strict=True):
        kind = kind_of(version.path)
        if answer is None or kind is None:
            continue
        tally.blobs += 1
        data = answer[1][:MAX_BYTES]
        values = real_values(kind, data, matcher)
        if values:
            real.append((version, data, values))
    if real:
        from keyscan.hygiene import file_history as past

        tally.findings.extend(past.check(real, set(tree.family), tree.prefix, options.salt))


def _built(survey: Survey, options: ScanOptions, tally: Tally) -> None:
    """What images and packages would take along."""
    tree = survey.tree
    real = [s for s in survey.subjects if s.values and s.kind is not Kind.TEMPLATE]
    if not real:
        return
    from keyscan.hygiene import docker_context as containers
    from keyscan.hygiene import packages

    unheard = Tally()  # a file that is tracked and not on disk is not built
    paths = [*tree.tracked, *tree.untracked]

    reader = reader_of(survey, unheard)
    files = containers.dockerfiles(paths)
    tally.findings.extend(containers.check(real, files, reader, tree.prefix, options.salt))
    tally.findings.extend(packages.check(real, set(paths), reader, tree.prefix, options.salt))


def reader_of(survey: Survey, tally: Tally) -> Callable[[str], bytes | None]:
    """A reader of the repository's files by their relative names: None for what is not there."""
    tree = survey.tree

    def reader(name: str) -> bytes | None:
        there = os.path.lexists(os.path.join(tree.root, name))  # noqa: PTH118
        return read(tree.root, name, tree.prefix, tally) if there else None

    return reader


def _not_yet(survey: Survey, options: ScanOptions, tally: Tally) -> None:
    """Tell a repository that reads a `.env` and has none to ignore it before it exists."""
    tree = survey.tree
    rule = survey.rules.get(".env")
    if rule is not None and not rule.negated and rule.shared:
        return
    if any(subject.kind is Kind.ENV for subject in survey.subjects):
        return
    from keyscan.hygiene import dotenv_readers as yet

    unheard = Tally()  # a file that git tracks and the disk lacks is no news here
    for name in yet.worth_reading(tree.tracked)[:MAX_LOOKED_INTO]:
        data = read(tree.root, name, tree.prefix, unheard)
        why = yet.reads_env(name, data) if data else None
        if why:
            survey.ahead = True
            tally.findings.append(yet.found(tree.prefix, name, why, rule.text if rule else "", options.salt))
            return
