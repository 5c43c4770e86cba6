"""YAML as plain data with lines."""

from __future__ import annotations

import builtins

import pytest

from keyscan.errors import UsageError
from keyscan.migrate.yaml_file import NotReadable, compose

TEXT = b"""\
version: 2
secret:
  paths:
    - a
    - b: c
  on: true
one: x
"""


def test_lines_and_values():
    """Every node knows its line; a scalar counts as a list of one."""
    document = compose(TEXT)
    paths = document.get("secret").get("no", "paths")
    assert [item.line for item in paths.items()] == [4, 5]
    assert [item.text for item in document.get("one").items()] == ["x"]
    assert document.plain() == {"version": "2", "secret": {"paths": ["a", {"b": "c"}], "on": "true"}, "one": "x"}
    assert document.get("absent").plain() == []
    assert not document.get("absent").is_text


@pytest.mark.parametrize(
    "data",
    [b"a: [", b"\t- : :\n  x: &a *a", b"[" * 1000, b"- " * 5000 + b"x", b"x" * 100_000, b"x\n" * (1 << 20), b"a: \0"],
)
def test_what_is_no_configuration(data):
    """Broken, deep, endless: one error, in bounded time."""
    with pytest.raises(NotReadable):
        compose(data)


def test_anchors_are_not_followed_without_end():
    """A node that contains itself ends at the depth that a configuration may have."""
    assert compose(b"a: &x [*x]").plain() is not None


def test_without_the_parser(monkeypatch):
    """What to install is said."""
    real = builtins.__import__
    monkeypatch.setattr(
        builtins,
        "__import__",
        lambda name, *rest: (_ for _ in ()).throw(ImportError()) if "ruamel" in name else real(name, *rest),
    )
    with pytest.raises(UsageError, match=r"keyscan-linter\[fix\]"):
        compose(b"a: 1")
