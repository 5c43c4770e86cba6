"""A command's output is filtered, and all else about it stays."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time

import pytest
from helpers.agent_events import key
from helpers.paths import ROOT

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="uses a POSIX shell")


def start(*arguments, **options):
    """A running `keyscan ARGUMENTS`."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "K": key()}
    options = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **options}
    return subprocess.Popen([sys.executable, "-m", "keyscan", *arguments], env=environment, **options)


def done(*arguments, stdin=b""):
    """(status, standard output, standard error) of `keyscan ARGUMENTS`."""
    process = start(*arguments)
    out, err = process.communicate(stdin, timeout=60)
    return process.returncode, out.decode(), err.decode()


def test_both_outputs_are_filtered_apart_and_the_status_is_kept():
    """Each stream keeps its own text, redacted; the exit status is the command's."""
    status, out, err = done("run", "--", "sh", "-c", 'echo "out $K"; echo "err $K" >&2; exit 7')
    assert status == 7
    assert out.startswith("out [keyscan:anthropic-api-key:")
    assert err.startswith("err [keyscan:anthropic-api-key:")
    assert key() not in out + err


@pytest.mark.parametrize(("command", "status"), [("kill -TERM $$", 143), ("kill -KILL $$", 137), ("true", 0)])
def test_a_signal_shows_in_the_status(command, status):
    """A command that a signal ended gives 128 and the signal's number, as a shell does."""
    assert done("run", "--", "sh", "-c", command)[0] == status


def test_commands_that_cannot_be_run():
    """A missing command gives 127, one that is no program 126, none at all is a wrong command line."""
    assert done("run", "--", "no-such-command-anywhere")[0] == 127
    assert done("run", "--", str(ROOT / "README.md"))[0] == 126
    status, _, err = done("run")
    assert status == 2
    assert "COMMAND" in err
    assert "Traceback" not in err


def test_standard_input_is_the_commands():
    """What is written to us is read by the command."""
    assert done("run", "--", "cat", stdin=f"in {key()}\n".encode())[1].startswith("in [keyscan:")


def test_a_shell_command_is_one_string():
    """With --shell the command is one string, run as that shell runs it."""
    assert done("run", "--shell", "bash", "--", "echo 'a  b' && [[ 1 ]]; exit 3")[:2] == (3, "a  b\n")


def test_an_unknown_shell_is_sh():
    """A name that is no known shell's runs nothing of that name."""
    assert done("run", "--shell", "/usr/bin/evil", "--", "echo hi")[1] == "hi\n"


def test_wrapped_commands_run():
    """What the hook makes of a command runs in a shell: output redacted, status kept."""
    from keyscan.catalog import agent_events

    wrapped = agent_events.wrapped('cd /usr; echo "it\'s $K"; (exit 5)', sys.executable, "-P")
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "K": key()}
    made = subprocess.run(
        ["bash", "-c", f"{wrapped}\necho $?"], capture_output=True, check=False, env=environment, text=True
    )
    assert made.stdout.startswith("it's [keyscan:")
    assert made.stdout.endswith("5\n")
    assert made.stderr == ""


def test_output_comes_while_the_command_runs():
    """A line is shown at once, and a prompt without a line's end after a pause."""
    process = start("run", "--", "sh", "-c", "echo first; printf 'Go on? '; read answer; echo got $answer")
    assert process.stdout.readline() == b"first\n"
    assert process.stdout.read(7) == b"Go on? "
    process.stdin.write(b"yes\n")
    process.stdin.flush()
    assert process.communicate(timeout=60)[0] == b"got yes\n"
    assert process.returncode == 0


def test_what_runs_on_in_the_background_is_filtered_too():
    """The command's end is not delayed by what it left running, whose output still comes redacted."""
    process = start("run", "--", "sh", "-c", '(sleep 1.5; echo "late $K") & echo now')
    started = time.monotonic()
    process.wait(timeout=30)
    out = process.stdout.read().decode()
    process.stderr.close()
    process.stdin.close()
    process.stdout.close()
    assert process.returncode == 0
    assert out.startswith("now\nlate [keyscan:")
    assert time.monotonic() - started < 50


def test_a_signal_is_handed_on():
    """A termination asked of us reaches the command, whose status is ours."""
    process = start("run", "--", "sh", "-c", "trap 'echo bye; exit 9' TERM; echo up; while :; do sleep 0.1; done")
    assert process.stdout.readline() == b"up\n"
    process.send_signal(signal.SIGTERM)
    out, _ = process.communicate(timeout=60)
    assert (process.returncode, out) == (9, b"bye\n")


def test_an_interrupt_is_the_commands():
    """An interrupt from the terminal reaches both, and the command decides what becomes of it."""
    process = start("run", "--", "sh", "-c", "trap 'echo no' INT; echo up; sleep 2; echo end", start_new_session=True)
    assert process.stdout.readline() == b"up\n"
    os.killpg(process.pid, signal.SIGINT)
    out, _ = process.communicate(timeout=60)
    assert process.returncode == 0
    assert out == b"no\nend\n"


def test_a_terminal_stays_a_terminal():
    """Where our output is a terminal, the command's is one too, as wide, and its lines are not doubled."""
    import pty
    import termios

    main, end = pty.openpty()
    termios.tcsetwinsize(end, (33, 99)) if hasattr(termios, "tcsetwinsize") else None
    command = 'test -t 1 && test ! -t 0 && echo "tty $K"; stty size <&1 2>/dev/null'
    process = start("run", "--", "sh", "-c", command, stdout=end, stdin=subprocess.DEVNULL)
    os.close(end)
    process.stderr.read()
    process.stderr.close()
    process.wait(timeout=60)
    out = b""
    try:
        while part := os.read(main, 4096):
            out += part
    except OSError:
        pass
    os.close(main)
    assert out.startswith(b"tty [keyscan:")
    assert b"\r\r\n" not in out
    assert not hasattr(termios, "tcsetwinsize") or b"33 99" in out


def test_a_reader_that_goes_ends_the_command():
    """When nobody reads any more, the command is ended by its next write, and nothing is said."""
    process = start("run", "--", "sh", "-c", "while :; do echo line of text; done")
    process.stdout.readline()
    process.stdout.close()
    process.stdout = None
    _, err = process.communicate(timeout=60)
    assert b"Traceback" not in err
    assert process.returncode != 0


def test_filter_copies_without_secrets():
    """`keyscan filter` copies its input without the secrets, as bytes, its last line as it is."""
    status, out, err = done("filter", stdin=f"a\nK={key()}\nlast".encode())
    assert (status, err) == (0, "")
    assert out.startswith("a\nK=[keyscan:anthropic-api-key:")
    assert out.endswith("]\nlast")


def test_filter_passes_lines_on_at_once():
    """With --line-buffered a line comes before the input ends."""
    process = start("filter", "--line-buffered")
    process.stdin.write(b"one\n")
    process.stdin.flush()
    assert process.stdout.readline() == b"one\n"
    process.communicate(timeout=60)


def test_filter_is_bounded():
    """A long stream takes no more memory than a short one."""
    # Measured by a small process: a child of a large one begins with the size of its parent.
    script = (
        "import resource, subprocess, sys\n"
        "code = subprocess.run([sys.executable, '-m', 'keyscan', 'filter'], stdout=subprocess.DEVNULL).returncode\n"
        "print(code, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)\n"
    )
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    process = subprocess.Popen([sys.executable, "-c", script], env=environment, **pipes)
    block = b"a line of a log that says nothing at all\n" * 25_000
    for _ in range(60):
        process.stdin.write(block)
    out, _ = process.communicate(timeout=120)
    code, largest = map(int, out.split())
    assert code == 0
    assert largest < 300_000
