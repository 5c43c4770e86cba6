"""What other values beside a value say it is instead of a credential: an address, a repetition, a digest, an id."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from keyscan.engine.filters.known_digests import is_digest_of_neighbour
from keyscan.engine.filters.value_shape import is_uuid
from keyscan.support.lazy_pattern import lazy_pattern

if TYPE_CHECKING:
    from collections.abc import Iterator

    from keyscan.engine.filters.context import Context

# Bitcoin's alphabet, in which Solana writes addresses: 32 bytes are 43 or 44 digits.
_BASE58 = b"123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_ADDRESS_LENGTHS = frozenset({43, 44})
_ADDRESS_BITS = 256
_CHAIN = lazy_pattern(
    rb"(?i)solana|ethereum|blockchain|web3|x402|uniswap|raydium|dex_?screener|pump\.fun|(?<![a-z])(?:mint|dex|defi|usdc|"
    rb"wallet|coin|memecoin|ca|contract|bonk)(?![a-z])"
)
# A password is confirmed; an id that one setting after the other has names a record.
_MANY_TIMES = 4
# What stands next to a value that is no part of a longer word.
_EDGE = frozenset(b"\"'`\\:/@=, \t\r\n()<>[]")
_LONGEST_DEFAULT = 16
# What a password begins with when it is another setting's value and some digits and signs: `acme123`, `acme_2024!`.
_DERIVED = lazy_pattern(rb"([A-Za-z][A-Za-z]{2,14})[_@#.-]?\d{1,8}[!@#$%.*]{0,2}")
# Under this name programs and what they export say which of the secrets that a store keeps is used (n8n, Flowise).
_STORED = lazy_pattern(rb"(?<![\w-])credentials?[\"']?[ \t]{0,4}:[ \t]{0,4}[\"']\Z")


def beside(value: bytes, context: Context) -> Iterator[str]:
    """Keys of the score's table for what the values beside `value` say of it."""
    near = context.near
    if is_coin_address(value) and _CHAIN.search(near):
        yield "value-address"
    if is_repeated(value, near) or is_derived(value, near) or (is_uuid(value) and _times(value, near) >= _MANY_TIMES):
        yield "value-repeated"
    if is_digest_of_neighbour(value, near):
        yield "value-digest"
    if is_uuid(value) and _STORED.search(context.before):
        yield "value-uuid"


def is_repeated(value: bytes, near: bytes) -> bool:
    """Whether letters are a password and another setting nearby: a product's default for user and password."""
    if not value.isalpha() or len(value) > _LONGEST_DEFAULT:
        return False
    return _times(value, near) > 1


def is_derived(value: bytes, near: bytes) -> bool:
    """Whether a password is another setting's value nearby, most often the user's name, with digits behind it."""
    derived = _DERIVED.fullmatch(value)
    if derived is None:
        return False
    source = re.escape(derived[1])
    return re.search(rb"(?i)[:=>-][ \t]{0,4}[\"']?" + source + rb"(?![\w@.-]*\d|\w)", near) is not None


def _times(value: bytes, near: bytes) -> int:
    """How often `value` stands in `near` as a whole word."""
    times, at = 0, near.find(value)
    while at >= 0:
        end = at + len(value)
        times += (at == 0 or near[at - 1] in _EDGE) and (end == len(near) or near[end] in _EDGE)
        at = near.find(value, end)
    return times


def is_coin_address(value: bytes) -> bool:
    """Whether `value` is written as an address on Solana: 32 bytes in base58."""
    if len(value) not in _ADDRESS_LENGTHS or value.strip(_BASE58):
        return False
    number = 0
    for byte in value:
        number = number * 58 + _BASE58.index(byte)
    return number.bit_length() <= _ADDRESS_BITS
