"""No setting that a repository can make, and no variable, changes what we read of it or runs a program."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
from helpers.tokens import token

from keyscan.errors import GitError
from keyscan.git import added_lines, commits, objects, repository, settings, trees
from keyscan.git.command import Git
from keyscan.history.appearances import appearances
from keyscan.hygiene import worktree
from keyscan.model.blob import Skip
from keyscan.sources import commit_range, files, push, staged

ALL = objects.Selection(("--all",))
# Settings that decide what is scanned, as they do for git itself; everything else must not.
MEANT = {
    "core.excludesfile": "lists ignored files, which the report names",
    "core.bare": "says that there is no work tree",
    "core.worktree": "says where the work tree is",
    "diff.dirstat": "makes git warn, and what it warns of is not called complete",
    "extensions": "says how the repository is stored, and that objects may be missing",
    "include": "reads more settings",
    "includeif": "reads more settings",
    "promisor": "says that objects may be missing",
    "partialclonefilter": "says that objects may be missing",
}


@pytest.fixture
def sample(repo):
    """A repository with all that is read of one: merges, tags, notes, stash, submodule link, odd names, an index."""
    for number in range(3):
        repo.stage("a.py", "".join(f"line {line} of {number}\n\n" for line in range(number, 40)))
        repo.stage("sub/b.txt", f"{number}\n")
        repo.commit(f"change {number}")
    repo.git("checkout", "-q", "-b", "side", "HEAD~1")
    repo.stage("side.txt", "side\n")
    repo.commit(env={"GIT_AUTHOR_NAME": "Jörg"})
    repo.git("checkout", "-q", "main")
    repo.git("merge", "-q", "--no-edit", "side")
    repo.git("tag", "-a", "v1", "-m", "one")
    repo.git("update-ref", "refs/remotes/origin/main", "HEAD~1")
    repo.git("notes", "add", "-m", "note")
    repo.git("update-index", "--add", "--cacheinfo", "160000," + "1" * 40 + ",module")
    repo.stage("a.py", "new first\n" + "".join(f"line {line} of 2\n\n" for line in range(2, 45)))
    repo.stage("sub/ÄÖ.txt", "x\n")
    repo.stage("renamed.txt", "side\n")
    repo.git("rm", "-q", "--cached", "side.txt")
    repo.write("sub/new.py", "x\n")
    repo.write("A.PY", "upper\n")
    repo.write(".gitignore", "*.log\n.env\n")
    repo.write(".env", "x\n")
    repo.write("x.log", "x\n")
    return repo


def probe(directory, root) -> dict[str, object]:
    """What we read of a repository: from `directory`, which is its root or below it."""
    git, head = Git(directory), Git(root).run("rev-parse", "HEAD").strip()
    listed = objects.commits(git, ALL)
    if listed.skips:
        raise GitError(listed.skips[0].reason)
    written = appearances(git, listed.ids, 1)
    tree = next(iter(worktree.trees(str(root))))
    changes = push.Update(b"", head, listed.ids[-1])
    return {
        "staged": staged.entries(git),
        "added": staged.added_lines(git, b"a.py"),
        "lines": added_lines.lines(git, f"{head.decode()}~1:a.py", f"{head.decode()}:a.py"),
        "targets": sorted(item.path if isinstance(item, Skip) else item.name for item in files.targets([str(root)])),
        "commits": listed,
        "reachable": sorted(map(repr, objects.reachable(git, ALL))),
        "store": sorted(map(repr, objects.in_store(git))),
        "written": written and sorted(written.locations(set(written.blobs))),
        "introduced": list(commits.introduced(git, listed.ids)),
        "details": commits.details(git, listed.ids),
        "tree": trees.blobs_at(git, head),
        "tips": trees.blobs_at_tips(git),
        "refs": repository.refs(git),
        "facts": repository.inspect(git),
        "hidden": repository.hidden_tips(git),
        "read": list(objects.read(git, [objects.Listed(oid, b"") for oid in written.blobs] if written else [])),
        "work tree": (tree.tracked, tree.family, tree.untracked, worktree.ignored(tree, [".env", "x.log"])),
        "range": commit_range.changed(git, commit_range.Span([changes], ()), ("a.py", "sub/b.txt"), ("b.txt",)),
    }


def names() -> list[str]:
    """All settings that git knows, those with a placeholder filled in."""
    out = subprocess.run(["git", "help", "-c"], capture_output=True, check=True).stdout.decode()
    found = {line for line in out.splitlines() if "." in line and " " not in line}
    for name in (*found,):
        first, _, last = name.partition("<")
        if last:
            found |= {f"{first}{filling}{last.partition('>')[2]}" for filling in ("origin", "txt", "main")}
    return sorted(name for name in found if not set("<>*") & set(name))


def outcome(repo, settings: list[str], value: str, expected: dict[str, object]) -> list[str]:
    """The settings that change what is read when they have this value; a refusal or a warning by git is no change."""
    file = repo.path / ".git/config"
    plain = file.read_text()
    extra = "".join(
        f'[{section} "{inner}"]\n\t{key} = {value}\n' if inner else f"[{section}]\n\t{key} = {value}\n"
        for section, inner, key in map(parts, settings)
    )
    file.write_text(plain + extra)
    try:
        found: dict[str, object] | None = probe(repo.path / "sub", repo.path)
    except GitError:
        found = None
    finally:
        file.write_text(plain)
    if found == expected or (found is None and len(settings) == 1):
        return []
    if len(settings) == 1:
        changed = [key for key in expected if (found or {}).get(key) != expected[key]]
        return [f"{settings[0]} = {value}: {', '.join(changed)}"]
    half = len(settings) // 2
    return outcome(repo, settings[:half], value, expected) + outcome(repo, settings[half:], value, expected)


def parts(name: str) -> tuple[str, str, str]:
    """Section, subsection and key of a setting."""
    section, _, rest = name.partition(".")
    inner, _, key = rest.rpartition(".")
    return section, inner, key


@pytest.mark.skipif(os.name == "nt", reason="the planted program is a shell script")
@pytest.mark.parametrize("value", ["true", "false", "PROGRAM"])
def test_no_setting_changes_what_is_read(sample, tmp_path, value):
    """Every setting that git knows, set in the repository: the same answers, or none, and no program is run."""
    marker = tmp_path / "was run"
    program = tmp_path / "program"
    program.write_text(f"#!/bin/sh\ntouch '{marker}'\nexit 1\n")
    program.chmod(0o755)
    sample.git("config", "diff.txt.textconv", str(program))
    sample.write(".git/info/attributes", "*.txt diff=txt filter=txt\n*.py -diff\n")
    expected = probe(sample.path, sample.path)
    assert probe(sample.path / "sub", sample.path) == expected
    tried = [name for name in names() if MEANT.keys().isdisjoint({name.lower(), *name.lower().split(".")})]
    assert len(tried) > 500
    given = str(program) if value == "PROGRAM" else value
    changed = outcome(sample, tried, given, expected)
    assert not changed, changed
    assert not marker.exists()


@pytest.mark.parametrize(
    "variables",
    [
        {"GIT_TRACE": "1", "GIT_TRACE_SETUP": "2", "GIT_TRACE2": "1"},
        {"GIT_DIFF_OPTS": "-u9"},
        {"GIT_EXTERNAL_DIFF": "false"},
        {"GIT_GLOB_PATHSPECS": "1"},
        {"GIT_ICASE_PATHSPECS": "1"},
        {"GIT_PAGER": "false", "PAGER": "false"},
        {"GIT_LITERAL_PATHSPECS": "0"},
        {"GIT_REF_PARANOIA": "0"},
        {"GIT_REPLACE_REF_BASE": "refs/heads/"},
        {"LC_ALL": "de_DE.UTF-8", "LANGUAGE": "de"},
        {"GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": "diff.relative", "GIT_CONFIG_VALUE_0": "true"},
        {"GIT_CONFIG_PARAMETERS": "'diff.relative'='true'"},
        {"GIT_CONFIG": "/nowhere"},
    ],
)
def test_no_variable_changes_what_is_read(sample, monkeypatch, variables):
    """The user's environment does not reach what is read, from the root or below it."""
    expected = probe(sample.path, sample.path)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert probe(sample.path / "sub", sample.path) == expected


def test_a_named_repository_is_not_another_one(sample, tmp_path, monkeypatch):
    """A hook's variables name its own repository, and no other that a command is told to read."""
    expected = probe(sample.path, sample.path)
    other = tmp_path / "other"
    subprocess.run(["git", "init", "-q", str(other)], check=True)
    for name in ("GIT_DIR", "GIT_COMMON_DIR"):
        monkeypatch.setenv(name, str(other / ".git"))
    monkeypatch.setenv("GIT_WORK_TREE", str(other))
    monkeypatch.setenv("GIT_INDEX_FILE", str(other / ".git/index"))
    monkeypatch.setenv("GIT_OBJECT_DIRECTORY", str(other / ".git/objects"))
    assert probe(sample.path, sample.path) == expected
    monkeypatch.chdir(sample.path)
    assert os.path.samefile(os.fsdecode(Git().ask("rev-parse", "--absolute-git-dir")), other / ".git")


def test_every_variable_that_names_a_repository_is_known():
    """Git's own list of such variables is covered, in every version that runs this test."""
    local = subprocess.run(["git", "rev-parse", "--local-env-vars"], capture_output=True, check=True).stdout.split()
    known = settings.REPOSITORY_VARIABLES | settings._DROPPED | set(settings.ENVIRONMENT)
    configuration = {"GIT_CONFIG_PARAMETERS", "GIT_CONFIG_COUNT"}
    assert {name.decode() for name in local} <= known | configuration


def test_a_lying_commit_graph_is_not_believed(repo):
    """A commit graph that was written for another history hides no commit."""
    for number in range(3):
        repo.stage("a.py", f"{number}\n")
        repo.commit(f"change {number}")
    repo.git("commit-graph", "write", "--reachable")
    graph = repo.path / ".git/objects/info/commit-graph"
    data = bytearray(graph.read_bytes())
    table = data[8:].find(b"CDAT") + 8
    start = int.from_bytes(data[table + 4 : table + 12], "big")
    for row in range(3):  # no commit has a parent
        at = start + row * 36 + 20
        data[at : at + 8] = (0x70000000).to_bytes(4, "big") * 2
    graph.chmod(0o644)
    graph.write_bytes(data)
    assert len(repo.git("-c", "core.commitGraph=true", "rev-list", "HEAD").split()) == 1
    assert len(objects.commits(Git(repo.path), ALL).ids) == 3


def test_a_missing_tree_makes_a_history_incomplete(repo, run):
    """What could not be reached is never called clean."""
    repo.stage("dir/a.py", token("sk-ant-api03-{b64url:93}AA", "hidden"))
    repo.commit()
    repo.stage("dir/a.py", "nothing\n")
    repo.commit()
    tree = repo.git("rev-parse", "HEAD~1:dir").decode().strip()
    (repo.path / ".git/objects" / tree[:2] / tree[2:]).unlink()
    for options in ((), ("--all-objects",), ("--branch", "main"), ("--range", "HEAD"), ("--packs",)):
        done = run("history", "--no-cache", *options, cwd=repo.path)
        assert done.code in {1, 3}, options
        assert "incomplete" in done.out or "missing" in done.out or "could not" in done.out, (options, done.out)


def test_no_transport_is_allowed(repo, tmp_path):
    """A missing object is not fetched, whatever the repository says of its remote: no git does, however old."""
    marker = tmp_path / "was run"
    repo.stage("a.py", "x\n")
    repo.commit()
    blob = repo.git("rev-parse", "HEAD:a.py").decode().strip()
    (repo.path / ".git/objects" / blob[:2] / blob[2:]).unlink()
    for key, value in {
        "core.repositoryFormatVersion": "1",
        "extensions.partialClone": "origin",
        "remote.origin.promisor": "true",
        "remote.origin.url": f"ext::sh -c 'touch {marker}'",
        "protocol.ext.allow": "always",
    }.items():
        repo.git("config", key, value)
    variables = {**settings.environment(dict(os.environ), inherit=False), "GIT_NO_LAZY_FETCH": "0"}
    command = ["git", *settings.SAFE, "cat-file", "-p", blob]
    done = subprocess.run(command, cwd=repo.path, env=variables, capture_output=True, check=False)
    assert done.returncode
    assert not marker.exists()


@pytest.mark.skipif(sys.platform == "win32", reason="a shell script stands in for git")
def test_git_is_never_taken_from_the_current_directory(repo, monkeypatch, tmp_path):
    """A relative entry of PATH, or an empty one, names no program."""
    marker = tmp_path / "was run"
    planted = repo.write("git", f"#!/bin/sh\ntouch '{marker}'\n")
    planted.chmod(0o755)
    monkeypatch.chdir(repo.path)
    monkeypatch.setenv("PATH", f".{os.pathsep}{os.pathsep}{os.environ['PATH']}")
    assert repository.inspect(Git()).git_dir
    assert not marker.exists()
    monkeypatch.setenv("PATH", ".")
    with pytest.raises(GitError, match="not installed"):
        Git().run("version")
