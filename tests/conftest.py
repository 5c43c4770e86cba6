"""Fixtures that every test file may use: an isolated environment, real repositories, the command line."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import hypothesis
import pytest
from helpers.paths import ROOT
from helpers.repository import Repo
from helpers.tokens import token

from keyscan.cli import main as cli
from keyscan.engine import build

# A busy machine takes longer: `pytest-timeout` bounds each test.
hypothesis.settings.register_profile("keyscan", deadline=None)
hypothesis.settings.load_profile("keyscan")

# A job in the background starts with interrupts ignored, and so would all that the tests start.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

_PINNED = {
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_SYSTEM": os.devnull,
    "GIT_AUTHOR_NAME": "Ada",
    "GIT_AUTHOR_EMAIL": "ada@example.org",
    "GIT_AUTHOR_DATE": "2026-01-02T03:04:05+0000",
    "GIT_COMMITTER_NAME": "Ada",
    "GIT_COMMITTER_EMAIL": "ada@example.org",
    "GIT_COMMITTER_DATE": "2026-01-02T03:04:05+0000",
    "GIT_ALLOW_PROTOCOL": "file",
}
# One cache for the whole run: rules are compiled once, tests of the cache itself choose their own.
_DROPPED = (
    "GIT_",
    "GITHUB_",
    "GITLAB_",
    "CI",
    "KEYSCAN_",
    "PRE_COMMIT",
    "NO_COLOR",
    "FORCE_COLOR",
    "BUILD",
    "TF_BUILD",
)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    """Processes that are done take tests from the others: some take a minute, and stand side by side."""
    from xdist.scheduler import WorkStealingScheduling

    return WorkStealingScheduling(config, log)


@pytest.fixture(scope="session")
def cache_dir(tmp_path_factory):
    """The cache directory of this test run."""
    return tmp_path_factory.mktemp("keyscan-cache")


@pytest.fixture(autouse=True)
def _isolated(monkeypatch, tmp_path_factory, cache_dir):
    """Nothing of the machine's configuration, home or CI reaches a test."""
    for name in list(os.environ):
        if name.startswith(_DROPPED):
            monkeypatch.delenv(name)
    for name, value in _PINNED.items():
        monkeypatch.setenv(name, value)
    home = tmp_path_factory.mktemp("home")
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(home / ".config"))
    monkeypatch.setenv("KEYSCAN_CACHE_DIR", str(cache_dir))


@pytest.fixture
def without_compiling(monkeypatch):
    """The engine that compiles nothing: a migration tries several sets of rules, and each takes Hyperscan seconds."""

    def missing(*_arguments):
        raise ImportError("hyperscan")

    monkeypatch.setattr(build, "hyperscan_prefilter", missing)


@pytest.fixture
def repo(tmp_path):
    """An empty repository on the branch main."""
    return Repo(tmp_path / "repo")


@dataclass
class Result:
    """What a run of the command line gave."""

    code: int
    out: str
    err: str


@pytest.fixture
def run(monkeypatch, capfd):
    """Run the command line in this process: run("scan", ".", cwd=...) -> Result."""

    def run(*argv: str, cwd: Path | None = None) -> Result:
        with monkeypatch.context() as patch:
            if cwd is not None:
                patch.chdir(cwd)
            capfd.readouterr()
            code = cli.main(list(argv))
            sys.stdout.flush()
            out, err = capfd.readouterr()
        return Result(int(code), out, err)

    return run


@pytest.fixture
def spawn():
    """Run the command line as a process of its own: spawn(["scan", "."], cwd=..., stdin=b"") -> Result."""

    def spawn(argv, cwd=None, stdin=b"", env=None):
        root = str(ROOT)
        done = subprocess.run(
            [sys.executable, "-m", "keyscan", *argv],
            cwd=cwd,
            input=stdin,
            capture_output=True,
            check=False,
            env={**os.environ, "PYTHONPATH": root, **(env or {})},
        )
        return Result(done.returncode, done.stdout.decode(errors="replace"), done.stderr.decode(errors="replace"))

    return spawn


@pytest.fixture
def anthropic_key():
    """A well-formed fake Anthropic key."""
    return token("sk-ant-api03-{b64url:93}AA")


@pytest.fixture
def audit(run):
    """Run `keyscan history --format json`: audit(repo, *options) -> (exit code, findings, whole document)."""

    def audit(repo, *options):
        result = run("history", "--format", "json", *options, cwd=repo.path)
        document = json.loads(result.out) if result.out else {}
        return result.code, document.get("findings", []), document or result.err

    return audit


@pytest.fixture
def env(run):
    """Run `keyscan env` in a repository: rule -> the findings of that rule, in JSON's words."""

    def env(repo, *args):
        result = run("env", "--format", "json", *args, cwd=repo.path)
        assert not result.err, result.err
        found = json.loads(result.out)["findings"]
        assert result.code == (1 if found else 0)
        return {(entry["rule"], entry["path"]): entry for entry in found}

    return env
