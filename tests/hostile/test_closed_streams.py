"""Standard streams that are closed: one line at most, and never "clean" where the report could not be written."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys

import pytest
from helpers.paths import ROOT

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="redirections of a POSIX shell")
COMMANDS = [
    ("scan", "."), ("scan", "-"), ("history",), ("staged",), ("filter",), ("agent", "hook", "claude-code"), ("env",),
    ("rules", "list"), ("run", "--", "echo", "hi"), ("commit-msg", "a.py"), ("pre-push",), ("verify",), ("fix",),
    ("baseline", "review"), ("mcp",), ("--help",), ("--version",),
]  # fmt: skip


def without(repo, stream, *words):
    """A command that runs without a standard stream: exit code, and what it wrote."""
    command = shlex.join([sys.executable, "-P", "-m", "keyscan", *words])
    # The shell takes the stream away from the command alone, after all others have their places.
    done = subprocess.run(
        ["sh", "-c", f"{command} {stream}"],
        cwd=repo.path, stdin=subprocess.DEVNULL, capture_output=True, check=False, timeout=60,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    return done.returncode, (done.stdout + done.stderr).decode()


@pytest.mark.parametrize("stream", ["<&-", ">&-", "2>&-"])
@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_a_closed_stream_is_no_internal_error(repo, anthropic_key, words, stream):
    """Whatever the command and the stream."""
    repo.stage("a.py", "x\n")
    repo.commit()
    repo.stage("b.py", f"k = '{anthropic_key}'\n")
    code, text = without(repo, stream, *words)
    assert code in {0, 1, 2, 3}, text
    assert "internal error" not in text
    assert "Traceback" not in text
    assert anthropic_key not in text


@pytest.mark.parametrize("words", [("scan", "."), ("staged",), ("history",), ("env",), ("rules", "list")], ids=" ".join)
def test_a_report_that_could_not_be_written_is_not_clean(repo, words):
    """With nothing to find: exit code 3, and standard error says why."""
    repo.stage("a.py", "x\n")
    repo.commit()
    code, text = without(repo, ">&-", *words)
    assert code == 3
    assert "keyscan: standard input or" in text


def test_no_file_takes_the_number_of_a_closed_stream(repo, tmp_path, anthropic_key):
    """A report that is written while standard output is closed is whole and alone in its file."""
    repo.write("a.py", f"k = '{anthropic_key}'\n")
    for stream in ("<&-", ">&-", "2>&-"):
        file = tmp_path / "report.json"
        without(repo, stream, "scan", ".", "--report", f"json={file}")
        assert file.read_bytes().startswith(b"{")
        assert file.read_bytes().endswith(b"}\n")
        file.unlink()


@pytest.mark.skipif(sys.platform != "linux", reason="uses a bound on the size of files")
def test_a_full_disk_under_standard_output_is_said_once(repo):
    """What Python still holds for a file that cannot grow does not fail again at the exit."""
    import resource

    repo.stage("a.py", "x = 1\n")
    with (repo.path / "out").open("wb") as out:
        done = subprocess.run(
            [sys.executable, "-m", "keyscan", "scan", "a.py"],
            cwd=repo.path,
            stdout=out,
            stderr=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0)),
            check=False,
        )
    assert done.returncode == 3
    assert done.stderr == b"keyscan: output cannot be written: File too large\n"
