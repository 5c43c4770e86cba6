"""`keyscan mcp`: what it says before it serves."""

from __future__ import annotations

import sys


def test_a_root_that_is_not_there(run, tmp_path):
    """Named, with exit 2."""
    done = run("mcp", "--root", str(tmp_path / "gone"))
    assert done.code == 2
    assert "gone: no such directory" in done.err


def test_without_the_protocols_library(run, monkeypatch):
    """One line that says what to install."""
    # Another test may have imported it: each of its modules is found by its own name.
    for name in {"mcp", *(name for name in sys.modules if name.startswith("mcp."))}:
        monkeypatch.setitem(sys.modules, name, None)
    monkeypatch.delitem(sys.modules, "keyscan.agents.mcp_server", raising=False)
    monkeypatch.delattr("keyscan.agents.mcp_server", raising=False)
    done = run("mcp")
    assert done.code == 2
    assert "pip install 'keyscan-linter[mcp]'" in done.err


def test_lines_that_are_no_messages(spawn):
    """A flood of them ends the session with one line; a few between messages are passed over."""
    call = b'{"jsonrpc":"2.0","id":1,"method":"ping"}\n'
    done = spawn(["mcp"], stdin=(b"no message\n" * 600 + call) * 3)
    assert (done.code, done.out.count('"id":1')) == (0, 3)
    done = spawn(["mcp"], stdin=b"no message\n" * 40_000)
    assert (done.code, done.out) == (3, "")
    assert "more than 1,000 lines in a row" in done.err
