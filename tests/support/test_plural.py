"""Numbers and words."""

from __future__ import annotations

from keyscan.support.plural import plural


def test_words_for_numbers():
    """One is singular, nothing and more are not."""
    assert (plural(0, "file"), plural(1, "file"), plural(2000, "file")) == ("0 files", "1 file", "2,000 files")
