"""`keyscan rotate`: plans in three formats, and keys by age."""

from __future__ import annotations

import json

import pytest
from helpers.tokens import token

KEY = token("sk-ant-api03-{b64url:93}AA")
OTHER = token("sk-ant-api03-{b64url:93}AA", "other")


@pytest.fixture
def aged(repo):
    """A repository with a key of 2020 that is gone, and one of today's clock that is there."""
    repo.stage("old.py", f'K = "{KEY}"\n')
    repo.commit(env={"GIT_AUTHOR_DATE": "2020-01-01T00:00:00+0000"})
    repo.stage("old.py", "K = 1\n")
    repo.stage("new.py", f'K = "{OTHER}"\n')
    repo.commit(env={"GIT_AUTHOR_DATE": "2026-01-01T00:00:00+0000"})
    return repo


def test_plan_has_the_steps_in_order(tmp_path, run):
    """New key, both valid, stored, deployed, checked, revoked, confirmed, usage, and the code last."""
    result = run("rotate", "anthropic-api-key", cwd=tmp_path)
    assert result.code == 0
    titles = (
        "Create the new key",
        "Keep both keys valid",
        "secret manager",
        "Deploy",
        "is used",
        "Revoke",
        "dead",
        "used for",
        "history",
    )
    places = [
        next(at for at, line in enumerate(result.out.splitlines()) if line[:1].isdigit() and title in line)
        for title in titles
    ]
    assert places == sorted(places)
    assert "ANTHROPIC_API_KEY_PRIMARY" in result.out
    assert '"x-api-key": key' in result.out
    assert "console.anthropic.com" in result.out


def test_plan_of_a_fingerprint_knows_since_when_and_where(aged, run):
    """The history says when the key was first committed; the plaintext is not shown."""
    mark = next(
        one["fingerprint"]
        for one in json.loads(run("history", "-f", "json", cwd=aged.path).out)["findings"]
        if one["path"] == "old.py"
    )
    result = run("rotate", mark, cwd=aged.path)
    assert result.code == 0
    assert "First committed 2020-01-01" in result.out
    assert "It is in old.py." in result.out
    assert f"keyscan clean-history --secrets {mark}" in result.out
    assert KEY not in result.out


def test_formats_hold_the_same_steps(tmp_path, run):
    """Markdown is a list to tick off, JSON has the steps and the programs."""
    markdown = run("rotate", "openai-project-api-key", "-f", "markdown", cwd=tmp_path).out
    document = json.loads(run("rotate", "openai-project-api-key", "-f", "json", cwd=tmp_path).out)
    assert markdown.count("- [ ] ") == len(document["steps"]) == 9
    assert document["variable"] == "OPENAI_API_KEY"
    assert [name for name, _ in document["steps"][1]["programs"]] == ["Python", "Node.js", "Go"]


def test_public_key_has_nothing_to_rotate(tmp_path, run):
    """A key that is public by design is restricted instead."""
    public = next(
        line.split()[0]
        for line in run("rules", "list", cwd=tmp_path).out.splitlines()
        if "publishable" in line.split()[0]
    )
    result = run("rotate", public, cwd=tmp_path)
    assert result.code == 0
    assert "public by design" in result.out
    assert "_BACKUP" not in result.out


def test_check_lists_keys_by_age(aged, run):
    """Oldest first, with what is overdue; exit 1."""
    result = run("rotate", "--check", cwd=aged.path)
    assert result.code == 1
    lines = result.out.splitlines()
    assert "old.py" in lines[0]
    assert "overdue, in the history only" in lines[0]
    assert "new.py" in lines[1]
    assert "in HEAD" in lines[1]
    assert lines[-1].startswith("2 keys")
    assert KEY not in result.out
    ages = json.loads(run("rotate", "--check", "-f", "json", cwd=aged.path).out)["keys"]
    assert [one["paths"][0] for one in ages] == ["old.py", "new.py"]
    assert ages[0]["days"] > ages[1]["days"]
    assert "| days |" in run("rotate", "--check", "-f", "markdown", cwd=aged.path).out


def test_check_of_young_keys_is_clean(aged, run):
    """Nothing is overdue within the period."""
    assert run("rotate", "--check", "--rotation-days", "100000", cwd=aged.path).code == 0


def test_check_keeps_the_keys_of_the_baseline_and_leaves_out_ignored_ones(aged, run):
    """An accepted key still ages."""
    run("baseline", "create", "--history", cwd=aged.path)
    result = run("rotate", "--check", cwd=aged.path)
    assert "in the baseline" in result.out


def test_hostile_path_cannot_act_in_any_format(repo, run):
    """Names of files are made harmless for terminals, Markdown and logs."""
    repo.stage("a\x1b[31m|`::error::.py", f'K = "{KEY}"\n')
    repo.commit()
    for form in ("console", "markdown", "json"):
        out = run("rotate", "--check", "-f", form, cwd=repo.path).out
        assert "\x1b" not in out
        assert "::error::" not in out


@pytest.mark.parametrize(
    ("args", "words"),
    [
        ((), "give a rule's id"),
        (("anthropic-api-kye",), "did you mean anthropic-api-key"),
        (("anthropic-api-key:xyz",), "neither a rule nor a fingerprint"),
        (("anthropic-api-key", "--check"), "give it no rule"),
    ],
)
def test_bad_arguments_are_one_clear_line(tmp_path, run, args, words):
    """What cannot be done is said with the remedy."""
    result = run("rotate", *args, cwd=tmp_path)
    assert result.code == 2
    assert words in result.err
