"""Every fuzz target over its corpus, and for a few seconds with coverage feedback where atheris is installed.

KEYSCAN_FUZZ_SECONDS says how long each target is fuzzed; the default is only enough to see that it works.
"""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys

import pytest
from fuzz.targets import TARGETS
from helpers.paths import ROOT

CORPUS = ROOT / "tests/fuzz/corpus"
SECONDS = int(os.environ.get("KEYSCAN_FUZZ_SECONDS", "1"))
FILES = sorted(file for file in CORPUS.rglob("*") if file.is_file())


@pytest.mark.parametrize("file", FILES, ids=lambda file: f"{file.parent.name}-{file.name}")
def test_the_corpus_breaks_no_promise(file):
    """What the corpus holds, and each of its prefixes of a quarter, is answered or refused as promised."""
    data = file.read_bytes()
    for part in range(1, 5):
        TARGETS[file.parent.name](data[: len(data) * part // 4])


def test_every_target_has_a_corpus():
    """A target starts from inputs that mean something; a corpus without target is forgotten."""
    assert {file.parent.name for file in FILES} == set(TARGETS)


@pytest.mark.skipif(not importlib.util.find_spec("atheris"), reason="atheris has no wheel for this platform or Python")
@pytest.mark.timeout(SECONDS + 120)
@pytest.mark.parametrize("target", TARGETS)
def test_fuzzing_finds_nothing(target, tmp_path):
    """A target stands coverage-guided fuzzing."""
    command = [sys.executable, "tests/fuzz/run.py", target, "--seconds", str(SECONDS), "--found", tmp_path]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-6000:]
    assert "stat::number_of_executed_units" in done.stderr
