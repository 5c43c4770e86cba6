"""The part of a commit message's file that becomes the message; imports nothing."""

from __future__ import annotations

# As `typing` has it, without importing that.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

# The text that `git commit --verbose` writes below this line is not part of the message.
_SCISSORS = b"------------------------ >8 ------------------------"
# The text before the scissors: a comment character or string, and a space.
_MAX_LEAD = 8


def without_diff(data: bytes, *, edited: bool = True) -> bytes:
    """The message without the diff that git shows below it; comments stay, since git may keep them.

    Git cuts a message at the scissors only if the user edited it, and then explains its line in comments below it: text
    below a line that only looks like it stays in the message. `edited`: see `in_editor`.
    """
    at = data.find(_SCISSORS) if edited else -1
    while at >= 0:
        line = data.rfind(b"\n", 0, at) + 1
        lead = data[line:at]
        if 0 < len(lead) <= _MAX_LEAD and lead.find(b" ") == len(lead) - 1:
            end = at + len(_SCISSORS)
            below = data[end : end + 2 + len(lead)].lstrip(b"\r\n")
            if data[end : end + 1] in {b"\r", b"\n"} and below.startswith(lead.rstrip(b" ")):
                return data[:line]
        at = data.find(_SCISSORS, at + 1)
    return data


def in_editor(environ: Mapping[str, str]) -> bool:
    """Whether the user edits the message: where nobody does, git sets GIT_EDITOR to `:` for its hooks."""
    return environ.get("GIT_EDITOR") != ":"
