"""The texts of a database, read from a copy."""

from __future__ import annotations

import sqlite3

from keyscan.machine import sqlite_text
from keyscan.model.blob import Blob, Skip


def test_texts_of_all_tables(tmp_path, anthropic_key):
    """Whatever the tables are called; the database is not changed."""
    file = tmp_path / "a.db"
    with sqlite3.connect(file) as database:
        database.execute('CREATE TABLE "od""d name" (id INTEGER, text TEXT)')
        database.execute('INSERT INTO "od""d name" VALUES (1, ?)', (f"key {anthropic_key}",))
    database.close()
    before = file.read_bytes()
    found = list(sqlite_text.read(str(file), "~/a.db"))
    assert any(anthropic_key.encode() in one.data for one in found if isinstance(one, Blob))
    assert all(one.origin.path.startswith("~/a.db") for one in found if isinstance(one, Blob))
    assert file.read_bytes() == before


def test_what_is_no_database_is_said(tmp_path):
    """A Skip, never an error."""
    file = tmp_path / "a.db"
    file.write_bytes(b"SQLite format 3\0" + b"junk" * 200)
    found = list(sqlite_text.read(str(file), "a.db"))
    assert [one for one in found if isinstance(one, Skip)]
