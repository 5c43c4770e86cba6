"""The state: what is stored comes back, an interrupted run goes on, and nothing of a secret is in it."""

from __future__ import annotations

import sqlite3
from dataclasses import replace

import pytest
from helpers.fleet import store_of
from helpers.reports import finding

from keyscan.errors import UsageError
from keyscan.fleet.model import OwnedFinding, Repository, RepositoryResult, Status
from keyscan.fleet.serialize import finding_from, finding_to
from keyscan.fleet.store import Store
from keyscan.fleet.summary import summarize
from keyscan.model.blob import Origin, Skip
from keyscan.model.finding import Provenance

A, B = Repository("a", "https://h/a"), Repository("b", "https://h/b\udcff", branch="dev")


def audited(repository, *found, status=Status.AUDITED, **fields):
    """The result of an audit that found these."""
    owned = tuple(OwnedFinding(one, ("@team",)) for one in found)
    return RepositoryResult(repository, status, digest="d1", findings=owned, **fields)


def test_findings_survive_the_round_trip():
    """Every field, names that are not UTF-8 included."""
    one = finding(origin=Origin("a\udcff.py"))
    one = replace(one, provenance=Provenance(paths=("x", "y\udc80"), in_branches=("main",), exposed_days=3))
    assert finding_from(finding_to(one)) == one


def test_a_plaintext_secret_is_refused():
    """The state never holds one."""
    with pytest.raises(ValueError, match="plaintext"):
        finding_to(replace(finding(), secret="x"))


def test_an_interrupted_run_goes_on(tmp_path):
    """What it has done is not asked for again, under the same options."""
    store = store_of(tmp_path)
    assert store.begin([A, B], [], "o") == [A, B]
    store.record(audited(A))
    store.close()
    again = store_of(tmp_path)
    assert again.begin([A, B], [], "o") == [B]
    assert again.begin([A, B], [], "other") == [A, B]


def test_a_finished_run_is_followed_by_a_new_one_that_knows_the_digests(tmp_path):
    """All are asked for again, with what the last audit covered."""
    store = store_of(tmp_path)
    store.begin([A, B], [])
    store.record(audited(A, finding()))
    store.record(audited(B, status=Status.INCOMPLETE))
    store.finish()
    assert store.begin([A, B], []) == [A, B]
    assert (store.known_digest(A), store.known_digest(B)) == ("d1", "")


def test_unchanged_and_failed_keep_the_last_findings(tmp_path):
    """Only a new audit replaces them."""
    store = store_of(tmp_path)
    store.begin([A], [])
    store.record(audited(A, finding()))
    store.finish()
    store.begin([A], [])
    store.record(RepositoryResult(A, Status.UNCHANGED, digest="d1"))
    assert len(list(store.findings())) == 1
    store.record(RepositoryResult(A, Status.FAILED, "gone"))
    assert len(list(store.findings())) == 1
    store.record(audited(A))
    assert not list(store.findings())


def test_new_findings_are_told(tmp_path):
    """New is what a run found that no earlier run had; in the first run nothing is."""
    store = store_of(tmp_path)
    store.begin([A], [])
    store.record(audited(A, finding()))
    assert [secret.new for secret in summarize(store).secrets] == [False]
    store.finish()
    store.begin([A, B], [])
    other = replace(finding(), fingerprint=finding().rule_id + ":" + "f" * 20)
    store.record(audited(A, finding(), other))
    store.record(audited(B, finding()))
    by_mark = {secret.first.fingerprint: secret for secret in summarize(store).secrets}
    assert by_mark[other.fingerprint].new
    assert not by_mark[finding().fingerprint].new
    assert [place.repository for place in by_mark[finding().fingerprint].places] == ["a", "b"]


def test_a_repository_that_is_no_longer_asked_for_is_forgotten(tmp_path):
    """With its findings; one that a filter leaves out is counted apart."""
    store = store_of(tmp_path)
    store.begin([A, B], [])
    store.record(audited(A, finding(), skipped=(Skip("x", "why", incomplete=True),)))
    store.finish()
    store.begin([B], [(A, "archived")])
    found = summarize(store)
    assert (found.coverage.asked, found.coverage.filtered) == (1, 1)
    store.begin([B], [])
    assert not list(store.findings())


def test_a_file_that_is_no_state(tmp_path):
    """One clear error, and the file is left alone."""
    (tmp_path / "state").mkdir()
    file = tmp_path / "state" / "fleet.sqlite"
    file.write_bytes(b"no database" * 100)
    with pytest.raises(UsageError, match=r"fleet\.sqlite"):
        store_of(tmp_path)
    assert file.read_bytes() == b"no database" * 100


def test_another_format(tmp_path, monkeypatch):
    """A state of another version is not touched."""
    store_of(tmp_path).close()
    database = sqlite3.connect(tmp_path / "state" / "fleet.sqlite")
    with database:
        database.execute("UPDATE meta SET value = '99' WHERE key = 'format'")
    database.close()
    opened = []
    connect = sqlite3.connect
    monkeypatch.setattr(sqlite3, "connect", lambda *args, **named: opened.append(connect(*args, **named)) or opened[-1])
    with pytest.raises(UsageError, match="another version"):
        store_of(tmp_path)
    # Closed at once: Windows removes no open file, and Python 3.13 warns of it.
    with pytest.raises(sqlite3.ProgrammingError, match="closed"):
        opened[0].execute("SELECT 1")


def test_one_run_at_a_time(tmp_path):
    """A second one is refused while the first has the state; what a killed one held is free."""
    store = store_of(tmp_path)
    with pytest.raises(UsageError, match="another keyscan fleet is using this state"):
        Store(tmp_path / "state")
    store.close()
    store_of(tmp_path).close()
