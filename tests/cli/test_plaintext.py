"""The contents of the places that findings name."""

from __future__ import annotations

from helpers import reports

from keyscan.cli.plaintext import blobs_at, blobs_of
from keyscan.model.blob import Blob, Origin
from keyscan.model.finding import Related


def contents(blobs) -> dict[str, bytes]:
    """By path."""
    return {blob.origin.path: blob.data for blob in blobs}


def test_files_here_and_below_the_root(repo, tmp_path, monkeypatch):
    """Each once; what is gone is left out."""
    repo.write("sub/a.py", "text")
    monkeypatch.chdir(tmp_path)
    origins = [Origin("sub/a.py"), Origin("sub/a.py"), Origin("gone.py")]
    assert contents(blobs_at(origins, str(repo.path))) == {"sub/a.py": b"text"}


def test_objects_of_a_history(repo):
    """Blobs by their ids, messages by their commit, files as a commit had them."""
    repo.stage("a.py", "old\n")
    first = repo.commit("the message")
    blob = repo.git("rev-parse", "HEAD:a.py").decode().strip()
    repo.stage("a.py", "new\n")
    repo.commit()
    origins = [
        Origin("x", blob=blob),
        Origin("message", kind="commit-message", commit=first),
        Origin("a.py", commit=first),
        Origin("lost", blob="1" * 40),
        Origin("odd", blob="--batch"),
    ]
    found = contents(blobs_at(origins, str(repo.path)))
    assert found.pop("message").endswith(b"the message\n")
    assert found == {"x": b"old\n", "a.py": b"old\n"}


def test_related_places_and_standard_input(repo):
    """What belongs to a finding is read too; standard input is handed in."""
    repo.write("a.py", "a")
    repo.write("b.py", "b")
    finding = reports.finding(
        1, origin=Origin("a.py"), related=(Related("also", "b.py"), Related("old", "c", commit="1"))
    )
    given = Blob(b"in", Origin("stdin", kind="stdin"))
    assert contents(blobs_of([finding], str(repo.path), given)) == {"stdin": b"in", "a.py": b"a", "b.py": b"b"}


def test_outside_a_repository_objects_are_left_out(tmp_path):
    """No error: what cannot be read any more is not asked about."""
    assert list(blobs_at([Origin("x", blob="1" * 40)], str(tmp_path))) == []
