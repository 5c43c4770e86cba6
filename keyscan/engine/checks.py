"""Structural checks, by the names that rules use: a checksum or an inner structure that proves a token.

Each takes the secret and answers True (proved), False (contradicted: a placeholder or an altered sample) or
None (can't tell). Sources of the formulas: the vendors' own descriptions and recomputed public samples.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
import zlib
from hashlib import sha256
from typing import TYPE_CHECKING

from keyscan.templates import base62

if TYPE_CHECKING:
    from collections.abc import Callable

Check = "Callable[[bytes], bool | None]"


def _crc32_base62(secret: bytes) -> bool:
    """GitHub `ghp_ gho_ ghu_ ghr_`, npm: the last 6 are the base-62 CRC-32 of what follows the underscore."""
    body = secret[secret.index(b"_") + 1 :]
    return base62(zlib.crc32(body[:-6]), 6).encode() == body[-6:]


def _github_fine_grained(secret: bytes) -> bool:
    """`github_pat_`: after the third underscore's 8 characters stand base32(SHA-256(all before))[:8]."""
    return base64.b32encode(sha256(secret[:77]).digest())[:8] == secret[77:85]


def _crc32_hex(secret: bytes) -> bool:
    """Cloudflare `cfut_ cfat_ cfk_`: the last 8 are the hexadecimal CRC-32 of what follows the underscore."""
    body = secret[secret.index(b"_") + 1 :]
    return f"{zlib.crc32(body[:-8]):08x}".encode() == body[-8:].lower()


def _crc32_base36(secret: bytes) -> bool:
    """GitLab routable tokens: the last 7 are the base-36 CRC-32 of all before, left-padded with 0."""
    number, out = zlib.crc32(secret[:-7]), ""
    while number:
        number, digit = divmod(number, 36)
        out = "0123456789abcdefghijklmnopqrstuvwxyz"[digit] + out
    return out.rjust(7, "0").encode() == secret[-7:].lower()


def decode_base64(text: bytes) -> bytes | None:
    """`text` decoded as base64 or base64url with or without padding; None when it is neither."""
    try:
        return base64.b64decode(text.translate(_TO_STANDARD) + b"=" * (-len(text) % 4), validate=True)
    except (binascii.Error, ValueError):
        return None


_TO_STANDARD = bytes.maketrans(b"-_", b"+/")


def _jwt(secret: bytes) -> bool:
    """A JSON Web Token: header and payload decode to JSON objects and the header names an algorithm."""
    parts = secret.split(b".")
    try:
        head, body = (json.loads(decode_base64(part) or b"") for part in parts[:2])
    except (ValueError, RecursionError):
        return False
    return isinstance(head, dict) and isinstance(body, dict) and "alg" in head


_PEM_BODY = re.compile(rb"-----BEGIN [^-]+-----(.*?)(?:-----END|\Z)", re.DOTALL)
_PEM_HEADER = re.compile(rb"(?m)^[A-Za-z-]+: .*$")


def _pem(secret: bytes) -> bool | None:
    """A PEM block: the body is base64 and, where not encrypted or OpenSSH's own, begins a DER sequence."""
    found = _PEM_BODY.search(secret)
    if not found:
        return None
    text = re.sub(rb"\\[nr]|[\"']\s*\+\s*[\"']|[\"',\\\s]", b"", _PEM_HEADER.sub(b"", found.group(1)))
    body = decode_base64(text.rstrip(b"="))
    if body is None:
        return False
    return len(body) > 32 and (body[:1] == b"\x30" or body.startswith(b"openssh-key-v1") or b"Proc-Type" in secret)  # noqa: PLR2004


def _aws_key_id(secret: bytes) -> bool | None:
    """An AWS key id holds the account's number in base32: anything else decodes to more than 12 digits."""
    try:
        number = int.from_bytes(base64.b32decode(secret[4:12].ljust(16, b"A"))[:6], "big")
    except binascii.Error:
        return False
    account = (number & 0x7FFFFFFFFF80) >> 7
    return None if account < 10**12 else False


CHECKS: dict[str, Callable[[bytes], bool | None]] = {
    "crc32-base62": _crc32_base62,
    "crc32-hex": _crc32_hex,
    "crc32-base36": _crc32_base36,
    "github-fine-grained": _github_fine_grained,
    "jwt": _jwt,
    "pem": _pem,
    "aws-key-id": _aws_key_id,
}


def verdict(names: tuple[str, ...], secret: bytes) -> bool | None:
    """What the named checks say together: False if any contradicts, True if any proves, else None."""
    results = [CHECKS[name](secret) for name in names]
    if False in results:
        return False
    return True if True in results else None
