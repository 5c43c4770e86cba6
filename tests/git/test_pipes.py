"""Named pipes wherever git reads a file: the command ends in bounded time, with one line that names the pipe."""

from __future__ import annotations

import os
import shutil

import pytest
from helpers.tokens import token

from keyscan.errors import GitError
from keyscan.git import pipes
from keyscan.git.command import Git

pytestmark = [
    pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here"),
    pytest.mark.timeout(120),
]
KEY = token("sk-ant-api03-{b64url:93}AA", "pipes")
# Where the pipe is, and the settings that name it; TREE is the work tree.
IN_TREE = {
    "include": ("pipe", {"include.path": "../pipe"}),
    "include-if": ("pipe", {"includeIf.onbranch:main.path": "../pipe"}),
    "excludes": ("pipe", {"core.excludesFile": "TREE/pipe"}),
    "gitmodules": (".gitmodules", {}),
    "submodule": ("sub/.git", {}),
}
IN_GIT = (
    "HEAD", "config", "index", "packed-refs", "refs/heads/other", "info/exclude", "info/grafts", "shallow", "commondir",
    "objects/info/alternates", "MERGE_HEAD", "config.worktree",
)  # fmt: skip


@pytest.fixture(autouse=True)
def _soon(monkeypatch):
    """Half a second is waited, not five."""
    monkeypatch.setattr(pipes, "PATIENCE", 0.5)


@pytest.fixture
def project(repo):
    """A repository with a commit and a staged file."""
    repo.stage("a.py", f"k = '{KEY}'\n")
    repo.commit()
    repo.stage("b.py", "y = 1\n")
    return repo


def pipe_at(file):
    """Put a pipe in the place of a file."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.unlink(missing_ok=True)
    os.mkfifo(file)
    return file


def ends(run, repo, *argv):
    """Run a command; its exit code and all that it said, having checked that it is short."""
    done = run(*argv, cwd=repo.path)
    assert "Traceback" not in done.err
    assert "internal error" not in done.err
    assert done.err.count("\n") <= 3, done.err
    return done.code, done.out + done.err


@pytest.mark.parametrize(
    ("where", "argv"),
    [(where, argv) for where in (*IN_TREE, *IN_GIT) for argv in (("staged",), ("history", "--no-cache"))]
    + [(where, argv) for where in ("include", "info/exclude", "index") for argv in (("scan", "."), ("env",))],
)
def test_no_command_waits(project, run, where, argv):
    """Whatever git reads: incomplete with the pipe's name, or the whole answer where git does without it."""
    place, settings = IN_TREE.get(where, (f".git/{where}", {}))
    for name, value in settings.items():
        project.git("config", name, value.replace("TREE", str(project.path)))
    file = pipe_at(project.path / place)
    code, said = ends(run, project, *argv)
    if code == 3:
        assert str(file) in said or place in said, said
    else:
        assert code == (1 if argv[0] in {"scan", "history"} else 0), said


@pytest.mark.parametrize("kind", ["pack", "idx", "loose"])
def test_an_object_that_is_a_pipe(project, run, kind):
    """The audit of the history is incomplete and names it."""
    if kind == "loose":
        name = project.git("rev-parse", "HEAD:a.py").strip()
        name = name.decode() if isinstance(name, bytes) else name
        file = project.path / ".git/objects" / name[:2] / name[2:]
    else:
        project.git("repack", "-adq")
        file = next((project.path / ".git/objects/pack").glob(f"*.{kind}"))
    pipe_at(file)
    code, said = ends(run, project, "history", "--no-cache")
    assert code == 3
    assert file.name in said or "missing object" in said


@pytest.mark.parametrize("below", ["pack/pack-0.idx", "info/alternates"])
def test_an_alternate_that_holds_a_pipe(project, below):
    """It is found behind the list of alternates, relative or not."""
    file = pipe_at(project.path / "other" / below)
    (project.path / ".git/objects/info/alternates").write_text("../../other\n")
    assert os.path.samefile(pipes.pipe_in_git_directory(str(project.path)), file)


def test_the_git_directory_is_a_pipe(project, run):
    """Of a work tree whose .git is one."""
    shutil.rmtree(project.path / ".git")
    pipe_at(project.path / ".git")
    code, said = ends(run, project, "staged")
    assert code == 3
    assert "not a git repository" in said


def test_settings_that_name_files_in_a_chain(project):
    """Each is followed, from the place where it stands; one that names itself ends."""
    config = project.path / ".git/config"
    config.write_text(config.read_text() + "[include]\n\tpath = ../one\n[include] path = config\n")
    (project.path / "one").write_text('[core]\n\tfsyncMethod = fsync\n[include]\n\tpath = "below/two"\n')
    (project.path / "below").mkdir()
    (project.path / "below/two").write_text("[core] excludesFile = three\n")
    assert pipes.pipe_in_git_directory(str(project.path)) == ""
    file = pipe_at(project.path / "below/three")
    assert os.path.samefile(pipes.pipe_in_git_directory(str(project.path)), file)


@pytest.mark.parametrize("where", ["GIT_CONFIG_GLOBAL", "GIT_CONFIG_SYSTEM", ".gitconfig", ".config/git/ignore"])
def test_a_file_of_the_users(project, run, tmp_path, monkeypatch, where):
    """What git reads wherever it runs may be a pipe too, for one of `<(...)` is empty for the second git."""
    monkeypatch.delenv("GIT_CONFIG_GLOBAL")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / ".config"))
    file = pipe_at(tmp_path / where)
    if where.startswith("GIT"):
        monkeypatch.setenv(where, str(file))
    code, said = ends(run, project, "scan", ".")
    assert code == 3
    assert str(file) in said


def test_a_worktree_shares_a_git_directory(project, tmp_path):
    """A pipe there is found from the other work tree; a bare repository has its files beside it."""
    project.git("worktree", "add", "-q", str(tmp_path / "other"))
    file = pipe_at(project.path / ".git/info/exclude")
    assert os.path.samefile(pipes.pipe_in_git_directory(str(tmp_path / "other")), file)
    assert os.path.samefile(pipes.pipe_in_git_directory(str(project.path / ".git")), file)


def test_a_git_that_takes_long_is_not_ended(project, monkeypatch):
    """Without a pipe nothing is, however long it takes."""
    monkeypatch.setattr(pipes, "PATIENCE", 0.0)
    for _ in range(20):
        assert len(list(Git(project.path).objects([b"HEAD:a.py"] * 50))) == 50


def test_a_watch_says_what_git_waited_for(project):
    """Objects that are read as they come end with the pipe's name."""
    project.git("config", "include.path", "../pipe")
    pipe_at(project.path / "pipe")
    with pytest.raises(GitError, match="pipe: not a regular file"):
        list(Git(project.path).objects([b"HEAD:a.py"]))


def test_the_fast_path_gives_up(project, spawn):
    """The hook's quick answer is left to the whole command, which names the pipe."""
    project.git("config", "include.path", "../pipe")
    pipe_at(project.path / "pipe")
    done = spawn(["staged"], cwd=project.path)
    assert done.code == 3
    assert "pipe: not a regular file" in done.err


def test_a_commit_message_beside_a_pipe(project, spawn):
    """A pipe in the place of pyproject.toml is not waited for."""
    pipe_at(project.path / "pyproject.toml")
    project.write("msg", "message\n")
    assert spawn(["commit-msg", "msg"], cwd=project.path).code == 2
