"""Symbolic links among configuration files: one rule for every command, wherever it reads from."""

from __future__ import annotations

import os

import pytest
from helpers.tokens import key

from keyscan.config.links import places_of, target_in_git, target_in_tree
from keyscan.errors import ConfigError
from keyscan.git.command import Git

pytestmark = pytest.mark.skipif(os.name == "nt", reason="links need rights there")
OUT = "a symbolic link out of the repository, which is not followed"
ZERO = "0" * 40


def test_links_are_followed_one_after_the_other():
    """The links on the way are given in order, and last the file."""
    links = {"a": "dir/b", "dir": "real", "real/b": "../c"}
    assert places_of("a", links.get) == ["a", "dir", "real/b", "c"]
    assert places_of("./x//y", links.get) == ["x/y"]


@pytest.mark.parametrize(
    ("links", "why"),
    [
        ({"a": "../out"}, OUT),
        ({"a": "/etc/passwd"}, OUT),
        ({"a": ".."}, OUT),
        ({"a": "d/b", "d": "x", "x/b": "../../out"}, OUT),
        ({"a": "a"}, "too many symbolic links"),
        ({"a": "b", "b": "a"}, "too many symbolic links"),
    ],
)
def test_links_out_of_the_repository_and_rings_are_errors(links, why):
    """Wherever on the way one stands."""
    with pytest.raises(ConfigError, match=f"^a: {why}"):
        places_of("a", links.get)


def test_the_tree_the_index_and_a_commit_give_the_same_targets(repo):
    """Only links have a target: no file whose text looks like one, no directory, nothing that is missing."""
    (repo.path / "link").symlink_to("file")
    repo.write("dir/file", "target")
    repo.git("add", "-A")
    commit = repo.commit()
    git, root = Git(str(repo.path)), str(repo.path)
    for name, target in (("link", "file"), ("dir/file", None), ("dir", None), ("missing", None)):
        assert target_in_tree(root, name) == target
        assert target_in_git(git, "", name) == target
        assert target_in_git(git, commit, name) == target


# How each command is called on a repository with a file staged, and committed for those that read commits.
COMMANDS = {
    "scan": ("scan",),
    "staged": ("staged",),
    "ci": ("ci", "--mode", "all"),
    "history": ("history",),
    "pre-push": ("pre-push",),
}
READS = ".keyscan.toml", ".keyscan-baseline", "pyproject.toml", "extended", "in a linked directory"


def _configure(repo, place, target):
    """Let the configuration file `place` be a link to `target`."""
    if place == "extended":
        repo.write(".keyscan.toml", 'extends = "base.toml"\n')
        place = "base.toml"
    if place == "in a linked directory":
        repo.write(".keyscan.toml", 'extends = "conf/base.toml"\n')
        place, target = "conf", os.path.dirname(target)
    (repo.path / place).symlink_to(target)


def _result(repo, spawn, command):
    """What a command says of the repository's files, staged, and committed where it reads commits."""
    repo.git("add", "-A")
    stdin = b""
    if command not in {"scan", "staged"}:
        head = repo.commit()
        stdin = f"refs/heads/main {head} refs/heads/main {ZERO}\n".encode()
    return spawn(COMMANDS[command], cwd=repo.path, stdin=stdin)


@pytest.mark.parametrize("place", READS)
@pytest.mark.parametrize("command", COMMANDS)
def test_a_link_within_the_repository_is_followed_by_every_command(repo, spawn, command, place):
    """What the link leads to counts: the key is ignored (or, by the baseline, known)."""
    repo.write("a.py", f"k = '{key()}'\n")
    name = "shared/base.toml"
    if place == ".keyscan-baseline":
        (repo.path / "shared").mkdir()
        spawn(["baseline", "create", "--baseline", name], cwd=repo.path)
        assert (repo.path / name).exists()
    else:
        table = "[tool.keyscan]\n" if place == "pyproject.toml" else ""
        repo.write(name, f'{table}exclude = ["a.py"]\n')
    _configure(repo, place, name)
    result = _result(repo, spawn, command)
    assert result.code == 0, result.out + result.err


@pytest.mark.parametrize("place", READS)
@pytest.mark.parametrize("command", COMMANDS)
def test_a_link_out_of_the_repository_is_refused_by_every_command(repo, spawn, tmp_path, command, place):
    """With the same words, and never read: nothing of the file outside is shown."""
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside/base.toml").write_text("private text = [\n")
    repo.write("a.py", "x = 1\n")
    _configure(repo, place, "../outside/base.toml")
    result = _result(repo, spawn, command)
    assert result.code == 2
    assert OUT in result.err
    assert "private" not in result.out + result.err


def test_refs_whose_links_lead_to_other_texts_have_no_configuration_in_common(repo, spawn):
    """The link is the same in both, what it leads to is not: it is not used, and that is said."""
    base = repo.commit()
    heads = []
    (repo.path / ".keyscan.toml").symlink_to("conf.toml")
    for name, text in (("one", 'exclude = ["a.py"]\n'), ("two", "jobs = 1\n")):
        repo.git("checkout", "-q", "-B", name, base)
        repo.write("conf.toml", text)
        repo.write("a.py", f"k = '{key()}'\n")
        repo.git("add", "-A")
        heads.append(repo.commit(name))
        repo.git("checkout", "-q", "--detach")
    stdin = "".join(f"refs/heads/{n} {h} refs/heads/{n} {ZERO}\n" for n, h in zip(("one", "two"), heads, strict=True))
    result = spawn(["pre-push"], cwd=repo.path, stdin=stdin.encode())
    assert result.code == 1
    assert ".keyscan.toml differs among the pushed refs" in result.err


def test_the_fast_path_leaves_links_to_the_whole_command(repo, spawn):
    """A link of pyproject.toml says nothing by its own text; what it leads to asks for a rule of the user's."""
    rule = 'provider = "X"\n[[rules]]\nid = "x"\nname = "X"\nvalue = "xxkey_[a-z]{20}"\nkeywords = ["xxkey_"]\n'
    rule += 'severity = "high"\nprecision = "high"\nmax_length = 40\ntemplate = "xxkey_{lower:20}"\n'
    repo.write("x.toml", rule)
    repo.write("shared.toml", '[tool.keyscan]\nrules = ["x.toml"]\n')
    (repo.path / "pyproject.toml").symlink_to("shared.toml")
    repo.git("add", "-A")
    repo.commit()
    repo.stage("a.txt", "xxkey_" + "qhwjekrlatysudifogpz\n")
    assert spawn(["staged"], cwd=repo.path).code == 1
    assert spawn(["staged"], cwd=repo.path).code == 1
