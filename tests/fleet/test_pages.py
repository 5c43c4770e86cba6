"""The pages of a listing: to the end, politely, each once; whatever cuts it short is an error."""

from __future__ import annotations

import json

import pytest

from keyscan.errors import IncompleteError
from keyscan.fleet.pages import Pages
from keyscan.support.http import Response

URL = "https://forge.example/api?cursor=SECRET"


def response(status=200, body=None, cut=False, **headers):
    """An answer of the forge."""
    fields = {"status": status, "headers": {k.replace("_", "-"): v for k, v in headers.items()}, "cut": cut}
    data = json.dumps(body).encode() if not isinstance(body, bytes) else body
    names = Response.__dataclass_fields__ if hasattr(Response, "__dataclass_fields__") else Response._fields
    values = {**fields, "body": data}
    return Response(**{name: values[name] for name in names if name in values})


class Forge:
    """Gives answers in order and remembers what was asked."""

    def __init__(self, *answers):
        self.answers, self.asked, self.waits = list(answers), [], []

    def send(self, request):
        """The next answer."""
        self.asked.append(request)
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    def pages(self, cache=None, header=None):
        """A listing from this forge."""
        return list(
            Pages(self, {"Authorization": "t"} if header is None else header, cache, self.waits.append).all(URL)
        )


def test_pages_are_followed_to_the_end():
    """By the Link header or the body's `next`."""
    forge = Forge(
        response(body=[1], link='<https://forge.example/api?page=2>; rel="next"'),
        response(body={"values": [2], "next": "https://forge.example/api?page=3"}),
        response(body=[3]),
    )
    assert forge.pages() == [[1], {"values": [2], "next": "https://forge.example/api?page=3"}, [3]]
    assert all(request.headers["Authorization"] == "t" for request in forge.asked)


@pytest.mark.parametrize("link", ["https://other.example/x", "http://forge.example/x"])
def test_the_token_is_sent_to_one_host_only(link):
    """A next page elsewhere, or without TLS, ends the listing with an error."""
    with pytest.raises(IncompleteError, match="on another host"):
        Forge(response(body=[], link=f'<{link}>; rel="next"')).pages()


def test_a_listing_that_repeats_a_page_is_an_error():
    """It may not be whole."""
    again = response(body=[], link=f'<{URL}>; rel="next"')
    with pytest.raises(IncompleteError, match="repeats a page"):
        Forge(again, again).pages()


@pytest.mark.parametrize(
    ("status", "header", "message"),
    [
        (401, {"A": "t"}, "the token is not accepted"),
        (401, {}, "a token is needed"),
        (403, {"A": "t"}, "lacks the scope"),
        (404, {}, "there is no such name"),
        (418, {}, "the forge answers 418"),
    ],
)
def test_what_an_error_means(status, header, message):
    """In words, and without the cursor of the address."""
    with pytest.raises(IncompleteError, match=message) as raised:
        Forge(response(status, {})).pages(header=header)
    assert "SECRET" not in str(raised.value)


def test_patience():
    """What a forge asks for is waited, and no longer than an hour; a lost connection is tried again."""
    forge = Forge(response(429, {}, retry_after="7"), response(503, {}), response(body=[]))
    assert forge.pages() == [[]]
    assert forge.waits == [7.0, 4.0]
    with pytest.raises(IncompleteError, match="rate limited"):
        Forge(response(403, {}, retry_after="9999")).pages()
    with pytest.raises(IncompleteError, match="answer is not JSON"):
        Forge(response(body=b"<html>")).pages()
    with pytest.raises(IncompleteError, match="larger than"):
        Forge(response(body=[], cut=True)).pages()
