"""What makes a text binary: NULs, but not a stray one in text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keyscan.engine.confirm import Candidate
from keyscan.engine.filters.context import Context, context_of, has_expired, is_binary


@pytest.mark.parametrize(
    ("data", "binary"),
    [
        (b"", False),
        (b"x = 1\n" * 100, False),
        (b"x = 1\0\n" + b"password = 'a'\n" * 20, False),
        (b"\0" * 3 + b"x = 1\n" * 50, True),
        (b"\x7fELF\x02\x01\x01\0" + b"x" * 100, True),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + b"x" * 100, True),
        (b"a\0b\0c\0d\0", True),
        ("ключ = 1\n".encode() * 10 + b"\0", False),
        (b"x" * 9000 + b"\0" * 100, False),
    ],
)
def test_binary_files_are_told_from_text_with_a_stray_nul(data, binary):
    """One NUL in a text that is otherwise plain leaves it a text; NULs among other control bytes do not."""
    assert is_binary(data) is binary


@given(st.lists(st.sampled_from([b"x" * 97, b"\0", b"\x01", b"text \n", b"\0" * 7]), max_size=160).map(b"".join))
def test_the_first_bytes_alone_decide_as_the_whole_probe_does(data):
    """What is told from the header of a file is what counting all NULs of the probe tells."""
    head = data[:8000]
    nuls = head.count(0)
    odd = any(byte < 0x20 and byte not in b"\t\n\r\f\x1b\0" for byte in head)
    assert is_binary(data) is (nuls > 1 + len(head) // 1000 or (nuls > 0 and odd))


def test_the_text_round_a_match_is_bounded():
    """The rest of its line on either side, what the rule matched before it, and what stands near."""
    secret = b"S" * 20
    line = b"x" * 300 + b" key = " + secret + b" # note"
    data = b"before\n" + line + b"\nafter"
    start = data.index(secret)
    found = context_of(data, Candidate(start - 6, start + 20, start, start + 20), "a.py")
    assert found.before == line[: line.index(secret)][-200:]
    assert (found.after, found.lead, found.path) == (b" # note", b"key = ", "a.py")
    assert found.preceding == data[: start - 6][-64:]
    assert found.near == data


@pytest.mark.parametrize(
    ("address", "expired"),
    [
        (b"https://a/b?se=2001-01-01&ske=2001-01-02&sig=", True),
        (b"https://a/b?se=2001-01-01&ske=2999-01-02&sig=", False),
        (b"https://a/b?X-Amz-Date=20200101T000000Z&X-Amz-Expires=3600&X-Amz-Security-Token=", True),
        (b"https://a/b?X-Amz-Date=29990101T000000Z&X-Amz-Expires=3600&X-Amz-Security-Token=", False),
        (b"https://a/b?X-Goog-Date=20200101T000000Z&X-Goog-Expires=900&X-Goog-Signature=", True),
        (b"https://a/b?x-oss-date=20200101T000000Z&x-oss-expires=900&x-oss-signature=", True),
        (b"https://a/b?q-sign-time=1500000000;1500003600&q-signature=", True),
        (b"https://a/b?q-sign-time=1500000000%3B9500003600&q-signature=", False),
        (b"https://a/b?X-Tos-Date=20200101T000000Z&X-Tos-Expires=900&X-Tos-Signature=", True),
        (b"https://a/b?Expires=1500000000&Signature=", True),
        (b"https://a/b?Expires=9500000000&Signature=", False),
        (b"https://a/b?e=1576142006&amp;token=", True),
        (b"https://a/b?X-Amz-Date=20209999T000000Z&X-Amz-Expires=1&X-Amz-Security-Token=", False),
        (b"https://a/b?token=", False),
        (b"see https://a/b?e=1576142006 and token=", False),
    ],
)
def test_a_signed_address_that_has_expired(address, expired):
    """Azure's last day, seconds since 1970, or a time and how long from then on; another address says nothing."""
    assert has_expired(Context(address, b"")) is expired
    if address.startswith(b"https://a/b?"):
        name, _, rest = address.rpartition(b"&")
        assert has_expired(Context(b"https://a/b?" + rest, b"&" + name.partition(b"?")[2])) is expired
