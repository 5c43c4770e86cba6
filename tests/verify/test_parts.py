"""What fills the variables of a request."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest
from helpers.live import ASKED, candidate_for
from helpers.tokens import token

from keyscan.ruleset.live_tables import Part
from keyscan.verify import parts
from keyscan.verify.candidate import Candidate

SITE = Part("site", r"[a-z0-9-]+(?=\.acme\.example)", host=True)
CLIENT = Part("client_id", "[0-9a-f]{8}", ("client_id",))


def candidate(before="", after=""):
    """A candidate with this text round it."""
    return Candidate("r:0", "r", "s" * 20, "", before, after)


@pytest.mark.parametrize("kind", sorted(ASKED))
def test_every_kind_finds_its_parts(kind):
    """The second parts of every kind are found where files have them, and without them the key is not asked about."""
    table = ASKED[kind]
    found = candidate_for(table)
    assert not parts.variables_of(table, found).missing
    bare = replace(found, before="", after="")
    if any(part.required for part in table.parts):
        assert parts.variables_of(table, bare).missing


def test_the_nearest_wins():
    """Of several candidates for a part the nearest to the secret is taken, on either side."""
    before = "client_id = 11111111\n" + " " * 50 + "client_id = 22222222\n" + " " * 30
    assert parts.near(CLIENT, candidate(before, "\nclient_id: 33333333")) == "33333333"
    assert parts.near(CLIENT, candidate(before, " " * 80 + "client_id: 33333333")) == "22222222"


@pytest.mark.parametrize(
    "text", ['client_id = "1234abcd"', "CLIENT-ID: 1234abcd", "clientId=1234abcd", "'client id' => '1234abcd'"]
)
def test_names_are_read_as_files_write_them(text):
    """Names in any spelling, assignment in any language."""
    assert parts.near(CLIENT, candidate(text)) == "1234abcd"


def test_nothing_matches_across_the_secret_or_beyond_reach():
    """A part does not consist of text on both sides of the secret, nor stand far away."""
    assert not parts.near(CLIENT, candidate("client_id=1234", "abcd"))
    assert not parts.near(CLIENT, candidate("client_id=1234abcd" + " " * 3000))


@pytest.mark.parametrize("host", ["evil.example/x", "a@b", "a:1", "-.", "xn--é", "..", "a%2e"])
def test_a_host_part_is_a_host_name(host):
    """What could lead to another host is not taken, whatever the expression lets through."""
    assert not parts.near(Part("host", ".{2,14}", host=True), candidate(host)).startswith(host)


def test_hostile_text_is_searched_in_time():
    """Text made to be slow to search is searched in little time, for every part of every kind."""
    texts = ["a-" * 1000, "a." * 1000, "client_id" * 220, "@" * 2000, "a@a." * 500, " " * 2000, "0" * 2000]
    started = time.process_time()
    every = {part.value: part for table in ASKED.values() for part in table.parts}
    for part in every.values():
        for text in texts:
            parts.near(part, candidate(text, text))
    assert time.process_time() - started < 20


def test_claims_of_a_token_and_of_what_is_none():
    """Claims are read without trust; what is no token has none."""
    made = token("{jwt:ref=abc,role=service}")
    assert parts.claims(made)["ref"] == "abc"
    assert parts.claims("eyJ.eyJ.x") == {}
    assert parts.claims("no token") == {}
