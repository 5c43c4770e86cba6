"""Every bound of the engine that is hit is named, whatever reads the text: incomplete is never called clean."""

from __future__ import annotations

import json
from base64 import b64encode

import pytest
from helpers.tokens import token

from keyscan.engine import confirm
from keyscan.engine.decoders import base64, escapes
from keyscan.engine.matcher import Matcher
from keyscan.engine.prefilter.keywords import KeywordPrefilter
from keyscan.ruleset.cache import load_rules
from keyscan.scan import findings

SECRET = token("{alnum:24}", "bounds")
BASE64 = b"\n".join(b64encode(b"api_key = nothing of interest %d" % number) for number in range(9))
ESCAPES = b'x = "\\u0061\\u0070\\u0069\\u005f\\u006b\\u0065\\u0079 text"\n' * 9
SETTINGS = b"".join(b"db_password = '%s%d'\n" % (SECRET.encode(), number) for number in range(5))
LFS = b"version https://git-lfs.github.com/spec/v1\noid sha256:" + b"ab" * 32 + b"\nsize 12345\n"


def nested(times):
    """A key's setting in so many layers of base64."""
    text = f"api_key = '{SECRET}'\n".encode()
    for _ in range(times):
        text = b64encode(text + b" API_KEY ")
    return text


BOUNDS = {
    "places of base64": (base64, "MOST_BASE64", 3, BASE64, "only the first 3 were decoded"),
    "places with escapes": (base64, "MOST", 3, ESCAPES, "only the first 3 were decoded"),
    "decoded text": (base64, "TOTAL", 20, BASE64, "the rest was not decoded"),
    "lines with escapes": (escapes, "LARGEST", 60, ESCAPES, "the rest was not decoded"),
    "layers": (confirm, "TIMEOUT", 5.0, nested(4), "the innermost layers were not decoded"),
    "findings": (findings, "MAX_FINDINGS", 2, SETTINGS, "findings; only the 2"),
}  # fmt: skip
COMMANDS = {"scan": ("scan", "."), "staged": ("staged",), "history": ("history",), "ci": ("ci",)}


@pytest.fixture
def places(repo):
    """A repository with a text staged, committed and in the work tree, by the command that reads it."""

    def made(command, text):
        repo.stage("start.txt", "start\n")
        repo.git("commit", "-qm", "start")
        repo.git("checkout", "-q", "-b", "feature")
        repo.stage("a.txt", text)
        if command != "staged":
            repo.git("commit", "-qm", "a")
        return repo.path

    return made


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("bound", BOUNDS)
def test_a_bound_that_was_hit_is_named_and_incomplete(run, places, monkeypatch, command, bound):
    """In each command the report says which bound was hit on which file, `complete` is false, the exit code not 0."""
    module, name, value, text, words = BOUNDS[bound]
    where = places(command, text)
    monkeypatch.setattr(module, name, value)
    monkeypatch.setenv("KEYSCAN_BASE", "main")
    result = run(*COMMANDS[command], "-f", "json", cwd=where)
    report = json.loads(result.out)
    assert not report["complete"], result.err
    assert any(words in skip["reason"] and skip["path"] == "a.txt" for skip in report["skipped"]), report["skipped"]
    assert result.code == (1 if report["findings"] else 3)


@pytest.mark.parametrize("command", COMMANDS)
def test_a_pointer_of_git_lfs_is_named(run, places, monkeypatch, command):
    """What stands for a file that is stored elsewhere is named as not read; nobody asked for it by name."""
    where = places(command, LFS)
    monkeypatch.setenv("KEYSCAN_BASE", "main")
    result = run(*COMMANDS[command], "-f", "json", cwd=where)
    report = json.loads(result.out)
    assert [skip["path"] for skip in report["skipped"] if "Git LFS" in skip["reason"]] == ["a.txt"]
    assert (result.code, report["complete"]) == (0, True)


def test_a_named_pointer_of_git_lfs_is_incomplete(run, tmp_path):
    """A file that the user named is read, or the exit code is 3."""
    (tmp_path / "a.bin").write_bytes(LFS)
    assert run("scan", "a.bin", cwd=tmp_path).code == 3


def test_layers_up_to_the_bound_are_decoded():
    """The bound on layers is told only where something is left behind it."""
    rules = load_rules()
    matcher = Matcher(rules, KeywordPrefilter(rules))
    assert matcher.scan(b'x = "/a%2Fb", "abc\\u007Fdef"\n' * 3).limits == ()
    for times in (1, 2, 3):
        result = matcher.scan(nested(times))
        assert SECRET.encode() in [match.secret for match in result.matches], times
        assert result.limits == ()
