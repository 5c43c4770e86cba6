"""A file without a name, with and without a directory to put it in."""

from __future__ import annotations

import os
import sys
import tempfile
from contextlib import contextmanager

import pytest

from keyscan.support.temporary_file import temporary_file


@pytest.fixture
def without_directory(tmp_path):
    """In its context no directory for temporary files can be written to; pytest needs one behind each test."""

    @contextmanager
    def gone():
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(tempfile, "tempdir", None)
            patch.setattr(tempfile, "_candidate_tempdir_list", lambda: [str(tmp_path / "gone")])
            yield

    return gone


def holds_what_is_written():
    """What is written into a temporary file is read back, by its descriptor too."""
    with temporary_file() as file:
        file.write(b"text")
        file.seek(0)
        assert os.pread(file.fileno(), 10, 0) in {b"text", b""}
        assert file.read() == b"text"


def test_it_holds_what_is_written():
    """On disk, where there is a directory for temporary files."""
    holds_what_is_written()


@pytest.mark.skipif(sys.platform != "linux", reason="in memory on Linux only")
def test_it_holds_what_is_written_in_memory(without_directory):
    """In memory, where no directory for temporary files can be written to."""
    with without_directory():
        holds_what_is_written()


@pytest.mark.skipif(sys.platform != "linux", reason="in memory on Linux only")
def test_commands_do_without_a_directory_for_temporary_files(repo, anthropic_key, without_directory, run):
    """In a container whose root cannot be written to, a history is audited all the same."""
    repo.stage("a.py", f'k = "{anthropic_key}"\n')
    repo.commit()
    for argv in (["history"], ["env"], ["checklist"]):
        with without_directory():
            code = run(*argv, cwd=repo.path).code
        assert code == 1 - (argv == ["env"])
