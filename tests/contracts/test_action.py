"""The GitHub Action: its shell steps as a runner would run them, and what its text promises."""

from __future__ import annotations

import os
import re
import subprocess
import sys

import pytest
from helpers.paths import ROOT
from helpers.tokens import token

yaml = pytest.importorskip("yaml")
KEY = token("sk-ant-api03-{b64url:93}AA", "action")


@pytest.fixture(scope="module")
def action():
    """The parsed action.yml."""
    return yaml.safe_load((ROOT / "action.yml").read_text())


def step(action, identity):
    """The step with this id."""
    return next(item for item in action["runs"]["steps"] if item.get("id") == identity)


def test_no_expression_in_a_script(action):
    """Inputs reach scripts by environment only: an expression in a script would be an injection."""
    for item in action["runs"]["steps"]:
        assert "${{" not in item.get("run", "")


def test_python_imports_nothing_from_the_checkout(action):
    """Each Python that a step starts is isolated: a `venv.py` of a pull request would be run otherwise."""
    started = [line for item in action["runs"]["steps"] for line in item.get("run", "").splitlines() if " -m " in line]
    assert len(started) >= 2
    assert all(" -I -m " in line for line in started)


def test_actions_are_pinned_by_commit():
    """Every action that is used, in action.yml and in the docs, is pinned by a full commit id."""
    for file in ("action.yml", "docs/ci.md"):
        for used in re.findall(r"uses: (\S+)", (ROOT / file).read_text()):
            assert re.search(r"@([0-9a-f]{40}|COMMIT)\Z", used), used


@pytest.mark.skipif(sys.platform == "win32", reason="needs bash")
class TestScan:
    @pytest.fixture
    def scan(self, action, repo, tmp_path):
        """Run the scan step's script in a repository, with inputs as given."""
        bin_dir = tmp_path / "bin"
        bin_dir.mkdir()
        entry = bin_dir / "keyscan"
        entry.write_text(f"#!/bin/sh\nPYTHONPATH='{ROOT}' exec '{sys.executable}' -m keyscan \"$@\"\n")
        entry.chmod(0o755)
        defaults = {name: spec.get("default", "") for name, spec in action["inputs"].items()}

        def scan(**inputs):
            env = {"KEYSCAN_BIN": str(bin_dir), "GITHUB_ACTIONS": "true", "GITHUB_OUTPUT": str(tmp_path / "output")}
            for name, value in {**defaults, **inputs}.items():
                env[f"KEYSCAN_INPUT_{name.upper().replace('-', '_')}"] = value
            script = step(action, "scan")["run"]
            command = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script]
            done = subprocess.run(command, cwd=repo.path, env={**os.environ, **env}, capture_output=True, check=False)
            output = tmp_path / "output"
            return done.returncode, done.stdout.decode(), output.read_text() if output.exists() else ""

        return scan

    def test_a_clean_repository(self, scan, repo):
        """Nothing to find is 0, with an output that says so."""
        repo.stage("a.py", "x = 1\n")
        repo.commit()
        code, _, output = scan(mode="all")
        assert (code, output) == (0, "exit-code=0\nsarif=keyscan.sarif\n")

    def test_a_key_fails_the_step_and_is_annotated(self, scan, repo):
        """A key is annotated, fails the step, and is in the SARIF report without its plaintext."""
        repo.stage("a.py", f"k = '{KEY}'\n")
        repo.commit()
        code, out, output = scan(mode="all")
        assert code == 1
        assert "::error file=a.py,line=1," in out
        assert "exit-code=1" in output
        assert KEY[13:] not in out + (repo.path / "keyscan.sarif").read_text()

    def test_fail_false_passes(self, scan, repo):
        """fail: false passes the step, and the output still tells."""
        repo.stage("a.py", f"k = '{KEY}'\n")
        repo.commit()
        code, _, output = scan(mode="all", fail="false")
        assert code == 0
        assert "exit-code=1" in output

    def test_hostile_inputs_run_nothing(self, scan, repo, tmp_path):
        """Inputs with shell syntax are names, not code."""
        repo.stage("a.py", "x = 1\n")
        repo.commit()
        witness = tmp_path / "witness"
        code, _, _ = scan(mode="tree", paths=f"$(touch {witness})\n`touch {witness}`\n--help\n; touch {witness}")
        assert code == 2
        assert not witness.exists()
