"""The command line: exit codes, one-line errors, harmless output, whole files."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
from helpers.paths import ROOT
from helpers.tokens import token

from keyscan import api
from keyscan.cli import main as cli
from keyscan.cli.registry import COMMANDS
from keyscan.engine.matcher import Matcher

KEY = token("sk-ant-api03-{b64url:93}AA", "cli")


@pytest.mark.parametrize(
    ("argv", "code", "said"),
    [
        (["--version"], 0, ""),
        (["--help"], 0, ""),
        (["scan", "--help"], 0, ""),
        (["nonsense"], 2, "No such command 'nonsense'"),
        (["scan", "--nonsense"], 2, "No such option"),
        (["scan", "-f", "nonsense", "."], 2, "'nonsense' is not one of"),
        (["scan", "--disable", "nonsense", "."], 2, "--disable nonsense: no such rule"),
        (["scan", "--rules", "nowhere.toml", "."], 2, "nowhere.toml: no such rule file"),
        (["scan", "--report", "sarif", "."], 2, "--report sarif: write FORMAT=FILE"),
        (["scan", "-o", "no/such/directory/x", "."], 2, "no/such/directory/x: cannot be written"),
        (["rules", "show", "anthropic-api-kay"], 2, "did you mean anthropic-api-key?"),
    ],
)
def test_usage(run, tmp_path, argv, code, said):
    """Each misuse is one line on standard error and exit 2; help and version are 0."""
    result = run(*argv, cwd=tmp_path)
    assert result.code == code
    assert said in result.err
    assert result.err.count("\n") <= 1


def test_exit_zero_reports_and_passes(run, tmp_path):
    """--exit-zero changes the code and nothing else."""
    (tmp_path / "a").write_text(KEY)
    assert run("scan", ".", cwd=tmp_path).code == 1
    result = run("scan", "--exit-zero", ".", cwd=tmp_path)
    assert result.code == 0
    assert "1 finding" in result.out


def test_the_code_does_not_depend_on_the_format(run, tmp_path):
    """Whatever the format, findings exit 1."""
    from keyscan.reporters.registry import REPORTERS

    (tmp_path / "a").write_text(KEY)
    assert {run("scan", "-f", name, ".", cwd=tmp_path).code for name in REPORTERS} == {1}


def test_an_internal_error_shows_no_secret(run, tmp_path, monkeypatch):
    """A crash is one line with a type and a place, without the message, which could hold a secret."""
    (tmp_path / "a").write_text(KEY)

    def crash(*_args, **_named):
        raise RuntimeError(KEY)

    monkeypatch.setattr(Matcher, "scan", crash)
    result = run("scan", "a", cwd=tmp_path)
    assert result.code == 3
    assert KEY not in result.err
    assert result.err.startswith("keyscan: internal error: RuntimeError at ")


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (RuntimeError("can't start new thread"), "no more threads or memory"),
        (MemoryError(), "out of memory"),
        (RuntimeError("else"), "internal error: RuntimeError"),
    ],
)
def test_the_systems_bounds_are_no_internal_error(run, tmp_path, monkeypatch, error, said):
    """Where a process gets no thread or no memory, the message says that, and nothing is called clean."""

    def fail(*_args, **_options):
        raise error

    monkeypatch.setattr(Matcher, "scan", fail)
    (tmp_path / "a.py").write_text("x")
    result = run("scan", "a.py", cwd=tmp_path)
    assert result.code == 3
    assert said in result.err


def test_a_message_that_cannot_be_made_is_no_traceback(run, tmp_path, monkeypatch):
    """Without memory not even the module that escapes messages may be there: one line, the right exit code."""

    def fail(*_lines):
        raise ImportError("failed to map segment from shared object")

    monkeypatch.setattr("keyscan.cli.messages.shown", fail)
    result = run("scan", "nowhere", cwd=tmp_path)
    assert result.code == 2
    assert result.err == "keyscan: failed, and could not say why (ImportError)\n"


def test_an_interrupt_is_130(run, tmp_path, monkeypatch):
    """Ctrl-C ends with 130 and one line."""

    def interrupt(*_args):
        raise KeyboardInterrupt

    (tmp_path / "a").write_text("x")
    monkeypatch.setattr(api, "scan_files", interrupt)
    assert run("scan", ".", cwd=tmp_path).code == 130


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX signals")
def test_a_real_interrupt_leaves_one_line(tmp_path):
    """SIGINT while standard input is read: 130, one line, no traceback."""
    # By itself, so that it is surely running, however busy the machine is.
    script = (
        "import os, signal, sys, threading\n"
        "from keyscan.__main__ import run\n"
        "sys.argv = ['keyscan', 'scan', '-']\n"
        "threading.Timer(1, os.kill, (os.getpid(), signal.SIGINT)).start()\n"
        "run()\n"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", script],
        cwd=tmp_path,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={"PATH": "/usr/bin:/bin", "PYTHONPATH": str(ROOT), "HOME": str(tmp_path)},
    )
    try:
        assert process.wait(timeout=120) == 130
    finally:
        process.kill()
    _, error = process.communicate()
    assert process.returncode == 130
    assert error.strip() == b"keyscan: interrupted"


@pytest.mark.skipif(sys.platform != "linux", reason="names with controls")
def test_a_hostile_name_does_not_act_on_the_terminal(run, tmp_path):
    """Escape sequences and newlines in a file name are written as text."""
    (tmp_path / "a\x1b[2Jb\nc\u202ed").write_text(KEY)
    out = run("scan", ".", cwd=tmp_path).out
    assert "\x1b" not in out
    assert "\u202e" not in out
    assert "a\\x1b[2Jb\\nc\\u202ed:1:1" in out


def test_every_command_is_there():
    """Each command of the list is a module with a command of that name."""
    import click

    for name in COMMANDS:
        command = cli.group.get_command(click.Context(cli.group), name)
        assert command is not None
        assert command.name == name


def test_utf8_on_any_locale(spawn, tmp_path):
    """A C locale does not break names or text."""
    (tmp_path / "h\u00e9\U0001f511").write_text(KEY)
    result = spawn(["scan", "."], cwd=tmp_path, env={"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONIOENCODING": "ascii"})
    assert result.code == 1
    assert "h\u00e9\U0001f511:1:1" in result.out


def test_modules_of_the_scanned_directory_are_not_imported(repo, tmp_path):
    """A scanned directory with modules named like Python's own runs none of them, under the installed command."""
    witness = tmp_path / "witness"
    for name in ("functools", "typing", "json", "click", "regex", "hyperscan", "platformdirs", "tomllib"):
        repo.stage(f"{name}.py", f"open({str(witness)!r}, 'w')\n")
    repo.commit()
    repo.stage("a.py", f"k = '{KEY}'\n")
    # As pip writes it: a file of its own, whose directory comes first on the path.
    entry = tmp_path / "bin" / "entry.py"
    entry.parent.mkdir()
    entry.write_text("from keyscan.__main__ import run\nrun()\n")
    for argv, code in ((["staged"], 1), (["scan", "."], 1), (["history"], 0)):
        command = [sys.executable, str(entry), *argv]
        env = {**os.environ, "PYTHONPATH": str(ROOT)}
        assert subprocess.run(command, cwd=repo.path, env=env, capture_output=True, check=False).returncode == code
    assert not witness.exists()
