"""The cache directory: data comes back whole or not at all, and keys change with whatever they were made from."""

from __future__ import annotations

import os
import stat
import subprocess
import sys

import pytest

from keyscan.support import storage


@pytest.fixture
def own_cache(tmp_path, monkeypatch):
    """A cache directory of this test alone."""
    monkeypatch.setenv("KEYSCAN_CACHE_DIR", str(tmp_path / "cache"))
    return tmp_path / "cache"


def test_what_was_written_is_read(own_cache):
    """Stored data is read back, empty data and a line's end included."""
    for data in (b"", b"\n", b"x\n\0y" * 1000):
        assert storage.write("one", data)
        assert storage.read("one") == data
    assert [file.name for file in own_cache.iterdir()] == ["one"]


def test_a_changed_byte_anywhere_makes_it_absent(own_cache):
    """No single changed, added or missing byte goes unnoticed."""
    storage.write("one", b"database")
    whole = (own_cache / "one").read_bytes()
    for place in range(len(whole)):
        (own_cache / "one").write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
        assert storage.read("one") is None, place
    for damaged in (whole[:-1], whole + b"\0", b"", whole[:20]):
        (own_cache / "one").write_bytes(damaged)
        assert storage.read("one") is None


def test_no_file_stands_for_another(own_cache):
    """What is stored under one name is absent under another, for readers that check nothing else too."""
    storage.write("one", b"database")
    storage.write("two", b"other database")
    stamp = storage.stamp_of("one")
    assert storage.read_unchecked("one", stamp) == b"database"
    (own_cache / "two").replace(own_cache / "one")
    assert storage.read("one") is None
    with pytest.raises(OSError):  # noqa: PT011 - it says nothing
        storage.read_unchecked("one", stamp)


def test_what_is_not_there_or_cannot_be_written_is_no_error(tmp_path, monkeypatch):
    """An absent name and a directory that is a file are answered with None and False."""
    assert storage.read("nothing") is None
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("KEYSCAN_CACHE_DIR", str(tmp_path / "file"))
    assert storage.read("one") is None
    assert not storage.write("one", b"x")


def test_no_home_directory_is_no_error(monkeypatch):
    """Without a home directory nothing is stored, and nothing raises."""
    monkeypatch.delenv("KEYSCAN_CACHE_DIR")
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    monkeypatch.setattr(storage.sys, "platform", "linux")
    monkeypatch.setattr(storage.os.path, "expanduser", lambda name: name)
    assert storage.read("one") is None
    assert not storage.write("one", b"x")


@pytest.mark.skipif(sys.platform != "linux", reason="the place is Linux's")
def test_the_directory_is_where_platformdirs_says(monkeypatch):
    """On Linux the place is told without importing platformdirs, and is the same."""
    import platformdirs

    monkeypatch.delenv("KEYSCAN_CACHE_DIR")
    for base in ("", "relative", "/base"):
        monkeypatch.setenv("XDG_CACHE_HOME", base)
        if base != "relative":  # platformdirs takes it; the specification says to ignore it
            assert storage.cache_directory() == platformdirs.user_cache_dir("keyscan", appauthor=False)
        assert os.path.isabs(storage.cache_directory())


def test_a_key_changes_with_every_module_and_rule_at_any_depth(tmp_path, monkeypatch):
    """Touching, adding or removing a module or a rule file, however deep, gives another key."""
    for part in ("engine/filters/deep", "ruleset", "fastpath", "catalog", "model", "scan"):
        file = tmp_path / "keyscan" / part / "a.py"
        file.parent.mkdir(parents=True)
        file.write_text("x")
    rules = tmp_path / "rules"
    rules.mkdir()
    (rules / "a.toml").write_text("x")
    monkeypatch.setattr(storage, "_PACKAGE", str(tmp_path / "keyscan"))
    monkeypatch.setitem(sys.modules, "keyscan._build", None)
    keys = [storage.code_key()]
    for file in sorted((*tmp_path.rglob("*.py"), *tmp_path.rglob("*.toml"))):
        file.write_text("xy")
        keys.append(storage.code_key())
        (file.parent / f"new{file.suffix}").write_text("")
        keys.append(storage.code_key())
        file.unlink()
        keys.append(storage.code_key())
    assert len(set(keys)) == len(keys)
    assert storage.code_key() == keys[-1]


def test_an_installed_wheel_is_keyed_by_the_digest_of_its_sources(monkeypatch):
    """Where `_build.py` is, no file is looked at."""
    build = type(sys)("keyscan._build")
    monkeypatch.setitem(sys.modules, "keyscan._build", build)
    monkeypatch.setattr(storage.os, "scandir", None)
    keys = []
    for build.DIGEST in ("a", "b"):
        keys.append(storage.code_key())
    assert keys[0] != keys[1]


def test_keys_tell_apart_what_they_are_made_from():
    """Each argument counts, and so does how they are divided."""
    keys = [storage.key_of(*made) for made in ((), (1,), ("1",), (b"1",), (1, 2), ((1, 2),), ("a\udc80",))]
    assert len(set(keys)) == len(keys)


def test_files_are_replaced_whole_and_keep_their_mode(tmp_path):
    """A write that fails half-way leaves the old contents and nothing beside them."""
    file = tmp_path / "report.json"
    file.write_bytes(b"old")
    file.chmod(0o640)
    storage.write_whole(file, b"new")
    assert file.read_bytes() == b"new"
    if os.name == "posix":
        assert stat.S_IMODE(file.stat().st_mode) == 0o640
    with pytest.raises(TypeError):
        storage.write_whole(file, "not bytes")
    assert file.read_bytes() == b"new"
    assert [one.name for one in tmp_path.iterdir()] == ["report.json"]


def test_the_import_costs_nothing_but_what_is_there_already():
    """Nothing but the version is imported with the module: the fast path has it on its way."""
    program = (
        "import os, sys; import keyscan; before = set(sys.modules); import keyscan.support.storage; "
        "print(sorted(set(sys.modules) - before))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "['__future__', 'keyscan.support', 'keyscan.support.storage']"


class TestRefusedDirectory:
    """What a repository may have brought along is not believed."""

    @pytest.mark.parametrize("where", ["repo/cache", "repo/a/b/cache", "repo", "link", "relative"])
    def test_in_a_repository_it_does_not_count(self, tmp_path, monkeypatch, where):
        """Below a work tree, through a link to it, or relative: the user's own directory is used."""
        (tmp_path / "repo" / ".git").mkdir(parents=True)
        (tmp_path / "repo" / "cache").mkdir()
        (tmp_path / "link").symlink_to(tmp_path / "repo" / "cache")
        chosen = where if where == "relative" else str(tmp_path / where)
        monkeypatch.setenv("KEYSCAN_CACHE_DIR", chosen)
        assert storage.refused_directory() == chosen
        assert storage.cache_directory().endswith("/keyscan") == (sys.platform == "linux")
        assert str(tmp_path / "repo") not in storage.cache_directory()

    def test_nor_does_a_platform_directory_there(self, tmp_path, monkeypatch):
        """XDG_CACHE_HOME in a work tree, as CI sets it, is passed over; in one that is the home directory it counts."""
        (tmp_path / "repo" / ".git").mkdir(parents=True)
        home = tmp_path / "home"
        (home / ".git").mkdir(parents=True)
        monkeypatch.setattr(storage.sys, "platform", "linux")
        monkeypatch.setenv("HOME", str(home))
        inside = str(tmp_path / "repo" / ".cache")
        for chosen in ("", str(tmp_path / "repo")):
            monkeypatch.setenv("KEYSCAN_CACHE_DIR", chosen)
            monkeypatch.setenv("XDG_CACHE_HOME", inside)
            assert storage.refused_directory() == (chosen or inside)
            assert storage.cache_directory() == f"{home}/.cache/keyscan"
        monkeypatch.setenv("KEYSCAN_CACHE_DIR", "")
        monkeypatch.setenv("XDG_CACHE_HOME", str(home / "caches"))
        assert storage.refused_directory() == ""
        assert storage.cache_directory() == f"{home}/caches/keyscan"

    def test_elsewhere_it_counts(self, tmp_path, monkeypatch):
        """A directory in no repository, made or not."""
        (tmp_path / "other" / ".git").mkdir(parents=True)
        monkeypatch.setenv("KEYSCAN_CACHE_DIR", str(tmp_path / "cache" / "new"))
        assert storage.refused_directory() == ""
        assert storage.cache_directory() == str(tmp_path / "cache" / "new")

    @pytest.mark.parametrize("setting", ["KEYSCAN_CACHE_DIR", "XDG_CACHE_HOME"])
    def test_planted_files_change_nothing(self, repo, spawn, anthropic_key, setting):
        """A committed cache that calls everything clean is neither read nor written, and one line says so."""
        from keyscan.fastpath import doubtful, engine

        for name in (doubtful.stored_name(), engine.stored_name()):
            repo.stage(f".cache/keyscan/{name}", storage.stamp(name, b"").decode() + "\n")
        repo.stage("a.py", f'k = "{anthropic_key}"\n')
        before = sorted(repo.path.rglob("*"))
        for argv in (["staged"], ["scan", "a.py"], ["commit-msg", "a.py"]):
            place = repo.path / (".cache" if setting == "XDG_CACHE_HOME" else ".cache/keyscan")
            result = spawn(argv, cwd=repo.path, env={"KEYSCAN_CACHE_DIR": "", setting: str(place)})
            assert result.code == 1, argv
            assert "the user's cache directory is used" in result.err
        assert [file for file in sorted(repo.path.rglob("*")) if ".git" not in file.parts] == [
            file for file in before if ".git" not in file.parts
        ]


def test_a_cache_that_cannot_be_written_is_said_and_costs_no_compilation(repo, run, monkeypatch, tmp_path):
    """`keyscan staged` says in one line where and why, and compiles nothing that it could not store."""
    from keyscan.engine import build

    (tmp_path / "file").write_text("")
    monkeypatch.setenv("KEYSCAN_CACHE_DIR", str(tmp_path / "file" / "cache"))
    monkeypatch.setattr(build, "hyperscan_prefilter", lambda _rules: pytest.fail("compiled for nothing"))
    repo.stage("a.py", "x = 1\n")
    result = run("staged", cwd=repo.path)
    assert result.code == 0
    lines = [line for line in result.out.splitlines() if "nothing can be cached" in line]
    assert len(lines) == 1
    assert str(tmp_path / "file") in lines[0]


@pytest.mark.skipif(os.name != "posix", reason="modes and owners are POSIX's")
class TestWhoMayWrite:
    """What is stored is believed: nobody but this user and the administrator may have written it."""

    def test_a_directory_that_every_user_may_write_to(self, own_cache, repo, spawn, anthropic_key):
        """It is neither read nor written, one line says so, and every command answers as without it."""
        storage.write("one", b"x")
        own_cache.chmod(0o777)
        assert storage.read("one") is None
        assert not storage.write("two", b"x")
        assert "every user may write there" in storage.unusable()
        repo.stage("clean.py", "x = 1\n")
        result = spawn(["staged"], cwd=repo.path, env={"KEYSCAN_CACHE_DIR": str(own_cache)})
        assert (result.code, result.out.count("every user may write there")) == (0, 1)
        repo.stage("a.py", f'k = "{anthropic_key}"\n')
        event = f'{{"hook_event_name": "UserPromptSubmit", "prompt": "{anthropic_key}"}}'
        for argv, stdin, code in (
            (["staged"], "", 1),
            (["history"], "", 0),
            (["agent", "hook", "claude-code"], event, None),
            (["cache", "show"], "", 3),
            (["cache", "clear"], "", 3),
        ):
            result = spawn(argv, cwd=repo.path, stdin=stdin.encode(), env={"KEYSCAN_CACHE_DIR": str(own_cache)})
            assert "Traceback" not in result.out + result.err
            assert code is None or result.code == code, argv
        assert [file.name for file in own_cache.iterdir()] == ["one"]

    def test_another_users_directory(self, own_cache, monkeypatch):
        """One of the administrator's counts, one of another user's does not."""
        storage.write("one", b"x")
        owner = own_cache.stat().st_uid
        monkeypatch.setattr(storage.os, "geteuid", lambda: owner + 1)
        assert storage.read("one") == (b"x" if owner == 0 else None)
        monkeypatch.setattr(storage.os, "geteuid", lambda: owner)
        assert storage.read("one") == b"x"

    def test_a_new_directory_is_the_users_alone(self, own_cache):
        """Whatever the mask of the process."""
        mask = os.umask(0)
        try:
            storage.write("one", b"x")
        finally:
            os.umask(mask)
        assert stat.S_IMODE(own_cache.stat().st_mode) == 0o700
        assert storage.read("one") == b"x"

    def test_what_is_no_file_is_not_waited_for(self, own_cache):
        """A pipe, a device and a directory under a stored name count as absent."""
        own_cache.mkdir()
        os.mkfifo(own_cache / "pipe")
        (own_cache / "zero").symlink_to("/dev/zero")
        (own_cache / "directory").mkdir()
        for name in ("pipe", "zero", "directory"):
            assert storage.read(name) is None
            assert not storage.write(name, b"x") or name == "zero"
        with open(own_cache / "huge", "wb") as file:
            file.truncate(1 << 40)
        assert storage.read("huge") is None
