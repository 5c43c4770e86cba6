"""The process that audits: its results arrive, and what takes too much ends it and nothing else."""

from __future__ import annotations

import os
import signal
import threading
import time

import pytest
from helpers.fleet import options_of
from helpers.repository import Repo
from helpers.tokens import token

from keyscan.fleet import clone
from keyscan.fleet.model import Repository, Status, Task
from keyscan.fleet.process import AuditProcess


@pytest.fixture
def leaky(tmp_path):
    """A repository with one key in its history, gone from its tip."""
    made = Repo(tmp_path / "leaky")
    made.stage("app.py", f'key = "{token("sk-ant-api03-{b64url:93}AA")}"\n')
    made.stage("CODEOWNERS", "*.py @team\n")
    made.commit()
    made.stage("app.py", "key = ''\n")
    made.commit()
    return Repository("leaky", str(made.path), local=True)


@pytest.fixture
def process(tmp_path):
    """An audit process with a time limit of a minute."""
    made = AuditProcess(options_of(tmp_path, timeout=60))
    yield made
    made.close()


def test_audits(process, leaky, tmp_path):
    """Findings with owners and provenance, no plaintext; unchanged the second time; empty; not there."""
    found = process.audit(Task(leaky))
    assert (found.status, [one.owners for one in found.findings]) == (Status.AUDITED, [("@team",)])
    assert found.findings[0].finding.provenance.in_head is False
    assert found.findings[0].finding.secret is None
    assert process.audit(Task(leaky, known=found.digest)).status is Status.UNCHANGED
    Repo(tmp_path / "empty")
    assert process.audit(Task(Repository("e", str(tmp_path / "empty"), local=True))).status is Status.EMPTY
    gone = process.audit(Task(Repository("g", str(tmp_path / "gone"), local=True)))
    assert (gone.status, gone.reason) == (Status.UNREACHABLE, "no such directory")


def test_a_clone_is_audited_and_removed(process, leaky, tmp_path):
    """By URL: the same findings, a size on disk, nothing left; a wiki that is not there is no failure."""
    location = f"file://{leaky.location}"
    found = process.audit(Task(Repository("leaky", location)))
    assert (found.status, len(found.findings), found.disk > 0) == (Status.AUDITED, 1, True)
    assert not list((tmp_path / "state" / "clones").iterdir())
    assert process.audit(Task(Repository("leaky", location), known=found.digest)).status is Status.UNCHANGED
    wiki = process.audit(Task(Repository("w", f"{location}.wiki", optional=True)))
    assert (wiki.status, wiki.reason) == (Status.EMPTY, "has no wiki")


def test_a_corrupt_repository_is_named(process, tmp_path):
    """What cannot be read makes it incomplete; the next one is audited all the same."""
    repo = Repo(tmp_path / "corrupt")
    repo.stage("a", "text\n")
    repo.commit()
    blob = repo.git("rev-parse", "HEAD:a").decode().strip()
    file = repo.path / ".git" / "objects" / blob[:2] / blob[2:]
    file.chmod(0o644)
    file.write_bytes(b"no object")
    found = process.audit(Task(Repository("corrupt", str(repo.path), local=True)))
    assert found.status in {Status.INCOMPLETE, Status.FAILED}
    assert found.reason


def test_what_takes_too_long_is_ended(tmp_path, leaky):
    """The result names the limit; the process group is gone; the next task gets a new process."""
    process = AuditProcess(options_of(tmp_path, timeout=60))
    try:
        process.audit(Task(leaky))
        pid = process._process.pid
        os.kill(pid, signal.SIGSTOP)
        process._options = options_of(tmp_path, timeout=0.1)
        found = process.audit(Task(leaky))
        assert (found.status, found.retry) == (Status.FAILED, False)
        assert "took longer than 0.1 seconds" in found.reason
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)
        process._options = options_of(tmp_path, timeout=60)
        assert process.audit(Task(leaky)).status is Status.AUDITED
    finally:
        process.close()


def test_what_needs_too_much_memory_is_ended(tmp_path, leaky):
    """One byte is too little for anything."""
    process = AuditProcess(options_of(tmp_path, timeout=60, memory=1))
    try:
        assert "memory" in process.audit(Task(leaky)).reason
    finally:
        process.close()


def test_a_clone_that_is_larger_than_the_budget_is_given_up(tmp_path, leaky):
    """The limit is named, and nothing of the clone is left."""
    process = AuditProcess(options_of(tmp_path, timeout=60, disk=1))
    task = Task(Repository("leaky", f"file://{leaky.location}"))
    try:
        process.audit(Task(leaky))
        os.kill(process._process.pid, signal.SIGSTOP)
        target = clone.place(tmp_path / "state", task.repository)
        target.mkdir(parents=True)
        (target / "pack").write_bytes(b"0" * 100)
        assert "disk budget" in process.audit(task).reason
        assert not target.exists()
    finally:
        process.close()


def test_a_process_that_is_killed_asks_to_be_tried_again(process, leaky):
    """A sudden end says nothing about the repository."""
    process.audit(Task(leaky))
    pid = process._process.pid
    os.kill(pid, signal.SIGSTOP)
    threading.Timer(0.3, os.kill, (pid, signal.SIGKILL)).start()
    assert process.audit(Task(leaky)).retry
    assert process.audit(Task(leaky)).status is Status.AUDITED


def test_the_process_ends_with_its_owner(tmp_path, leaky):
    """When the pipe closes, the process is gone within seconds, whatever it does."""
    process = AuditProcess(options_of(tmp_path))
    process.audit(Task(leaky))
    child = process._process
    child.stdin.close()
    assert child.wait(timeout=60) is not None
    for _ in range(100):
        if child.stdout.closed:
            break
        time.sleep(0.01)
    process._process = None
    child.stdout.close()
