"""A second audit reads only what is new, and says what a first one would."""

from __future__ import annotations

import base64
import io
import json
import random
import re
import zipfile
from pathlib import Path

import pytest
from helpers.tokens import key, token

from keyscan.history import clean_objects
from keyscan.support import storage

pytestmark = pytest.mark.usefixtures("own_cache")


@pytest.fixture
def audit(run, repo):
    """Run an audit of `repo`: audit(*options) -> (findings, blobs and commits read)."""

    def audit(*options):
        document = json.loads(run("history", "--format", "json", *options, cwd=repo.path).out)
        stats = document["stats"]
        return document["findings"], stats["blobs"] + stats["commits"]

    return audit


@pytest.fixture
def history(repo):
    """Six versions of a file, one of them with a secret, a merge, a stash, a tag with a secret in its message."""
    for number in range(6):
        repo.stage("a.py", f"{number}\n" + (key() if number == 2 else ""))
        repo.commit(f"change {number}")
    repo.git("checkout", "-q", "-b", "side", "HEAD~3")
    repo.stage("b.py", key("side"))
    repo.commit()
    repo.git("checkout", "-q", "main")
    repo.git("tag", "-a", "v1", "-m", key("tag"))
    repo.write("a.py", key("stash"))
    repo.git("stash", "-q")
    return repo


class TestSecondAudit:
    def test_it_says_the_same_and_reads_only_what_holds_something(self, history, audit):
        """Findings and provenance are equal; read are the objects with findings only."""
        del history
        first, read = audit()
        second, again = audit()
        assert first == second
        assert len(first) == 4
        assert again == 3 < read
        assert audit("--no-cache") == (first, read)

    def test_of_blobs_that_hold_the_same_one_a_path_is_read(self, repo, audit):
        """A number of versions is told of from the oldest, until a report asks for all, or one is written anew."""
        for number in range(5):
            repo.stage("a.py", f"{number}\n{key()}\n" + (key("more") if number > 2 else ""))
            if number % 2:
                repo.stage("b.py", f"{number}\n{key()}\n")
            repo.commit(f"change {number}")
        first, _ = audit()
        assert [finding["provenance"]["commits"] for finding in first] == [5, 2]
        assert audit() == (first, 3)
        assert audit() == (first, 3)
        found, read = audit("--all-occurrences")
        assert (len(found), read) == (9, 6)
        repo.stage("c.py", f"4\n{key()}\n{key('more')}")
        repo.commit()
        found, read = audit()
        assert read == 3 + 2
        assert [finding["provenance"]["commits"] for finding in found] == [6, 3]
        assert audit("--no-cache")[0] == found

    def test_what_a_marker_covers_in_one_version_only_is_reported(self, repo, audit):
        """Versions that hold the same when markers do not count are others when they do."""
        repo.stage("a.py", f"{key()}  # keyscan:ignore\n")
        repo.commit()
        repo.stage("a.py", f"{key()}\n")
        repo.commit()
        (repo.path / ".keyscan.toml").write_text('inline-ignores = "none"\n')
        assert len(audit()[0]) == 1
        (repo.path / ".keyscan.toml").unlink()
        assert len(audit()[0]) == 1
        assert audit()[0] == audit("--no-cache")[0]

    def test_ignores_by_path_ask_for_every_version(self, repo, audit):
        """What is ignored at one path only is told of at the other."""
        for number in range(3):
            repo.stage(f"{number}/a.py", f"{number}\n{key()}\n")
            repo.commit()
        assert audit()[0][0]["path"] == "0/a.py"
        (repo.path / ".keyscan.toml").write_text('[[ignore]]\npaths = ["0/*"]\nreason = "x"\n')
        assert audit()[0] == audit()[0] == audit("--no-cache")[0]
        assert audit()[0][0]["path"] == "1/a.py"

    def test_what_could_not_be_read_is_told_again(self, repo, audit, run):
        """An encrypted member of an archive is named the second time too; archives that hold nothing are not read."""
        for name, encrypted in (("a.zip", True), ("b.zip", False)):
            packed = io.BytesIO()
            with zipfile.ZipFile(packed, "w") as archive:
                archive.writestr("inner.txt", name)
            data = bytearray(packed.getvalue())
            if encrypted:
                data[6] |= 1
                data[data.index(b"PK\1\2") + 8] |= 1
            repo.stage(name, bytes(data))
        repo.commit()
        said = [line for line in run("history", cwd=repo.path).out.splitlines() if line.startswith("skipped:")]
        assert len(said) == 1
        assert [line for line in run("history", cwd=repo.path).out.splitlines() if line.startswith("skipped:")] == said
        assert audit() == ([], 1)

    def test_what_is_only_counted_is_not_read_again(self, repo, run):
        """Secrets below the minimum severity are counted once, whether their blob is old, new or both."""

        def count(*options):
            out = run("history", "--min-severity", "high", *options, cwd=repo.path).out
            return int(re.search(r"(\d+) below the minimum", out)[1]), int((re.search(r"(\d+) blobs?", out) or "00")[1])

        for number in range(3):
            repo.stage(f"{number}.py", f'password = "Summer{number}!house"\n')
        repo.commit()
        assert count() == (3, 3)
        assert count() == (3, 0)
        repo.stage("1.py", '# new\npassword = "Summer1!house"\npassword = "Winter7!house"\n')
        repo.commit()
        assert count() == (4, 1)
        assert count("--no-cache") == (4, 4)
        assert count() == (4, 0)

    def test_the_last_line_counts_what_is_known(self, repo, run):
        """Nothing that was read before looks as if it were not covered."""
        repo.stage("a.py", "x\n")
        repo.commit()
        assert "clean (1 blob, 1 commit, 104 bytes, " in run("history", cwd=repo.path).out
        second = run("history", cwd=repo.path)
        assert "clean (2 objects cached, 0 bytes, " in second.out
        assert "--no-cache reads everything" in second.out
        assert "known" not in run("history", "--no-cache", cwd=repo.path).out

    def test_a_secret_in_a_message_keeps_its_author(self, repo, audit):
        """Where a message came from is known the second time too."""
        repo.commit(f"use {key()}")
        first, _ = audit()
        assert first[0]["author"]
        assert audit() == (first, 1)

    def test_a_file_is_judged_by_the_same_path(self, repo, audit):
        """What is minor because of where it stands is minor again."""
        repo.stage("tests/test_login.py", 'password = "Summer2024!house"\n')
        repo.commit()
        assert audit()[0] == audit()[0] == []
        assert audit("--min-severity", "low")[0]

    @pytest.mark.parametrize("encoded", [False, True])
    def test_what_its_path_keeps_silent_is_known_to_hold_nothing_there(self, repo, audit, encoded):
        """The same bytes under another name, in another history or later, are read again; under this, they are not."""
        text = 'api_secret = "' + token("{alnum:24}", "generic") + '"\n'
        if encoded:
            text = f"data:text/plain;base64,{base64.b64encode((text * 3).encode()).decode()}\n"
        repo.stage("static/app.min.js", text)
        repo.commit()
        assert audit()[0] == []
        for file in Path(storage.cache_directory()).glob("seen-audit-*"):
            file.unlink()
        assert audit() == ([], 0)
        for file in Path(storage.cache_directory()).glob("seen-audit-*"):
            file.unlink()
        repo.stage("settings.conf", text)
        repo.git("rm", "-q", "-f", "static/app.min.js")
        repo.commit()
        assert [finding["path"] for finding in audit()[0]] == ["static/app.min.js"]

    @pytest.mark.parametrize(
        ("path", "text"),
        [
            ("static/app.min.js", 'api_secret = "' + token("{alnum:24}", "generic") + '"\n'),
            ("tests/test_login.py", 'password = "Summer2024!house"\n'),
        ],
    )
    def test_what_comes_to_another_path_is_told_from_the_first(self, repo, audit, path, text):
        """A blob that was nothing where it stood, and that a new commit puts elsewhere, was there before."""
        repo.stage(path, text)
        repo.commit()
        assert audit()[0] == []
        repo.stage("settings.conf", text)
        repo.commit()
        found, _ = audit()
        assert [finding["provenance"]["paths"] for finding in found] == [["settings.conf", path]]
        assert found[0]["path"] == path
        assert audit("--no-cache")[0] == found

    def test_a_branch_that_comes_late_may_be_older(self, repo, audit):
        """Which commit is the oldest does not depend on which was seen first."""
        repo.stage("a.py", f"1\n{key()}\n")
        repo.commit(env={"GIT_COMMITTER_DATE": "2026-03-01T00:00:00Z"})
        repo.commit("another root", env={"GIT_COMMITTER_DATE": "2026-03-02T00:00:00Z"})
        audit()
        repo.git("checkout", "-q", "--orphan", "fetched")
        repo.stage("a.py", f"2\n{key()}\n")
        old = repo.commit(env={"GIT_COMMITTER_DATE": "2026-01-01T00:00:00Z"})
        found, _ = audit()
        assert found[0]["commit"] == old
        assert audit("--no-cache")[0] == found

    def test_only_what_is_new_is_read(self, history, audit):
        """A commit on top adds its blob, its message, and its finding."""
        _, _ = audit()
        history.stage("c.py", key("new"))
        history.commit("new")
        found, read = audit()
        assert len(found) == 5
        assert read == 3 + 2
        assert audit("--no-cache")[0] == found

    def test_what_nothing_reaches_any_more_is_not_reported(self, history, audit):
        """A branch that is deleted and a tag that is deleted take their findings along."""
        audit()
        history.git("branch", "-q", "-D", "side")
        history.git("tag", "-d", "v1")
        found, _ = audit()
        assert len(found) == 2
        assert audit("--no-cache")[0] == found

    def test_a_merge_keeps_what_its_branch_had(self, history, audit):
        """The old tip is no tip any more, but still reached."""
        audit()
        history.git("merge", "-q", "--no-edit", "side")
        history.git("branch", "-q", "-D", "side")
        found, read = audit()
        assert found == audit("--no-cache")[0]
        assert read < 8

    def test_other_rules_know_nothing(self, history, audit):
        """What was clean under other rules is read again."""
        del history
        _, read = audit("--disable", "anthropic-api-key")
        assert audit()[1] == read
        assert len(audit()[0]) == 4

    def test_an_incomplete_audit_is_not_taken_for_a_whole_one(self, history, run):
        """A blob that was missing and comes back is read."""
        oid = history.git("rev-parse", "side:b.py").decode().strip()
        file = history.path / ".git/objects" / oid[:2] / oid[2:]
        data = file.read_bytes()
        file.unlink()
        assert b"missing" in run("history", cwd=history.path).out.encode()
        file.write_bytes(data)
        assert "b.py" in run("history", cwd=history.path).out

    def test_it_holds_no_text(self, history, audit):
        """Neither paths nor secrets nor names are stored."""
        del history
        audit()
        stored = b"".join(
            file.read_bytes() for file in Path(storage.cache_directory()).glob(f"{clean_objects.PREFIX}*")
        )
        assert stored
        for text in (b"a.py", b"side", b"Ada", key().encode(), b"sk-ant"):
            assert text not in stored

    @pytest.mark.parametrize("damage", [b"", b"x", None])
    def test_damaged_files_are_no_error(self, history, audit, damage):
        """Truncated or altered files count as absent."""
        del history
        first, read = audit()
        for file in Path(storage.cache_directory()).glob(f"{clean_objects.PREFIX}*"):
            file.write_bytes(file.read_bytes()[:-1] if damage is None else damage)
        assert audit() == (first, read)

    def test_cache_show_and_clear(self, history, audit, run):
        """It can be looked at and emptied."""
        del history
        _, read = audit()
        assert "objects    2 files" in run("cache", "show").out
        assert run("cache", "clear", "--objects").code == 0
        assert "objects    0 files" in run("cache", "show").out
        assert "rules      0 files" not in run("cache", "show").out
        assert audit()[1] == read
        assert run("cache", "clear").code == 0
        assert "rules      0 files" in run("cache", "show").out


def grow(repo, dice, names):
    """A few random commits on a few branches: files come, change, are copied and go, secrets with them; merges too."""
    secrets = [key(str(number)) for number in range(3)] + ['password = "Summer2024!house"']
    for number in range(dice.randrange(2, 7)):
        repo.git("checkout", "-q", "-B", dice.choice(names))
        if dice.random() < 0.3:
            repo.git("merge", "-q", "--no-edit", "-s", "ours", dice.choice(names[:1]))
        for path in dice.sample(["a.py", "b.py", "tests/c.py"], 2):
            lines = [f"{dice.randrange(30)}\n", *(f"{one}\n" for one in secrets if dice.random() < 0.3)]
            dice.shuffle(lines)
            repo.stage(path, "".join(lines))
        repo.commit(f"change {number}" + (f" {secrets[0]}" if dice.random() < 0.1 else ""))


@pytest.mark.parametrize("seed", range(4))
def test_a_second_audit_says_what_a_first_one_would(seed, repo, audit):
    """Whatever was added since: findings, provenance and order are those of an audit that knows nothing."""
    dice = random.Random(seed)  # noqa: S311
    level = dice.choice(["high", "medium", "low"])
    repo.commit()
    for _ in range(3):
        grow(repo, dice, ["main", "side", "other"])
        for options in ((), ("--all-occurrences",), ()):
            known, _ = audit("--min-severity", level, *options)
            assert known == audit("--min-severity", level, "--no-cache", *options)[0]
