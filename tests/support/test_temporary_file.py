"""A file without a name, with and without a directory to put it in."""

from __future__ import annotations

import os
import sys
import tempfile

import pytest

from keyscan.support.temporary_file import temporary_file


@pytest.mark.parametrize("directory", [True, False])
def test_it_holds_what_is_written(monkeypatch, directory):
    """On disk, and in memory where no directory for temporary files can be written to."""
    if not directory:
        if sys.platform != "linux":
            pytest.skip("in memory on Linux only")
        monkeypatch.setattr(tempfile, "tempdir", None)
        monkeypatch.setattr(tempfile, "_candidate_tempdir_list", lambda: ["/nonexistent"])
    with temporary_file() as file:
        file.write(b"text")
        file.seek(0)
        assert os.pread(file.fileno(), 10, 0) in {b"text", b""}
        assert file.read() == b"text"


@pytest.mark.skipif(sys.platform != "linux", reason="in memory on Linux only")
def test_commands_do_without_a_directory_for_temporary_files(repo, anthropic_key, monkeypatch, run):
    """In a container whose root cannot be written to, a history is audited all the same."""
    repo.stage("a.py", f'k = "{anthropic_key}"\n')
    repo.commit()
    monkeypatch.setattr(tempfile, "tempdir", None)
    monkeypatch.setattr(tempfile, "_candidate_tempdir_list", lambda: ["/nonexistent"])
    for argv in (["history"], ["env"], ["checklist"]):
        assert run(*argv, cwd=repo.path).code == 1 - (argv == ["env"])
