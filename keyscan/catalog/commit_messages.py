"""The part of a commit message's file that becomes the message; imports nothing."""

from __future__ import annotations

# The text that `git commit --verbose` writes below this line is not part of the message.
_SCISSORS = b"------------------------ >8 ------------------------"
# The text before the scissors: a comment character or string, and a space.
_MAX_LEAD = 8


def without_diff(data: bytes) -> bytes:
    """The message without the diff that git shows below it; comments stay, since git may keep them."""
    at = data.find(_SCISSORS)
    while at >= 0:
        line = data.rfind(b"\n", 0, at) + 1
        if 0 < at - line <= _MAX_LEAD and data[line:at].endswith(b" ") and b" " not in data[line : at - 1]:
            return data[:line]
        at = data.find(_SCISSORS, at + 1)
    return data
