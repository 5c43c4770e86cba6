"""Cells of tables are judged by their headers, the same by both engines, where they stand."""

from __future__ import annotations

import pytest
from helpers.decoding import found, secrets
from helpers.tokens import token
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from keyscan.engine.decoders import table
from keyscan.model.rule import Severity

VALUE = token("{alnum:9}7{alnum:14}", "table")
OTHER = token("{alnum:9}7{alnum:14}", "table 2")


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("a.csv", "user,db_password\nbob,{}\n"),
        ("a.csv", "api_key,host\n{},db1"),
        ("a.csv", "id;Client Secret;role\r\n7;{};admin\r\n"),
        ("a.csv", '"id","apiKey"\n"7","{}"\n'),
        ("a.csv", "user, password, host\nbob, {}, db1\n"),
        ("a.tsv", "id\tAPI_TOKEN\n7\t{}\n"),
        ("a.txt", "host|token\ndb1|{}\n"),
        ("a.csv", "name,value\nDB_PASSWORD,{}\n"),
        ("README.md", "| Host | API key |\n|:-----|-----:|\n| db1  | `{}` |\n"),
        ("notes", "Accounts\n\nuser,password\nbob,{}\n\nThe end.\n"),
        ("a.csv", 'user,note,password\nbob,"a ""quoted"", long\nnote",{}\n'),
        ("a.csv", "user,password\nbob,{},too,many\n\n\nuser,password\nbob,{}\n"),
    ],
)
def test_each_kind_of_table(engines, path, text):
    """A value below a header that names a secret is found exactly where it stands, as if set under that name."""
    assert [(secret, place, how) for secret, place, how in found(engines, text.replace("{}", VALUE), path)] == [
        (VALUE, VALUE, "")
    ]


@pytest.mark.parametrize(
    "text",
    [
        "word,token,count\nhello,hello,3\n",
        f"user,password_hint\nbob,{VALUE}\n",
        f"next_page_token,id\n{VALUE},1\n",
        f"name,value\nversion,{VALUE}\n",
        "| Variable | Secret |\n|---|---|\n| x | **ACME_SERVICE_P2P_TOKEN** |\n",
        f"user,password\nbob,short,{VALUE}\n",
        "user,password\nbob,${DB_PASSWORD}\nal,changeme\n",
        f"{VALUE},7\nuser,password\n",
        f"return (key,value)\nuse(key,{VALUE})\n",
    ],
)
def test_what_is_no_secret_in_a_table(engines, text):
    """Words, names that hold no secret, rows that do not fit the header, placeholders and code are silent."""
    assert secrets(engines, text, "a.csv") == []


def column(count: int) -> list[str]:
    """Random values."""
    return [token("{alnum:9}7{alnum:14}", f"row {number}") for number in range(count)]


def test_a_few_rows_are_credentials_and_many_are_data(engines):
    """Four values of a column are told; more are low, like any name with many values; long columns are data."""
    for count, told, listed in ((4, 4, 4), (20, 0, 20), (60, 0, 0)):
        text = "id,token\n" + "".join(f"{row},{value}\n" for row, value in enumerate(column(count)))
        assert len(secrets(engines, text, "a.csv")) == told
        every = engines["hyperscan"].scan(text.encode(), path="a.csv").matches
        assert len(every) == listed
        assert all(match.severity == Severity.LOW for match in every) or told


def test_exports_of_password_managers_are_credentials(engines):
    """A list of accounts with places, users and passwords is told row by row, however long it is."""
    text = "name,url,username,password\n" + "".join(
        f"Site {row},https://site{row}.io,bob,{value}\n" for row, value in enumerate(column(80))
    )
    assert secrets(engines, text, "export.csv") == column(80)


def test_keys_of_vendors_are_found_by_their_headers(engines):
    """A key without a prefix counts below its vendor's name; both halves of a pair in one row are one finding."""
    value = token("{hex:32}", "datadog")
    text = f"id,datadog_api_key\n1,{value}\n".encode()
    assert {match.rule.id for engine in engines.values() for match in engine.scan(text).matches} == {"datadog-api-key"}
    pair = f"Access key ID,Secret access key\n{token('AKIA{base32:16}')},{token('{b64:39}z')}\n".encode()
    for engine in engines.values():
        (match,) = engine.scan(pair, path="accessKeys.csv").matches
        assert (match.rule.id, match.companion is not None) == ("aws-access-key", True)


def test_doubled_quotes_stand_for_one(engines):
    """The value is what a reader of the file gets; its place is what the file holds."""
    value = token("{alnum:9}7{alnum:4}", "half")
    written = f'{value}\'""#{value}'
    ((secret, place, _),) = found(engines, f'user,password\nbob,"{written}"\n', "a.csv")
    assert place in {value, written}
    assert value in secret


@pytest.mark.parametrize(("name", "bound"), [("MOST_ROWS", 3), ("LARGEST", 30)])
def test_bounds_are_named(engines, monkeypatch, name, bound):
    """Where a bound leaves rows out, the result says so instead of being clean."""
    monkeypatch.setattr(table, name, bound)
    text = "user,password,url\n" + "".join(f"bob,{value},x\n" for value in column(4))
    for engine in engines.values():
        (limit,) = engine.scan(text.encode(), path="a.csv").limits
        assert "was not read" in limit


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.one_of(
            st.sampled_from(["user", "password", "api_key", "token", "name", "value", "url", VALUE, OTHER, "x"]),
            st.sampled_from([",", ";", "\t", "|", '"', '""', "\n", "\r\n", "|--|--|\n", " ", ", "]),
        ),
        max_size=60,
    )
)
def test_engines_agree_on_any_table(engines, parts):
    """Whatever the text, both engines find the same, at places that hold the secret or its written form."""
    data = "".join(parts).encode()
    results = [engine.scan(data, path="a.csv") for engine in engines.values()]
    assert results[0] == results[1]
    for match in results[0].matches:
        assert data[match.secret_start : match.secret_end].replace(b'""', b'"') == match.secret
        assert 0 <= match.start <= match.secret_start < match.secret_end <= match.end <= len(data)
