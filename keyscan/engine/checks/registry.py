"""Checks by the names that rules use: a checksum or an inner structure that proves a token.

Each takes the secret and answers True (proved), False (contradicted: a placeholder or an altered sample) or
None (can't tell).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from keyscan.engine.checks import checksum, structure

if TYPE_CHECKING:
    from collections.abc import Callable


CHECKS: dict[str, Callable[[bytes], bool | None]] = {
    "age": checksum.age,
    "aws-key-id": checksum.aws_key_id,
    "base64-json": structure.base64_json,
    "basic-auth": structure.basic_auth,
    "bedrock": checksum.bedrock,
    "cask": checksum.cask,
    "crc32-base62": checksum.crc32_base62,
    "crc32-base62-maybe": checksum.crc32_base62_maybe,
    "crc32-hex": checksum.crc32_hex,
    "crc32-hex-little": checksum.crc32_hex_little,
    "discord": checksum.discord,
    "expiry": structure.expiry,
    "github-fine-grained": checksum.github_fine_grained,
    "gitlab-routable": checksum.gitlab_routable,
    "json": structure.json_object,
    "jwe": structure.jwe,
    "jwt": structure.jwt,
    "macaroon": structure.macaroon,
    "nkey": checksum.nkey,
    "pem": structure.pem,
    "supabase-role": structure.supabase_role,
    "unspelt": structure.unspelt,
}


# What a contradiction means, where it does not mean a sample.
_MEANINGS = {"expiry": "it has expired", "unspelt": "it is spelled like words"}


def contradiction(names: tuple[str, ...], secret: bytes) -> str:
    """Why the named checks, one of which says False, contradict the secret."""
    wrong = [name for name in names if CHECKS[name](secret) is False]
    meanings = [_MEANINGS[name] for name in wrong if name in _MEANINGS]
    return meanings[0] if len(meanings) == len(wrong) else "its checksum or structure is wrong: likely a sample"


def verdict(names: tuple[str, ...], secret: bytes) -> bool | None:
    """What the named checks say together: False if any contradicts, True if any proves, else None."""
    results = [CHECKS[name](secret) for name in names]
    if False in results:
        return False
    return True if True in results else None
