"""Matchers of all built-in rules, made once in a process: compiling them for Hyperscan takes seconds."""

from __future__ import annotations

import contextlib
from functools import cache

from keyscan.engine.matcher import Matcher
from keyscan.engine.prefilter.hyperscan import HyperscanPrefilter
from keyscan.engine.prefilter.keywords import KeywordPrefilter
from keyscan.ruleset.cache import load_rules

RULES = load_rules()


@cache
def matchers():
    """A matcher for each engine that is installed, "keywords" always; both use the same expressions."""
    made = {"keywords": Matcher(RULES, KeywordPrefilter(RULES))}
    # Where there is no wheel, one engine is all there is.
    with contextlib.suppress(ImportError):
        made["hyperscan"] = Matcher(RULES, HyperscanPrefilter.of(RULES))
        made["hyperscan"]._patterns = made["keywords"]._patterns
    return made
