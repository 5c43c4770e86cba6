"""A version scanned from its base: what carries over, and what is left to match."""

from __future__ import annotations

import pytest
from helpers.packs import delta_of
from helpers.tokens import token
from helpers.versions import SECRETS, filler

from keyscan.engine import build
from keyscan.git.pack import delta
from keyscan.history import versions
from keyscan.history.versions import VersionScanner
from keyscan.ruleset.cache import load_rules

KEY = "".join(SECRETS["github"]).encode()
BASE = filler(1, 300) + KEY + filler(2, 300)


@pytest.fixture(scope="module")
def matcher():
    """All rules."""
    return build.matcher(load_rules())


@pytest.fixture
def scanner(matcher):
    """A scanner of versions."""
    return VersionScanner(matcher)


def first(scanner, matcher, data=BASE, path=b"a.py"):
    """A version without a base, matched."""
    version = scanner.scan(path, data, None, [], None)
    version.matched(matcher.plain_matches(data, version.hits, path="a.py").matches)
    return version


def then(scanner, base, steps, data=BASE, path=b"a.py"):
    """The version that `steps` make of `data`, and its text."""
    written, made = delta_of(data, steps)
    _, changes, sources = delta.apply(data, written, 1 << 24)
    return scanner.scan(path, made, changes, sources, base), made


def test_without_a_base_all_hits_are_to_be_matched(scanner, matcher):
    """Nothing is known of the text, so every hit is to be matched."""
    version = scanner.scan(b"a.py", BASE, None, [], None)
    assert version.hits
    assert (version.matches, version.changed) == (None, None)
    assert len(matcher.plain_matches(BASE, version.hits, path="a.py").matches) == 1


def test_a_change_far_off_leaves_the_match_moved(scanner, matcher):
    """The base's match stands in the version at its new place, and no hit near it is matched again."""
    version, made = then(scanner, first(scanner, matcher), [(0, 10), b"inserted", (10, len(BASE) - 10)])
    assert [match.secret for match in version.matches] == [KEY[9:-2]]
    assert version.matches[0].secret_start == made.index(KEY[9:-2])
    assert not {end for _, end in version.changed} & set(range(made.index(KEY), made.index(KEY) + len(KEY)))


def test_a_changed_key_is_matched_again(scanner, matcher):
    """Where the key itself changed, no match is carried over."""
    at = BASE.index(KEY) + 15
    version, _ = then(scanner, first(scanner, matcher), [(0, at), b"X", (at + 1, len(BASE) - at - 1)])
    assert version.matches == []
    assert version.changed


@pytest.mark.parametrize("path", [b"b.py", None])
def test_another_path_or_none_carries_no_match(scanner, matcher, path):
    """Verdicts depend on the path; a version that nobody asked for is not matched at all."""
    version, _ = then(scanner, first(scanner, matcher), [(0, len(BASE))], path=path)
    assert version.matches is None
    assert bool(version.hits) is (path is not None)


def test_a_text_without_hits_has_no_matches(scanner):
    """Nothing is left to match."""
    version = scanner.scan(b"a.py", filler(5, 10), None, [], None)
    assert (version.hits, version.matches) == ([], [])


def test_a_small_version_is_scanned_whole(scanner, matcher, monkeypatch):
    """Below the limit the base is not used, and above it it is."""
    base = first(scanner, matcher)
    monkeypatch.setattr(versions, "SMALL", len(BASE))
    assert then(scanner, base, [(0, len(BASE))])[0].matches is None
    monkeypatch.setattr(versions, "SMALL", len(BASE) - 1)
    assert len(then(scanner, base, [(0, len(BASE))])[0].matches) == 1


def test_a_row_is_read_by_a_header_far_above(scanner, matcher):
    """A row that a version adds a thousand lines below its header is found as in a scan of the whole file."""
    text = b"id,note,password\n" + b"".join(b"%d,none,\n" % row for row in range(1000))
    value = token("{alnum:9}7{alnum:14}", "row")
    base = first(scanner, matcher, text, b"a.csv")
    version, made = then(scanner, base, [(0, len(text)), f"9,new,{value}\n".encode()], text, b"a.csv")
    plain = matcher.plain_matches(made, version.hits, path="a.csv")
    found = matcher.with_decoded(plain, made, version.hits, path="a.csv").matches
    assert [match.secret.decode() for match in found] == [value]
    assert found == matcher.scan(made, path="a.csv").matches
