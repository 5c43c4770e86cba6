"""Doubtful texts judged with the rules that were hit: a no is as sure as the whole engine's."""

from __future__ import annotations

import base64

import pytest
from helpers.tokens import token

from keyscan.engine import build, rule_check
from keyscan.fastpath import artifact, engine
from keyscan.fastpath.doubtful import DoubtfulTexts
from keyscan.ruleset.cache import load_rules


@pytest.fixture(scope="module")
def judge(tmp_path_factory):
    """The stored rules, loaded."""
    pytest.importorskip("hyperscan")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("KEYSCAN_CACHE_DIR", str(tmp_path_factory.mktemp("judge")))
        assert artifact.store_engine(load_rules())
        return DoubtfulTexts(engine.open_stored())


def test_every_example_of_every_rule_is_left_to_the_whole_command(judge):
    """What the whole engine finds is never called clean."""
    whole = build.matcher(load_rules())
    for rule in load_rules():
        for template in rule.examples or ("{secret}",):
            text = b"x = 1\n" + rule_check.example(rule, template, 0)[1] + b"\nend\n"
            path = next((path for path in ("a.conf", "a.py", "a.js") if whole.scan(text, path=path).matches), "")
            assert path, rule.id
            assert not judge.clean([(path, text)]), rule.id


@pytest.mark.parametrize("layers", [0, 1, 2])
def test_what_encodings_hide_is_left_to_the_whole_command(judge, layers):
    """A key behind layers of base64 is found as by the whole engine."""
    text = f"ANTHROPIC_API_KEY={token('sk-ant-api03-{b64url:93}AA')}\n".encode()
    for _ in range(layers):
        text = base64.b64encode(text)
    text = b"data: " + text + b"\n"
    assert build.matcher(load_rules()).scan(text).matches
    assert not judge.clean([("a.yaml", text)])


def test_cells_below_a_header_are_left_to_the_whole_command(judge):
    """A password in a column is found as by the whole engine, although its file is a table; plain words are clean."""
    assert not judge.clean([("a.csv", f"user,password\nbob,{token('{alnum:20}')}\n".encode())])
    assert judge.clean([("a.csv", b"word,token,count\nhello,hello,3\n")])


def test_placeholders_are_clean(judge):
    """Values that only look like secrets, for which the stored engine doubts a text, are no reason for more."""
    text = b'api_key = "your-api-key-goes-here"\npassword = "change-me-please-now"\nsecret = "development-secret-key"\n'
    assert judge.clean([("a.py", text)])


def test_bounds(judge):
    """Many texts, large ones, and those that only the whole engine reads are left to it."""
    assert judge.clean([("a", b"x")] * 20)
    assert not judge.clean([("a", b"x")] * 21)
    assert not judge.clean([("a", b"x" * ((1 << 20) + 1))])
    assert not judge.clean([("a", b"x\0y")])
    assert not judge.clean([("a.ipynb", b'{"nbformat": 4, "cells": []}')])


def test_a_store_of_other_rules_is_not_used(judge, monkeypatch):
    """Rules and engine that do not belong together are an error, which the caller takes for a doubt."""
    monkeypatch.setattr(judge._engine, "rule_count", judge._engine.rule_count + 1)
    monkeypatch.setattr("keyscan.support.storage.read", lambda _name: b"")
    with pytest.raises((ValueError, OSError, EOFError)):
        DoubtfulTexts(judge._engine)
