"""The rewriter is chosen by the file's name, else by its first line."""

from __future__ import annotations

import pytest

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
