"""Lines that stand as strings in JSON mean what they mean as text, by both engines."""

from __future__ import annotations

import json

import pytest
from helpers.decoding import found, secrets
from helpers.tokens import token
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from keyscan.engine.decoders import base64, string_lines

VALUE = token("{alnum:9}7{alnum:14}", "lines")


def notebook(source: str) -> str:
    """A notebook with one cell."""
    cell = {"cell_type": "code", "metadata": {}, "outputs": [], "source": source.splitlines(keepends=True)}
    return json.dumps({"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}, indent=1)


@pytest.mark.parametrize(
    "source",
    [
        "import x\napi_key = (\n    '{}'\n)\n",
        'settings = """\nclient_secret: >-\n  {}\n"""\n',
        "%%writefile accounts.csv\nuser,password\nbob,{}\n",
        "%%writefile accounts.csv\nuser,password,host\nbob,{},db1\n",
        '{"client_secret":\n  "{}"}\n',
        "api_token = \\\n    '{}'\n",
    ],
)
def test_a_value_on_another_line_of_its_cell(engines, source):
    """It is found where it stands, as in a file with these lines, and not called encoded."""
    text = notebook(source.replace("{}", VALUE))
    assert found(engines, text, "a.ipynb") == [(VALUE, VALUE, "")]
    assert secrets(engines, source.replace("{}", VALUE), "a.ipynb") == [VALUE]


def test_what_one_line_holds_is_found_once(engines):
    """A secret on one line is told as before, and a placeholder on the next stays silent."""
    text = notebook(f"token = '{VALUE}'\napi_key = (\n    'your-api-key-here'\n)\n")
    assert secrets(engines, text, "a.ipynb") == [VALUE]


def test_a_bound_is_named(engines, monkeypatch):
    """Where lines are left out, the result says so."""
    monkeypatch.setattr(string_lines, "LARGEST", 10)
    text = notebook("api_key = (\n    'x'\n)\n")
    for engine in engines.values():
        (limit,) = engine.scan(text.encode()).limits
        assert "lines in strings" in limit


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.sampled_from(
            [
                "api_key = (",
                "user,password",
                "bob,",
                VALUE,
                "'",
                '"',
                "\\",
                "\n",
                "\n ",
                '",\n "',
                "\\n",
                '\\"',
                "[",
                " ",
            ]
        ),
        max_size=40,
    )
)
def test_engines_agree_on_any_lines(engines, parts):
    """Whatever the strings, both engines find the same, within the text."""
    for text in (notebook("".join(parts)), "".join(parts)):
        results = [engine.scan(text.encode(), path="a.ipynb") for engine in engines.values()]
        assert results[0] == results[1]
        for match in results[0].matches:
            assert 0 <= match.start <= match.secret_start < match.secret_end <= match.end <= len(text)


def test_only_what_stands_before_a_line_end_or_in_a_header_counts(engines):
    """A word in front of a comma at a line's end is no header, whichever engine looks."""
    text = f'[\n"--api-key",\n  "{VALUE}",\n  "x"]\n'.encode()
    assert [_views(engine, text) for engine in engines.values()] == [[], []]
    # A control: with an assignment in the string, the lines are read as text.
    text = f'[\n"api_key = (\\n",\n  "{VALUE}",\n  "x"]\n'.encode()
    assert [len(_views(engine, text)) for engine in engines.values()] == [1, 1]


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.sampled_from(
            [
                *(
                    b'"',
                    b'",\n "',
                    b'\\n",\n"',
                    b"\n",
                    b",",
                    b", ",
                    b";",
                    b"|",
                    b"\t",
                    b" ",
                    b"**",
                    b":",
                    b"=",
                    b" = (",
                ),
                *(b"\\", b"'", b"\\u002d", b"%2D", b"\0", b"\xff", b"ab", b"12", b"sk-", b"user", b"id", b"value"),
                *(b"token", b"--api-key", b"Passwords", b"my_secret", VALUE.encode(), b"H4sI", b"YXBpX2tleQ"),
                *(b"kind: Secret\n", b"apiVersion: v1\n"),
            ]
        ),
        max_size=30,
    )
)
@example([b"value", b'\\n",\n"', b"value", b'\\n",\n"', b'"'])
# Base64 on short lines.
@example([b"YXBpX2tleQ", b"\n", b"my_secret"])
@example([b"H4sI", b"YXBpX2tleQ" * 5, b"\n", b"YXBpX2tleQ"])
def test_engines_show_the_same_texts(engines, parts):
    """Whatever an engine takes for a place that may be encoded, what is read as text there is the same."""
    text = b"".join(parts)
    shown = [_views(engine, text) for engine in engines.values()]
    assert shown[0] == shown[1]


def _views(engine, data):
    """The texts that are read in place of parts of `data`."""
    triggers = engine._prefilter.triggers
    hits = [(triggers[number], end) for number, end in engine._triggered(engine._prefilter.hits(data))]
    return sorted(view.text for view in base64.views(data, hits))
