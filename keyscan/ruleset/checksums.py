"""The checksums that vendors put into their tokens, as pure functions; checks verify them, templates make them."""

from __future__ import annotations

import base64
import binascii
import string
import zlib

BASE62 = string.digits + string.ascii_uppercase + string.ascii_lowercase
BASE36 = string.digits + string.ascii_lowercase
_MASK = 0xFFFFFFFF
# Microsoft's seed for annotated keys: the ASCII text `Default0` read as a big-endian number.
CASK_SEED = int.from_bytes(b"Default0", "big")
# Characters of an annotated key that its checksum covers: 60 bytes as base64.
CASK_COVERED = 80
_BECH32 = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
_BECH32_GENERATOR = (0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)


def digits(number: int, alphabet: str, width: int) -> str:
    """`number` written with the digits of `alphabet`, left-padded with its zero to `width`."""
    out = ""
    while number:
        number, digit = divmod(number, len(alphabet))
        out = alphabet[digit] + out
    return out.rjust(width, alphabet[0])


def base62(number: int, width: int) -> str:
    """`number` in base 62 (digits, upper, lower), left-padded with 0 to `width`."""
    return digits(number, BASE62, width)


def crc32_base62(body: bytes) -> str:
    """GitHub's, npm's and Vercel's tail: the CRC-32 of what stands between prefix and tail, in base 62."""
    return base62(zlib.crc32(body), 6)


def crc32_hex(body: bytes) -> str:
    """Cloudflare's tail: the CRC-32 of what stands between prefix and tail, in hexadecimal."""
    return f"{zlib.crc32(body):08x}"


def crc32_hex_little(text: bytes) -> str:
    """Grafana's tail: the CRC-32 of all before its underscore, its bytes from the lowest, in hexadecimal."""
    return zlib.crc32(text).to_bytes(4, "little").hex()


def crc32_base36(text: bytes) -> str:
    """GitLab's tail of routable tokens: the CRC-32 of all before it, in base 36."""
    return digits(zlib.crc32(text), BASE36, 7)


def crc16_little(data: bytes) -> bytes:
    """The CRC-16 (XMODEM) of `data`, lowest byte first: NATS' nkeys."""
    return binascii.crc_hqx(data, 0).to_bytes(2, "little")


def sha256_base32(text: bytes) -> str:
    """The 8 characters inside `github_pat_` tokens: base32 of the SHA-256 of all before them."""
    from hashlib import sha256  # loads OpenSSL, 2 ms that a clean scan need not spend

    return base64.b32encode(sha256(text).digest())[:8].decode()


def cask(covered: bytes) -> str:
    """The 4 characters that end Microsoft's annotated keys: base64 of 3 bytes of Marvin32 over 60 bytes."""
    return base64.b64encode(marvin32(base64.b64decode(covered), CASK_SEED).to_bytes(4, "little")[:3]).decode()


def marvin32(data: bytes, seed: int) -> int:
    """Marvin32 of `data` under the 64-bit `seed`, folded to 32 bits as .NET does."""
    low, high = seed & _MASK, seed >> 32
    whole = len(data) - len(data) % 4
    for at in range(0, whole, 4):
        low, high = _marvin_block(low + int.from_bytes(data[at : at + 4], "little") & _MASK, high)
    low = low + int.from_bytes(data[whole:] + b"\x80", "little") & _MASK
    low, high = _marvin_block(*_marvin_block(low, high))
    return low ^ high


def _marvin_block(low: int, high: int) -> tuple[int, int]:
    high ^= low
    low = _rotated(low, 20) + high & _MASK
    high = _rotated(high, 9) ^ low
    low = _rotated(low, 27) + high & _MASK
    return low, _rotated(high, 19)


def _rotated(word: int, bits: int) -> int:
    return (word << bits | word >> 32 - bits) & _MASK


def bech32(human: str, data: str) -> str:
    """The 6 characters that end a bech32 text with the human part `human` and the data `data` (BIP-173)."""
    values = [*_expanded(human), *map(_BECH32.index, data), 0, 0, 0, 0, 0, 0]
    rest = _bech32_rest(values) ^ 1
    return "".join(_BECH32[rest >> 5 * (5 - place) & 31] for place in range(6))


def _expanded(human: str) -> list[int]:
    return [*(ord(c) >> 5 for c in human), 0, *(ord(c) & 31 for c in human)]


def _bech32_rest(values: list[int]) -> int:
    rest = 1
    for value in values:
        top = rest >> 25
        rest = (rest & 0x1FFFFFF) << 5 ^ value
        for place, generator in enumerate(_BECH32_GENERATOR):
            rest ^= generator if top >> place & 1 else 0
    return rest
