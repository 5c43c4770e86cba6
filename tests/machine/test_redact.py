"""Redaction in place: the key is gone, all else is as it was, and what is in use or cannot be redacted is left."""

from __future__ import annotations

import json
import os
import sqlite3
from contextlib import closing

import pytest
from helpers.home import full_home, write
from helpers.tokens import token

from keyscan.machine import zsh
from keyscan.machine.backups import Backups, purge
from keyscan.machine.redact import redact
from keyscan.model.blob import Skip
from keyscan.sources.home import Roots, files_of_home

KEY = token("sk-ant-api03-{b64url:93}AA")


def redacted(home, backups, *names):
    """The outcomes for the files of a home directory with these names, by name."""
    files = [item for item in files_of_home(Roots(home, "linux", {})) if not isinstance(item, Skip)]
    chosen = [file for file in files if not names or file.name in names]
    return {outcome.name: outcome for outcome in redact(chosen, backups)}


def test_every_place(tmp_path):
    """Transcripts and histories lose the key; configuration, stores and opaque formats are named and left."""
    home = tmp_path / "home"
    _, made = full_home(home, lambda _: KEY)
    before = {path: path.read_bytes() for path in made.values()}
    outcomes = redacted(home, Backups(tmp_path / "backups"))
    for place, path in made.items():
        outcome = outcomes["~" + str(path)[len(str(home)) :]]
        data = path.read_bytes()
        if place.kind in {"transcript", "history"} and place.format not in {"git", "binary"}:
            assert (outcome.refusal, outcome.replaced > 0) == ("", True), place
            assert KEY.encode() not in data, place
        else:
            assert outcome.refusal, place
            assert data == before[path], place


@pytest.mark.parametrize(
    ("name", "data"),
    [
        (".bash_history", b"ls\n\xff\xfe odd bytes\r\nexport K=%b\nlast line without end"),
        (".claude/history.jsonl", b'{"a": "%b", "b": 1}\n{"untouched":"\\u00e9"}\n\nnot json %b\n'),
        (".claude/projects/p/s.jsonl", b'{"text":"line\\n%b\\n","n":[1,2.50,null]}\r\n'),
        (".zsh_history", zsh.encode(": 1:0;echo \u00e9\u0083".encode()) + b"\nexport K=%b\n"),
    ],
)
def test_only_the_key_changes(tmp_path, name, data):
    """All other bytes, the mode and the times stay."""
    file = tmp_path / "home" / name
    file.parent.mkdir(parents=True)
    file.write_bytes(data.replace(b"%b", KEY.encode()))
    file.chmod(0o640)
    os.utime(file, (1_700_000_000, 1_700_000_000))
    outcome = redacted(tmp_path / "home", Backups(tmp_path / "backups"))[f"~/{name}"]
    assert not outcome.refusal
    text = file.read_bytes()
    token_ = text[text.index(b"[keyscan:") :].split(b"]")[0] + b"]"
    assert text == data.replace(b"%b", token_)
    assert (file.stat().st_mode & 0o777, file.stat().st_mtime) == (0o640, 1_700_000_000)


def test_json_stays_json(tmp_path):
    """A document keeps its structure and indentation."""
    file = tmp_path / "home" / ".copilot" / "command-history-state.json"
    file.parent.mkdir(parents=True)
    document = {"commandHistory": [f"export K={KEY}", "ls \u00e9"], "n": 1}
    file.write_text(json.dumps(document, indent=2, ensure_ascii=False), encoding="utf-8")
    redacted(tmp_path / "home", Backups(tmp_path / "backups"))
    text = file.read_text("utf-8")
    assert json.loads(text)["commandHistory"][1] == "ls \u00e9"
    assert KEY not in text
    assert text.startswith('{\n  "commandHistory"')


def test_a_database_keeps_nothing(tmp_path):
    """Rows, free pages and the log are clean; other rows and the schema stay."""
    file = tmp_path / "home" / ".codex" / "thread_history_1.sqlite"
    write(file, "sqlite", KEY)
    with closing(sqlite3.connect(file)) as database, database:
        database.execute("PRAGMA journal_mode = WAL")
        database.execute("INSERT INTO messages (body) VALUES (?)", (f"deleted {KEY} " + "x" * 5000,))
        database.execute("INSERT INTO messages (body) VALUES ('other')")
        database.execute("DELETE FROM messages WHERE body LIKE 'deleted%'")
    outcome = redacted(tmp_path / "home", Backups(tmp_path / "backups"))["~/.codex/thread_history_1.sqlite"]
    assert not outcome.refusal
    for path in file.parent.iterdir():
        assert KEY.encode() not in path.read_bytes()
    with closing(sqlite3.connect(file)) as database:
        rows = [body for (body,) in database.execute("SELECT body FROM messages ORDER BY id")]
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    assert json.loads(rows[0])["messages"][0]["text"].startswith("export ANTHROPIC_API_KEY=[keyscan:anthropic-api-key:")
    assert rows[1] == "other"


def test_what_a_running_program_holds_is_left(tmp_path):
    """A locked database, and a file that another process has open."""
    database_file = tmp_path / "home" / ".codex" / "state_5.sqlite"
    write(database_file, "sqlite", KEY)
    before = database_file.read_bytes()
    with closing(sqlite3.connect(database_file, isolation_level=None)) as holder:
        holder.execute("BEGIN IMMEDIATE")
        outcome = redacted(tmp_path / "home", Backups(tmp_path / "backups"))["~/.codex/state_5.sqlite"]
        holder.execute("ROLLBACK")
    assert "running program" in outcome.refusal
    assert database_file.read_bytes() == before


def test_a_full_text_index_is_left(tmp_path):
    """Its own tables hold the text too, so the file is named."""
    file = tmp_path / "home" / ".cline" / "data" / "db" / "session-search.db"
    file.parent.mkdir(parents=True)
    with closing(sqlite3.connect(file)) as database, database:
        database.execute("CREATE VIRTUAL TABLE t USING fts5(body)")
        database.execute("INSERT INTO t VALUES (?)", (KEY,))
    before = file.read_bytes()
    outcome = redacted(tmp_path / "home", Backups(tmp_path / "backups"))["~/.cline/data/db/session-search.db"]
    assert "full-text index" in outcome.refusal
    assert file.read_bytes() == before


def test_backups_are_private_and_purged_by_proof(tmp_path):
    """Mode 0600 in a 0700 directory; purging removes what we wrote, and nothing that was put there or changed since."""
    home, root = tmp_path / "home", tmp_path / "backups"
    write(home / ".bash_history", "text", KEY)
    original = (home / ".bash_history").read_bytes()
    backups = Backups(root)
    redacted(home, backups)
    copies = [file for file in backups.folder.iterdir() if file.name != "manifest.json"]
    assert [file.read_bytes() for file in copies] == [original]
    assert [oct(path.stat().st_mode & 0o777) for path in (root, copies[0])] == ["0o700", "0o600"]
    (root / "mine").mkdir()
    (root / "mine" / "file").write_text("x")
    assert purge(root) == (1, ["mine: has no manifest of ours"])
    assert (root / "mine" / "file").exists()
    assert not backups.folder.exists() if backups.folder else True


def test_a_changed_backup_is_left(tmp_path):
    """It is no longer what we wrote."""
    write(tmp_path / "home" / ".bash_history", "text", KEY)
    backups = Backups(tmp_path / "backups")
    redacted(tmp_path / "home", backups)
    (backups.folder / "00000").write_text("changed")
    removed, left = purge(tmp_path / "backups")
    assert (removed, len(left)) == (0, 1)
    assert (backups.folder / "00000").exists()
