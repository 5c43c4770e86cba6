"""The rewriter is chosen by the file's name, else by its first line."""

from __future__ import annotations

import importlib
import re

import pytest
from helpers.paths import ROOT

from keyscan.remediation.rewrite import registry
from keyscan.remediation.rewrite.interface import LeftAlone
from keyscan.remediation.rewrite.registry import rewriter_for


@pytest.mark.parametrize(
    ("path", "first", "module"),
    [
        ("a/b.PY", b"", "python"),
        ("a", b"#!/usr/bin/env python3\n", "python"),
        ("run", b"#!/bin/sh\n", "shell"),
        ("run", b"#!/usr/bin/env -S node --flag\n", "javascript"),
        ("Dockerfile.dev", b"", "text_files"),
        (".env.local", b"", "text_files"),
        (".mcp.json", b"", "json_files"),
        (".codex/config.toml", b"", "json_files"),
        ("a.kts", b"", "jvm"),
    ],
)
def test_rewriter_by_name_or_interpreter(path, first, module):
    """Each kind of file has its module."""
    assert rewriter_for(path, first).__module__.endswith(f".{module}")


def test_unknown_file_is_left_alone():
    """A file of no known kind has no rewriter, and one line says what to do."""
    assert isinstance(rewriter_for("data.bin", b"\x00"), LeftAlone)


def test_every_module_is_used_and_every_line_names_one():
    """Each function of the registry exists; each module with a rewriter has a line."""
    lines = {(module, function) for _, module, function in (*registry._BY_NAME, *registry._INTERPRETERS)}
    for module, function in lines:
        assert callable(getattr(importlib.import_module(f"keyscan.remediation.rewrite.{module}"), function))
    files = (ROOT / "keyscan/remediation/rewrite").glob("*.py")
    rewriter = re.compile(r"^def rewrite\w*\(target: Target\)", re.MULTILINE)
    with_rewriter = {file.stem for file in files if rewriter.search(file.read_text("utf-8"))}
    assert with_rewriter == {module for module, _ in lines}, "add a line to registry.py"
