"""Replaces secrets in bytes by their tokens: at their own places, and wherever a text repeats a known value."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from keyscan.agents.detector import Secret

# A value repeated elsewhere in the same text without its name is replaced there too, unless it is shorter than this.
_MIN_REPEATED = 10
_CHARACTER_CLASSES = (re.compile(rb"[a-z]"), re.compile(rb"[A-Z]"), re.compile(rb"[0-9]"))


def replaced(data: bytes, secrets: list[Secret]) -> bytes:
    """`data` with the spans of `secrets`, which are in order and apart, replaced by their tokens."""
    parts, at = [], 0
    for secret in secrets:
        parts += [data[at : secret.start], secret.token.encode()]
        at = secret.end
    return b"".join([*parts, data[at:]])


def known_values(data: bytes, secrets: list[Secret]) -> dict[bytes, str]:
    """The values of `secrets` that are also replaced where their names are not beside them, with their tokens.

    A generic secret needs upper-case letters, lower-case letters and digits: elsewhere a plainer value may be a word.
    """
    values = {data[secret.start : secret.end]: secret for secret in secrets}
    return {
        value: secret.token
        for value, secret in values.items()
        if secret.rule.filters != "generic" or all(kind.search(value) for kind in _CHARACTER_CLASSES)
    }


def replaced_everywhere(data: bytes, values: dict[bytes, str]) -> bytes:
    """`data` with every further occurrence of these values replaced, the longest first."""
    for value in sorted(values, key=len, reverse=True):
        if len(value) >= _MIN_REPEATED and value in data:
            data = data.replace(value, values[value].encode())
    return data
