"""The baseline: what it holds, how it merges, and that it is never taken for empty."""

from __future__ import annotations

import os
import pty
import re
import select
import signal
import subprocess
import sys
import time

import pytest
from helpers.paths import ROOT
from helpers.tokens import token
from hypothesis import given
from hypothesis import strategies as st

from keyscan.cli import review
from keyscan.errors import BaselineError
from keyscan.model.finding import Location
from keyscan.ruleset import cache
from keyscan.suppressions.baseline import HEADER, Baseline, Entry, dump, load

KEYS = [token("sk-ant-api03-{b64url:93}AA", str(number)) for number in range(9)]
FILE = ".keyscan-baseline"

MARKS = st.builds("{}:{:020x}".format, st.sampled_from(["a", "b-c"]), st.integers(0, 1 << 79))
PATHS = st.binary(max_size=12).map(lambda data: data.decode("utf-8", "surrogateescape"))
REASONS = st.text(max_size=20).map(lambda text: " ".join(text.split())).filter(lambda text: text.isprintable())
ENTRIES = st.lists(st.builds(Entry, MARKS, PATHS, REASONS), max_size=8, unique_by=lambda entry: entry.fingerprint)
SALTS = st.lists(st.integers(0, 1 << 60).map("{:016x}".format), max_size=2, unique=True)
BASELINES = st.builds(lambda salts, entries: Baseline(tuple(sorted(salts)), tuple(sorted(entries))), SALTS, ENTRIES)


@given(BASELINES)
def test_load_takes_back_what_dump_made(baseline):
    """load(dump(x)) == x, for paths of any bytes too, and with the line ends of Windows."""
    data = dump(baseline)
    assert load(data, "f") == baseline
    assert dump(load(data, "f")) == data
    assert load(b"\xef\xbb\xbf" + data.replace(b"\n", b"\r\n"), "f") == baseline
    assert all(len(line.split("\t")) <= 3 for line in data.decode().splitlines() if ":" in line[:40])


@given(BASELINES, BASELINES)
def test_the_lines_of_two_are_their_union(one, other):
    """Whoever's lines come first, a file with the lines of both holds the entries and salts of both."""
    first, second = dump(one).splitlines(keepends=True), dump(other).splitlines(keepends=True)
    merged = load(b"".join([*first, *second[1:]]), "f")
    assert merged == load(b"".join([*second, *first[1:]]), "f")
    assert set(merged.salts) == {*one.salts, *other.salts}
    marks = {entry.fingerprint for entry in (*one.entries, *other.entries)}
    assert {entry.fingerprint for entry in merged.entries} == marks


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "not a keyscan baseline"),
        (b"{}", "not a keyscan baseline"),
        (b"\xff\xfe#\0", "UTF-16"),
        (b"# keyscan baseline 2\n", "written by a newer keyscan"),
        (f"{HEADER}\n<<<<<<< HEAD\n".encode(), "f:2: an unresolved merge conflict"),
        (b"<<<<<<< HEAD\n", "f:1: an unresolved merge conflict"),
        (f"{HEADER}\n\nabc\n".encode(), "f:3: does not begin with a fingerprint"),
        (f"{HEADER}\nsalt xyz\n".encode(), "f:2: the salt must be"),
        (f"{HEADER}\na:{'0' * 20}\tb\tc\td\n".encode(), "f:2: more than"),
        (HEADER.encode() + b"\n\xff\n", "not UTF-8"),
    ],
)
def test_what_is_not_understood_is_an_error(data, says):
    """An unreadable baseline is never an empty one."""
    with pytest.raises(BaselineError, match=re.escape(says)):
        load(data, "f")


def test_an_unreadable_baseline_is_exit_2(repo, run):
    """Every command refuses to go on, the hook too, reading it from the index."""
    repo.stage(FILE, "")
    repo.stage("a.py", KEYS[0])
    for argv in (["scan"], ["staged"], ["baseline", "show"], ["config", "check"]):
        result = run(*argv, cwd=repo.path)
        assert (result.code, result.out) == (2, ""), argv
        assert FILE in result.err


def test_the_life_of_a_baseline(repo, run):
    """Create, honour, report what is new, update, prune: with nothing of the secrets in the file."""
    repo.write("a.py", f"k = '{KEYS[0]}'\n")
    repo.write("sub/b.py", f"k = '{KEYS[1]}'\n")
    assert run("baseline", "create", "--reason", "before keyscan", cwd=repo.path).code == 0
    text = (repo.path / FILE).read_text()
    entries = [line.split("\t") for line in text.splitlines() if line.startswith("anthropic")]
    assert sorted(entry[1:] for entry in entries) == [["a.py", "before keyscan"], ["sub/b.py", "before keyscan"]]
    assert not any(key[13:21] in text for key in KEYS)
    result = run("scan", cwd=repo.path)
    assert result.code == 0
    assert "2 in the baseline" in result.out
    assert run("scan", cwd=repo.path / "sub").code == 0
    assert run("baseline", "create", cwd=repo.path).code == 2
    repo.write("a.py", f"\n\nk = '{KEYS[0]}'; j = '{KEYS[2]}'\n")
    assert run("scan", cwd=repo.path).code == 1
    assert run("baseline", "update", cwd=repo.path / "sub").code == 0
    assert run("scan", cwd=repo.path).code == 0
    updated = (repo.path / FILE).read_text()
    assert set(text.splitlines()) < set(updated.splitlines())
    (repo.path / "sub/b.py").unlink()
    assert "1 entry of the baseline not found" in run("scan", cwd=repo.path).out
    assert run("baseline", "prune", "--dry-run", cwd=repo.path).out.count("sub/b.py") == 1
    assert run("baseline", "prune", cwd=repo.path).code == 0
    assert "sub/b.py" not in run("baseline", "show", cwd=repo.path).out


def test_the_hook_reads_the_staged_baseline_and_never_writes_it(repo, run):
    """`staged` honours the baseline of the index; neither a finding nor its absence changes the file."""
    repo.stage("a.py", f"k = '{KEYS[0]}'\n")
    run("baseline", "create", cwd=repo.path)
    assert run("staged", cwd=repo.path).code == 1
    repo.git("add", FILE)
    before = (repo.path / FILE).read_bytes()
    assert run("staged", cwd=repo.path).code == 0
    repo.stage("b.py", f"k = '{KEYS[1]}'\n")
    assert run("staged", cwd=repo.path).code == 1
    assert (repo.path / FILE).read_bytes() == before


def test_an_update_is_stable(repo, run):
    """Updating twice, or after everything moved, changes nothing."""
    repo.write("a.py", "\n".join(KEYS))
    run("baseline", "create", cwd=repo.path)
    before = (repo.path / FILE).read_bytes()
    repo.write("moved/b.txt", "\n\n".join(reversed(KEYS)))
    (repo.path / "a.py").unlink()
    run("baseline", "update", cwd=repo.path)
    assert (repo.path / FILE).read_bytes() == before


@pytest.mark.parametrize("apart", [False, True])
def test_branches_merge_into_their_union(repo, run, apart):
    """Two branches that each accept findings merge without a conflict, even when each made the file itself."""
    repo.stage(".gitattributes", f"{FILE} merge=union\n")
    repo.stage("base.py", KEYS[0] + "\n")
    if not apart:
        run("baseline", "create", cwd=repo.path)
        repo.git("add", FILE)
    repo.commit()
    repo.git("branch", "other")
    for number, branch in enumerate(("main", "other")):
        repo.git("switch", "-q", branch)
        for key in KEYS[1 + 4 * number : 5 + 4 * number]:
            repo.stage(f"{KEYS.index(key)}.py", key + "\n")
        run("baseline", "create" if apart else "update", cwd=repo.path)
        repo.git("add", FILE)
        repo.commit()
    repo.git("merge", "-q", "-m", "merge", "main")
    result = run("scan", cwd=repo.path)
    assert result.code == 0
    assert "9 in the baseline" in result.out
    loaded = load((repo.path / FILE).read_bytes(), FILE)
    assert len(loaded.entries) == (10 if apart else 9)
    assert len(loaded.salts) == 1 + apart


def test_salts_keep_projects_apart(repo, run):
    """The same secret has another fingerprint in another project."""
    repo.write("a.py", KEYS[0])
    run("baseline", "create", cwd=repo.path)
    first = load((repo.path / FILE).read_bytes(), FILE)
    (repo.path / FILE).unlink()
    run("baseline", "create", cwd=repo.path)
    second = load((repo.path / FILE).read_bytes(), FILE)
    assert {entry.fingerprint for entry in first.entries}.isdisjoint(entry.fingerprint for entry in second.entries)


def test_a_baseline_elsewhere(repo, run):
    """The configuration or --baseline names another file; one that is named must be there."""
    repo.write("a.py", KEYS[0])
    repo.write(".keyscan.toml", 'baseline = "ci/accepted"\n')
    (repo.path / "ci").mkdir()
    assert run("scan", cwd=repo.path).code == 2
    assert run("baseline", "create", cwd=repo.path).code == 0
    assert run("scan", cwd=repo.path / "ci").code == 0
    assert run("scan", "--baseline", "accepted", cwd=repo.path / "ci").code == 0
    assert run("scan", "--baseline", "no", cwd=repo.path).code == 2


def test_the_repository_cannot_have_files_written_elsewhere(repo, run, tmp_path):
    """A configured baseline outside of the repository is not written."""
    repo.write("a.py", KEYS[0])
    repo.write(".keyscan.toml", 'baseline = "../outside"\n')
    assert run("baseline", "create", cwd=repo.path).code == 2
    assert not (tmp_path / "outside").exists()


def test_masking_covers_every_line_of_a_secret():
    """Bullets stand where the secret was, over several lines, and the rest stays in its place."""
    lines = ["a = 'SECRET', 'x'", "one SEC", "RET", "END two"]
    lines = review.masked(review.masked(lines, Location(1, 6, 1, 12)), Location(2, 5, 4, 4))
    bullet = "\N{BULLET}"
    assert lines == [f"a = '{bullet * 6}', 'x'", f"one {bullet * 3}", bullet * 3, f"{bullet * 3} two"]


def test_review_wants_a_terminal(repo, run):
    """Without a terminal nobody can answer."""
    result = run("baseline", "review", cwd=repo.path)
    assert result.code == 2
    assert "terminal" in result.err


class Terminal:
    """A command on a terminal of its own."""

    def __init__(self, argv, cwd):
        root = str(ROOT)
        self.side, other = pty.openpty()
        env = {**os.environ, "PYTHONPATH": root, "TERM": "dumb"}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "keyscan", *argv], cwd=cwd, stdin=other, stdout=other, stderr=other, env=env,
            start_new_session=True,
        )  # fmt: skip
        os.close(other)
        self.seen = ""
        self.read = 0

    def until(self, text):
        """Read until `text` was printed, after all that was waited for before."""
        stop = time.monotonic() + 60
        while text not in self.seen[self.read :] and time.monotonic() < stop:
            if select.select([self.side], [], [], 1)[0]:
                try:
                    self.seen += os.read(self.side, 4096).decode(errors="replace")
                except OSError:
                    break
        assert text in self.seen[self.read :], self.seen
        self.read = self.seen.index(text, self.read) + len(text)

    def say(self, text):
        """Type a line."""
        os.write(self.side, text.encode())

    def end(self):
        """Wait for the end; the exit code."""
        code = self.process.wait(60)
        os.close(self.side)
        return code


def test_review_accepts_skips_and_resumes(repo, run):
    """What was accepted is kept when the review is interrupted, and the next review goes on from there."""
    repo.write("a.py", f"# first\nk = '{KEYS[0]}'\n# last\n")
    repo.write("b.py", f"k = '{KEYS[1]}'; j = '{KEYS[2]}'\n")
    first = Terminal(["baseline", "review"], repo.path)
    first.until("> ")
    first.say("r\n")
    first.until("https://")
    first.until("> ")
    first.say("a\n")
    first.until("reason > ")
    first.say("sample of the docs\n")
    first.until("2 of 3")
    first.until("> ")
    first.process.send_signal(signal.SIGINT)
    assert first.end() == 130
    assert not any(key[13:] in first.seen for key in KEYS)
    loaded = load((repo.path / FILE).read_bytes(), FILE)
    assert [entry.reason for entry in loaded.entries] == ["sample of the docs"]
    second = Terminal(["baseline", "review"], repo.path)
    second.until("1 of 2")
    second.until("> ")
    second.say("s\n")
    second.until("> ")
    second.say("a\n")
    second.until("reason > ")
    second.say("mine\n")
    second.until("1 accepted, 1 skipped, 1 left")
    assert second.end() == 1
    assert "2 in the baseline" in run("scan", cwd=repo.path).out


def test_history_is_accepted_and_kept(repo, run):
    """With --history what only the past holds is accepted, and prune keeps it."""
    repo.stage("a.py", KEYS[0])
    repo.commit()
    repo.stage("a.py", "x = 1\n")
    repo.commit()
    assert run("baseline", "create", cwd=repo.path).code == 0
    assert run("history", cwd=repo.path).code == 1
    assert run("baseline", "update", "--history", cwd=repo.path).code == 0
    assert run("history", cwd=repo.path).code == 0
    assert "0 of 1 entries removed" in run("baseline", "prune", cwd=repo.path).out


def test_our_own_files_are_not_findings(repo, run):
    """A baseline and ignores by fingerprint, of any rule's name, hold nothing that the rules take for a secret."""
    marks = [f"{rule.id}:{number:x}" for number, rule in enumerate(cache.load_rules([]), 0x9F86D081884C7D659A2F)]
    entries = tuple(sorted(Entry(mark, f"{mark.partition('-')[0]}/key.py", "known") for mark in marks))
    repo.write(FILE, dump(Baseline(("9f86d081884c7d659a2feaa0c55ad015",), entries)))
    repo.write(".keyscan.toml", "".join(f"[[ignore]]\nfingerprint = '{mark}'\n" for mark in marks))
    result = run("scan", "--isolated", "--min-severity", "info", cwd=repo.path)
    assert "clean" in result.out, result.out


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
def test_a_report_is_written_to_a_pipe_not_over_it(repo, spawn):
    """A pipe or a device that is named for the report stays what it is."""
    pipe = repo.path.parent / "pipe"
    os.mkfifo(pipe)
    end = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    assert spawn(["scan", "-f", "json", "-o", str(pipe)], cwd=repo.path).code == 0
    assert b'"findings"' in os.read(end, 1 << 16)
    os.close(end)
    assert pipe.is_fifo()


def test_what_was_accepted_in_the_history_is_not_missed_in_the_files(repo, run):
    """An entry that names its commit is not called missing by a scan, and covers the secret in the history."""
    repo.stage("a.py", f"k = '{KEYS[0]}'\n")
    commit = repo.commit()
    repo.stage("a.py", "k = 1\n")
    repo.commit()
    assert run("baseline", "create", "--history", cwd=repo.path).code == 0
    (entry,) = load((repo.path / FILE).read_bytes(), FILE).entries
    assert entry.path == f"{commit[:12]}:a.py"
    assert "not found" not in run("scan", cwd=repo.path).out
    assert run("history", cwd=repo.path).code == 0
    repo.write("a.py", f"k = '{KEYS[0]}'\n")
    assert run("scan", cwd=repo.path).code == 0
    (repo.path / FILE).unlink()
    run("baseline", "create", "--history", cwd=repo.path)
    (entry,) = load((repo.path / FILE).read_bytes(), FILE).entries
    assert entry.path == "a.py"
