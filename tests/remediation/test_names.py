"""Names of variables come from the rule, else from the code."""

from __future__ import annotations

import pytest

from keyscan.remediation.names import Names, name_before


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ('apiKey = "', "API_KEY"),
        ('const dbPassword: string = "', "DB_PASSWORD"),
        ('"client-secret": "', "CLIENT_SECRET"),
        ("$config['secret_key'] = '", "SECRET_KEY"),
        ("password := `", "PASSWORD"),
        ("'token' => '", "TOKEN"),
        ('os.environ["API_TOKEN"] = "', "API_TOKEN"),
        ("export DB_PASS=", "DB_PASS"),
        ('f("', ""),
        ("", ""),
    ],
)
def test_name_before_a_value(text, name):
    """The name that a value is assigned to, in the form of a variable."""
    assert name_before(text.encode(), len(text)) == name


def test_name_with_another_value_gets_a_suffix_and_a_remark():
    """A name keeps its value; the same value keeps its name."""
    names = Names({"A": b"1"})
    assert names.choose("A", b"1") == "A"
    assert names.choose("A", b"2") == "A_2"
    assert names.add("A_2", b"2", "A")
    assert names.remarks == ["A has another value already: this one is A_2"]
    assert not names.add("A", b"3", "A")
    assert names.values == {"A": b"1", "A_2": b"2"}
