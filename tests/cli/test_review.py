"""The walk over findings of `baseline review`."""

from __future__ import annotations

import pytest

from keyscan.cli.review import masked
from keyscan.model.finding import Location


@pytest.mark.parametrize(
    ("place", "expected"),
    [
        (Location(1, 7, 1, 10), ["key = •••;", "next", "last"]),
        (Location(1, 7, 2, 3), ["key = ••••", "••xt", "last"]),
        (Location(1, 1, 3, 5), ["•" * 10, "••••", "••••"]),
        (Location(9, 1, 9, 5), ["key = abc;", "next", "last"]),
        (Location(3, 2, 9, 5), ["key = abc;", "next", "l•••"]),
    ],
)
def test_bullets_keep_the_places_of_others(place, expected):
    """As many as the secret has characters, over lines too; a place behind the end changes nothing."""
    assert masked(["key = abc;", "next", "last"], place) == expected
