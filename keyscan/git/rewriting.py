"""Facts for the rewriting of a history, and the two steps that do it: a fresh mirror, and git-filter-repo in it."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from keyscan.errors import GitError
from keyscan.git import command, repository
from keyscan.git.standard_error import StandardError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from keyscan.git.command import Git

_TYPES = (b"commit", b"tag")
# What git-filter-repo has to keep: empty commits, merges, messages and their encoding.
_KEEP = (
    "--force", "--quiet", "--prune-empty", "never", "--prune-degenerate", "never", "--no-ff",
    "--preserve-commit-encoding", "--preserve-commit-hashes",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Ref:
    """A ref and what it points to: the object, its type, and the commit behind a tag."""

    name: str
    oid: str
    kind: str
    commit: str


def refs(git: Git) -> list[Ref]:
    """All refs of the repository."""
    out = git.run("for-each-ref", "--format=%(objectname) %(objecttype) %(*objectname) %(refname)")
    listed = []
    for line in os.fsdecode(out).splitlines():
        oid, kind, rest = line.split(" ", 2)
        peeled, _, name = rest.rpartition(" ")
        listed.append(Ref(name, oid, kind, peeled.strip() or oid))
    return listed


def with_descendants(git: Git, commits: Iterable[str]) -> set[str]:
    """These commits and all that come after them, on any ref."""
    changed = set(commits)
    out = git.run("rev-list", "--all", "--topo-order", "--reverse", "--parents")
    for line in out.decode("ascii").splitlines():
        oid, *parents = line.split(" ")
        if not changed.isdisjoint(parents):
            changed.add(oid)
    return changed


def commit_count(git: Git) -> int:
    """How many commits the refs reach."""
    return int(git.run("rev-list", "--all", "--count"))


def signed(git: Git, ids: Sequence[str]) -> list[str]:
    """Those of the commits and tags that carry a signature; no signature is checked, so no program runs."""
    commits = []
    for oid, answer in zip(ids, git.objects([oid.encode() for oid in ids]), strict=True):
        if answer is None or answer[0] not in _TYPES:
            continue
        head, _, message = answer[1].partition(b"\n\n")
        if b"\ngpgsig" in head or (answer[0] == b"tag" and b"\n-----BEGIN " in message):
            commits.append(oid)
    return commits


def mirror(source: Git, into: str) -> Git:
    """A fresh bare repository with all refs and what they reach: nothing of its configuration, no hooks.

    Objects go from git to git through a pipe, so that no transport and nothing of a configuration is involved. Raises
    GitError when `into` exists and is not empty.
    """
    facts = repository.inspect(source)
    if os.path.isdir(into) and os.listdir(into):  # noqa: PTH112, PTH208
        raise GitError(f"{into}: the directory is not empty; give --into a new one")
    target = os.path.abspath(into)  # noqa: PTH100 - keeps odd bytes
    kind = f"--object-format={facts.object_format}"
    source.run("init", "--quiet", "--bare", "--template=", kind, "--", target)
    git = command.Git(into, inherit=False)
    _copy_objects(source, git)
    listed = "".join(f"create {ref.name} {ref.oid}\n" for ref in refs(source))
    git.run("update-ref", "--stdin", stdin=os.fsencode(listed))
    head = source.ask("symbolic-ref", "-q", "HEAD")
    if head:
        git.run("symbolic-ref", "HEAD", os.fsdecode(head))
    return git


def _copy_objects(source: Git, target: Git) -> None:
    """Everything that the refs of `source` reach, packed by one git and read by another."""
    packer = source.start("pack-objects", "--all", "--revs", "--stdout", "--quiet", "--delta-base-offset")
    assert packer.stdout is not None  # noqa: S101 - pipes were asked for
    assert packer.stderr is not None  # noqa: S101
    complaints = StandardError(packer.stderr)
    with packer.stdout:
        reader = target.start("index-pack", "--stdin", "--fix-thin", stdin=packer.stdout.fileno())
        # Only the reader holds the pipe now: the packer ends when the reader does.
        packer.stdout.close()
        _, read_error = reader.communicate()
    for process, name, said in ((packer, "pack-objects", complaints.text()), (reader, "index-pack", read_error)):
        if process.wait():
            raise command.error_of((name,), said)


def filter_repo(git: Git, replacements: str) -> None:
    """Rewrite all refs of a repository by the replacements in a file, in texts and messages; GitError if it fails."""
    command.run_python_tool(
        git.directory, "git_filter_repo", (*_KEEP, "--replace-text", replacements, "--replace-message", replacements)
    )
    _move_notes(git)


def _move_notes(git: Git) -> None:
    """Attach notes to the commits' new ids, which git-filter-repo does not do: it leaves the names in their trees."""
    renamed = _renamed(git)
    for ref in refs(git):
        if not ref.name.startswith("refs/notes/") or ref.kind != "commit":
            continue
        moved: dict[bytes, bytes] = {}
        for line in git.run("rev-list", "--topo-order", "--reverse", "--parents", ref.oid).splitlines():
            oid, *parents = line.split()
            tree = _renamed_notes(git, oid, renamed)
            answer = next(iter(git.objects([oid])), None)
            if answer is None:
                raise GitError(f"{ref.name}: a commit of the notes is missing")
            head, _, message = answer[1].partition(b"\n\n")
            lines = [b"tree " + tree, *(b"parent " + moved[parent] for parent in parents)]
            lines += [one for one in head.split(b"\n") if not one.startswith((b"tree ", b"parent "))]
            data = b"\n".join(lines) + b"\n\n" + message
            moved[oid] = git.run("hash-object", "-t", "commit", "-w", "--stdin", stdin=data).strip()
        git.run("update-ref", ref.name, moved[ref.oid.encode()].decode(), ref.oid)


def _renamed(git: Git) -> dict[bytes, bytes]:
    """Old id to new id of every commit that git-filter-repo rewrote."""
    file = os.path.join(repository.inspect(git).git_dir, "filter-repo", "commit-map")  # noqa: PTH118
    with open(file, "rb") as stream:  # noqa: PTH123
        pairs = [line.split() for line in stream][1:]
    return {pair[0]: pair[1] for pair in pairs if len(pair) == 2}  # noqa: PLR2004 - old and new


def _renamed_notes(git: Git, commit: bytes, renamed: dict[bytes, bytes]) -> bytes:
    """The tree of a commit of notes with its entries named by the new ids, without sub-directories."""
    entries = []
    for entry in git.run("ls-tree", "-r", "-z", commit.decode()).split(b"\0"):
        head, _, path = entry.partition(b"\t")
        if path:
            name = path.replace(b"/", b"")
            entries.append(head + b"\t" + renamed.get(name, name) + b"\0")
    return git.run("mktree", "-z", stdin=b"".join(entries)).strip()
