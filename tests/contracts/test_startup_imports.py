"""What a command costs before it does anything is imports: a scan without findings does without these."""

from __future__ import annotations

import subprocess
import sys

from helpers.paths import ROOT

# Modules that only findings, messages about mistakes, or other commands need: 0.5 to 10 ms each.
UNNEEDED = {
    "difflib",
    "hashlib",
    "hyperscan",
    "keyscan.fleet",
    "keyscan.hygiene",
    "keyscan.model.finding",
    "keyscan.remediation",
    "keyscan.ruleset.live_tables",
    "keyscan.ruleset.verification",
    "keyscan.scan.snippet",
    "keyscan.support.http",
    "keyscan.verify",
    "regex",
    "shutil",
    "tempfile",
}
PROGRAM = """
import sys
sys.path.insert(0, sys.argv.pop(1))
before = set(sys.modules)
from keyscan.cli.main import main
code = main(sys.argv[1:])
print("imported", *sorted(set(sys.modules) - before))
sys.exit(code)
"""


def test_a_clean_scan_imports_nothing_that_only_findings_need(tmp_path):
    """A second scan of a small file without hits imports none of the modules above."""
    (tmp_path / "a.txt").write_text("nothing to see\n")
    for _ in range(2):
        done = subprocess.run(
            [sys.executable, "-c", PROGRAM, str(ROOT), "scan", "a.txt"],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
    assert "keyscan: clean (1 file" in done.stdout
    imported = set(done.stdout.rpartition("imported")[2].split())
    assert "keyscan.cli.commands.scan" in imported
    assert not imported & UNNEEDED
