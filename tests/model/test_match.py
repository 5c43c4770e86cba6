"""A rule that matched in a text."""

from __future__ import annotations

import dataclasses

from helpers.matches import match

from keyscan.model.match import Match, Span

FOUND = dataclasses.replace(
    match(b"key = SECRET id", b"SECRET"),
    companion=Span(13, 15),
    companion_secret=b"id",
    decoded="base64",
    evidence=("x",),
)


def test_a_moved_match_is_the_same_further_on():
    """Every field is kept, every offset moves, the companion's too."""
    moved = FOUND.moved(100)
    offsets = {"start", "end", "secret_start", "secret_end", "companion"}
    for field in dataclasses.fields(Match):
        if field.name not in offsets:
            assert getattr(moved, field.name) == getattr(FOUND, field.name), field.name
    assert (moved.start, moved.secret_end, moved.companion) == (106, 112, Span(113, 115))
    assert moved.moved(-100) == FOUND


def test_secrets_are_not_shown():
    """The representation holds neither half."""
    hidden = dataclasses.replace(FOUND, companion_secret=b"OTHERHALF")
    assert "SECRET'" not in repr(hidden)
    assert "OTHERHALF" not in repr(hidden)
