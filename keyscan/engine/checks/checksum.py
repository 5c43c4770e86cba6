"""Checksums and encoded numbers that prove a token.

Sources of the formulas: the vendors' own descriptions and recomputed public samples.
"""

from __future__ import annotations

import base64
import binascii

from keyscan.engine.checks.structure import decode_base64
from keyscan.ruleset import checksums


def crc32_base62(secret: bytes) -> bool:
    """GitHub `ghp_ gho_ ghu_ ghr_`, npm, Vercel: the last 6 are the CRC-32 of what follows the first underscore."""
    body = secret.partition(b"_")[2]
    return checksums.crc32_base62(body[:-6]).encode() == body[-6:]


def crc32_base62_maybe(secret: bytes) -> bool | None:
    """GitHub `ghs_`: some of these tokens end in a checksum, others do not."""
    return crc32_base62(secret) or None


def github_fine_grained(secret: bytes) -> bool:
    """`github_pat_`: characters 78 to 85 are base32(SHA-256(all before them))[:8]."""
    return checksums.sha256_base32(secret[:77]).encode() == secret[77:85]


def crc32_hex(secret: bytes) -> bool:
    """Cloudflare `cfut_ cfat_ cfk_`: the last 8 are the CRC-32 of what follows the underscore."""
    body = secret.partition(b"_")[2]
    return checksums.crc32_hex(body[:-8]).encode() == body[-8:]


def crc32_hex_little(secret: bytes) -> bool:
    """Grafana `glsa_`: the last 8 are the CRC-32 of all before the last underscore, lowest byte first."""
    covered, _, tail = secret.rpartition(b"_")
    return checksums.crc32_hex_little(covered).encode() == tail


def gitlab_routable(secret: bytes) -> bool | None:
    """GitLab's routable tokens: the last 7 are the CRC-32 of all before; the 2 before are the payload's length.

    The first form, with one dot, is older than the description of the checksum: it is not contradicted.
    """
    right = checksums.crc32_base36(secret[:-7]).encode() == secret[-7:]
    return right if b".01." in secret else right or None


def cask(secret: bytes) -> bool | None:
    """Microsoft's annotated keys: the last 4 are Marvin32 over the 60 bytes before.

    Read from Microsoft's source and never seen to fail or hold on a real key: it only proves.
    """
    try:
        return checksums.cask(secret[: checksums.CASK_COVERED]).encode() == secret[80:84] or None
    except binascii.Error:
        return False


def age(secret: bytes) -> bool:
    """`AGE-SECRET-KEY-1`: bech32, upper case, the human part ending at the last 1."""
    human, _, data = secret.decode("ascii", "replace").lower().rpartition("1")
    try:
        return checksums.bech32(human, data[:-6]) == data[-6:]
    except ValueError:
        return False


def aws_key_id(secret: bytes) -> bool | None:
    """An AWS key id holds the account's number in base32: anything else decodes to more than 12 digits."""
    try:
        number = int.from_bytes(base64.b32decode(secret[4:12].ljust(16, b"A"))[:6], "big")
    except binascii.Error:
        return False
    account = (number & 0x7FFFFFFFFF80) >> 7
    return None if account < 10**12 else False


def bedrock(secret: bytes) -> bool:
    """`ABSK`: base64 of `BedrockAPIKey-`, the IAM user with its account's 12 digits, and the secret."""
    text = decode_base64(secret[4:])
    return text is not None and text.startswith(b"BedrockAPIKey-") and b":" in text


def discord(secret: bytes) -> bool:
    """A Discord bot token begins with the bot's id, 17 to 20 digits, in base64."""
    number = decode_base64(secret.partition(b".")[0])
    return number is not None and number.isdigit() and 17 <= len(number) <= 20  # noqa: PLR2004


def nkey(secret: bytes) -> bool:
    """A NATS seed: base32 of two prefix bytes, 32 of the key, and the CRC-16 of these (nats-io/nkeys)."""
    try:
        data = base64.b32decode(secret + b"=" * (-len(secret) % 8))
    except binascii.Error:
        return False
    return checksums.crc16_little(data[:-2]) == data[-2:]
