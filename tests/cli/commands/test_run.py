"""`keyscan run`: a command with its output filtered."""

from __future__ import annotations

import sys


def test_both_streams_are_filtered_and_the_status_is_the_commands(spawn, tmp_path, anthropic_key):
    """A key on either stream becomes a token."""
    file = tmp_path / "show.py"
    file.write_text(f"import sys\nprint('{anthropic_key}')\nsys.stderr.write('{anthropic_key}')\nsys.exit(7)\n")
    done = spawn(["run", "--", sys.executable, str(file)])
    assert done.code == 7
    assert "[keyscan:anthropic-api-key:" in done.out
    assert "[keyscan:anthropic-api-key:" in done.err
    assert anthropic_key not in done.out + done.err


def test_a_command_that_is_not_there(spawn):
    """An error of one line."""
    done = spawn(["run", "--", "/nonexistent/program"])
    assert done.code != 0
    assert "Traceback" not in done.err
    assert "/nonexistent/program" in done.err
