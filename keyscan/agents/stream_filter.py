"""A stream of bytes with its secrets replaced, in bounded memory.

Bytes that could be part of a secret are held back: the width of the longest rule, or in a line-buffered stream the
last incomplete line and a block (a private key) whose end has not come yet.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from keyscan.agents.detector import LONGEST_MATCH
from keyscan.agents.replacement import known_values, replaced_everywhere
from keyscan.errors import KeyscanError

if TYPE_CHECKING:
    from keyscan.agents.detector import Detector, Secret

# Bytes that are scanned at once: each scan repeats up to two widths of the longest rule.
BLOCK = 512 * 1024
# Bytes already shown that are looked at again with a new line: what makes its values secrets may be a line above.
LINE_CONTEXT = 4096
# A line longer than this is judged by the rules' width, not by its end.
LONGEST_LINE = 128 * 1024
# Where the lines of a secret of several lines begin, and where they end.
_OPENERS = re.compile(
    rb"-----BEGIN [^\n]{0,80}(?:KEY|CERTIFICATE|BLOCK)[^\n]{0,20}-----|PuTTY-User-Key-File-|\"private_key\"\s*:"
)
_CLOSERS = re.compile(rb"-----END [^\n]{0,100}-----|Private-MAC:|\"universe_domain\"|\n\s*\}")
# What may still grow into a secret at the end of a line that is not complete.
_GROWING = re.compile(rb"[^\s]{1,4096}\Z")
# How a prompt ends: nothing of a secret follows from the program itself.
_PROMPTS = (b":", b"?", b">", b"$", b"#", b")", b"]")
# Distinct secrets that are remembered, so that they are replaced where their names are not beside them.
_MAX_REMEMBERED = 1000


class StreamFilter:
    """Bytes in, redacted bytes out: `feed` what arrives, then `close`; both return what may be shown.

    `line_buffered` returns each line as soon as it is complete. `secrets` are those that were replaced, `failures`
    say why parts of the stream were left out: what could not be judged is not shown.
    """

    def __init__(self, detector: Detector, *, line_buffered: bool = False, path: str = "") -> None:
        self._detector, self._path, self._lines = detector, path, line_buffered
        self._shown = b""
        self._held = bytearray()
        self._values: dict[bytes, str] = {}
        self._tokens: dict[str, str] = {}
        self._context = LINE_CONTEXT if line_buffered else LONGEST_MATCH
        self.secrets: list[Secret] = []
        self.failures: list[str] = []

    def feed(self, data: bytes) -> bytes:
        """The output that may be shown after `data` has arrived."""
        self._held += data
        parts = []
        # One scan a line in a line-buffered stream, one a block otherwise.
        while (end := self._boundary()) > 0:
            part = self._release(end)
            if part is None:
                break
            parts.append(part)
        return b"".join(parts)

    def idle(self) -> bytes:
        """The output of an incomplete line that may be shown after a pause, such as a prompt."""
        end = len(self._held)
        growing = _GROWING.search(self._held[-4096:])
        if growing and not self._held.endswith(_PROMPTS):
            end -= len(growing.group())
        end = min(end, self._opened(end))
        return (self._release(end) or b"") if end > 0 else b""

    def close(self) -> bytes:
        """The rest of the output, at the end of the stream."""
        return (self._release(len(self._held), last=True) or b"") if self._held else b""

    def _boundary(self) -> int:
        """How much of what is held may be looked at and shown; 0 for nothing yet."""
        size = len(self._held)
        if self._lines and size < BLOCK:
            end = self._held.rfind(b"\n") + 1
            if end:
                return self._opened(end)
            return 0 if size <= LONGEST_LINE else size - LONGEST_MATCH
        if size < BLOCK + LONGEST_MATCH:
            return 0
        limit = min(size, BLOCK + LONGEST_MATCH) - LONGEST_MATCH
        return self._held.rfind(b"\n", 0, limit) + 1 or limit

    def _opened(self, end: int) -> int:
        """`end`, or where a secret of several lines begins before it that may not be complete."""
        first = max(0, end - LONGEST_MATCH)
        for opener in _OPENERS.finditer(self._held, first, end):
            if not _CLOSERS.search(self._held, opener.end(), end):
                return self._held.rfind(b"\n", 0, opener.start()) + 1
        return end

    def _release(self, end: int, *, last: bool = False) -> bytes | None:
        """The first `end` bytes of what is held, redacted, or fewer if a secret crosses that; None for nothing."""
        lead = len(self._shown)
        # A block's secrets may need what follows it; a line's do not.
        reach = len(self._held) if last else min(len(self._held), end + (0 if self._lines else LONGEST_MATCH))
        text = self._shown + bytes(self._held[:reach])
        try:
            matches = [one for one in self._detector.find(text, self._path) if one.end > lead]
        except KeyscanError as error:
            return self._left_out(end, str(error))
        cut = lead + end
        if not last:
            for one in matches:
                if one.start < cut < one.end:
                    cut = max(one.start, lead)
            if cut == lead:
                if len(self._held) < BLOCK:
                    return None
                cut = lead + end  # a secret wider than any rule: shown as its token, in parts
        parts, at = [], lead
        for match in matches:
            if match.start >= cut:
                break
            parts += [self._without_known(text[at : max(at, match.start)]), self._token(match)]
            at = min(match.end, cut)
            self.secrets.append(match)
            if len(self._values) < _MAX_REMEMBERED:
                self._values.update(known_values(text, [match]))
        parts.append(self._without_known(text[at:cut]))
        self._shown = text[max(0, cut - self._context) : cut]
        del self._held[: cut - lead]
        return b"".join(parts)

    def _token(self, secret: Secret) -> bytes:
        """The secret's token; what has been shown cannot be named anew, so it keeps the name of its first place."""
        if len(self._tokens) < _MAX_REMEMBERED:
            self._tokens.setdefault(secret.digits, secret.token)
        return self._tokens.get(secret.digits, secret.token).encode()

    def _left_out(self, end: int, why: str) -> bytes:
        """The notice in place of a part that could not be judged."""
        self.failures.append(why)
        self._shown = b""
        del self._held[:end]
        return f"[keyscan: {end} bytes not shown: {why}]\n".encode()

    def _without_known(self, text: bytes) -> bytes:
        return replaced_everywhere(text, self._values) if self._values else text
