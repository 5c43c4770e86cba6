"""Compiled expressions on disk."""

from __future__ import annotations

import marshal
import subprocess
import sys
from pathlib import Path

import pytest
import regex
from helpers.tokens import token

from keyscan.engine import programs
from keyscan.ruleset.cache import load_rules
from keyscan.support import storage

TEXT = r"(?i)\bacme[_-](?P<secret>[a-z0-9]{20})(?![a-z])"


@pytest.fixture(autouse=True)
def cache(monkeypatch, tmp_path) -> Path:
    """An empty cache."""
    monkeypatch.setenv("KEYSCAN_CACHE_DIR", str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.fixture
def never_compiled(monkeypatch):
    """From here on `regex` compiles nothing."""
    return lambda: monkeypatch.setattr(regex, "compile", lambda *_: pytest.fail("compiled again"))


def _spans(pattern, data: bytes) -> list[tuple[tuple[int, int], tuple[int, int]]]:
    return [(found.span(), found.span("secret")) for found in pattern.finditer(data, timeout=5)]


def test_a_stored_program_is_loaded_not_compiled(never_compiled):
    """The second object is made of the first one's program, and matches as it does."""
    data = b"x = acme_" + b"a1" * 10 + b" ACME-" + b"b2" * 10
    first = _spans(programs.compiled(TEXT), data)
    never_compiled()
    assert _spans(programs.compiled(TEXT), data) == first
    assert len(first) == 2


@pytest.mark.parametrize("group", range(4))
def test_programs_of_all_rules_match_what_their_expressions_match(group):
    """In texts that hold a secret of the rule, stored and compiled expressions have the same matches and flags."""
    for rule in load_rules()[group::4]:
        expected = regex.compile(rule.pattern.encode(), regex.VERSION0)
        programs.compiled(rule.pattern)
        loaded = programs.compiled(rule.pattern)
        assert loaded is not expected
        assert (loaded.pattern, loaded.flags, loaded.groupindex) == (
            expected.pattern, expected.flags, expected.groupindex,
        )  # fmt: skip
        value = token(rule.template) if rule.template else "x" * 40
        names = (rule.keywords or ("key",))[0]
        data = f'{names}="{value}"\n{names}: {value}\n  {value};\n{names} {value} {value[:-1]}\n'.encode()
        assert _spans(loaded, data) == _spans(expected, data), rule.id


@pytest.mark.parametrize(
    "damage",
    [
        pytest.param(lambda data: data[:-1], id="cut short"),
        pytest.param(lambda data: data[:60] + bytes((data[60] ^ 1,)) + data[61:], id="a bit flipped"),
        pytest.param(lambda _: b"", id="empty"),
    ],
)
def test_a_damaged_program_is_compiled_again(cache, damage):
    """A file that does not fit its digest counts as absent."""
    programs.compiled(TEXT)
    [file] = cache.glob("program-*")
    file.write_bytes(damage(file.read_bytes()))
    assert programs.compiled(TEXT).search(b"acme_" + b"a1" * 10)


@pytest.mark.parametrize("stored", [b"", marshal.dumps(3), marshal.dumps((1, 2))])
def test_what_is_no_program_is_compiled(cache, stored):
    """Whole files with something else inside, as another version could have left them."""
    programs.compiled(TEXT)
    [file] = cache.glob("program-*")
    storage.write(file.name, stored)
    assert programs.compiled(TEXT).search(b"acme_" + b"a1" * 10)


def test_without_a_cache_expressions_are_compiled(monkeypatch, tmp_path):
    """A directory that cannot be made is no error."""
    blocked = tmp_path / "file"
    blocked.write_text("")
    monkeypatch.setenv("KEYSCAN_CACHE_DIR", str(blocked / "cache"))
    assert programs.compiled(TEXT).search(b"acme_" + b"a1" * 10)


def test_another_build_of_regex_has_programs_of_its_own(cache, monkeypatch):
    """A program is loaded only by what made it."""
    programs.compiled(TEXT)
    monkeypatch.setattr(programs, "_build_id", lambda: "another build")
    programs.compiled(TEXT)
    assert len(list(cache.glob("program-*"))) == 2


def test_a_wrong_expression_is_an_error_of_regex(cache):
    """As `regex` says it; nothing is stored."""
    with pytest.raises(regex.error):
        programs.compiled("(?P<secret>a")
    assert not list(cache.glob("program-*"))


def test_a_regex_that_pickles_in_another_way_is_only_compiled(cache, monkeypatch):
    """Nothing is stored that could not be loaded."""
    monkeypatch.setattr(programs, "_program", lambda _: None)
    assert programs.compiled(TEXT).search(b"acme_" + b"a1" * 10)
    assert not list(cache.glob("program-*"))


_BOTH_HALVES = f"""
import sys
from keyscan.engine import programs
pattern = programs.compiled({TEXT!r})
assert pattern.search(b"acme_" + b"a1" * 10)[0], "no match"
print("regex" in sys.modules)
import regex
assert type(regex.compile({TEXT.encode()!r}, regex.VERSION0)) is type(pattern)
assert regex.sub("b", "c", "abc") == "acc"
assert programs._regex() is sys.modules["regex._regex"]
"""


def test_the_half_in_python_is_imported_only_to_compile():
    """A stored program needs the compiled half alone; whoever imports `regex` later gets the same half."""
    outputs = [
        subprocess.run([sys.executable, "-c", _BOTH_HALVES], check=True, capture_output=True, text=True).stdout
        for _ in range(2)
    ]
    assert outputs == ["True\n", "False\n"]


@pytest.mark.parametrize("missing", ["find_spec", "module_from_spec"])
def test_a_regex_that_is_laid_out_in_another_way_is_imported(monkeypatch, missing):
    """Where its compiled half is not found by itself, the package brings it."""
    programs._regex.cache_clear()
    monkeypatch.delitem(sys.modules, "regex._regex", raising=False)
    results = {"find_spec": lambda _: None, "module_from_spec": lambda _: (_ for _ in ()).throw(ImportError)}
    monkeypatch.setattr(programs.util, missing, results[missing])
    assert programs.compiled(TEXT).search(b"acme_" + b"a1" * 10)
    programs._regex.cache_clear()
