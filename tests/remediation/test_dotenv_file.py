"""What is written into .env reads back the same, in dotenv libraries and shells."""

from __future__ import annotations

import shutil
import subprocess

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keyscan.errors import UsageError
from keyscan.remediation import dotenv_file

VALUES = [
    "plain",
    "a b",
    "a#b",
    "x=y&z",
    'with "quotes"',
    "it's",
    "$HOME `x`",
    "line\nline",
    " lead",
    "ä",
    "!a",
    "~",
    "*",
]


@pytest.mark.parametrize("value", VALUES)
def test_bash_reads_the_value(tmp_path, value):
    """`. ./.env` gives the value."""
    (tmp_path / ".env").write_bytes(dotenv_file.appended(b"", {"K": value.encode()}))
    done = subprocess.run(
        ["bash", "-c", 'set -a; . ./.env; printf %s "$K"'], cwd=tmp_path, capture_output=True, check=True
    )
    assert done.stdout.decode() == value


@pytest.mark.parametrize("value", [value for value in VALUES if "\n" not in value])
def test_node_reads_the_value(tmp_path, value):
    """`node --env-file` gives the value."""
    if not shutil.which("node"):
        pytest.skip("node is not installed")
    (tmp_path / ".env").write_bytes(dotenv_file.appended(b"", {"K": value.encode()}))
    script = "process.stdout.write(process.env.K)"
    done = subprocess.run(["node", "--env-file=.env", "-e", script], cwd=tmp_path, capture_output=True, check=True)
    assert done.stdout.decode() == value


@given(st.dictionaries(st.from_regex(r"[A-Z_][A-Z0-9_]{0,9}", fullmatch=True), st.text(max_size=30), max_size=4))
def test_values_read_back_or_are_refused(values):
    """Whatever can be written is read back by python-dotenv; the rest is refused, never changed."""
    good = {
        name: value.encode()
        for name, value in values.items()
        if dotenv_file.quoted(value.encode("utf-8", "surrogatepass"))
    }
    try:
        text = dotenv_file.appended(b"A_FIRST='x'", good)
    except ValueError:
        return
    assert {**dotenv_file.values_of(text), **good} == dotenv_file.values_of(text)


def test_existing_lines_stay_and_line_ends_are_kept():
    """Comments, order and CRLF stay; a missing last line end is added."""
    assert dotenv_file.appended(b"# a\r\nB=c", {"D": b"e"}) == b"# a\r\nB=c\r\nD=e\r\n"
    assert dotenv_file.example(b"B=\n", ["B", "D"]) == b"B=\nD=\n"


@pytest.mark.parametrize("value", [b"a\\b", b"it's $x", b"a\0b", b"\xff", b"a\rb"])
def test_value_that_readers_would_read_differently_is_refused(value):
    """Where shells and libraries do not agree there is no form."""
    assert dotenv_file.quoted(value) is None


def test_env_that_is_no_text_is_one_clear_line():
    """A .env in another encoding is named."""
    with pytest.raises(UsageError, match=r"\.env: not UTF-8"):
        dotenv_file.values_of(b"K=\xff\xfe")
