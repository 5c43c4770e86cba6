"""Where the checkout and the tests' data are."""

from __future__ import annotations

from pathlib import Path

TESTS = Path(__file__).parent.parent
ROOT = TESTS.parent
DATA = TESTS / "data"
SNAPSHOTS = TESTS / "snapshots"
