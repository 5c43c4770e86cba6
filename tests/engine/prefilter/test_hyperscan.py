"""The prefilter with Hyperscan."""

from __future__ import annotations

import inspect
import pickle
from collections import Counter
from pathlib import Path

import pytest
from helpers.matchers import RULES, matchers
from helpers.matches import rule

hyperscan = pytest.importorskip("hyperscan")

from keyscan.engine.prefilter.hyperscan import WORTH_IT, HyperscanPrefilter  # noqa: E402
from keyscan.support import storage  # noqa: E402

PLAIN = rule(id="plain", pattern=r"acme_(?P<secret>[a-z0-9]{20})", keywords=("acme_",), max_length=25)
NAMED = rule(id="named", pattern="x", context=("mistral",), value="[a-z0-9]{12}", keywords=("mistral",), max_length=200)
TEXT = b"x acme_" + b"a1" * 10 + b"\nMISTRAL_API_KEY=a1b2c3d4e5f6\nmistral is a word of prose\n"


@pytest.fixture(scope="module")
def prefilter():
    """Both rules, compiled."""
    return HyperscanPrefilter.of([PLAIN, NAMED])


def rules_hit(prefilter, hits):
    """The numbers of the rules that were hit, each once for each place."""
    return sorted({(prefilter.entries[number].rule, end) for number, end in hits})


def test_names_without_a_value_are_no_hits(prefilter):
    """They are raw hits: a later version may bring the value."""
    raw, hits = prefilter.raw_hits(TEXT), prefilter.hits(TEXT)
    assert set(hits) < set(raw)
    assert {rule for rule, _ in rules_hit(prefilter, hits)} == {0, 1}
    last = TEXT.rindex(b"mistral")
    assert [end for _, end in hits if end > last] == []
    assert [end for _, end in raw if end > last]
    assert sorted(prefilter.drop_without_value(TEXT, raw)) == sorted(hits)


def test_an_empty_text(prefilter):
    """Hyperscan is not asked."""
    assert prefilter.hits(b"") == prefilter.raw_hits(b"") == []


def test_what_is_stored_and_what_travels_finds_the_same(prefilter):
    """Dumped databases and a copy in another process give the same hits."""
    loaded = HyperscanPrefilter(prefilter.entries, (), prefilter.triggers, prefilter.dump())
    copied = pickle.loads(pickle.dumps(prefilter))  # noqa: S301 - what was just made
    assert loaded.hits(TEXT) == copied.hits(TEXT) == prefilter.hits(TEXT)


def test_binary_files_have_a_database_of_their_own_once_that_pays(prefilter, monkeypatch, tmp_path):
    """It tells what counts there, under the same numbers; it is stored, loaded by others, and made again if damaged."""
    monkeypatch.setenv("KEYSCAN_CACHE_DIR", str(tmp_path))
    name, many = "first-test.binary.hs", b"\0" * WORTH_IT
    expected = [(rule, end) for rule, end in rules_hit(prefilter, prefilter.hits(TEXT)) if rule == 0]
    assert [entry.text_only for entry in prefilter.entries if entry.rule < 2] == [False, True]
    for stored in ("", "whole", "damaged"):
        if stored == "damaged":
            storage.write(name, b"junk")
        assert storage.is_stored(name) == bool(stored)
        other = HyperscanPrefilter(prefilter.entries, (), prefilter.triggers, prefilter.dump(), name)
        assert {rule for rule, _ in rules_hit(other, other.binary_hits(TEXT))} == {0, 1}
        assert other.binary_hits(many) == []
        copied = pickle.loads(pickle.dumps(other))  # noqa: S301 - what was just made
        assert rules_hit(other, other.binary_hits(TEXT)) == expected
        assert rules_hit(other, copied.binary_hits(many + TEXT)) == [(0, WORTH_IT + end) for _, end in expected]
        assert storage.read(name) not in {None, b"junk"}


def test_where_nothing_is_stored_all_entries_serve_for_binary_files(prefilter, monkeypatch):
    """Compiling a second database in each process would take longer than it saves."""
    monkeypatch.setenv(storage.NOTHING_STORED, "1")
    for name in ("", "first-none.binary.hs"):
        other = HyperscanPrefilter(prefilter.entries, (), prefilter.triggers, prefilter.dump(), name)
        other.binary_hits(b"\0" * WORTH_IT)
        assert {rule for rule, _ in rules_hit(other, other.binary_hits(TEXT))} == {0, 1}
    assert not storage.is_stored("first-none.binary.hs")


def test_bytes_that_do_not_fit_are_an_error(prefilter):
    """Damaged databases do not load."""
    with pytest.raises(hyperscan.HyperscanError):
        HyperscanPrefilter(prefilter.entries, (), (), [b"junk", b"junk"])


def test_no_entry_hits_ordinary_code():
    """An expression that is cut short, or too large for Hyperscan, hits everywhere: less than once in 5 KB of code."""
    rules = RULES
    prefilter = matchers()["hyperscan"]._prefilter
    texts = [file.read_bytes() for file in sorted(Path(inspect.__file__).parent.glob("*.py"))[:150]]
    size = sum(map(len, texts))
    hits = Counter(number for text in texts for number, _ in prefilter.raw_hits(text))
    often = {number: count for number, count in hits.items() if count * 5000 > size}
    assert size > 1_000_000
    assert {owner(prefilter.entries[number].rule, rules): count for number, count in often.items()} == {}


def owner(rule, rules):
    """The id of the rule with this number; a trigger of decoding has none."""
    return rules[rule].id if rule < len(rules) else "decoding"
