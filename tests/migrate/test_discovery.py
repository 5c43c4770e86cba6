"""Which files are read: those in the usual places, those that others name, none outside of the repository."""

from __future__ import annotations

import os
import re

import pytest
from helpers.paths import ROOT

from keyscan.errors import UsageError
from keyscan.migrate import discovery
from keyscan.migrate.counterparts import Counterparts
from keyscan.migrate.result import AllowedFor, ExcludedPath, FurtherFile, Unsupported

NONE = Counterparts(())


def test_the_usual_places(tmp_path):
    """Each kind of file has its reader."""
    (tmp_path / ".secretlintignore").write_text("dist/\n")
    (tmp_path / ".trufflehogignore").write_text("^x\n")
    result = discovery.read_all(str(tmp_path), NONE)
    assert [item.pattern for item in result.of(ExcludedPath)] == ["dist/"]
    assert len(result.of(AllowedFor)) == 1
    assert set(discovery._USUAL) < set(discovery.READERS)


def test_files_that_name_each_other(tmp_path):
    """A circle is read once round, and a file that is not there is said where it is named."""
    (tmp_path / ".gitleaks.toml").write_text("[extend]\npath = 'b.toml'\n[allowlist]\npaths = ['one']\n")
    (tmp_path / "b.toml").write_text("[extend]\npath = '.gitleaks.toml'\n[allowlist]\npaths = ['two']\n")
    assert len(discovery.read_all(str(tmp_path), NONE).of(AllowedFor)) == 2
    (tmp_path / "b.toml").write_text("[extend]\npath = 'c.toml'\n")
    (lost,) = discovery.read_all(str(tmp_path), NONE).of(Unsupported)
    assert (lost.place, lost.why) == ("b.toml:2", "it names c.toml, which is not there")


def test_nothing_outside_of_the_repository_is_read(tmp_path):
    """Neither by a path, nor by a link, nor from a pipe."""
    (tmp_path / "outside").write_text("secret/\n")
    root = tmp_path / "root"
    root.mkdir()
    (root / ".secretlintignore").symlink_to(tmp_path / "outside")
    (root / ".gitleaks.toml").write_text("[extend]\npath = '../outside'\n")
    os.mkfifo(root / ".talismanrc")
    result = discovery.read_all(str(root), NONE)
    assert not result.of(ExcludedPath)
    assert [item.why for item in result.of(Unsupported)] == [
        "../outside is not in this repository",
        ".secretlintignore is not in this repository",
    ] or len(result.of(Unsupported)) == 2


def test_what_the_user_names(tmp_path, monkeypatch):
    """A named file may be anywhere, but it must be there and of a size that a configuration has."""
    file = tmp_path / "x.txt"
    file.write_text("^a\n")
    root = tmp_path / "root"
    root.mkdir()
    named = [FurtherFile("trufflehog excludes", str(file), "--trufflehog-excludes")]
    assert discovery.read_all(str(root), NONE, named)
    monkeypatch.setattr(discovery, "LARGEST", 1)
    with pytest.raises(UsageError, match="larger than"):
        discovery.read_all(str(root), NONE, named)
    file.unlink()
    with pytest.raises(UsageError, match="no such file"):
        discovery.read_all(str(root), NONE, named)


def test_every_reader_has_a_line():
    """A function of a tool's module that reads its file is used by READERS or by another reader."""
    folder = ROOT / "keyscan/migrate"
    texts = {file.stem: file.read_text("utf-8") for file in folder.glob("*.py")}
    readers = re.compile(r"^def (read\w*)\(file: str, data: bytes", re.MULTILINE)
    for module, text in texts.items():
        for name in readers.findall(text):
            assert any(f"{module}.{name}" in other for other in texts.values()), f"{module}.{name}: add it to READERS"
    # A kind without a usual place is read where the user or another file names it.
    assert set(discovery._USUAL) <= set(discovery.READERS)
