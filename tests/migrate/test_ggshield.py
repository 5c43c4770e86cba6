"""`.gitguardian.yaml`, item by item, in both versions."""

from __future__ import annotations

import hashlib

import pytest

from keyscan.api import load_rules
from keyscan.migrate.counterparts import Counterparts
from keyscan.migrate.ggshield import read_config
from keyscan.migrate.result import AcceptedFinding, DisabledRule, ExcludedPath, NothingToDo, Unsupported


@pytest.mark.parametrize(
    "text",
    [
        "paths-ignore:\n  - a/**\nmatches-ignore:\n  - name: n\n    match: plain\nbanlisted-detectors: [jwt]\n",
        "secret:\n  ignored_paths: [a/**]\n  ignored-matches: [{name: n, match: plain}]\n  ignored_detectors: [jwt]\n",
    ],
)
def test_both_versions(text):
    """Paths become excludes, secrets are known by a digest, detectors are disabled rules."""
    items = list(read_config("g", text.encode(), Counterparts(load_rules())))
    assert ExcludedPath("a/**") in items
    assert DisabledRule("jwt") in items
    (found,) = (item for item in items if isinstance(item, AcceptedFinding))
    assert found.digests == (hashlib.sha256(b"plain").hexdigest(),)
    assert found.reason == "n (from g)"
    assert "plain" not in repr([item for item in items if item is not found])


def test_a_digest_is_kept():
    """A match may be the SHA-256 itself."""
    (item,) = read_config("g", b"matches-ignore: [" + b"a" * 64 + b"]", Counterparts(()))
    assert isinstance(item, AcceptedFinding)
    assert item.digests == ("a" * 64,)


def test_the_rest():
    """Settings of the client are counted; an unknown detector, a bad pattern, no match and no YAML are said."""
    text = b"secret:\n  ignored-detectors: [acme]\n  ignored-paths: ['[a']\n  ignored-matches: [{name: x}]\n"
    items = list(read_config("g", text + b"exit-zero: true\nverbose: true\n", Counterparts(())))
    assert [item.place for item in items if isinstance(item, Unsupported)] == ["g:2", "g:3", "g:4", "g:5"]
    assert sum(isinstance(item, NothingToDo) for item in items) == 1
    (item,) = read_config("g", b"a: [", Counterparts(()))
    assert "not valid YAML" in item.why
