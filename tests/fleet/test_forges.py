"""Listings of forges, over TLS from a local server that speaks each API and its faults."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from helpers.provider import provider

from keyscan.errors import IncompleteError, UsageError
from keyscan.fleet.forges import FORGES, repositories
from keyscan.fleet.pages import LARGEST_PAGE, Pages
from keyscan.support.http import Response

ITEMS = {
    "github-org": {"full_name": "acme/app", "clone_url": "https://github.com/acme/app.git", "archived": True,
                   "fork": False, "visibility": "internal", "pushed_at": "2026-01-01T00:00:00Z", "size": 3,
                   "has_wiki": True},
    "gitlab-group": {"path_with_namespace": "acme/sub/app", "http_url_to_repo": "https://gitlab.com/acme/sub/app.git",
                     "archived": False, "forked_from_project": {"id": 1}, "visibility": "private",
                     "last_activity_at": "2026-01-01T00:00:00Z", "wiki_enabled": False},
    "gitea-org": {"full_name": "acme/app", "clone_url": "https://gitea.com/acme/app.git", "private": True, "size": 2},
    "bitbucket-workspace": {"full_name": "acme/app", "size": 4096, "is_private": True, "links": {"clone": [
        {"name": "https", "href": "https://user@bitbucket.org/acme/app.git"}, {"name": "ssh", "href": "git@x:y"}]}},
    "hf-org": {"id": "acme/model", "private": False, "lastModified": "2026-01-01"},
}  # fmt: skip


class Client:
    """Answers requests from a list; remembers them."""

    def __init__(self, *answers):
        self.answers, self.requests = list(answers), []

    def send(self, request):
        self.requests.append(request)
        return self.answers.pop(0)


def page(body, status=200, **headers):
    """An answer with a JSON body."""
    return Response(
        status, {name.replace("_", "-"): value for name, value in headers.items()}, json.dumps(body).encode()
    )


def listing(kind, *answers, slept=None, cache=None, token=True):
    """The repositories of a listing with these answers, and the client that was asked."""
    forge = FORGES[kind]
    client = Client(*answers)
    header = {forge.header[0]: "t"} if token else {}
    pages = Pages(client, header, cache, sleep=(slept if slept is not None else []).append)
    return repositories(forge, "acme", "", pages, Path("/")), client


@pytest.mark.parametrize("kind", ITEMS)
def test_fields(kind):
    """Name, address, archived, fork, visibility and size as each forge tells them."""
    body = {"values": [ITEMS[kind]]} if FORGES[kind].items else [ITEMS[kind]]
    empty = [page([]) for _ in FORGES[kind].paths[1:]]
    found, _ = listing(kind, page(body), *empty)
    told = [(one.name, one.location, one.archived, one.fork, one.visibility, one.size, one.optional) for one in found]
    assert (
        told
        == {
            "github-org": [
                ("acme/app", "https://github.com/acme/app.git", True, False, "internal", 3072, False),
                ("acme/app.wiki", "https://github.com/acme/app.wiki.git", True, False, "internal", 0, True),
            ],
            "gitlab-group": [("acme/sub/app", "https://gitlab.com/acme/sub/app.git", False, True, "private", 0, False)],
            "gitea-org": [("acme/app", "https://gitea.com/acme/app.git", False, False, "private", 2048, False)],
            "bitbucket-workspace": [
                ("acme/app", "https://bitbucket.org/acme/app.git", False, False, "private", 4096, False)
            ],
            "hf-org": [("acme/model", "https://huggingface.co/acme/model", False, False, "public", 0, False)],
        }[kind]
    )


def test_pages_are_followed_and_the_token_stays_on_its_host():
    """The Link header leads on; a next page elsewhere is refused before anything is sent there."""
    link = '<https://api.github.com/orgs/acme/repos?page=2>; rel="next", <https://api.github.com/x>; rel="last"'
    item = ITEMS["github-org"] | {"has_wiki": False}
    found, client = listing("github-org", page([item], link=link), page([item | {"full_name": "acme/b"}]))
    assert [one.name for one in found] == ["acme/app", "acme/b"]
    assert client.requests[1].url.endswith("page=2")
    with pytest.raises(IncompleteError, match="another host"):
        listing("github-org", page([item], link='<https://evil.example/x>; rel="next"'))


def test_a_page_that_repeats():
    """It is an error, not a loop and not a whole listing."""
    link = '<https://api.github.com/orgs/acme/repos?per_page=100>; rel="next"'
    with pytest.raises(IncompleteError, match="repeats"):
        listing("github-org", page([], link=link))


@pytest.mark.parametrize(
    ("fault", "waited"),
    [
        (page({}, 429, retry_after="7"), [7.0]),
        (page({}, 403, retry_after="3"), [3.0]),
        (page({}, 502), [2.0]),
        (page({}, 503, retry_after="1"), [1.0]),
    ],
)
def test_patience(fault, waited):
    """Rate limits and short troubles are waited out as the forge asks."""
    slept = []
    found, _ = listing("gitea-org", fault, page([ITEMS["gitea-org"]]), slept=slept)
    assert (len(found), slept) == (1, waited)


@pytest.mark.parametrize(
    ("answer", "token", "message"),
    [
        (page({}, 401), True, "not accepted"),
        (page({}, 401), False, "a token is needed"),
        (page({}, 403), True, "scope"),
        (page({}, 404), False, "no such name, or a token"),
        (page({}, 418), True, "418"),
        (page({}, 429, retry_after="99999"), True, "try again later"),
        (Response(200, {}, b"<html>"), True, "not JSON"),
        (Response(200, {}, b"[]", cut=True), True, "larger than"),
    ],
)
def test_what_ends_a_listing(answer, token, message):
    """One clear line, without the query of the address."""
    with pytest.raises(IncompleteError, match=message) as caught:
        listing("gitea-org", answer, token=token)
    assert "limit=50" not in str(caught.value)


def test_known_pages_are_asked_for_conditionally():
    """A page that did not change is taken from the state; its next address too."""

    class Cache(dict):
        def page(self, url):
            return self.get(url)

        def keep_page(self, url, etag, after, body):
            self[url] = (etag, after, body)

    cache = Cache()
    listing("gitea-org", page([ITEMS["gitea-org"]], etag='"e1"'), cache=cache)
    found, client = listing("gitea-org", page({}, 304), cache=cache)
    assert len(found) == 1
    assert client.requests[0].headers["If-None-Match"] == '"e1"'


def test_a_plain_http_forge_is_refused():
    """A token is not sent unencrypted."""
    with pytest.raises(UsageError, match="https"):
        repositories(FORGES["gitea-org"], "acme", "http://forge.local", Pages(Client(), {}), Path("/"))


def test_over_tls():
    """The real client against a real server with a test authority: two pages, a 502 between them, a large body."""
    item, base = ITEMS["gitea-org"], "https://git.acme.example"
    script = [
        (
            200,
            {"Link": f'<{base}/api/v1/orgs/acme/repos?page=2>; rel="next"'},
            [item | {"description": "x" * 3000}] * 50,
        ),
        (502, {}, {}),
        (200, {}, [item]),
    ]

    def answer(_asked):
        status, headers, body = script.pop(0)
        return status, headers, json.dumps(body).encode()

    with provider(answer, "git.acme.example") as forge:
        client = forge.client(largest=LARGEST_PAGE)
        pages = Pages(client, {"Authorization": "token t"}, sleep=lambda _: None)
        found = repositories(FORGES["gitea-org"], "acme", base, pages, Path("/"))
    assert len(found) == 51
    assert {asked.headers["authorization"] for asked in forge.asked} == {"token t"}
