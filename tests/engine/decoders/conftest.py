"""What tests of encodings share."""

from __future__ import annotations

import pytest

from keyscan.engine.matcher import Matcher
from keyscan.engine.prefilter.hyperscan import HyperscanPrefilter
from keyscan.engine.prefilter.keywords import KeywordPrefilter
from keyscan.ruleset import loader


@pytest.fixture(scope="module")
def engines():
    """A matcher of the built-in rules for each engine."""
    rules = loader.load([loader.builtin_dir()])
    return {"regex": Matcher(rules, KeywordPrefilter(rules)), "hyperscan": Matcher(rules, HyperscanPrefilter.of(rules))}
