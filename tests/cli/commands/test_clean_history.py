"""`keyscan clean-history`: real histories lose their secrets and nothing else."""

from __future__ import annotations

import base64
import io
import json
import subprocess
import zipfile

import pytest
from helpers.repository import Repo
from helpers.tokens import token

KEY = token("sk-ant-api03-{b64url:93}AA")
OTHER = token("sk-ant-api03-{b64url:93}AA", "other")
GITHUB = token("ghp_{alnum:30}{crc32-base62:ghp_}")
PEM = token("{pem:RSA PRIVATE KEY}")
MARK = b"***REMOVED***"


@pytest.fixture
def history(repo):
    """A history with branches, a merge, renames, odd names, tags, notes, a stash, an empty commit and messages."""
    repo.stage("a.txt", "first\n")
    repo.commit("clean start", env={"GIT_AUTHOR_NAME": "Zoë", "GIT_AUTHOR_DATE": "2020-02-02T02:02:02+0530"})
    repo.git("tag", "clean")
    repo.stage("src/app.py", f'KEY = "{KEY}"\nprint(1)\n')
    repo.stage(b"odd \xff\xc3\xa9\t\"name'.py", f"k = '{KEY}'\n")
    repo.commit("key added")
    repo.git("checkout", "-q", "-b", "side")
    repo.stage("side.txt", f"one line {GITHUB} and {KEY}\n")
    repo.commit(f"a message with {GITHUB} in it\n\nand a body")
    repo.git("checkout", "-q", "main")
    repo.git("mv", "src/app.py", "src/renamed.py")
    repo.stage("key.pem", PEM.replace("\n", "\r\n") + "\r\n")
    repo.commit("renamed")
    repo.git("merge", "-q", "--no-ff", "-m", "merge side", "side")
    repo.stage("src/renamed.py", "print(1)\n")
    repo.commit("key removed")
    repo.commit("nothing changes here", "--allow-empty")
    repo.git("tag", "-a", "-m", f"release with {GITHUB}", "v1")
    repo.git("notes", "add", "-m", "a note", "HEAD")
    repo.git("update-ref", "refs/pull/7/head", "side")
    return repo


def shape(git):
    """Graph, authors, dates, messages and trees of every ref, by position in the history, not by id."""
    # Refs by name: `--all` would go by date, and equal dates by id.
    names = sorted(line.split(b" ")[1].decode() for line in git("show-ref").splitlines())
    listed = [git("rev-list", "--topo-order", "--reverse", name).split() for name in names]
    order = list(dict.fromkeys(oid for ids in listed for oid in ids))
    number = {oid: at for at, oid in enumerate(order)}
    found = []
    for oid in order:
        head, _, message = git("cat-file", "commit", oid.decode()).partition(b"\n\n")
        lines = [line for line in head.split(b"\n") if not line.startswith((b"tree ", b"parent "))]
        parents = [number[line[7:]] for line in head.split(b"\n") if line.startswith(b"parent ")]
        tree = [entry.partition(b"\t") for entry in git("ls-tree", "-r", "-z", oid.decode()).split(b"\0") if entry]
        files = [(head[:6], number.get(path, path), _blob(git, head)) for head, _, path in tree]
        found.append((parents, lines, message, files))
    return found, names


def _blob(git, head):
    return git("cat-file", "blob", head.split()[2].decode())


def without(secrets, value):
    """The same shape with the secrets replaced."""
    if isinstance(value, (list, tuple)):
        return [without(secrets, one) for one in value]
    if isinstance(value, bytes):
        for secret in secrets:
            value = value.replace(secret.encode(), MARK)
            value = value.replace(secret.replace("\n", "\r\n").encode(), MARK)
    return value


def git_of(directory):
    """A function that runs git in a directory."""

    def git(*args):
        return subprocess.run(["git", *args], cwd=directory, capture_output=True, check=True).stdout

    return git


def test_plan_says_what_changes_and_changes_nothing(history, run):
    """The plan names secrets, commits, refs, pull requests and the order; exit 1, and no plaintext."""
    before = history.git("show-ref")
    result = run("clean-history", cwd=history.path)
    assert result.code == 1
    assert "Commits whose id changes: 6 of 8" in result.out
    assert "refs/heads/main, refs/heads/side" in result.out
    assert "keyscan rotate anthropic-api-key" in result.out
    assert "1 refs of pull requests" in result.out
    assert (
        result.out.index("1. Rotate")
        < result.out.index("2. Fix the code")
        < result.out.index("4. keyscan clean-history")
    )
    for secret in (KEY, GITHUB, PEM[40:80]):
        assert secret not in result.out + result.err
    assert history.git("show-ref") == before


def test_result_has_no_secret_and_is_otherwise_the_same(history, run, tmp_path):
    """After it `keyscan history` finds none; trees, messages, authors, dates, graph and refs are as before."""
    before, original = history.git("show-ref"), shape(history.git)
    into = tmp_path / "clean.git"
    result = run("clean-history", "--apply", "--into", str(into), cwd=history.path)
    assert result.code == 0, result.out + result.err
    assert history.git("show-ref") == before
    audit = run("history", str(into), "--all-objects", "-f", "json", cwd=tmp_path)
    assert audit.code == 0, audit.out
    assert json.loads(audit.out)["findings"] == []
    assert without((), shape(git_of(into))) == without((KEY, GITHUB, PEM), original)
    assert "3 of 3 secrets are gone" in result.out
    for secret in (KEY, GITHUB, PEM[40:80]):
        assert secret not in result.out + result.err
    tag = git_of(into)("cat-file", "tag", "v1")
    assert b"release with ***REMOVED***" in tag
    assert git_of(into)("rev-parse", "clean") == history.git("rev-parse", "clean")
    assert git_of(into)("notes", "show", "main") == b"a note\n"


def test_push_commands_work_against_the_remote(history, run, tmp_path):
    """The printed commands publish the clean branches, and are refused when the remote has moved."""
    remote = tmp_path / "remote.git"
    subprocess.run(["git", "init", "-q", "--bare", str(remote)], check=True)
    history.git("remote", "add", "origin", str(remote))
    history.git("push", "-q", "origin", "main", "side", "v1", "side:refs/heads/only-there")
    history.git("fetch", "-q", "origin")
    into = tmp_path / "clean.git"
    result = run("clean-history", "--apply", "--into", str(into), cwd=history.path)
    commands = [line.strip() for line in result.out.splitlines() if line.startswith("  git -C")]
    assert len(commands) == 4
    assert all("--force-with-lease" in command for command in commands)
    subprocess.run(["sh", "-ec", "\n".join(commands)], check=True, capture_output=True)
    assert run("history", str(remote), cwd=tmp_path).code == 0
    history.git("push", "-q", "-f", "origin", "main~1:main")
    again = subprocess.run(["sh", "-ec", commands[0]], check=False, capture_output=True)
    assert again.returncode != 0


def test_only_the_secrets_that_were_asked_for(history, run, tmp_path):
    """--secrets leaves the others as they are."""
    report = json.loads(run("history", "-f", "json", cwd=history.path).out)
    mark = next(one["fingerprint"] for one in report["findings"] if one["fingerprint"].startswith("github"))
    into = tmp_path / "clean.git"
    result = run("clean-history", "--secrets", mark, "--apply", "--into", str(into), cwd=history.path)
    assert result.code == 0
    left = json.loads(run("history", str(into), "-f", "json", cwd=tmp_path).out)["findings"]
    assert {one["fingerprint"] for one in left} == {one["fingerprint"] for one in report["findings"]} - {mark}


def test_places_that_no_text_replacement_reaches_are_told_apart(repo, run, tmp_path):
    """Binary files, archives and encoded keys are named before, and still there after: exit 1."""
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as stream:
        stream.writestr("inner.py", f'K = "{KEY}"\n')
    repo.stage("a.zip", archive.getvalue())
    repo.stage("b.bin", b"\0\1" + f'K = "{OTHER}"\n'.encode())
    encoded = base64.b64encode(f"key={GITHUB}".encode()).decode()
    repo.stage("c.py", f'K = "{encoded}"\n')
    repo.stage("nb.ipynb", json.dumps({"cells": [{"cell_type": "code", "source": [f"k = '{KEY}'"]}], "nbformat": 4}))
    repo.commit()
    plan = run("clean-history", cwd=repo.path)
    assert "a.zip!/inner.py, in an archive" in plan.out
    assert "b.bin, in a binary file" in plan.out
    assert "c.py, encoded (base64)" in plan.out
    result = run("clean-history", "--apply", "--into", str(tmp_path / "clean.git"), cwd=repo.path)
    assert result.code == 1
    assert result.out.count("Still there") == 3
    text = git_of(tmp_path / "clean.git")("show", "main:nb.ipynb")
    assert json.loads(text)["cells"][0]["source"] == ["k = '***REMOVED***'"]


def test_signatures_that_are_lost_are_named(repo, run):
    """A signed commit and a signed tag are told by name; no program runs to check them."""
    repo.stage("a.py", f'K = "{KEY}"\n')
    commit = repo.commit()
    data = repo.git("cat-file", "commit", commit)
    head, _, message = data.partition(b"\n\n")
    signature = b"\ngpgsig -----BEGIN PGP SIGNATURE-----\n \n iQ==\n -----END PGP SIGNATURE-----"
    signed = repo.git("hash-object", "-t", "commit", "-w", "--stdin", stdin=head + signature + b"\n\n" + message)
    repo.git("reset", "-q", "--hard", signed.decode().strip())
    tag = (
        b"object "
        + signed.strip()
        + b"\ntype commit\ntag v1\ntagger A <a@b> 1 +0000\n\nm\n-----BEGIN PGP SIGNATURE-----\n"
    )
    oid = repo.git(
        "hash-object", "-t", "tag", "-w", "--stdin", "--literally", stdin=tag + b"x\n-----END PGP SIGNATURE-----\n"
    )
    repo.git("update-ref", "refs/tags/v1", oid.decode().strip())
    result = run("clean-history", cwd=repo.path)
    assert f"Lost signatures: 1 commit ({signed.decode()[:12]})" in result.out
    assert "Lost signatures: tags refs/tags/v1" in result.out


def test_second_half_of_a_pair_is_replaced_too(repo, run, tmp_path):
    """An AWS secret access key beside its id leaves with it."""
    second = token("{alnum:18}9aZ/{alnum:18}")
    repo.stage("a.py", f'AWS_ACCESS_KEY_ID = "AKIA{token("{aws-id}")}"\nAWS_SECRET_ACCESS_KEY = "{second}"\n')
    repo.commit()
    into = tmp_path / "clean.git"
    assert run("clean-history", "--apply", "--into", str(into), cwd=repo.path).code == 0
    assert second.encode() not in git_of(into)("show", "main:a.py")


def test_nothing_of_the_repositorys_configuration_or_hooks_comes_along(repo, run, tmp_path):
    """The mirror has no hooks, filters or remotes of a hostile repository, and none of them runs."""
    repo.stage("a.py", f'K = "{KEY}"\n')
    repo.stage(".gitattributes", "*.py filter=evil diff=evil\n")
    repo.commit()
    trap = tmp_path / "ran"
    for name in (
        "filter.evil.clean",
        "filter.evil.smudge",
        "core.fsmonitor",
        "uploadpack.packObjectsHook",
        "core.sshCommand",
    ):
        repo.git("config", name, f"touch {trap}; cat")
    hook = repo.path / ".git" / "hooks" / "post-checkout"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(f"#!/bin/sh\ntouch {trap}\n")
    hook.chmod(0o755)
    into = tmp_path / "clean.git"
    assert run("clean-history", "--apply", "--into", str(into), cwd=repo.path).code == 0
    assert not trap.exists()
    assert not list((into / "hooks").glob("*")) if (into / "hooks").exists() else True
    assert "evil" not in (into / "config").read_text()


@pytest.mark.parametrize(
    ("args", "words"),
    [
        (("--apply",), "go together"),
        (("--into", "x"), "go together"),
        (("--apply", "--into", "inside"), "outside of the repository"),
        (("--apply", "--into", ".."), "exists already"),
        (("--secrets", "anthropic-api-key:" + "0" * 20), "no such secret"),
        (("nowhere",), "no such directory"),
    ],
)
def test_bad_options_are_one_clear_line(repo, run, args, words):
    """What does not go together is refused before anything is read or written."""
    repo.stage("a.py", f'K = "{KEY}"\n')
    repo.commit()
    result = run("clean-history", *args, cwd=repo.path)
    assert result.code == 2
    assert words in result.err
    assert len(result.err.splitlines()) == 1


def test_clean_history_has_nothing_to_do(repo, run):
    """A history without secrets: exit 0."""
    repo.stage("a.py", "x = 1\n")
    repo.commit()
    assert run("clean-history", cwd=repo.path).code == 0


def test_shallow_history_is_refused(history, run, tmp_path):
    """A part of a history cannot be cleaned."""
    subprocess.run(["git", "clone", "-q", "--depth", "1", f"file://{history.path}", str(tmp_path / "s")], check=True)
    result = run("clean-history", cwd=tmp_path / "s")
    assert result.code == 3
    assert "--unshallow" in result.err


def test_credentials_of_the_remote_are_not_printed(repo, run, tmp_path):
    """A URL with a token in it is printed without."""
    repo.stage("a.py", f'K = "{KEY}"\n')
    repo.commit()
    repo.git("remote", "add", "origin", f"https://user:{GITHUB}@example.org/x.git")
    result = run("clean-history", "--apply", "--into", str(tmp_path / "c.git"), cwd=repo.path)
    assert "https://example.org/x.git" in result.out
    assert GITHUB not in result.out + result.err


def test_missing_tool_is_one_clear_line(repo, run, tmp_path, monkeypatch):
    """Without git-filter-repo the command says what to install."""
    import importlib.util

    real = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name, *rest: None if "filter" in name else real(name, *rest)
    )
    repo.stage("a.py", f'K = "{KEY}"\n')
    repo.commit()
    result = run("clean-history", "--apply", "--into", str(tmp_path / "c.git"), cwd=repo.path)
    assert result.code == 3
    assert "keyscan-linter[fix]" in result.err


def test_worktree_of_another_repository_object_is_fine(tmp_path, run):
    """A bare repository is cleaned like any other."""
    inner = Repo(tmp_path / "work")
    inner.stage("a.py", f'K = "{KEY}"\n')
    inner.commit()
    subprocess.run(["git", "clone", "-q", "--bare", str(inner.path), str(tmp_path / "bare.git")], check=True)
    assert run("clean-history", "--apply", "--into", str(tmp_path / "c.git"), cwd=tmp_path / "bare.git").code == 0
