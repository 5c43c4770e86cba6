"""Interrupts, killed processes, readers that go away and full disks: one line, the right exit code, nothing left."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from contextlib import suppress

import psutil
import pytest
from helpers.agent_events import key
from helpers.paths import ROOT
from helpers.repository import Repo

pytestmark = [
    pytest.mark.skipif(sys.platform != "linux", reason="uses /dev/full and process groups"),
    pytest.mark.timeout(300),
]
# Commands that wait for their standard input, so that they are surely running when something happens to them.
WAITING = {
    "scan": ("scan", "-"),
    "filter": ("filter",),
    "run": ("run", "--", "cat"),
    "agent-hook": ("agent", "hook", "claude-code"),
    "mcp": ("mcp",),
    "fleet": ("fleet", "-", "--state", "STATE"),
    "verify": ("verify", "-"),
}
# Commands that end by themselves.
WORKING = {
    "scan": ("scan", "."),
    "history": ("history", "--no-cache"),
    "staged": ("staged",),
    "machine": ("machine",),
    "fix": ("fix",),
    "fleet": ("fleet", ".", "--state", "STATE", "-j", "1"),
    "env": ("env",),
    "checklist": ("checklist",),
    "rotate": ("rotate", "--check"),
    "clean-history": ("clean-history", "--apply", "--into", "../clean.git"),
    "redact": ("machine", "--redact", "--yes"),
    "agent-install": ("agent", "install", "claude-code"),
    "agent-status": ("agent", "status"),
    "agent-test": ("agent", "test"),
    "migrate": ("migrate",),
    "baseline": ("baseline", "create"),
    "env-fix": ("env", "--fix", "--yes"),
    "install": ("install",),
    "ci": ("ci", "--mode", "all"),
}
# An agent's first message to the server of tools, an event that the fast path answers, and one that it does not.
ASKED = {
    "mcp": {
        "jsonrpc": "2.0", "id": 1, "method": "initialize",
        "params": {"protocolVersion": "2025-03-26", "capabilities": {}, "clientInfo": {"name": "x", "version": "1"}},
    },
    "agent-hook": {"hook_event_name": "PostToolUse", "tool_name": "Bash", "tool_response": {"stdout": "K"}},
}  # fmt: skip
# Those that answer a user's question, which are interrupted at two times.
ANSWERS = ("scan", "history", "machine", "fleet")
# Those that print nothing on standard output where nothing is staged, or no agent is installed.
SILENT = ("staged", "agent-test")
PATIENCE = 120


@pytest.fixture
def start(tmp_path):
    """Start a command in a repository with a key, in a process group of its own: start(argv, **streams)."""
    repo = Repo(tmp_path / "repo")
    repo.stage("a.py", f'k = "{key()}"\n')
    repo.commit()
    started = []

    def start(argv, **streams):
        argv = [word.replace("STATE", str(tmp_path / "state")) for word in argv]
        pipes = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.PIPE)
        process = subprocess.Popen(
            [sys.executable, "-m", "keyscan", *argv],
            cwd=repo.path,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            start_new_session=True,
            **{**pipes, **streams},
        )
        started.append(process)
        return process

    yield start
    for process in started:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()


def group_is_gone(group):
    """Whether no process of a group is left, after a moment; what is left is ended."""
    for _ in range(200):
        try:
            os.killpg(group, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.05)
    os.killpg(group, signal.SIGKILL)
    return False


def wait_until_it_reads(process):
    """Until the command sleeps: it has started and waits for input."""
    deadline = time.monotonic() + PATIENCE
    asleep = 0
    while asleep < 8 and time.monotonic() < deadline and process.poll() is None:
        with open(f"/proc/{process.pid}/stat", encoding="ascii") as file:
            asleep = asleep + 1 if file.read().rpartition(")")[2].split()[0] == "S" else 0
        time.sleep(0.05)


def said(process):
    """What a process that ends says on its error stream."""
    return process.communicate(timeout=PATIENCE)[1].decode()


@pytest.mark.parametrize("command", WAITING)
def test_an_interrupt_ends_a_command(start, command):
    """Ctrl-C, to the whole group as a terminal sends it: the command ends, says no more than a line, leaves nothing."""
    process = start(WAITING[command])
    wait_until_it_reads(process)
    os.killpg(process.pid, signal.SIGINT)
    error = said(process)
    # An agent's hook that gives no answer blocks.
    assert process.returncode in {2 if command == "agent-hook" else 130, -signal.SIGINT}
    assert "Traceback" not in error
    assert error.strip().count("\n") == 0
    assert group_is_gone(process.pid)


@pytest.mark.parametrize("command", WORKING)
def test_an_interrupt_at_any_time(start, command):
    """Wherever a command is when it is interrupted, it ends without a traceback and without children."""
    for delay in (0.15, 0.6) if command in ANSWERS else (0.4,):
        process = start(WORKING[command], stdin=subprocess.DEVNULL)
        time.sleep(delay)
        os.killpg(process.pid, signal.SIGINT)
        error = said(process)
        assert process.returncode in {0, 1, 3, 2 if command == "agent-hook" else 130, -signal.SIGINT}
        # Before its first line Python itself answers an interrupt.
        assert "Traceback" not in error or "keyscan/" not in error
        assert group_is_gone(process.pid)


def test_an_interrupt_while_the_workers_of_a_fleet_start(start):
    """A cluster that is half there is closed: neither Dask nor asyncio shows a traceback of what did not start."""
    pytest.importorskip("distributed", reason="Dask is not installed")
    process = start(("fleet", ".", "--state", "STATE", "-j", "2"), stdin=subprocess.DEVNULL)
    deadline = time.monotonic() + PATIENCE
    starting = False
    while not starting and process.poll() is None and time.monotonic() < deadline:
        with suppress(psutil.NoSuchProcess):
            children = psutil.Process(process.pid).children(recursive=True)
            starting = any("spawn_main" in " ".join(child.cmdline()) for child in children)
        time.sleep(0.02)
    assert starting
    os.kill(process.pid, signal.SIGINT)
    error = said(process)
    assert process.returncode == 130
    assert "Traceback" not in error
    assert group_is_gone(process.pid)


@pytest.mark.parametrize("command", [*WAITING, *WORKING])
def test_a_killed_command_leaves_no_process(start, command):
    """SIGKILL to the first process alone: what it had started ends too."""
    process = start({**WORKING, **WAITING}[command])
    if command in WAITING:
        wait_until_it_reads(process)
    else:
        time.sleep(0.5)
    process.kill()
    process.communicate()
    assert group_is_gone(process.pid)


@pytest.mark.parametrize("command", [name for name in WORKING if name not in SILENT] + ["filter", "run"])
@pytest.mark.parametrize("reader", ["gone", "full"])
def test_a_reader_that_is_gone_or_a_disk_that_is_full_is_no_clean(start, command, reader):
    """Output that could not be written ends with 3 or a signal, never with "clean", and without a traceback."""
    argv = WORKING.get(command) or WAITING[command]
    if reader == "full":
        out = os.open("/dev/full", os.O_WRONLY)
    else:
        reading, out = os.pipe()
        os.close(reading)
    process = start(argv, stdout=out)
    os.close(out)
    # More than any buffer holds.
    error = process.communicate(b"text\n" * 40_000, timeout=PATIENCE)[1].decode()
    assert process.returncode not in {0, 1}, error
    assert "Traceback" not in error
    assert error.count("\n") <= 3
    assert group_is_gone(process.pid)


@pytest.mark.parametrize("command", ASKED)
@pytest.mark.parametrize("reader", ["gone", "full"])
def test_an_agent_that_does_not_read_the_answer(start, command, reader):
    """The server and the hook end, not as if all were well; what the hook could not say, nobody is told."""
    if reader == "full":
        out = os.open("/dev/full", os.O_WRONLY)
    else:
        reading, out = os.pipe()
        os.close(reading)
    process = start(WAITING[command], stdout=out)
    os.close(out)
    asked = json.dumps(ASKED[command]).replace('"K"', json.dumps(f"k = {key()}")).encode() + b"\n"
    error = process.communicate(asked, timeout=PATIENCE)[1].decode()
    assert process.returncode in {2, 3}, error
    assert "Traceback" not in error
    assert error.count("\n") <= 1
    assert key() not in error
    assert group_is_gone(process.pid)


@pytest.mark.parametrize(
    "argv",
    [
        ("scan", ".", "--report", "sarif=/dev/full"),
        ("scan", ".", "--output", "/dev/full"),
        ("history", "--report", "html=/dev/full"),
        ("fleet", ".", "--state", "STATE", "-j", "1", "--report", "csv=/dev/full"),
        ("machine", "--report", "json=/dev/full"),
    ],
    ids=" ".join,
)
def test_a_report_that_cannot_be_written_is_said(start, argv):
    """A full disk under a report: exit 3 or 2 with one line that names the file."""
    process = start(argv, stdin=subprocess.DEVNULL)
    error = said(process)
    assert process.returncode in {2, 3}, error
    assert "/dev/full" in error
    assert "No space left" in error
    assert "Traceback" not in error


def test_a_full_disk_under_the_cache_and_the_state_loses_no_finding(start, tmp_path):
    """Where no file can grow, nothing is cached, findings are reported all the same."""
    script = (
        "import resource, runpy, signal, sys\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))\n"
        "sys.argv = ['keyscan', *sys.argv[1:]]\n"
        "runpy.run_module('keyscan', run_name='__main__')\n"
    )
    process = start(("scan", "."))
    process.communicate(timeout=PATIENCE)
    for argv in (["scan", "."], ["history"], ["staged"], ["fix"]):
        done = subprocess.run(
            [sys.executable, "-c", script, *argv],
            cwd=tmp_path / "repo",
            env={**os.environ, "PYTHONPATH": str(ROOT), "KEYSCAN_CACHE_DIR": str(tmp_path / "other")},
            capture_output=True,
            timeout=PATIENCE,
            check=False,
        )
        assert b"Traceback" not in done.stderr
        assert done.returncode == (0 if argv == ["staged"] else done.returncode)
        assert argv == ["staged"] or done.returncode in {1, 3}, (argv, done.stderr)
