"""A draft becomes a request by its signer's token; its values stay out of its representation."""

from __future__ import annotations

from keyscan.support.http import Request
from keyscan.verify.draft import Draft, encoded, with_assertion


def draft(**values):
    """A draft of a POST whose header asks for an assertion."""
    headers = {"Authorization": "Bearer {assertion}", "Accept": "*/*"}
    return Draft(Request("POST", "https://a.example/", "https://a.example/", headers, b"old", True), **values)


def test_an_assertion_goes_into_headers_and_form():
    """The token of a signer is filled in wherever the template has `{assertion}`; a form is encoded again."""
    made = with_assertion(draft(form=(("assertion", "{assertion}"), ("a b", "c&d"))), "x.y+z")
    assert made.headers == {"Authorization": "Bearer x.y+z", "Accept": "*/*"}
    assert made.body == b"assertion=x.y%2Bz&a+b=c%26d"


def test_a_body_without_a_form_is_kept():
    """Only a form is made again."""
    assert with_assertion(draft(), "t").body == b"old"
    assert encoded(()) == b""


def test_what_a_draft_holds_is_not_shown():
    """The arguments of a signer and the form hold the secret: no representation has them."""
    text = repr(draft(sign={"key": "hunter2"}, form=(("k", "hunter2"),), json={"k": "hunter2"}))
    assert "hunter2" not in text
