"""Files at known places: every place is found, on every platform's paths, and nothing out of the home directory."""

from __future__ import annotations

import os
import socket

import pytest
from helpers.home import full_home

from keyscan.model.blob import Skip
from keyscan.sources.home import Roots, files_of_home, shown


@pytest.mark.parametrize("platform", ["linux", "darwin", "win32"])
def test_every_place_is_found(tmp_path, platform):
    """A file at each place of the platform is found once, under that place or one of the same kind."""
    roots, made = full_home(tmp_path / "home", "secret {}".format, platform)
    files = [item for item in files_of_home(roots) if not isinstance(item, Skip)]
    assert {file.file for file in files} == {os.path.realpath(path) for path in made.values()}
    assert len(files) == len(made)
    by_file = {file.file: file.place for file in files}
    for place, path in made.items():
        assert by_file[os.path.realpath(path)].kind == place.kind, place


def test_names_hide_the_user(tmp_path):
    """Reports show `~`, never the home directory's own path."""
    roots, _ = full_home(tmp_path / "home", "secret {}".format)
    for item in files_of_home(roots):
        name = item.path if isinstance(item, Skip) else item.name
        assert name.startswith("~/")
        assert str(tmp_path) not in name
    assert shown("/other/place", tmp_path) == "/other/place"


def test_links_pipes_and_sockets(tmp_path):
    """A link out of the home directory is named and not followed; one within is read; pipes and sockets are left."""
    home, outside = tmp_path / "home", tmp_path / "outside"
    home.mkdir()
    outside.write_text("secret")
    (home / "dotfiles").mkdir()
    (home / "dotfiles" / "netrc").write_text("machine x")
    (home / ".bash_history").symlink_to(outside)
    (home / ".netrc").symlink_to(home / "dotfiles" / "netrc")
    os.mkfifo(home / ".python_history")
    with socket.socket(socket.AF_UNIX) as server:
        os.chdir(home)
        server.bind(".node_repl_history")
    items = {
        item.path if isinstance(item, Skip) else item.name: item for item in files_of_home(Roots(home, "linux", {}))
    }
    assert items["~/.bash_history"].reason.startswith("a link out of the home directory")
    assert items["~/.netrc"].file == str(home / "dotfiles" / "netrc")
    assert items["~/.python_history"].reason.startswith("not a regular file")
    assert items["~/.node_repl_history"].reason.startswith("not a regular file")


def test_directories_that_are_links_are_not_entered(tmp_path):
    """A loop or a way out through a directory is not taken."""
    home = tmp_path / "home"
    (home / ".claude" / "projects").mkdir(parents=True)
    outside = tmp_path / "elsewhere"
    outside.mkdir()
    (outside / "a.jsonl").write_text("{}")
    (home / ".claude" / "projects" / "link").symlink_to(outside)
    (home / ".claude" / "file-history").symlink_to(home)
    assert not [item for item in files_of_home(Roots(home, "linux", {})) if not isinstance(item, Skip)]
