"""What stands inside a token: JSON, macaroons, DER, JSON Web Tokens; for `checks`, with the same three answers."""

from __future__ import annotations

import base64
import binascii
import json
import re
import time
import zlib
from typing import Any

from keyscan.engine.filters.spelling import surprise
from keyscan.engine.filters.value_shape import SPELT
from keyscan.support.lazy_pattern import lazy_pattern

_TO_STANDARD = bytes.maketrans(b"-_", b"+/")


def decode_base64(text: bytes) -> bytes | None:
    """`text` decoded as base64 or base64url with or without padding; None when it is neither."""
    bare = text.rstrip(b"=").translate(_TO_STANDARD)
    try:
        return base64.b64decode(bare + b"=" * (-len(bare) % 4), validate=True)
    except (binascii.Error, ValueError):
        return None


def _object(text: bytes | None) -> dict[str, Any] | None:
    """The JSON object in `text`, if that is what it is."""
    try:
        value = json.loads(text or b"")
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def json_object(secret: bytes) -> bool:
    """The secret is a JSON object, as a service account's key file is."""
    return _object(secret) is not None


def base64_json(secret: bytes) -> bool:
    """After the prefix stands base64 of a JSON object (`ops_`, `glc_`), or that and `_` and more (`sntrys_`)."""
    at = secret.find(b"eyJ")
    text = secret[at:] if at >= 0 else b""
    return any(_object(decode_base64(part)) is not None for part in (text, text.rpartition(b"_")[0]))


# The payload that jwt.io and half of all documentation show.
_SAMPLE_CLAIMS = {("sub", "1234567890"), ("name", "John Doe")}
# RFC 7518, RFC 8037, RFC 8812, and `none`, which some libraries accept.
_ALGORITHMS = lazy_pattern(r"[HRPE]S(?:256|384|512)|ES256K|EdDSA|Ed25519|Ed448|none|dir|RSA-OAEP.*|A\d+.*|ECDH-ES.*")
_GITHUB_APP = lazy_pattern(rb"\Agh[a-z]_\d+_")
_CONTENT = lazy_pattern(r"A(?:128|192|256)(?:GCM|CBC-HS(?:256|384|512))|(?:X?C20P)")


# How RFC 7516 calls the one compression that it knows; libraries use it in signed tokens too.
_COMPRESSED = frozenset(("DEF",))
_LARGEST_PAYLOAD = 64 * 1024


def _header(secret: bytes) -> dict[str, Any]:
    """The header of a JSON Web Token, behind GitHub's prefix where it has one; empty when it is none."""
    return _object(decode_base64(_GITHUB_APP.sub(b"", secret).partition(b".")[0])) or {}


def _claims(secret: bytes) -> dict[str, Any] | None:
    """The payload of a JSON Web Token; None when header or payload is not what it must be."""
    parts = secret.split(b".")
    head = _header(secret)
    if not _ALGORITHMS.fullmatch(str(head.get("alg"))) or len(parts) < 2:  # noqa: PLR2004 - header and payload
        return None
    payload = decode_base64(parts[1])
    if payload and str(head.get("zip")).upper() in _COMPRESSED:
        payload = _inflated(payload)
    return _object(payload)


def _inflated(payload: bytes) -> bytes | None:
    """A payload that was compressed (RFC 7516, `zip`: DEF), up to a bound; None when it is no such data."""
    try:
        return zlib.decompressobj(-zlib.MAX_WBITS).decompress(payload, _LARGEST_PAYLOAD)
    except zlib.error:
        return None


def jwt(secret: bytes) -> bool:
    """A JSON Web Token: header and payload are JSON objects, the algorithm is known, the payload no sample's."""
    claims = _claims(secret)
    if claims is None:
        return False
    # Without a signature it may end in a dot, but only if its header says so.
    if secret.endswith(b".") and _header(secret).get("alg") != "none":
        return False
    return not any(claims.get(name) == value for name, value in _SAMPLE_CLAIMS)


def jwe(secret: bytes) -> bool:
    """An encrypted token: its header names two algorithms, for the key and for the content."""
    head = _header(secret)
    return bool(_ALGORITHMS.fullmatch(str(head.get("alg")))) and bool(_CONTENT.fullmatch(str(head.get("enc"))))


def expiry(secret: bytes) -> bool | None:
    """False for a JSON Web Token whose time (claim exp, in seconds since 1970) has passed; it never proves."""
    claims = _claims(secret)
    until = claims.get("exp") if claims else None
    return False if isinstance(until, int | float) and until < time.time() else None


def supabase_role(secret: bytes) -> bool:
    """A Supabase key of the older kind: a token of `supabase` for a role, or anybody's for `service_role`.

    Whoever hosts it names the issuer; `supabase-demo` is the issuer of the keys that every local stack has.
    """
    claims = _claims(secret)
    if claims is None or claims.get("iss") == "supabase-demo":
        return False
    role = claims.get("role")
    return role == "service_role" or (claims.get("iss") == "supabase" and isinstance(role, str))


# Whom a token that was made for a document names.
_NOBODY = frozenset(b"test abc abcd example sample demo foo bar user alice bob 123 1234 123456 1234567890".split())


def names_nobody(secret: bytes) -> bool:
    """Whether issuer or subject of a JSON Web Token are words of documents."""
    claims = _claims(secret) or {}
    return any(str(claims.get(key)).lower().encode() in _NOBODY for key in ("iss", "sub"))


# Addresses that belong to nobody.
_NOBODYS = lazy_pattern(
    r"(?i)(?:fake|dummy|mock)[\w.+-]{0,20}@|[^@]{1,40}@(?:[\w-]{1,40}\.)?example\.(?:com|org|net)\Z"
)


def is_of_nobody(secret: bytes) -> bool:
    """Whether a JSON Web Token was made for a test or for every local installation, as its claims say."""
    claims = _claims(secret) or {}
    if claims.get("iss") == "supabase-demo":
        return True
    return any(_NOBODYS.match(str(claims.get(key))) for key in ("iss", "sub", "email"))


def is_anonymous(secret: bytes) -> bool:
    """Whether a JSON Web Token is Supabase's key that each visitor of a page gets."""
    claims = _claims(secret) or {}
    return claims.get("role") == "anon" and str(claims.get("iss")).startswith("supabase")


# What documentation puts behind the colon, as a whole and in any case.
_SAMPLE_PASSWORDS = lazy_pattern(
    rb"(?:my|your|the|some|test|user)?[_-]?(?:pass(?:word|wd|phrase)?|pwd|secret|token|open ?sesame)\d{0,4}|"
    rb"changeme|change[_-]me|admin|guest|test|foo|bar|x+|\*+|0?123(?:4(?:5(?:6(?:7(?:890?)?)?)?)?)?|(\d)\1+|"
    # Where a reader writes his own: `<secret>`, `{token}`, `$PASSWORD`.
    rb"<[a-z][\w. -]{1,40}>|\{{1,2} ?[a-z_][\w.-]{1,40} ?\}{1,2}|\$\{[a-z_]\w{1,40}\}|(?-i:\$[A-Z_]{3,40})|"
    rb"\[[a-z]{3,}(?:[_ -][a-z]{2,}){0,4}\]",
    re.IGNORECASE,
)


def basic_auth(secret: bytes) -> bool:
    """Base64 of `user:password`, both printable, the password none that stands in documentation."""
    user, colon, password = (decode_base64(secret) or b"").partition(b":")
    if not (colon and user and password) or user == password or _SAMPLE_PASSWORDS.fullmatch(password):
        return False
    return all(32 <= byte < 127 for byte in user + password)  # noqa: PLR2004 - what can be printed


def unspelt(secret: bytes) -> bool | None:
    """False for letters that are spelt like words, blanks between them left out; it never proves."""
    letters = b"".join(secret.replace(b"\xc2\xa0", b" ").split())
    apart = surprise(secret.replace(b"\xc2\xa0", b" "))
    return False if min(surprise(letters), apart) < SPELT else None


_EOS, _LOCATION, _IDENTIFIER, _VERIFIER, _SIGNATURE = 0, 1, 2, 4, 6
_SIGNATURE_BYTES = 32


def macaroon(secret: bytes) -> bool:
    """PyPI: a version 2 macaroon, whose fields lead exactly to its end and a 32-byte signature."""
    data = decode_base64(secret[secret.find(b"-") + 1 :])
    if not data or data[0] != _IDENTIFIER:
        return False
    kinds: list[int] = []
    at = 1
    while at < len(data):
        kind, at = data[at], at + 1
        kinds.append(kind)
        if kind == _EOS:
            continue
        size, at = _varint(data, at)
        at += size
        if kind == _SIGNATURE:
            return size == _SIGNATURE_BYTES and at == len(data) and _IDENTIFIER in kinds
        if kind not in {_LOCATION, _IDENTIFIER, _VERIFIER}:
            return False
    return False


def _varint(data: bytes, at: int) -> tuple[int, int]:
    """The base-128 number at `at` and where it ends."""
    number = shift = 0
    while at < len(data):
        byte, at = data[at], at + 1
        number |= (byte & 127) << shift
        shift += 7
        if byte < 128:  # noqa: PLR2004
            break
    return number, at


_PEM = lazy_pattern(rb"-----BEGIN ([A-Z0-9 ]+)-----(.*?)(?:-----END|\Z)", re.DOTALL)
_PEM_HEADER = lazy_pattern(rb"(?:Proc-Type|DEK-Info|Comment|Version|Hash|Charset|MessageID): ?[^\n\\]*")
# What wraps the lines of a block inside code: escapes, quotes, joins, comment and YAML signs.
_PEM_WRAPPING = lazy_pattern(rb"\\[nrt]|\\u000[ad]|&#1[03];|%0[AaDd]|[\"']\s*[.+]\s*[\"']|[\"',\\\s#*|>;]")
# Shorter bodies hold no key: the shortest, an Ed25519 key in PKCS #8, has 48 bytes.
_LEAST_KEY = 40
_LONG_FORM = 0x80


def pem(secret: bytes) -> bool | None:
    """A PEM block: the body is base64 of a DER sequence of its own length, or begins as OpenSSH's format does.

    None for bodies that are encrypted as a whole or PGP's, which show no structure.
    """
    match = _PEM.search(secret)
    if not match:
        return None
    inner = match.group(2)
    if inner.endswith(b"\n+"):  # a diff's mark, but only there: base64 lines may begin with it too
        inner = re.sub(rb"(?m)^\+", b"", inner)
    headed = _PEM_HEADER.search(inner) is not None
    text = _PEM_WRAPPING.sub(b"", _PEM_HEADER.sub(b"", inner))
    if match.group(1).startswith(b"PGP"):
        # A checksum of its own ends it: `=` and 4 characters.
        text = re.sub(rb"=[A-Za-z0-9+/]{4}\Z", b"", text)
    body = decode_base64(text)
    if body is None or len(body) < _LEAST_KEY or len(set(body)) < _LEAST_KEY // 2:
        return False
    if headed or match.group(1).startswith(b"PGP"):
        return None
    return body.startswith(b"openssh-key-v1\0") or _is_der_sequence(body)


def _is_der_sequence(body: bytes) -> bool:
    """A DER sequence that is as long as it says."""
    if body[0] != 0x30:  # noqa: PLR2004 - the tag of a sequence
        return False
    size, start = body[1], 2
    if size >= _LONG_FORM:
        start += size - _LONG_FORM
        size = int.from_bytes(body[2:start], "big")
    return start + size == len(body)
