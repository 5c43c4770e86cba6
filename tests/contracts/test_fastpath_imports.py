"""The fast path's time is imports: it imports exactly the modules that are listed here."""

from __future__ import annotations

import os
import re
import subprocess
import sys

import pytest
from helpers.paths import ROOT

# Modules of ours. The packages on their way have empty `__init__` files.
OWN = {
    "keyscan",
    "keyscan.__main__",
    "keyscan._version",
    "keyscan.catalog",
    "keyscan.catalog.name_sieve",
    "keyscan.engine",
    "keyscan.engine.decoders",
    "keyscan.engine.decoders.signatures",
    "keyscan.engine.prefilter",
    "keyscan.engine.prefilter.nearby_values",
    "keyscan.fastpath",
    "keyscan.fastpath.engine",
    "keyscan.fastpath.staged",
    "keyscan.git",
    "keyscan.git.settings",
    "keyscan.reporters",
    "keyscan.reporters.shared",
    "keyscan.reporters.shared.summary",
    "keyscan.support",
    "keyscan.support.storage",
}
# Of the standard library what is built in, or small and written in C.
STANDARD = {"__future__", "gc", "_sre", "_blake2", "_bisect", "bisect", "select"}
# Only in wheels; elsewhere it is looked for and not found.
BUILD = {"keyscan._build"}


def imported(args, cwd):
    """The names of all modules that a run of Python without `site` imports."""
    done = subprocess.run(
        [sys.executable, "-S", "-X", "importtime", *args], cwd=cwd, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return set(re.findall(r"\| +([\w.]+)$", done.stderr, re.MULTILINE)), done.stdout


@pytest.mark.skipif(os.name != "posix", reason="the fast path needs posix_spawn")
def test_a_clean_commit_imports_what_is_listed_and_nothing_else(repo, spawn):
    """A clean commit's hook imports the modules above beside those of a program that imports `os` and `time`."""
    installed = os.path.dirname(os.path.dirname(pytest.importorskip("hyperscan").__file__))
    repo.stage("a.py", "x = 1\n")
    assert spawn(["staged"], cwd=repo.path).code == 0
    base, _ = imported(["-c", "import os, sys, time"], repo.path)
    program = "import sys; sys.path += sys.argv[2:]; del sys.argv[2:]; from keyscan.__main__ import run; run()"
    names, out = imported(["-c", program, "staged", str(ROOT), installed], repo.path)
    assert out.startswith("keyscan: clean (1 file"), out
    assert names - base - STANDARD - BUILD == OWN


@pytest.mark.parametrize("name", sorted(OWN - {"keyscan.__main__", "keyscan._version"}))
def test_packages_on_the_way_hold_nothing(name):
    """The `__init__` of every package that the fast path imports holds no import and no code."""
    file = ROOT / name.replace(".", "/") / "__init__.py"
    if file.exists() and name != "keyscan":
        text = file.read_text(encoding="utf-8").strip()
        assert not text or (text.startswith('"""') and text.count('"""') == 2), name


# What an agent's hook imports besides.
AGENT = {"keyscan.catalog.agent_events", "keyscan.fastpath.agent_hook", "keyscan.support.user_config"}


@pytest.mark.skipif(os.name != "posix", reason="the fast path needs posix_spawn")
def test_a_clean_event_imports_what_is_listed_and_nothing_else(repo, spawn):
    """A clean event of an agent is answered with the modules of the fast path and JSON's scanner in C."""
    installed = os.path.dirname(os.path.dirname(pytest.importorskip("hyperscan").__file__))
    repo.stage("a.py", "x = 1\n")
    assert spawn(["staged"], cwd=repo.path).code == 0  # stores the engine
    event = '{"hook_event_name": "PostToolUse", "prompt_id": "1", "tool_name": "Read", "tool_response": "x = 1"}'
    base, _ = imported(["-c", "import os, sys, time"], repo.path)
    program = (
        "import sys, os; r, w = os.pipe(); os.write(w, sys.argv.pop().encode()); os.close(w); os.dup2(r, 0); "
        "sys.path += sys.argv[4:]; del sys.argv[4:]; from keyscan.__main__ import run; run()"
    )
    args = ["-c", program, "agent", "hook", "claude-code", str(ROOT), installed, event]
    names, out = imported(args, repo.path)
    assert out == ""
    own = {name for name in names if name.partition(".")[0] == "keyscan"}
    assert own - BUILD <= OWN | AGENT
    assert names - base - STANDARD - BUILD - own == {"_json"}
