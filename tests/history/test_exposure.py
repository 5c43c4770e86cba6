"""The commit that removed a secret, by one walk over the paths that held it."""

from __future__ import annotations

import json

import pytest
from helpers.tokens import token

from keyscan.git.command import Git
from keyscan.history import exposure

KEY = token("sk-ant-api03-{b64url:93}AA")


@pytest.fixture
def history(repo):
    """A secret in two files: changed in one, deleted with the other, with commits of other files between."""
    commits = []
    for number, (name, text) in enumerate(
        [("a b.py", f"k = '{KEY}'\n"), ("é.py", f"k = '{KEY}'\n"), ("x", "1\n"), ("a b.py", "k = 1\n"), ("x", "2\n")]
    ):
        repo.stage(name, text)
        commits.append(repo.commit(f"commit {number}"))
    repo.git("rm", "-q", "é.py")
    commits.append(repo.commit("gone"))
    repo.stage("a b.py", "k = 2\n")
    commits.append(repo.commit("later"))
    return commits


def test_the_change_after_the_last_that_wrote_it(repo, history):
    """With one path its next change, with two the later of both, a deletion like any other change."""
    first, second = history[0].encode(), history[1].encode()
    held = {"one": {b"a b.py": first}, "two": {b"a b.py": first, "é.py".encode(): second}}
    found = exposure.removals(Git(str(repo.path)), held)
    assert {key: removal.commit for key, removal in found.items()} == {"one": history[3], "two": history[5]}
    assert found["one"].date.startswith("2026-01-02T03:04:05")


def test_what_the_walk_does_not_tell(repo, history, monkeypatch):
    """A commit that is not in the branch, too many paths, no repository: no answer, no error."""
    git = Git(str(repo.path))
    assert exposure.removals(git, {"k": {b"a b.py": b"0" * 40}, "l": {b"x": history[4].encode()}, "m": {}}) == {}
    assert exposure.removals(Git(str(repo.path.parent)), {"k": {b"x": history[2].encode()}}) == {}
    monkeypatch.setattr(exposure, "_MOST_PATHS", 0)
    assert exposure.removals(git, {"k": {b"a b.py": history[0].encode()}}) == {}


def test_the_page_says_when_a_secret_went(repo, history, run, tmp_path):
    """An audit with an HTML report names the commit and the day; other formats do not pay for the walk."""
    page = tmp_path / "report.html"
    assert run("history", "--report", f"html={page}", "-f", "json", cwd=repo.path).code == 1
    text = page.read_text()
    assert f"removed in <code>{history[5][:12]}</code> <time>on 2026-01-02</time>" in text
    assert "removed 2026-01-02" in text
    (found,) = json.loads(run("history", "-f", "json", cwd=repo.path).out)["findings"]
    assert found["provenance"]["in_head"] is False
