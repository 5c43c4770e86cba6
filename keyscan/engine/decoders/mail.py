"""Texts as mails carry them: encoded words of headers (RFC 2047), and uuencoded files."""

from __future__ import annotations

import binascii
from typing import TYPE_CHECKING

from keyscan.engine.decoders.view import AROUND, Pieces, View
from keyscan.engine.prefilter.encoding_triggers import MAIL, UUENCODE, Trigger
from keyscan.support.lazy_pattern import lazy_pattern

if TYPE_CHECKING:
    import re
    from collections.abc import Iterable, Iterator

# An encoded word has 75 characters at most; what writes them does not always hold to that.
_WORD = lazy_pattern(rb"=\?[A-Za-z0-9-]{2,20}\?([BbQq])\?([^?\s]{0,1000})\?=")
# Between two encoded words white space means nothing.
_GAP = lazy_pattern(rb"[ \t]{0,4}(?:\r?\n[ \t]{1,8})?")
_ESCAPE = lazy_pattern(rb"=([0-9A-Fa-f]{2})")
_HEADER = lazy_pattern(rb"begin [0-7]{3} [^\r\n]{1,200}\r?\n")
# A line of uuencode: its length as a character, then groups of four.
_LINE = lazy_pattern(rb"([!-M])([ -`]{1,84})\r?\n")
_TEXT = bytes(range(0x20, 0x7F)) + bytes(range(0x80, 0x100)) + b"\t\r\n"


def encoded_words(data: bytes, hits: Iterable[tuple[Trigger, int]]) -> Iterator[View]:
    """A view of the lines with encoded words: these decoded, those side by side joined."""
    pieces, at = Pieces(), -1
    for place in sorted({end - trigger.width for trigger, end in hits if trigger.kind == MAIL}):
        word = _WORD.match(data, place) if place >= at else None
        if not word:
            continue
        low = max(0, place - AROUND)
        line = max(data.rfind(b"\n", low, place) + 1, low)
        if line > at >= 0:
            pieces.instead(b"\n", at, at)
        pieces.copy(data, max(line, at), place)
        while word:
            pieces.instead(_meaning(word), *word.span())
            at = word.end()
            gap = _GAP.match(data, at)
            word = _WORD.match(data, gap.end()) if gap else None
    if pieces.text:
        yield View("encoded words", bytes(pieces.text), pieces.back, pieces.touched)


def _meaning(word: re.Match[bytes]) -> bytes:
    """The bytes that an encoded word stands for; itself where it is damaged."""
    body = word[2]
    if word[1] in b"Bb":
        try:
            return binascii.a2b_base64(body + b"=" * (-len(body) % 4))
        except binascii.Error:
            return word[0]
    return _ESCAPE.sub(lambda escape: bytes([int(escape[1], 16)]), body.replace(b"_", b" "))


def uuencoded(data: bytes, hits: Iterable[tuple[Trigger, int]]) -> Iterator[View]:
    """A view of each uuencoded file that is text."""
    at = -1
    for place in sorted({end - trigger.width for trigger, end in hits if trigger.kind == UUENCODE}):
        header = _HEADER.match(data, place) if place >= at and data[place - 1 : place] in b"\n" else None
        if not header:
            continue
        pieces, at = Pieces(), header.end()
        while line := _LINE.match(data, at):
            try:
                text = binascii.a2b_uu(line[0].rstrip(b"\r\n"))
            except binascii.Error:
                break
            if text.translate(None, _TEXT):
                break  # what is no text holds no key that could be read so
            pieces.instead(text, *line.span(0))
            at = line.end()
        if pieces.text:
            yield View("uuencode", bytes(pieces.text), pieces.back, pieces.touched)
