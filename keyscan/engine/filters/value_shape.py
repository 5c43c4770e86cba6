"""What a value is: a reference, code, a path, a word, or text that nobody would write but as a secret."""

from __future__ import annotations

import binascii
import re
from enum import IntEnum
from functools import lru_cache

from keyscan.engine.filters.code_shape import CALL, POINTED, SCATTERED, SIGNS
from keyscan.engine.filters.entropy import classes
from keyscan.engine.filters.known_digests import is_known_digest
from keyscan.engine.filters.spelling import surprise
from keyscan.support.lazy_pattern import lazy_pattern

_REFERENCE = lazy_pattern(
    rb"^--[a-z]|\$\{|\$\(|\{\{|\}\}|<%|%>|#\{|^[<\[{(].*[>)\]}]\Z|^\$[A-Za-z_]\w*\Z|%\(\w+\)"
    rb"|^%\w+%|\{\w*\}|^@[A-Za-z][\w.]+(?:[(/@]|:\d)|^![A-Z][A-Za-z]+(?:\s|\Z)|^!(?:vault|secret|env)|^[&*][a-z_]+\Z"
    rb"|^#[0-9a-f]{3,8}\Z"
    rb"|^(?:vault|ssm|env|file|secret|secrets|ref|arn|op|aws|gcp|azure|sops|bao|kms|ref\+\w+|keyring|k8s|akv|sm|data|encrypted|enc|cipher)[:+]"
    rb"|^ENC[\[(]|^(?-i:[A-Z]{2,12})\[[\w+/=,:-]{16,}\]?\Z|^(?:uuid|partuuid|label)=|^secret-ref|^\?[a-z]\w*="
    rb"|^[a-z_]{3,40}=(?:[\d.]{1,6}|\[[\d., ]{1,20}\])\Z|[A-Za-z]-\*\Z|\*{3}|\xe2\x80\xa2{2}|\xe2\x80\xa6"
    rb"|process\.env|os\.environ|getenv|secrets\.|ENV\[|\.\.\.|\bself\.|\bthis\."
    # A word between signs, as templates mark what is to be replaced: `#NeedToModify#`, `__API_KEY__`, `@@token@@`.
    rb"|^(?P<sign>[^\w\s+/=-]|__)(?P=sign)?[A-Za-z_]{3,40}(?P=sign){1,2}\Z",
    re.IGNORECASE,
)
# `-p`, `-Xmx512m`: an option, which a generated value that begins with a dash is not.
_OPTION = lazy_pattern(rb"-[A-Za-z]")
_PATH = lazy_pattern(
    rb"^(?:\.{1,2}/|~/|[A-Za-z]:[\\/]|\\\\|//[a-z][\w.-]*[:/])|://|^(?:/[\w.-]+)+\?\w|^\d{1,3}(?:\.\d{1,3}){3}:|"
    rb"\.(?:pem|key|p8|ppk|keystore|kdbx|der|gpg|crt|cer|json|ya?ml|txt|py|js|ts|xml|ini|cfg|conf|toml|html?|md|rb|ipynb|go|java|cs|php|sh|env|jks|p12|pfx|"
    rb"com|org|net|io|local|example|internal|svc|so|exe|zip|gz|css|log|sql|db|png|jpe?g|gif|webp|bmp|ico|svg|mp[34]|wav|webm|mov|pdf|docx?|xlsx?|pptx?|bin|pt|"
    rb"onnx|gguf|safetensors|parquet)\Z",
    re.IGNORECASE,
)
# Base64 has these shapes too, so they count only when they are spelt like words.
_SLASHES = lazy_pattern(rb"^/?[\w.@-]+(?:/[\w.@-]+)+/?\Z|^/[\w.@-]+\Z|^(?:[A-Za-z_-]+/)+\Z")
_MIME = lazy_pattern(rb"^[a-z]+/[a-z0-9.+-]+\Z")
_NUMBER = lazy_pattern(rb"^[+-]?(?:\d[\d_,]*+(?:\.\d*+)?(?:[eE][+-]?\d+)?|0[xX][0-9a-fA-F]{1,8})[a-zA-Z%]{0,2}\Z")
_DATE = lazy_pattern(
    rb"^\d{4}[-/.]\d\d?(?:[-/.]\d\d?)?(?:[T ]|\Z)|^\d\d?:\d\d|^v?\d+(?:\.\d+)+(?!\w{16})[\w.-]*\Z|"
    # A version and what wants it, as lock files have it: `1.48.0=compileClasspath`.
    rb"^\d+(?:\.\d+){2,3}=[a-z][A-Za-z,]+\Z"
)
_UUID = lazy_pattern(rb"^\{?[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}\}?\Z")
# The UUIDs that documents show.
_SAMPLE_ID = lazy_pattern(
    rb"^123e4567-e89b|^[0-9a-f]{0,3}e8400-e29b-41d4-a716-446655440000|^(?:0{8}|1{8}|f{8})-", re.IGNORECASE
)
_IDENTIFIER = lazy_pattern(rb"^[A-Za-z_@$][\w$-]*(?:[.:/ ][A-Za-z_][\w$-]*)*[.:]?\Z")
_HASHED = lazy_pattern(
    rb"(?:^|:)\$(?:2[abxy]?|1|5|6|y|apr1|argon2\w*|pbkdf2[\w-]*|scrypt|P|H)\$|^\{(?:SSHA|SHA|MD5|bcrypt|noop)\w*\}|"
    rb"^(?:sha(?:1|224|256|384|512)|md5|(?:grub\.)?pbkdf2\w*|bcrypt|scrypt|argon2\w*)[-:$.]|"
    # As MySQL and PostgreSQL keep a password: `*` and SHA-1 twice, `md5` and digits, SCRAM's verifier.
    rb"^\*[0-9A-F]{40}\Z|^md5[0-9a-f]{32}\Z|^SCRAM-SHA-(?:1|256)\$\d+:",
    re.IGNORECASE,
)
_LETTERS = lazy_pattern(rb"[A-Za-z]")
_ALNUM = lazy_pattern(rb"[A-Za-z0-9]")
_CONSTANT = lazy_pattern(rb"^[A-Z]{2,}[0-9]?(?:_[A-Z0-9]+)+\Z")
_BASE64 = lazy_pattern(rb"^[A-Za-z0-9+/]+={0,2}\Z")
_HEX = lazy_pattern(rb"^(?:0x)?[0-9a-fA-F]+\Z")
_COMMON = lazy_pattern(
    rb"passw(?:or)?d|passwd|passwort|p@ss|pa\$\$|passphrase|secret|token|api[_-]?key|test|admin|root|guest|user|demo|"
    rb"changeit|change|default|example|sample|dummy|fake|mock|(?<![a-z])(?:foo|bar|baz)(?![a-z])|foobar|letmein|welcome|qwert|asdf|hunter2|"
    rb"abc|xyz|1234|4321|0000|1111|aaaa|xxxx|hello|world|login|invalid|wrong|correct|bad|blah|none|null|undefined|"
    rb"true|false|string|your|here|insert|replace|enter|some|any[_-]|redacted|masked|hidden|encrypted|stuff|random|"
    rb"value|s3cr3t|sekret|geheim|trustno1|iloveyou|monkey|dragon|valid|expired|refresh|access|bearer|client|"
    rb"super|unsafe|insecure|not[_-]|no[_-]|my[_-]|the[_-]",
    re.IGNORECASE,
)
_LEET = bytes.maketrans(b"013457@$!", b"oleastasi")


# What is shown to everyone: addresses of accounts and contracts on Ethereum and its kin (a private key has 64 digits),
# ids that say of what they are, public NKeys (a seed begins with S).
_PUBLIC = lazy_pattern(
    rb"^0x[0-9a-fA-F]{40}\Z|"
    rb"^(?:acct|cred|cus|evt|file|msg|org|prj|proj|req|run|sub|team|thread|user|usr)_[0-9A-Za-z]{8,40}\Z|"
    # What is filed by year and number: `CVE-2024-1234`.
    rb"^[A-Z]{2,10}-(?:19|20)\d\d-\d{1,7}\Z|^GHSA(?:-[2-9a-z]{4}){3}\Z|"
    # Where Microsoft's programs send telemetry to: a key that can only write.
    rb"^[0-9a-f]{32}-[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}-\d{4}\Z|"
    # Names of a database's keys and indexes, as object-relational mappers make them.
    rb"^(?:FK|PK|UQ|IDX|REL|CHK|DF)_[0-9a-f]{20,32}\Z|"
    rb"^(?:pi|seti)_[0-9A-Za-z]{8,40}_secret_[0-9A-Za-z]{8,40}\Z|"
    # What Stripe gives to a buyer's browser, keys that vendors call publishable, and those of GrowthBook's clients (https://docs.growthbook.io/lib/js).
    rb"^pk_[0-9A-Za-z_-]{8,80}\Z|^sdk-[0-9A-Za-z]{10,20}\Z|"
    rb"^[ACNOUX][A-Z2-7]{55}\Z|"
    # A point on a curve, which is what browsers show of a server that sends them messages (RFC 8292).
    rb"^B[\w+/-]{86}=?\Z"
)
# `library/image:2.0`, a whole regular expression, and a class of characters with its count.
_NO_TEXT = lazy_pattern(
    rb"^[a-z0-9._-]+(?:/[a-z0-9._-]+)+:[\w.-]+\Z|^\^.*[\])][+*?}]?\$\Z|"
    rb"\[\^?(?:\w-\w|\\[wdsWDS])[^\]\s]{0,40}\](?:[+*?]|\{\d)|"
    # `acme/proxy@sha256:` and a digest.
    rb"^[\w./:-]+@sha256:[0-9a-f]{64}|"
    # Ranges of characters: `a-zA-Z0-9!@`.
    rb"^(?:a-z|A-Z|0-9){2,3}|"
    # A class of characters or a group of a regular expression: `-?\d+(?:\.\d+)?`, `|Hosts:|Key Systems)`.
    rb"^\|[A-Za-z: ]+\||\\[dws][+*?]|\(\?[:=!]|"
    # What stands between two strings of a condition: `!known ||`.
    rb"(?:\A|\s)(?:\|\||&&)(?:\s|\Z)"
)
# Chinese, Japanese and Korean text, and its punctuation: a sentence about a secret. `Yes(free)` in a table about keys.
_PROSE = lazy_pattern(rb"\A(?i:yes|no)[(,;]|[\xe3-\xed][\x80-\xbf]{2}|\xef[\xbc\xbd][\x80-\xbf]")
# `QA-RUN-fd3443419b3f-1786046081`, `gpt-4o-mini-2024-07-18`, `claude-3-5-sonnet-20241022-v2:0`: a label, and when it
# was made.
_DATED = lazy_pattern(
    rb"\A[A-Za-z]{2,12}[-_.][\w.-]{0,60}[-_.]1[4-9]\d{8}(?:\d{3})?\Z"
    rb"|\A[a-z]{2,12}(?:[-_.@][a-z0-9]{1,12}){1,6}[-_.@]20[12]\d-?[01]\d-?[0-3]\d(?:-v\d(?::\d)?)?\Z"
)


# What prose about tokens names (an algorithm, a standard), and what forms demand of a password (Laravel's rules).
_TERMS = lazy_pattern(
    rb"(?:[a-z]{2,5}\d{0,2}-)?(?:hmac|rsa|ecdsa|sm2|sm3)-(?:sha-?|sm)\d{1,3}|"
    rb"(?:(?:crc|sha3?|md|aes|rsa|utf|rfc|iso|fips|pbkdf|base|hmac-?sha)[-_]?\d{1,5}|"
    rb"(?:sk-)?(?:ssh-(?:rsa|dss|ed25519)|ecdsa-sha2-nistp\d{3})(?:@openssh\.com)?|"
    rb"(?:hs|rs|es|ps)(?:256|384|512)|(?:ed|x)(?:25519|448))(?:[-_](?:\d{1,4}|[a-z]{2,6})){0,2}|"
    rb"(?:required|nullable|sometimes|confirmed|string|(?:min|max):\d{1,3})"
    rb"(?:\|[a-z_]{2,30}(?::[\w,.]{1,40})?){1,10}",
    re.IGNORECASE,
)


class Shape(IntEnum):
    """What a value looks like; ordered by how much it looks like a secret."""

    NOTHING = 0
    WORD = 1
    COMMON = 2
    HUMAN = 3
    RANDOM = 4


# Bits per letter from which spelling is no language's: 99 of 100 random strings of 8 letters are above, 99 of 100
# identifiers below (benchmarks/quality/words.py measures it).
SPELT = 5.4
_PATH_SPELT = 6.3
# Values (of at most some hundred bytes) whose verdicts are kept: most are `password` and the like, again and again.
MOST = 4096
_SHORTEST = 6
_LONG = 16
# What an issuer writes behind a point: no name of an attribute is so long, with digits, and spells nothing.
_RANDOM_PART = lazy_pattern(rb"(?=\w*\d)[\w-]{20,200}={0,2}")
_MIXED = 10  # shorter mixtures of letters, digits and signs are too often code


@lru_cache(MOST)
def reason(value: bytes) -> str | None:
    """Why `value` is no literal secret, whatever it is called; None when it may be one."""
    if _HASHED.search(value) or is_known_digest(value):
        return "hash"
    if _REFERENCE.search(value) or (_OPTION.match(value) and not _is_generated(value)):
        return "reference"
    if _PATH.search(value) or _MIME.match(value) or (_SLASHES.match(value) and surprise(value) < _PATH_SPELT):
        return "path"
    if _NUMBER.match(value) or _DATE.match(value):
        return "number"
    if _SAMPLE_ID.match(value):
        return "sample"
    if _PUBLIC.match(value):
        return "public id"
    if _NO_TEXT.search(value):
        return "image or pattern"
    if _PROSE.search(value) or _TERMS.fullmatch(value):
        return "prose"
    if (CALL.search(value) and not _has_random_part(value)) or (SIGNS.search(value) and not _is_mixed(value)):
        return "code"
    return None


def _has_random_part(value: bytes) -> bool:
    """Whether `value` is names and, behind the last point, a long text that spells none, as in keys of parts.

    So is a generated password that a point stands in.
    """
    if POINTED.fullmatch(value) and _is_generated(value.replace(b".", b"")):
        return True
    last = value.rpartition(b".")[2]
    return _RANDOM_PART.fullmatch(last) is not None and classes(last) > 1 and surprise(last) >= SPELT


def _is_mixed(value: bytes) -> bool:
    """Whether `value` is text of all kinds of characters that spells nothing: a generated password, no code."""
    signs = len(value) - len(_ALNUM.findall(value))
    return len(value) >= _MIXED and classes(value) > 3 and signs * 2 <= len(value) and surprise(value) >= SPELT  # noqa: PLR2004


def _is_generated(value: bytes) -> bool:
    """Whether `value` is long, of several kinds of characters and unlike words: a program made it."""
    several = classes(value.strip(b"-_=")) > 2  # noqa: PLR2004 - lower, upper and digits
    return _is_mixed(value) or (several and len(value) >= _LONG and surprise(value) >= SPELT)


def decoded(value: bytes) -> bytes | None:
    """The text that `value` is the base64 of; None when it is not, or of no printable text."""
    if len(value) < _SHORTEST or len(value) % 4 or not _BASE64.match(value):
        return None
    # `echo` adds the end of a line.
    text = binascii.a2b_base64(value).rstrip(b"\r\n")
    return text if len(text) > 3 and text.isascii() and text.decode().isprintable() else None  # noqa: PLR2004


_PART = lazy_pattern(rb"[-_./: @]+")
_LONGEST_PART, _LONGEST_NUMBERED = 14, 6


def is_slug(value: bytes) -> bool:
    """Whether `value` is short parts that can be read, joined by signs, like `gpt-4o` and `bge-m3`."""
    parts = [part for part in _PART.split(value) if part]
    if len(parts) < 2 or (value.lower() != value and value.upper() != value):  # noqa: PLR2004
        return False
    letters = strange = 0
    for part in parts:
        if part.isalpha():
            if len(part) > 4 and surprise(part) >= SPELT:  # noqa: PLR2004
                strange += 1
            # Among several parts one may be a product's name: `mnfst_dev-otlp-key-001`.
            if strange > (len(parts) > 3) or len(part) > _LONGEST_PART // (1 + strange):  # noqa: PLR2004
                return False
            letters += len(part)
        elif len(part) > _LONGEST_NUMBERED and not part.isdigit():
            return False
    return letters * 3 >= len(value)


# `harbor-copper-lantern-9522`: words and a number of several digits, as password managers join them.
_PASSPHRASE = lazy_pattern(rb"(?=.{16})(?:[A-Za-z]{3,12}[-_.]){3,7}[0-9]{2,6}")


def is_passphrase(value: bytes) -> bool:
    """Whether `value` is three words or more and a number, joined by signs, and no name that says what it is."""
    return bool(_PASSPHRASE.fullmatch(value)) and not _COMMON.search(value) and not is_dated(value)


def is_dated(value: bytes) -> bool:
    """Whether `value` is a label that ends with a time: seconds or milliseconds since 1970, or a day."""
    return bool(_DATED.match(value))


def is_uuid(value: bytes) -> bool:
    """Whether `value` is written as a UUID."""
    return bool(_UUID.match(value))


@lru_cache(MOST)
def shape_of(value: bytes) -> Shape:
    """What `value`, for which `reason` found none, looks like; base64 of text looks like that text."""
    text = decoded(value)
    if text is not None:
        text = text.rpartition(b":")[2].strip()
        return min(shape_of(text), Shape.HUMAN) if is_spelt(text) else _shape_of(value)
    return _shape_of(value)


def is_spelt(text: bytes) -> bool:
    """Whether `text` is spelt as a language's words are."""
    return surprise(text) < SPELT


def _shape_of(value: bytes) -> Shape:
    if len(value) < _SHORTEST or len(set(value)) < min(5, len(value) // 2 + 1):
        return Shape.NOTHING
    letters = len(_LETTERS.findall(value))
    kinds = classes(value)
    spelling = surprise(value)
    read = value.lower().translate(_LEET)
    if _CONSTANT.match(value):
        return Shape.WORD
    if is_uuid(value):
        return Shape.RANDOM
    if _HEX.match(value):
        return _hex_shape(value, letters)
    if spelling < SPELT or (kinds > 1 and surprise(read) < SPELT):
        return _spelt_shape(value, letters, kinds)
    if len(value) < 8 and kinds < 3:  # noqa: PLR2004 - too short to tell
        return Shape.HUMAN if kinds > 1 or len(value) > _SHORTEST else Shape.WORD
    return Shape.HUMAN if _COMMON.search(value) and len(value) < _LONG * 2 else Shape.RANDOM


def _hex_shape(value: bytes, letters: int) -> Shape:
    if letters and letters < len(value) and len(value) >= _LONG:
        return Shape.RANDOM
    return Shape.HUMAN if letters and letters < len(value) and len(value) >= 8 else Shape.NOTHING  # noqa: PLR2004


def _spelt_shape(value: bytes, letters: int, kinds: int) -> Shape:
    if kinds > 2 and SCATTERED.fullmatch(value):  # noqa: PLR2004
        return Shape.HUMAN
    if _IDENTIFIER.match(value) and letters > len(value) * 0.7 and not (kinds > 2 and value[-1:].isdigit()):  # noqa: PLR2004
        return Shape.WORD
    if _COMMON.search(value):
        return Shape.COMMON
    if letters < 3 and len(value) < _LONG:  # noqa: PLR2004
        return Shape.NOTHING
    return Shape.HUMAN if kinds > 2 else Shape.COMMON  # noqa: PLR2004
