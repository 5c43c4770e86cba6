"""A process that is killed at any step of its writing leaves each file as it was or as it was to be, never a part."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys

import pytest
from helpers.paths import ROOT
from helpers.repository import Repo
from helpers.tokens import token

pytestmark = [
    pytest.mark.skipif(sys.platform != "linux", reason="SIGKILL, and files without a name"),
    pytest.mark.timeout(300),
]
KEY = token("sk-ant-api03-{b64url:93}AA", "killed")
# Runs the command and kills it before step N of those that change something below DIR; exits as the command does.
TRACER = """
import os, signal, sys
base, last = os.path.realpath(sys.argv[1]), int(sys.argv[2])
steps = 0
WRITES = os.O_WRONLY | os.O_RDWR
def step(event, args):
    global steps
    if event == "open":
        if not isinstance(args[2], int) or not args[2] & WRITES:
            return
        paths = args[:1]
    elif event in {"os.rename", "os.link", "os.symlink", "os.remove", "os.chmod", "os.truncate"}:
        paths = args[:2] if event in {"os.rename", "os.link"} else args[:1]
    else:
        return
    paths = [os.fsdecode(path) for path in paths if isinstance(path, (str, bytes, os.PathLike))]
    if not any(os.path.realpath(path).startswith(base) or path.startswith("/proc/self/fd") for path in paths):
        return
    steps += 1
    if steps == last:
        os.kill(os.getpid(), signal.SIGKILL)
sys.addaudithook(step)
sys.argv = ["keyscan", *sys.argv[3:]]
from keyscan.__main__ import run
run()
"""
COMMANDS = {
    "baseline": ("baseline", "create"),
    "report": ("scan", ".", "--output", "report.json", "--format", "json", "--report", "sarif=r.sarif"),
    "fix": ("fix", "--apply"),
    "env": ("env", "--fix", "--yes"),
    "install": ("install", "--push"),
    "agent": ("agent", "install", "claude-code"),
    "migrate": ("migrate", "--no-history"),
    "redact": ("machine", "--redact", "--yes"),
}


@pytest.fixture
def place(tmp_path):
    """A directory with a repository and a home directory; what each command changes is there."""
    base = tmp_path / "base"
    repo = Repo(base / "repo")
    repo.stage("a.py", f'import os\n\nk = "{KEY}"\n')
    repo.stage(".gitignore", "*.o\n")
    repo.stage(".gitleaks.toml", "[allowlist]\npaths = ['vendor/.*']\n")
    repo.stage("report.json", "old\n")
    repo.stage(".env", f"ANTHROPIC_API_KEY={KEY}\n")
    repo.commit()
    for name in ("pre-commit", "pre-push"):
        hook = repo.path / ".git/hooks" / name
        hook.parent.mkdir(exist_ok=True)
        hook.write_text("#!/bin/sh\nexit 0\n")
        hook.chmod(0o755)
    home = base / "home"
    (home / ".claude/projects/x").mkdir(parents=True)
    (home / ".claude/settings.json").write_text("{}\n")
    transcript = home / ".claude/projects/x/s.jsonl"
    transcript.write_text(json.dumps({"text": KEY}) + "\n")
    os.utime(transcript, (1_700_000_000, 1_700_000_000))
    return base


def files(base):
    """Every file below a directory, without what two runs write differently and what git itself writes."""
    found = {}
    for directory, _, names in os.walk(base):
        for name in names:
            path = os.path.join(directory, name)
            relative = os.path.relpath(path, base)
            if relative.startswith("repo/.git/") and "/hooks/" not in relative:
                continue
            with open(path, "rb") as file:
                text = re.sub(rb"[0-9a-f]{8,}|\d+(\.\d+)?|_[a-z0-9]{6,}", b"0", file.read())
            found[re.sub(r"[0-9]{6,}[0-9TZ.-]*", "0", relative)] = (text, os.stat(path).st_mode & 0o111)
    return found


def ran(base, last, words, cache):
    """Run a command, to be killed at step `last`: exit status."""
    environment = {**os.environ, "HOME": str(base / "home"), "PYTHONPATH": str(ROOT), "KEYSCAN_CACHE_DIR": str(cache)}
    environment |= {"XDG_CONFIG_HOME": f"{base}/home/.config", "XDG_STATE_HOME": f"{base}/home/.state"}
    done = subprocess.run(
        [sys.executable, "-c", TRACER, str(base), str(last), *words], cwd=base / "repo", env=environment,
        stdin=subprocess.DEVNULL, capture_output=True, check=False, timeout=120,
    )  # fmt: skip
    return done.returncode, done.stdout.decode() + done.stderr.decode()


@pytest.mark.parametrize("command", COMMANDS)
def test_old_or_new(place, tmp_path, cache_dir, command):
    """At each step: every file is one of the two, and at most one is beside them, whole, under a dotted name."""
    words = COMMANDS[command]
    if command == "fix":
        # Keys go into a file that git ignores, and that is not there yet.
        subprocess.run(["git", "rm", "-q", ".env"], cwd=place / "repo", check=True)
        (place / "repo/.gitignore").write_text(".env\n")
    kept = tmp_path / "kept"
    shutil.copytree(place, kept, symlinks=True)
    old = files(place)
    code, said = ran(place, 0, words, cache_dir)
    assert code in {0, 1}, said
    new = files(place)
    assert new != old, said
    killed = 0
    while True:
        shutil.rmtree(place)
        shutil.copytree(kept, place, symlinks=True)
        code, said = ran(place, killed + 1, words, cache_dir)
        if code != -signal.SIGKILL:
            break
        killed += 1
        whole = {*old.values(), *new.values()}
        texts = {text for text, _ in whole}
        beside = []
        for name, (text, mode) in files(place).items():
            if name in old or name in new:
                # The list of backups grows with each, before its file is changed.
                told = name.endswith("manifest.json") and json.loads(text)["entries"]
                assert told or (text, mode) in {old.get(name), new.get(name)}, (killed, name, text[:200])
            else:
                beside.append(name)
                assert text in texts, (killed, name, text[:200])
        assert len(beside) <= 1, (killed, beside)
        assert all(os.path.basename(name).startswith(".") or name.endswith(".before-keyscan") for name in beside), (
            beside
        )
        missing = [name for name in old if name in new and name not in files(place)]
        assert missing == [], (killed, missing)
    assert killed >= 1
    assert files(place) == new
