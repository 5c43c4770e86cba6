"""What the name and the value of a generic match say, without the text around them, as keys of the score's table."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keyscan.engine.filters import value_shape
from keyscan.engine.filters.entropy import classes
from keyscan.engine.filters.explained import is_echoed
from keyscan.engine.filters.secret_names import Kind, is_issued
from keyscan.engine.filters.value_shape import Shape
from keyscan.support.lazy_pattern import lazy_pattern

if TYPE_CHECKING:
    from collections.abc import Iterator

_NAMES = {
    Kind.NONE: "name-weak",
    Kind.WEAK: "name-weak",
    Kind.VENDOR: "name-vendor-key",
    Kind.SECRET: "name-secret",
    Kind.PASSWORD: "name-password",
}
_CLASSES, _SHORT, _LONG, _LONGER = 3, 12, 20, 32
# Hexadecimal digits of MongoDB's ids.
_OBJECT_ID = 24
_HASH_LENGTHS = frozenset({32, 40, 64, 96, 128})
# How ciphertexts begin: Fernet's version and time (https://github.com/fernet/spec), OpenSSL's `Salted__` in base64.
_ENCRYPTED = lazy_pattern(rb"gAAAAA[\w-]{60,}={0,2}|U2FsdGVkX1[\w+/]{12,}={0,2}")
# What somebody showed in part: the end, or what follows a sign.
_MASKED = lazy_pattern(rb"(?:XXX|xxx)\Z|[-_/.](?:xxx|XXX)")
# What a test compares with: `expectedRootKey`, `want_token`.
_EXPECTED = lazy_pattern(rb"(?:(?i:expected|wanted|golden)|want|WANT)(?=[_.-]|(?-i:[A-Z]))")
# A UUID with the name of what it is for.
_NAMED_ID = lazy_pattern(rb"[a-z]{2,12}[-_][0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}")
# A word between signs, all in one case but for its first letter.
_WORD = lazy_pattern(rb"(?:\A|[-_./:=])([A-Z]?[a-z]{5,}|[A-Z]{5,})(?=[-_./:=]|\Z)")
# Words with which issuers begin keys.
_ISSUED_WORDS = frozenset(b"admin client private prod public secret service staging token access".split())


def name_and_value(name: bytes, kind: Kind, value: bytes) -> list[str]:
    """What `name`, which is of `kind`, says of `value`, and what `value` says itself."""
    return [_NAMES[kind], *_of_value(value, kind), *_of_both(name, kind, value)]


def _of_value(value: bytes, kind: Kind) -> Iterator[str]:
    shape = value_shape.shape_of(value)
    size = len(value)
    if shape == Shape.RANDOM:
        long = "value-long-random" if size >= _LONGER else "value-random"
        yield long if size >= _LONG else "value-short-random" if size >= _SHORT else "value-brief-random"
    else:
        yield "value-human" if shape == Shape.HUMAN else "value-plain"
    if value_shape.is_slug(value):
        yield "value-slug"
    if size < _SHORT and kind < Kind.PASSWORD:
        yield "value-too-short"
    if value_shape.is_uuid(value):
        yield from ["value-uuid"] if kind >= Kind.SECRET else ["value-uuid", "value-uuid"]
    if size in _HASH_LENGTHS and not value.strip(b"0123456789abcdefABCDEF"):
        yield "value-hash"
    object_id = size == _OBJECT_ID and not value.strip(b"0123456789abcdef")
    if kind <= Kind.VENDOR and (object_id or _NAMED_ID.fullmatch(value)):
        yield from ["value-uuid", "value-uuid"]
    if value_shape.is_dated(value):
        yield "value-dated"
    if value.isalpha():
        yield "value-letters"
    if shape == Shape.RANDOM and _SHORT <= size < _LONG and classes(value) > _CLASSES:
        yield "value-mixed"


def _of_both(name: bytes, kind: Kind, value: bytes) -> Iterator[str]:
    if kind == Kind.SECRET and value_shape.shape_of(value) < Shape.RANDOM and is_issued(name):
        yield "value-chosen"
    if kind <= Kind.VENDOR and _is_worded(value):
        yield "value-worded"
    if _EXPECTED.match(name):
        yield "name-expected"
    if kind < Kind.PASSWORD and len(value) >= _LONG and is_echoed(value):
        yield "value-echoed"
    if _MASKED.search(value):
        yield "value-masked"
    if is_encrypted(value):
        yield "value-encrypted"


def is_encrypted(value: bytes) -> bool:
    """Whether `value` begins as the output of a well-known cipher does."""
    return _ENCRYPTED.fullmatch(value) is not None


def _is_worded(value: bytes) -> bool:
    """Whether `value` holds a word between signs, as labels do: `_outputs_chunker_1862a8fc`, `PHPSESSID=v9qs0`."""
    words = {word.lower() for word in _WORD.findall(value)} - _ISSUED_WORDS
    return any(value_shape.is_spelt(word) for word in words)
