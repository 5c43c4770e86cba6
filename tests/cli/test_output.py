"""Reports to files and the terminal; what is printed quotes no secret."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
from helpers.paths import ROOT
from helpers.tokens import token

KEY = token("sk-ant-api03-{b64url:93}AA", "cli")


def test_output_is_written_whole(run, tmp_path):
    """--output writes the file and leaves standard output empty."""
    (tmp_path / "a").write_text(KEY)
    result = run("scan", "-f", "json", "-o", "out.json", "a", cwd=tmp_path)
    assert result.out == ""
    assert '"version": 1' in (tmp_path / "out.json").read_text()
    assert sorted(file.name for file in tmp_path.iterdir()) == ["a", "out.json"]


def test_secrets_are_shown_only_when_asked(run, tmp_path):
    """Plaintext appears under --show-secrets and nowhere else."""
    (tmp_path / "a").write_text(KEY)
    assert KEY not in run("scan", ".", cwd=tmp_path).out
    assert KEY in run("scan", "--show-secrets", ".", cwd=tmp_path).out
    assert KEY in run("scan", "--show-secrets", "-f", "json", ".", cwd=tmp_path).out


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX pipes")
def test_a_closed_pipe_is_neither_a_finding_nor_a_traceback(tmp_path):
    """When the reader has gone the code is not 1, and nothing is printed on standard error."""
    for number in range(400):
        (tmp_path / f"f{number}").write_text(token("sk-ant-api03-{b64url:93}AA", str(number)))
    process = subprocess.Popen(
        [sys.executable, "-m", "keyscan", "scan", "."],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={"PATH": "/usr/bin:/bin", "PYTHONPATH": str(ROOT), "HOME": str(tmp_path)},
    )
    process.stdout.close()
    error = process.stderr.read()
    process.stderr.close()
    assert process.wait() == 3
    assert error == b""


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="pipes with names are POSIX's")
def test_a_report_goes_into_a_pipe_and_does_not_replace_it(repo, spawn, tmp_path):
    """-o and --report write into a device or named pipe, never put a file in its place."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    try:
        assert spawn(["scan", ".", "-f", "json", "-o", str(pipe)], cwd=repo.path).code == 0
        assert b'"findings"' in os.read(reader, 1 << 16)
    finally:
        os.close(reader)
    assert pipe.is_fifo()
