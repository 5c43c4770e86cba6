"""Blobs and files scanned with a matcher."""

from __future__ import annotations

import io
import os
import zipfile

import pytest

from keyscan.engine import build
from keyscan.errors import WorkerError
from keyscan.model.blob import Blob, Origin, Skip
from keyscan.ruleset.cache import load_rules
from keyscan.scan import scanner
from keyscan.scan.result import ScanOptions
from keyscan.sources.files import targets
from keyscan.suppressions.policy import SuppressionPolicy


@pytest.fixture(scope="module")
def matcher():
    """All rules."""
    return build.matcher(load_rules())


def zipped(text: str) -> bytes:
    """An archive of one file."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("in/ner.py", text)
    return out.getvalue()


def test_a_blob_with_and_without_a_key(matcher, anthropic_key):
    """Counted, with its findings; a chunk's overlap counts neither as a file nor as bytes."""
    blob = Blob(f"x\n{anthropic_key}\n".encode(), Origin("a.py"))
    result = scanner.scan_blob(blob, matcher, ScanOptions())
    assert [(one.origin.path, one.location.line) for one in result.findings] == [("a.py", 2)]
    assert (result.files, result.bytes) == (1, len(blob.data))
    chunk = scanner.scan_blob(Blob(b"12345", Origin("a.py"), overlap=2), matcher, ScanOptions())
    assert (chunk.files, chunk.bytes, chunk.findings) == (0, 3, ())


def test_files_in_an_archive_have_both_names(matcher, anthropic_key):
    """The archive's and their own."""
    result = scanner.scan_blob(Blob(zipped(anthropic_key), Origin("a.zip")), matcher, ScanOptions())
    (found,) = result.findings
    assert (found.origin.path, found.origin.file) == ("a.zip!/in/ner.py", "a.zip")
    assert result.files == 1


@pytest.mark.parametrize("named", [True, False])
def test_a_broken_archive_that_was_asked_for_is_incomplete(matcher, named):
    """What the user named must be read."""
    data = zipped("x" * 200)[:-40]
    result = scanner.scan_blob(Blob(data, Origin("a.zip", named=named)), matcher, ScanOptions())
    assert result.skipped
    assert {skip.incomplete for skip in result.skipped} == {named}


@pytest.mark.parametrize("overlap", [0, 10])
def test_a_piece_of_a_large_archive_is_not_called_broken(matcher, monkeypatch, overlap):
    """Whichever piece it is, the reason is its size."""
    data = zipped("x" * 200)[:-40]
    monkeypatch.setattr(scanner, "CHUNK_SIZE", len(data) + overlap)
    result = scanner.scan_blob(Blob(data, Origin("a.zip", named=True), overlap=overlap), matcher, ScanOptions())
    assert {skip.reason for skip in result.skipped} == {scanner._PIECE}


def test_items_that_could_not_be_read_pass(matcher):
    """A Skip among the blobs is in the result."""
    skip = Skip("gone", "missing", incomplete=True)
    assert list(scanner.scan_blobs([skip, Blob(b"x", Origin("a"))], matcher, ScanOptions()).skipped) == [skip]


@pytest.mark.parametrize("jobs", [1, 2])
def test_files_over_processes(matcher, tmp_path, anthropic_key, jobs):
    """The same findings, however many processes read them."""
    for number in range(300):
        (tmp_path / f"{number}.py").write_text(anthropic_key if number == 299 else "x\n")
    found = list(targets([str(tmp_path)]))
    result = scanner.scan_files(found, matcher, ScanOptions(), jobs)
    assert (result.files, len(result.findings)) == (300, 1)


def test_excluded_files_are_counted():
    """What the configuration excludes is left out and said; where nothing is left, the scan is incomplete."""
    policy = SuppressionPolicy(exclude=("vendor/",))
    blobs = [Blob(b"", Origin("vendor/a")), Blob(b"", Origin("b"))]
    kept = scanner.without_excluded(blobs, policy)
    assert kept[0].origin.path == "b"
    assert kept[1] == Skip("exclude", "the configuration excludes 1 file")
    assert scanner.without_excluded(blobs, SuppressionPolicy()) == blobs


def test_a_lost_process_is_said_and_what_was_found_kept():
    """The parts before it, then a Skip."""

    def parts():
        yield 1
        raise WorkerError("a process was ended")

    first, skip = scanner.until_lost(parts())
    assert (first, skip) == (1, Skip("the rest", "a process was ended", incomplete=True))


def test_sizes_are_counted_up_to_a_bound(tmp_path):
    """What is gone counts nothing."""
    (tmp_path / "a").write_bytes(b"x" * 100)
    (tmp_path / "b").write_bytes(b"x" * 100)
    found = list(targets([str(tmp_path)]))
    assert scanner.size_of(found) == 200
    assert scanner.size_of(found, enough=50) == 100
    os.unlink(tmp_path / "b")
    assert scanner.size_of([*found, Skip("x", "y")]) == 100
