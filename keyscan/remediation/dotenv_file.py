"""Writes values to `.env` so that every reader of such files reads the same, and reads them back."""

from __future__ import annotations

import io
import re

from keyscan.errors import UsageError

_BARE = re.compile(r"[A-Za-z0-9_./+:@%,=-]+\Z")
INSTALL = "keyscan fix needs python-dotenv: pip install 'keyscan-linter[fix]'"


def quoted(value: bytes) -> str | None:
    """The value as it is written behind `NAME=`; None when shells and dotenv libraries would not agree on it.

    Single quotes take everything but themselves and backslashes, in all of them; double quotes nothing that any of
    them expands.
    """
    try:
        text = value.decode()
    except UnicodeDecodeError:
        return None
    if "\0" in text or "\r" in text or "\\" in text:
        return None
    if _BARE.match(text):
        return text
    if "'" not in text:
        return f"'{text}'"
    return None if any(character in text for character in '"$`\n') else f'"{text}"'


def values_of(text: bytes, path: str = ".env") -> dict[str, bytes]:
    """The variables of a `.env`; UsageError when it is no text."""
    try:
        from dotenv import dotenv_values
    except ImportError as error:
        raise UsageError(INSTALL) from error
    try:
        parsed = dotenv_values(stream=io.StringIO(text.decode()), interpolate=False)
    except UnicodeDecodeError as error:
        raise UsageError(f"{path}: not UTF-8, so nothing can be added to it; convert it first") from error
    return {name: (value or "").encode() for name, value in parsed.items()}


def appended(text: bytes, values: dict[str, bytes]) -> bytes:
    """`text` with the values that it does not have yet, in its own line ends; ValueError if they do not read back."""
    have = values_of(text)
    end = b"\r\n" if b"\r\n" in text else b"\n"
    new = text + (end if text and not text.endswith(b"\n") else b"")
    for name, value in values.items():
        if name not in have:
            written = quoted(value)
            if written is None:
                raise ValueError(name)
            new += f"{name}={written}".encode() + end
    if any(values_of(new).get(name) != value for name, value in values.items()):
        raise ValueError("values do not read back")
    return new


def example(text: bytes, names: list[str]) -> bytes:
    """`.env.example` with those names that it does not have yet, without values."""
    have = set(values_of(text, ".env.example"))
    end = b"\r\n" if b"\r\n" in text else b"\n"
    new = text + (end if text and not text.endswith(b"\n") else b"")
    return new + b"".join(f"{name}=".encode() + end for name in names if name not in have)
