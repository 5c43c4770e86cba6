"""The commits that a CI run is about, resolved in the repository that it has."""

from __future__ import annotations

import pytest

from keyscan.errors import IncompleteError
from keyscan.git.command import Git
from keyscan.sources.ci import CiScope
from keyscan.sources.commit_range import Span, changed, resolved
from keyscan.sources.push import Update


@pytest.fixture
def history(repo):
    """Two commits on main, one more on the branch topic."""
    repo.stage("a", "1\n")
    first = repo.commit().encode()
    repo.stage("a", "2\n")
    second = repo.commit().encode()
    repo.git("checkout", "-qb", "topic")
    repo.stage("dir/b", "b\n")
    topic = repo.commit().encode()
    return repo, first, second, topic


def scope(base: str, head: str, default: str = "main") -> CiScope:
    """A range as a platform gives it."""
    return CiScope("github", "range", "why", base, head, default)


def test_base_and_head(history):
    """Both are here: the range between them."""
    repo, first, second, _ = history
    assert resolved(Git(repo.path), scope(first.decode(), "main")) == Span([Update(b"", second, first)])


def test_a_base_that_is_the_head_says_nothing_of_what_is_new(history):
    """As in a build of the same commit again: all commits are scanned, and it is said."""
    repo, _, second, _ = history
    span = resolved(Git(repo.path), scope(second.decode(), "main"))
    assert span.updates == [Update(b"", second, b"")]
    assert "all commits are scanned" in span.remark


def test_without_a_base_the_default_branch_is_compared_with(history):
    """What it does not have is new; the remote's branch wins over the clone's."""
    repo, first, second, topic = history
    assert resolved(Git(repo.path), scope("", "topic")) == Span([Update(b"", topic, second)])
    repo.git("update-ref", "refs/remotes/origin/main", first.decode())
    assert resolved(Git(repo.path), scope("", "topic")) == Span([Update(b"", topic, first)])


def test_a_base_that_is_gone(history):
    """As after a force push: the default branch is compared with, and it is said; in it, all commits are scanned."""
    repo, _, second, topic = history
    span = resolved(Git(repo.path), scope("1" * 40, "topic"))
    assert span.updates == [Update(b"", topic, second)]
    assert "the base 111111111111 is missing" in span.remark
    inside = resolved(Git(repo.path), scope("1" * 40, "main"))
    assert inside.updates == [Update(b"", second, b"")]
    assert "all commits are scanned" in inside.remark


@pytest.mark.parametrize(
    ("base", "head", "default", "message"),
    [
        ("", "gone", "main", "the commit gone is missing"),
        ("1" * 40, "topic", "gone", "the base 1{40} is missing"),
        ("", "topic", "gone", "the branch gone is missing"),
        ("", "--all", "main", "the commit --all is missing"),
    ],
)
def test_what_is_missing_is_never_clean(history, base, head, default, message):
    """An error with the remedy."""
    with pytest.raises(IncompleteError, match=message) as raised:
        resolved(Git(history[0].path), scope(base, head, default))
    assert "fetch-depth: 0" in str(raised.value)


def test_a_tag_is_an_update_of_the_tag(history):
    """Its message counts."""
    repo, first, _, _ = history
    repo.git("tag", "-a", "v1", "-m", "one", "main")
    tag = repo.git("rev-parse", "v1").strip()
    assert resolved(Git(repo.path), scope(first.decode(), "v1")).updates == [Update(b"", tag, first)]


def test_files_that_a_range_changed(history):
    """Those that are named, below a named directory, or of a name that counts anywhere."""
    repo, first, _, topic = history
    span = Span([Update(b"", topic, first)])
    git = Git(repo.path)
    assert changed(git, span, ["a"], []).deciding == ("a",)
    assert changed(git, span, ["dir/"], []).deciding == ("dir/b",)
    assert changed(git, span, [], ["b"]).deciding == ("dir/b",)
    assert changed(git, span, ["di", "b"], []).deciding == ()
    assert changed(git, Span([Update(b"", topic, b"")]), ["a"], []).deciding == ()


def test_what_counts_in_either_case_and_above_a_name(history):
    """On some file systems `.KEYSCAN.toml` is read; a submodule's commit decides what a file in it says."""
    repo, first, _, _ = history
    repo.stage(".KEYSCAN.toml", "")
    repo.git("update-index", "--add", "--cacheinfo", f"160000,{first.decode()},sub")
    repo.git("commit", "-qm", "x")
    span = Span([Update(b"", repo.git("rev-parse", "HEAD").strip(), first)])
    assert set(changed(Git(repo.path), span, ["Sub/base.toml"], [".keyscan.toml"]).deciding) == {".KEYSCAN.toml", "sub"}


def test_pipelines_that_run_keyscan(history):
    """A changed pipeline, script or hook that names keyscan before or after the change, and no other one."""
    repo, *_ = history
    repo.stage(".github/workflows/a.yml", "run: Keyscan ci\n")
    repo.stage(".github/workflows/same.yml", "run: keyscan ci\n")
    repo.stage("Makefile", "all:\n")
    repo.stage("docs/keyscan.md", "keyscan\n")
    base = repo.commit()
    repo.stage(".github/workflows/a.yml", "run: true\n")
    repo.stage(".github/workflows/other.yml", "run: make\n")
    repo.stage("Makefile", "all:\n\tkeyscan ci --exit-zero\n")
    repo.stage("docs/keyscan.md", "keyscan 2\n")
    head = repo.commit()
    repo.git("config", "color.grep", "always")
    (repo.path / "docs").mkdir(exist_ok=True)
    for place in (repo.path, repo.path / "docs"):
        changes = changed(Git(place), Span([Update(b"", head.encode(), base.encode())]), [], [])
        assert changes.calling == (".github/workflows/a.yml", "Makefile")
