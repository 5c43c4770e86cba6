"""keyscan revoke against a provider in this process."""

from __future__ import annotations

import json

import pytest
from helpers.provider import provider
from helpers.tokens import token

from keyscan.support import http

HOST = "slack.com"
KEY = token("xoxb-{digits:12}-{digits:13}-{alnum:24}")
PRIVATE = ("--allow-private", HOST)


@pytest.fixture
def world(monkeypatch, cache_dir):
    """A provider that slack.com leads to; the token lives until it is revoked."""
    (cache_dir / "verify.json").unlink(missing_ok=True)
    state = {"live": True, "answers": True}

    def answer(asked):
        if asked.path == "/api/auth.revoke" and state["answers"]:
            state["live"] = state.get("stubborn", False)
            return 200, {}, b'{"ok": true, "revoked": true}'
        body = {"ok": True, "team": "acme"} if state["live"] else {"ok": False, "error": "token_revoked"}
        return 200, {}, json.dumps(body).encode()

    with provider(answer, HOST) as made:
        made.state = state
        monkeypatch.setattr(http, "resolve", lambda *_: [("127.0.0.1", made.port)])
        monkeypatch.setattr(http, "trust", lambda: made.context)
        monkeypatch.setattr(http, "environment_proxy", lambda _host: "")
        yield made


@pytest.fixture
def project(tmp_path, run):
    """A directory with a token, and its fingerprint."""
    root = tmp_path / "project"
    root.mkdir()
    (root / "bot.py").write_text(f'TOKEN = "{KEY}"\n')
    found = json.loads(run("scan", ".", "-f", "json", cwd=root).out)["findings"]
    return root, found[0]["fingerprint"]


def test_a_key_is_revoked_and_asked_about_again(run, world, project):
    """The request goes out once, the key is dead after it, and a record is written without the key."""
    root, mark = project
    result = run("revoke", mark, "--yes-revoke", "--record", "record.jsonl", *PRIVATE, cwd=root)
    assert result.code == 0, result.out + result.err
    assert "revoked: the provider confirmed it" in result.out
    assert "verified: dead (revoked)" in result.out
    assert "cannot be undone" in result.out
    assert [asked.path for asked in world.asked] == ["/api/auth.revoke", "/api/auth.test"]
    lines = [json.loads(line) for line in (root / "record.jsonl").read_text().splitlines()]
    assert lines[0]["path"] == "/api/auth.revoke"
    assert (lines[-1]["result"], lines[-1]["state"]) == ("revoked", "dead")
    assert KEY not in result.out + result.err + (root / "record.jsonl").read_text()


def test_a_report_says_where_the_key_is(run, world, project):
    """--from takes a JSON report."""
    root, mark = project
    (root / "report.json").write_text(run("scan", ".", "-f", "json", cwd=root).out)
    assert run("revoke", mark, "--from", "report.json", "--yes-revoke", *PRIVATE, cwd=root).code == 0
    assert not world.state["live"]


def test_a_dry_run_sends_nothing(run, world, project):
    """A dry run shows the request with the key masked."""
    root, mark = project
    result = run("revoke", mark, "--dry-run", cwd=root)
    assert result.code == 0
    assert "POST https://slack.com/api/auth.revoke" in result.out
    assert "Bearer {secret}" in result.out
    assert KEY not in result.out
    assert not world.asked


def test_it_asks_first(run, world, project, monkeypatch):
    """On a terminal the last four characters have to be typed; elsewhere --yes-revoke has to be said."""
    root, mark = project
    result = run("revoke", mark, *PRIVATE, cwd=root)
    assert result.code == 2
    assert "--yes-revoke" in result.err
    monkeypatch.setattr("keyscan.cli.sending.interactive", lambda: True)
    typed = iter(["xxxx", mark[-4:]])
    monkeypatch.setattr("click.termui.visible_prompt_func", lambda _text="": next(typed))
    assert run("revoke", mark, *PRIVATE, cwd=root).code == 2
    assert not world.asked
    assert run("revoke", mark, *PRIVATE, cwd=root).code == 0
    assert not world.state["live"]


def test_a_key_that_still_lives_is_told(run, world, project):
    """An issuer that says yes while the key goes on working is not a success."""
    root, mark = project
    world.state["stubborn"] = True
    result = run("revoke", mark, "--yes-revoke", *PRIVATE, cwd=root)
    assert result.code == 3
    assert "still works" in result.out


def test_a_refusal_gives_instructions(run, world, project):
    """What the issuer does not do is not done: the address and the steps follow."""
    root, mark = project
    world.state["answers"] = False
    result = run("revoke", mark, "--yes-revoke", *PRIVATE, cwd=root)
    assert result.code == 3
    assert "refused" in result.out
    assert "revoke it: " in result.out


@pytest.mark.usefixtures("world")
def test_kinds_that_keyscan_cannot_revoke_get_instructions(run, project):
    """A kind without a sure request gets its address and steps, and nothing is sent."""
    root, _ = project
    (root / "s.py").write_text(f'KEY = "{token("sk_live_{alnum:24}")}"\n')
    found = json.loads(run("scan", "s.py", "-f", "json", cwd=root).out)["findings"]
    result = run("revoke", found[0]["fingerprint"], "--yes-revoke", cwd=root)
    assert result.code == 3
    assert "not revoked by keyscan" in result.out
    assert "https://" in result.out


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("slack-bot-token:00000000000000000000",), "no finding with this fingerprint"),
        (("x", "--from", "nowhere"), "no such file"),
        (("x", "--endpoint", "gitlap=https://a.example"), "did you mean gitlab?"),
    ],
)
def test_wrong_options_are_one_clear_line(run, world, project, words, message):
    """What is wrong is named, and nothing is sent."""
    root, _ = project
    result = run("revoke", *words, "--yes-revoke", cwd=root)
    assert result.code == 2
    assert message in result.err
    assert not world.asked
