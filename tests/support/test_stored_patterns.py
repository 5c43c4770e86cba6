"""Expressions of `re` from the cache."""

from __future__ import annotations

import importlib
import marshal
import pkgutil
import re
import subprocess
import sys
from pathlib import Path

import pytest

import keyscan
from keyscan.support import storage, stored_patterns
from keyscan.support.lazy_pattern import _LazyPattern
from keyscan.support.stored_patterns import _Patterns

TEXT, FLAGS = rb"(?P<name>[a-z]+)=(?:\"(?P<quoted>[^\"]*+)\"|(\d+))", re.IGNORECASE


@pytest.fixture(autouse=True)
def cache(monkeypatch, tmp_path) -> Path:
    """An empty cache."""
    monkeypatch.setenv("KEYSCAN_CACHE_DIR", str(tmp_path / "cache"))
    return tmp_path / "cache"


def _stored(text=TEXT, flags=FLAGS) -> _Patterns:
    """What a later process knows, after one that compiled an expression."""
    patterns = _Patterns("patterns.bin")
    patterns.compiled(text, flags)
    patterns._store()
    return _Patterns("patterns.bin")


def _lazy_patterns() -> list[tuple[str | bytes, int]]:
    """The expressions of all modules of the package, and their flags."""
    names = [module.name for module in pkgutil.walk_packages(keyscan.__path__, "keyscan.")]
    modules = [importlib.import_module(name) for name in names if not name.endswith("__main__")]
    values = [value for module in modules for value in vars(module).values() if isinstance(value, _LazyPattern)]
    return [(value._text, value._flags) for value in values]


def test_every_expression_of_the_package_loads_as_what_re_compiles():
    """`re` calls two patterns equal if their code, flags and text are."""
    texts = _lazy_patterns()
    assert len(texts) > 100
    first = _Patterns("patterns.bin")
    for text, flags in texts:
        first.compiled(text, flags)
    first._store()
    later = _Patterns("patterns.bin")
    for text, flags in texts:
        expected, loaded = re.compile(text, flags), later.loaded(text, flags)
        assert loaded == expected
        assert (loaded.groupindex, loaded.groups) == (expected.groupindex, expected.groups)


def test_a_loaded_expression_matches_with_its_groups():
    """Named groups, numbered ones, and those that did not take part."""
    found = _stored().loaded(TEXT, FLAGS).search(b'x Key="va lue"')
    assert found.groupdict() == {"name": b"Key", "quoted": b"va lue"}
    assert (found.lastgroup, found.group(3)) == ("quoted", None)


def test_flags_and_kinds_of_text_are_told_apart():
    """The same text without the flag, or as characters, is another expression."""
    known = _stored(b"abc", re.IGNORECASE)
    assert known.loaded(b"abc", 0) is None
    assert known.loaded("abc", re.IGNORECASE) is None


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(marshal.dumps(3), id="a number"),
        pytest.param(marshal.dumps({(TEXT, int(FLAGS)): b"x"}), id="no program"),
        pytest.param(marshal.dumps({(TEXT, int(FLAGS)): marshal.dumps((0, b"\xff" * 8, 0, {}, ()))}), id="wrong code"),
    ],
)
def test_what_is_no_program_counts_as_absent(content):
    """Whole files with something else inside, as another version could have left them; `re` checks code itself."""
    storage.write("patterns.bin", content)
    known = _Patterns("patterns.bin")
    assert known.loaded(TEXT, FLAGS) is None
    assert known.compiled(TEXT, FLAGS).search(b"a=1")


def test_a_python_that_compiles_in_another_way_is_not_stored_for(cache, monkeypatch):
    """What would not load as an equal expression is compiled each time."""
    monkeypatch.setattr(stored_patterns, "_program", lambda *_: marshal.dumps((0, b"", 0, {}, (None,))))
    patterns = _Patterns("patterns.bin")
    assert patterns.compiled(TEXT, FLAGS) == re.compile(TEXT, FLAGS)
    assert patterns.loaded(TEXT, FLAGS) is None
    assert not cache.exists()


def test_too_many_are_dropped(monkeypatch):
    """What former versions left does not pile up."""
    monkeypatch.setattr(stored_patterns, "_MOST", 0)
    assert _stored().loaded(TEXT, FLAGS) is None


def test_a_process_stores_what_it_compiled_when_it_ends(cache):
    """The next process compiles nothing."""
    (cache.parent / "a.py").write_text("x = 1\n")
    command = [sys.executable, "-m", "keyscan", "scan", "a.py"]
    for _ in range(2):
        subprocess.run(command, cwd=cache.parent, check=True, capture_output=True)
        [file] = cache.glob("patterns-*")
        written = file.stat().st_mtime_ns
    subprocess.run(command, cwd=cache.parent, check=True, capture_output=True)
    assert file.stat().st_mtime_ns == written


def test_without_a_cache_expressions_are_compiled(monkeypatch, tmp_path):
    """A directory that cannot be made is no error."""
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("KEYSCAN_CACHE_DIR", str(tmp_path / "file" / "cache"))
    assert _stored().compiled(TEXT, FLAGS).search(b"a=1")
