"""keyscan rules: the built-in ones are proved, and what is wrong with others is named."""

from __future__ import annotations

import re

import pytest

from keyscan.ruleset import loader

RULE = """provider = "Own"

[[rules]]
id = "own-key"
name = "Own key"
value = "own-[a-z0-9]{20}"
keywords = ["own-"]
severity = "critical"
precision = "very-high"
max_length = 24
template = "own-{lowernum:20}"

[[verify]]
kind = "own-key"
rules = ["own-key"]
default = "run"
request = { method = "GET", url = "https://api.own.example/v1/me", headers = { Authorization = "Bearer {secret}" } }
answers = [
    { status = [200], when = [{ at = "/id", exists = true }], is = "live" },
    { status = [401], is = "dead", reason = "invalid" },
]
source = "vendor: https://docs.own.example"
"""

UNREACHED = """    { status = [200], is = "live" },
    { status = [200], is = "dead", reason = "gone" },
    { status = [401]"""


def test_a_good_file_is_proved(run, tmp_path):
    """A rule with its table has no problem."""
    (tmp_path / "own.toml").write_text(RULE)
    result = run("rules", "check", "own.toml", cwd=tmp_path)
    assert result.code == 0, result.out


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("https://api.own", "http://api.own", "must begin with https://"),
        ('rules = ["own-key"]', 'rules = ["owm-key"]', "there is no rule owm-key"),
        ('rules = ["own-key"]', 'rules = ["own-key", "stripe-secret-key"]', "rule stripe-secret-key has one in"),
        (
            "    { status = [401]",
            UNREACHED,
            "answer 3 is never reached",
        ),
    ],
)
def test_a_wrong_table_is_named(run, tmp_path, old, new, message):
    """A table that sends keys in the open, names no rule, takes another file's, or cannot be reached is named once."""
    (tmp_path / "own.toml").write_text(RULE.replace(old, new, 1))
    result = run("rules", "check", "own.toml", cwd=tmp_path)
    assert result.code == 2
    assert result.out.count(message) == 1
    assert "own.toml" in result.out


@pytest.mark.parametrize("name", ["generic.toml", "jwt.toml"])
def test_a_builtin_file_is_checked_once(run, name):
    """A built-in file given by its path does not collide with itself."""
    result = run("rules", "check", str(loader.builtin_dir() / name))
    assert result.code == 0, result.out
    assert "0 problems" in result.out


def test_every_command_gives_the_same_number_of_rules(run, repo):
    """Files, the index, a history and the list of rules: one figure, by the whole engine and by the stored one."""
    repo.write("a.txt", "nothing\n")
    repo.git("add", "-A")
    texts = [run("staged", cwd=repo.path).out for _ in range(2)]
    repo.git("commit", "-qm", "one")
    texts += [run("scan", cwd=repo.path).out, run("history", cwd=repo.path).out, run("rules", "list").err]
    counts = {re.search(r"(\d+) rules", text)[1] for text in texts}
    assert len(counts) == 1
