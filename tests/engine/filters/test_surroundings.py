"""What stands around a value: a coin's address, a link, the text of a record."""

from __future__ import annotations

import pytest
from helpers.tokens import token

from keyscan.engine.filters.context import Context
from keyscan.engine.filters.surroundings import (
    is_example,
    is_in_test,
    is_shown_to_visitors,
    observed,
)

ADDRESS = "So11111111111111111111111111111111111111112"


@pytest.mark.parametrize(
    ("near", "facts"), [(b'{"mint": true, "token": "', ["value-address"]), (b'{"service": 1, "token": "', [])]
)
def test_an_address_counts_beside_what_speaks_of_a_blockchain(near, facts):
    """The same value elsewhere may be a key: one of 60 random values of this length has the alphabet."""
    assert list(observed(ADDRESS.encode(), Context(b'"token": "', b'"', "a.json", near=near))) == facts


@pytest.mark.parametrize(
    ("before", "facts"),
    [
        (b"https://lists.corp.io/unsubscribe?token=", ["near-link"]),
        (b"[group](https://chat.corp.io/add_by_link?link_token=", ["near-link"]),
        (b"<https://corp.io/privacy/delete?user=1&token=", ["near-link"]),
        (b"https://cdn.corp.io/a/b.png?width=9&token=", ["near-link"]),
        (b"<iframe width='9' src='https://corp.io/embed?token=", ["near-link"]),
        (b"/A <</URI (https://corp.io/view?token=", ["near-link"]),
        (b"user=mark&remember=1&pass=", ["near-form"]),
        (b"https://api.corp.io/v1/items?user=1&token=", []),
        (b"https://api.corp.io/v1/items?token=", []),
        (b"see https://corp.io/unsubscribe and set token=", []),
    ],
)
def test_a_link_that_is_sent_holds_no_credential_of_the_project(before, facts):
    """Whoever has the link is meant to follow it; what comes after the link is judged by itself."""
    value = token("{alnum:24}").encode()
    assert list(observed(value, Context(before, b"", "a.md", near=before))) == facts


@pytest.mark.parametrize(
    ("path", "before", "facts"),
    [
        ("tasks.json", b'"data": "useradd john && echo \'', ["near-record"]),
        ("qa.jsonl", b'{"question": "What is my login? The password is ', ["near-record"]),
        ("app.yaml", b"  description: 'A dashboard. Sign in as admin and the password is ", ["near-record"]),
        ("app.yaml", b"  description: login ", []),
        ("app.yaml", b"  password: ", []),
        ("tasks.json", b'"password": "', []),
        ("tasks.json", b'"description": "a user", "password": "', []),
        ("tasks.py", b'"data": "useradd john && echo \'', []),
    ],
)
def test_sentences_in_data_are_records(path, before, facts):
    """A value inside of the sentence that a field of a data file holds, not a field of its own."""
    assert list(observed(b"John#4123", Context(before, b"", path, near=before))) == facts


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("MIXPANEL_TOKEN", True),
        ("MIXPANEL_API_SECRET", False),
        ("mixpanelPrivateKey", False),
        ("VITE_MIXPANEL_SECRET", True),
    ],
)
def test_a_secret_of_a_service_whose_key_each_page_shows_is_kept_on_servers(name, shown):
    """The name decides what the service's name alone would not, unless a build copies the variable into pages."""
    assert is_shown_to_visitors(name.encode(), f"{name} = mixpanel".encode()) is shown


@pytest.mark.parametrize(
    ("path", "near", "test"),
    [
        ("src/a.rs", b"#[tokio::test]\nasync fn sends() {", True),
        ("src/a.rs", b"assert_eq!(sent, 1);", True),
        ("src/a.zig", b'\ntest "sends" {', True),
        ("src/a.rs", b"fn sends() {", False),
        ("notes.txt", b"#[test]\nfn sends() {", False),
        ("tests/a.rs", b"#[test]\nfn sends() {", False),
    ],
)
def test_tests_beside_the_code_that_they_test(path, near, test):
    """Rust and Zig keep both in one file; what the path says already is not said again."""
    assert is_in_test(Context(b"", b"", path, near=near)) is test


def test_an_id_among_ids_is_no_secret():
    """An index holds one UUID after the other; two beside a secret are settings."""
    value, *others = (token("{uuid}", f"id/{number}").encode() for number in range(5))
    for ids, facts in ((others, ["near-ids"]), (others[:2], []), ([value] * 2, [])):
        near = b'["' + b'"], "x": ["'.join([value, *ids]) + b'"]'
        assert list(observed(value, Context(b"", b"", "index.json", near=near))) == facts


def test_the_string_below_a_line_that_says_example_is_one():
    """Descriptions of interfaces in code put long examples on a line of their own."""
    for above, example in (("example:", True), ("@example", False), ("examples = [", True), ("url:", False)):
        near = f'{above}\n    "https://acme.com/api?token=x7Kq2mPz9RtVw4Yb",'.encode()
        assert is_example(b"x7Kq2mPz9RtVw4Yb", Context(b"", b"", lead=b"token=", near=near)) is example


def test_what_a_document_shows_again_is_a_sample():
    """Each example of a manual has the same key; in a program a key that is written twice is as real as once."""
    value = token("{alnum:40}").encode()
    near = b"api_key = '" + value + b"'\n\ncurl -H 'x-api-key: " + value + b"'"
    assert list(observed(value, Context(b"", b"", "docs/api.md", near=near))) == ["near-again"]
    assert not list(observed(value, Context(b"", b"", "docs/api.md", near=near[:60])))
    assert not list(observed(value, Context(b"", b"", "src/api.py", near=near)))


def test_an_id_that_many_settings_have_names_a_record():
    """A section and three settings that refer to it; three places of a secret may be one and its confirmation."""
    value = token("{uuid}").encode()
    near = b"[" + value + b"]\nauth=" + value + b"\naors=" + value + b"\n"
    assert list(observed(value, Context(b"", b"", "pjsip.conf", near=near + b"id=" + value))) == ["value-repeated"]
    assert not list(observed(value, Context(b"", b"", "pjsip.conf", near=near)))
    other = token("{alnum:36}").encode()
    assert not list(observed(other, Context(b"", b"", "pjsip.conf", near=near.replace(value, other) * 2)))


@pytest.mark.parametrize(
    ("above", "facts"),
    [
        (b"/*****\n{\n  ", ["near-message"]),
        (b"int f() {\n    /* The answer:\n  ", ["near-message"]),
        (b"/* The answer: */\n{\n  ", []),
        (b'glob("src/*")\n{\n  ', []),
    ],
)
def test_an_object_in_a_comment_shows_a_message(above, facts):
    """A comment of many lines needs no sign on each; behind its end, and beside a path with its signs, is code."""
    value, lead = token("{alnum:40}").encode(), b'"token": "'
    context = Context(lead, b'"', "agent.c", lead=lead, near=above + lead + value + b'"\n}\n*/')
    assert list(observed(value, context)) == facts


@pytest.mark.parametrize(
    ("near", "facts"),
    [
        (b"client_secret: 'XXXXXXXXXXXX'\ncookie_secret: '", ["near-manual"]),
        (b"API_KEY=your_api_key\nSECRET=", ["near-manual"]),
        (b"curl http://localhost:8080/v1/tenants \\\n -H 'X-API-Key: ", ["near-manual"]),
        (b"curl https://foo.bar.com/oauth \\\n -d 'client_secret=", ["near-manual"]),
        (b"curl https://api.acme.io/oauth \\\n -d 'client_secret=", []),
        (b"xx-large: your keyboard\ncookie_secret: '", []),
    ],
)
def test_a_manual_masks_values_and_names_hosts_of_examples(near, facts):
    """The same beside a setting in a program or a configuration says nothing."""
    value = token("{alnum:40}").encode()
    assert list(observed(value, Context(b"", b"", "docs/setup.md", near=near + value))) == facts
    assert not list(observed(value, Context(b"", b"", "src/setup.go", near=near + value)))
