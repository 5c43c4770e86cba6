"""A stream loses its secrets however it is cut, and is held back no longer than it must be."""

from __future__ import annotations

import random

import pytest
from helpers.agent_events import key
from helpers.tokens import token

from keyscan.agents.detector import Detector
from keyscan.agents.redactor import Redactor
from keyscan.agents.stream_filter import BLOCK, StreamFilter
from keyscan.errors import IncompleteError


def cut(data, rng, most):
    """`data` in random parts of up to `most` bytes."""
    at = 0
    while at < len(data):
        size = rng.randint(1, most)
        yield data[at : at + size]
        at += size


def private_key():
    """A block of several lines that is one secret."""
    return token("{pem:RSA PRIVATE KEY}", "block") + "\n"


@pytest.mark.parametrize("line_buffered", [False, True])
@pytest.mark.parametrize("most", [1, 7, 100, 5000, 200_000])
def test_any_cut_gives_what_the_whole_gives(line_buffered, most):
    """However the bytes arrive, the output is the redaction of the whole text."""
    rng = random.Random(most)  # noqa: S311 - cuts need not be secret
    lines = [f"line {n} of a log" for n in range(200 if most < 100 else 20_000)]
    for at, text in ((3, f"A={key('a')}"), (50, private_key()), (120, f'"password": "{token("{alnum:20}", "p")}",')):
        lines.insert(at, text)
    data = ("\n".join(lines) + f"\nlast {key('a')}").encode()
    stream = Redactor().stream(line_buffered=line_buffered)
    made = b"".join([*map(stream.feed, cut(data, rng, most)), stream.close()])
    assert made == Redactor().redact_bytes(data)[0]
    assert key("a").encode() not in made


def test_lines_come_at_once():
    """A line-buffered stream passes a line on as soon as it is complete."""
    stream = Redactor().stream(line_buffered=True)
    assert stream.feed(b"first\nsec") == b"first\n"
    assert stream.feed(b"ond\n") == b"second\n"
    assert stream.close() == b""


def test_blocks_are_bounded():
    """No more than a block and the longest rule is held, whatever comes."""
    stream = Redactor().stream()
    shown = 0
    for _ in range(40):
        shown += len(stream.feed(b"x" * 100_000))
        assert len(stream._held) < BLOCK * 2
    assert shown + len(stream.close()) == 4_000_000


def test_an_endless_line_is_bounded_too():
    """A line-buffered stream does not wait for the end of a line that has none."""
    stream = Redactor().stream(line_buffered=True)
    shown = sum(len(stream.feed(b"y" * 50_000)) for _ in range(40))
    assert shown > 1_000_000
    assert len(stream._held) < BLOCK


def test_a_block_is_not_shown_before_its_end():
    """The lines of a private key are held back until the block can be judged."""
    block = private_key().encode()
    stream = Redactor().stream(line_buffered=True)
    parts = [stream.feed(line + b"\n") for line in block.splitlines()]
    made = b"".join([*parts, stream.close()])
    assert block.splitlines()[3] not in made
    assert b"[keyscan:" in made


def test_an_opener_without_an_end_does_not_hold_the_stream():
    """What only begins like a block is shown once no rule could match it any more."""
    stream = Redactor().stream(line_buffered=True)
    made = stream.feed(b"-----BEGIN RSA PRIVATE KEY-----\n")
    made += b"".join(stream.feed(b"a log line that follows\n") for _ in range(3000))
    assert made.count(b"a log line") > 1000


def test_a_prompt_is_shown_when_nothing_follows():
    """A question without a line's end is shown after a pause; a word that may grow into a key is not."""
    stream = Redactor().stream(line_buffered=True)
    assert stream.feed(b"Continue? ") == b""
    assert stream.idle() == b"Continue? "
    secret = key().encode()
    assert stream.feed(secret[:40]) == b""
    assert stream.idle() == b""
    made = stream.feed(secret[40:] + b"\n")
    assert secret[:40] not in made
    assert made.startswith(b"[keyscan:")


def test_a_password_prompt_is_shown():
    """`Password:` is a prompt, not the beginning of a secret."""
    stream = Redactor().stream(line_buffered=True)
    stream.feed(b"Password:")
    assert stream.idle() == b"Password:"


def test_a_secret_is_known_for_the_rest_of_the_stream():
    """A value that its name gave away once is replaced later on, where it stands alone."""
    secret = token("{upper:2}{digits:3}$#{lower:4}{upper:3}{digits:2}", "password").encode()
    stream = Redactor().stream(line_buffered=True)
    made = stream.feed(b'password = "' + secret + b'"\n')
    made += stream.feed(b"x\n" * 5000) + stream.feed(b"trying " + secret + b" now\n")
    assert secret not in made


def test_what_cannot_be_judged_is_not_shown(monkeypatch):
    """A part on which a rule was given up is left out and said so."""

    def find(_self, _data, _path=""):
        raise IncompleteError("rule x took too long on this text")

    monkeypatch.setattr(Detector, "find", find)
    stream = StreamFilter(Detector(), line_buffered=True)
    made = stream.feed(b"plain text\n") + stream.close()
    assert b"plain" not in made
    assert b"11 bytes not shown: rule x took too long" in made
    assert stream.failures


def test_bytes_that_are_no_text_pass_unchanged():
    """Binary data comes out as it went in."""
    data = random.Random(1).randbytes(300_000)  # noqa: S311 - any bytes will do
    stream = Redactor().stream()
    assert stream.feed(data) + stream.close() == data
