"""Parsed rules on disk: what comes from the cache is what the rule files say."""

from __future__ import annotations

import marshal

import pytest

from keyscan.errors import RuleError
from keyscan.ruleset import cache, loader


@pytest.fixture
def own_cache(tmp_path, monkeypatch):
    """A cache directory of this test alone."""
    monkeypatch.setenv("KEYSCAN_CACHE_DIR", str(tmp_path / "cache"))
    return tmp_path / "cache"


_RULE = """provider = "Acme"
[[rules]]
id = "acme-key"
name = "Acme key"
value = 'acme_[a-z]{20}'
keywords = ["acme_"]
severity = "high"
precision = "high"
max_length = 25
template = "acme_{a:20}"
"""


def test_cached_rules_equal_parsed_ones():
    """The built-in rules are the same from the files, written and read again."""
    parsed = loader.load([loader.builtin_dir()])
    assert cache.load_rules() == parsed
    assert cache.load_rules() == parsed


def test_a_changed_file_of_the_users_is_read_again(tmp_path):
    """A rule file that changes after it was cached counts as it is now."""
    file = tmp_path / "acme.toml"
    file.write_text(_RULE)
    assert [rule.id for rule in cache.load_rules([file], builtin=False)] == ["acme-key"]
    file.write_text(_RULE.replace("acme-key", "acme-token"))
    assert [rule.id for rule in cache.load_rules([file], builtin=False)] == ["acme-token"]
    file.unlink()
    with pytest.raises(RuleError, match="no such rule file"):
        cache.load_rules([file], builtin=False)


@pytest.mark.parametrize(
    "stored",
    [
        b"",
        b"[{}]",
        marshal.dumps([]),
        marshal.dumps({}),
        marshal.dumps(None),
        marshal.dumps([1]),
        marshal.dumps([[]]),
        marshal.dumps([["x"]]),
    ],
)
def test_what_does_not_load_is_parsed_again(own_cache, stored):
    """A stored file with the right digest and the wrong contents is made again."""
    rules = cache.load_rules()
    (name,) = [one.name for one in own_cache.glob("rules-*")]
    cache.storage.write(name, stored)
    assert cache.load_rules() == rules


def test_the_rules_of_others_are_not_stored(tmp_path, own_cache):
    """What is written in a rule file may be secret: the cache gets nothing of it."""
    file = tmp_path / "acme.toml"
    file.write_text(_RULE)
    rules = cache.load_rules([file])
    assert rules[-1].id == "acme-key"
    assert len(rules) > 500
    assert not [one.name for one in own_cache.rglob("*") if b"acme_" in one.read_bytes()]
