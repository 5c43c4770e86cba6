"""Which lines are headers of tables, and which of their columns may hold secrets."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keyscan.engine.decoders.table_header import MOST_COLUMNS, Column, Layout, _layout, layout_of


@pytest.mark.parametrize(
    ("line", "following", "expected"),
    [
        pytest.param(b"user,password", b"a,b", Layout(b",", 2, (Column(1, b"password"),), False), id="csv"),
        pytest.param(b"host;api key", b"a;b", Layout(b";", 2, (Column(1, b"api_key"),), False), id="semicolons"),
        pytest.param(b"| Name | Token |", b"|---|---|", Layout(b"|", 2, (Column(1, b"Token"),), False), id="markdown"),
        pytest.param(b"| `a` | `token` |", b"|---|---|", Layout(b"|", 2, (Column(1, b"token"),), False), id="code"),
        pytest.param(b"| user | token |", b"| bob | x |", Layout(b"|", 2, (Column(1, b"token"),), False), id="no rule"),
        pytest.param(b"name,value", b"a,b", Layout(b",", 2, (Column(1, b"value", 0),), False), id="names and values"),
        pytest.param(
            b"url,username,password", b"a,b,c", Layout(b",", 3, (Column(2, b"password"),), True), id="accounts"
        ),
        pytest.param(b"user,password", b"bob,k(3]x)", Layout(b",", 2, (Column(1, b"password"),), False), id="brackets"),
        pytest.param(
            b"  user,password", b"  b (x, y),c", Layout(b",", 2, (Column(1, b"password"),), False), id="indented"
        ),
        pytest.param(
            b"returned,password",
            b"yes,ab]",
            Layout(b",", 2, (Column(1, b"password"),), False),
            id="a bracket at the end",
        ),
        pytest.param(b'"user","password"', b'"a', Layout(b",", 2, (Column(1, b"password"),), False), id="quotes"),
    ],
)
def test_headers(line, following, expected):
    """The separator, the width and the columns of secret names; lists of accounts are told apart."""
    assert layout_of(line, following) == expected


@pytest.mark.parametrize(
    ("line", "following"),
    [
        pytest.param(b"password", b"a", id="one cell"),
        pytest.param(b"login(user, password)", b"a, b", id="a call"),
        pytest.param(b"    llm_credential, OpenAIChatModel", b"    ),", id="the end of a call"),
        pytest.param(b"    LLM, llm_credential,", b"    OpenAIChatModel),", id="its last argument"),
        pytest.param(b"    api_token, model", b"    temperature], stream,", id="the end of a list"),
        pytest.param(b"    a, saved_token", b"    elif isinstance(result, list):", id="a condition"),
        pytest.param(b"| `API_KEY` | `your_secret` | x |", b"| `MODEL` | `phi` | y |", id="a row of Markdown"),
        pytest.param(b"    return api_token, logs", b"    x, y", id="a statement"),
        pytest.param(b"user,password", b"no cells here", id="no row below"),
        pytest.param(b"red,green", b"1,2", id="no secret name"),
        pytest.param(b"password," * MOST_COLUMNS, b"a,b", id="too many columns"),
    ],
)
def test_lines_that_are_no_headers(line, following):
    """Lines of code, and tables without a column of secrets."""
    assert layout_of(line, following) is None


@given(st.binary(max_size=600), st.binary(max_size=600))
def test_what_is_remembered_is_what_was_made(line, following):
    """However long the lines are, and however often they were seen."""
    expected = _layout(line, following)
    assert layout_of(line, following) == expected
    assert layout_of(line, following) == expected
