"""Mirror clones: made, updated in place, removed; a hostile remote runs nothing and a token is nowhere to be seen."""

from __future__ import annotations

import os

import pytest
from helpers.repository import Repo

from keyscan.fleet import clone
from keyscan.fleet.model import Repository


def remote(repo) -> Repository:
    """The repository by its file URL."""
    return Repository("team/app", repo.path.as_uri())


def test_a_mirror_is_made_and_updated(tmp_path, repo):
    """All refs arrive; a second call fetches what is new and drops refs that are gone; its size is told."""
    repo.stage("a", "1")
    repo.commit()
    repo.git("branch", "old")
    target = clone.place(tmp_path, remote(repo))
    assert clone.mirror(remote(repo), target) > 0
    repo.git("branch", "-D", "old")
    repo.stage("b", "2")
    tip = repo.commit()
    clone.mirror(remote(repo), target)
    refs = Repo.__new__(Repo)
    refs.path = target
    assert refs.git("for-each-ref", "--format=%(objectname) %(refname)").decode().split() == [tip, "refs/heads/main"]


def test_what_an_interrupted_clone_left_is_made_anew(tmp_path, repo):
    """A directory without our mark is no mirror."""
    repo.commit()
    target = clone.place(tmp_path, remote(repo))
    (target / "objects").mkdir(parents=True)
    clone.mirror(remote(repo), target)
    assert (target / "HEAD").is_file()


def test_a_remote_that_is_not_there(tmp_path):
    """It is called unreachable, and nothing is left on disk."""
    missing = Repository("x", (tmp_path / "nothing").as_uri())
    target = clone.place(tmp_path, missing)
    with pytest.raises(clone.CloneError) as caught:
        clone.mirror(missing, target)
    assert caught.value.unreachable
    assert not target.exists()


@pytest.mark.parametrize("location", ["ext::sh -c 'touch pwned'", "git://127.0.0.1/x", "http://127.0.0.1:9/x"])
def test_other_protocols_are_not_used(tmp_path, monkeypatch, location):
    """Even when such a location gets past the inventory."""
    monkeypatch.chdir(tmp_path)
    one = Repository("x", location)
    with pytest.raises(clone.CloneError):
        clone.mirror(one, clone.place(tmp_path, one))
    assert not (tmp_path / "pwned").exists()


def test_hooks_and_templates_of_the_user_do_not_run(tmp_path, repo, monkeypatch):
    """Neither a template's hook nor one of core.hooksPath is run by a clone or an update."""
    repo.commit()
    hooks = tmp_path / "template" / "hooks"
    hooks.mkdir(parents=True)
    for name in ("post-checkout", "reference-transaction", "post-merge"):
        (hooks / name).write_text(f"#!/bin/sh\ntouch {tmp_path}/pwned\n")
        (hooks / name).chmod(0o755)
    config = tmp_path / "config"
    config.write_text(f"[init]\ntemplateDir = {tmp_path}/template\n[core]\nhooksPath = {hooks}\n")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(config))
    target = clone.place(tmp_path, remote(repo))
    clone.mirror(remote(repo), target)
    repo.commit(env={"GIT_CONFIG_GLOBAL": os.devnull})
    clone.mirror(remote(repo), target)
    assert not (tmp_path / "pwned").exists()


def test_a_token_is_given_by_a_helper_for_its_host_only():
    """The environment of git names the variable; the value stands in it only under its own name."""
    one = Repository("a", "https://git.example.org/a/b.git", token_variable="FORGE_TOKEN")
    made = clone.environment(one, {"FORGE_TOKEN": "t0ps3cret"})
    assert [name for name, value in made.items() if "t0ps3cret" in value] == ["FORGE_TOKEN"]
    keys = [value for name, value in made.items() if name.startswith("GIT_CONFIG_KEY_")]
    assert "credential.https://git.example.org.helper" in keys
    other = clone.environment(
        Repository("a", "ssh://git.example.org/a", token_variable="FORGE_TOKEN"), {"FORGE_TOKEN": "x"}
    )
    assert not [value for value in other.values() if "credential" in value]


def test_only_our_own_clones_are_removed(tmp_path):
    """A directory elsewhere is refused."""
    with pytest.raises(ValueError, match="not a clone"):
        clone.remove(tmp_path)


@pytest.mark.parametrize(
    ("said", "unreachable"),
    [
        ("fatal: unable to write file objects/pack/403404.pack: File too large", False),
        ("remote: Enumerating objects: 401, done.\nfatal: early EOF", False),
        ("error: RPC failed; HTTP 403 curl 22 The requested URL returned error: 403", True),
        ("stderr: 'fatal: repository 'https://u:pw@h/x/' not found'", True),
        ("fatal: Authentication failed for 'https://tok@h/x/'", True),
        ("fatal: early EOF\nerror: inflate: data stream error", False),
        ("", False),
    ],
)
def test_what_git_said_is_told_without_credentials(said, unreachable):
    """One line, and whether the remote is out of reach."""
    error = clone._error_of(said)
    assert error.unreachable is unreachable
    assert "pw@" not in str(error)
    assert "tok@" not in str(error)
