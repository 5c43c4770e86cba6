"""Secrets of no known provider: name, value and place weighed together."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from keyscan.engine.filters import secret_names as names
from keyscan.engine.filters import value_shape as literals
from keyscan.engine.filters.entropy import classes
from keyscan.engine.filters.secret_names import Kind
from keyscan.engine.filters.value_shape import Shape
from keyscan.model.rule import Precision, Severity

if TYPE_CHECKING:
    from keyscan.engine.filters.context import Context
    from keyscan.model.match import Match
    from keyscan.model.rule import Rule

_NAME = re.compile(rb"[\w.-]*\Z")
_NAME_REST = re.compile(rb"\s?([\w.-]*)")
# `name: DB_PASSWORD` before its `value:`.
_PAIR = re.compile(rb"(?:name|key|id|variable)[\"']?\s{0,4}(?:[=:>]|(?=[\"' ]))\s{0,4}[\"']?([\w.-]+)", re.IGNORECASE)
# Lines that hold digests, ids and badges, whatever their values are called.
_DIGESTS = re.compile(
    rb"integrity|checksum|sha-?(?:1|224|256|384|512)|\bmd5|digest|etag|fingerprint|thumbprint|commit|revision|"
    rb"badge|shields\.io|codecov\.io|\.svg\?|certificate|public[_-]?key|\bhash|nonce=|crossorigin",
    re.IGNORECASE,
)
# Files in which long random strings are the rule.
_NOISY = re.compile(
    r"(?:^|/)(?:package-lock\.json|npm-shrinkwrap\.json|yarn\.lock|pnpm-lock\.ya?ml|poetry\.lock|Pipfile\.lock|uv\.lock|"
    r"pdm\.lock|Cargo\.lock|Gemfile\.lock|composer\.lock|go\.sum|flake\.lock|packages\.lock\.json|mix\.lock|"
    r"Podfile\.lock|RECORD|[^/]*\.(?:min\.js|min\.css|map|snap|svg|lock|po|pot|xlf|xliff|strings|arb|sum|css|sha256|asc|"
    r"crt|cer|afm|pub))\Z"
    r"|(?:^|/)(?:locales?|i18n|translations?|lang|langs|__snapshots__)/",
    re.IGNORECASE,
)
_TESTS = re.compile(
    r"(?:^|/)(?:[\w-]*tests?|testing|specs?|__tests__|fixtures?|testdata|test[-_]data|mocks?|examples?|samples?|docs?)/"
    r"|(?:^|[/_.-])(?:test|tests|spec|mock|conftest|example|sample)[_.-]|[_.-](?:test|spec|tests)\.\w+\Z"
    r"|Tests?\.\w+\Z|\.(?:md|rst|adoc)\Z",
    re.IGNORECASE,
)
# `["token", "` begins a list of words, `("token", "` a call.
_LIST = re.compile(rb"(?:[\[{]|\(\s*[\"'][^\"']*[\"']\s*,)\s*(?:[\"'][^\"'-][^\"']*[\"']\s*,\s*)+\w?[\"'`]?\Z")
# Where a value without quotes is no code, so it is a comment's or a document's example.
_SOURCE = re.compile(
    r"\.(?:pyi?|pyx|jsx?|mjs|cjs|tsx?|java|kts?|scala|groovy|go|rb|php|cs|vb|c|h|cc|cpp|hpp|m|mm|swift|rs|dart|lua|pl|pm|"
    r"r|jl|ex|exs|erl|hs|clj|vue|svelte|rst|adoc)\Z",
    re.IGNORECASE,
)
# The tokens that OAuth's own documents (RFC 6749, 6750, 7662) print, and everyone copies.
_RFC = re.compile(
    rb"2YotnFZFEjr1zCsicMWpAA|tGzv3JOkF0XG5Qx2TlKWIA|SplxlOBeZQQYbYS6WxSbIA|mF_9\.B5f-4\.1JqM|45ghiukldjahdn|"
    rb"czZCaGRSa3F0MzpnWDFmQmF0M2JW|QWxhZGRpbjpvcGVuIHNlc2FtZQ"
)
# What prose about tokens names (an algorithm, a standard), and what forms demand of a password (Laravel's rules).
_TERMS = re.compile(
    rb"(?:(?:crc|sha3?|md|aes|rsa|utf|rfc|iso|fips|pbkdf|base|hmac-?sha)[-_]?\d{1,5}|"
    rb"(?:hs|rs|es|ps)(?:256|384|512)|(?:ed|x)(?:25519|448))(?:[-_](?:\d{1,4}|[a-z]{2,6})){0,2}|"
    rb"(?:required|nullable|sometimes|confirmed|string|(?:min|max):\d{1,3})"
    rb"(?:\|[a-z_]{2,30}(?::[\w,.]{1,40})?){1,10}",
    re.IGNORECASE,
)
# Names under which even an id is a secret.
_STRONG = re.compile(rb"secret|pass|pwd|api[_-]?key|access[_-]?key|private", re.IGNORECASE)
_QUOTES = (b'"', b"'", b"`")
_CLASSES = 3
_SHORT, _LONG = 12, 20
# Letters alone, and fewer than these, are too often a name.
_ONE_CLASS = 16


def name_of(context: Context) -> bytes:
    """The whole name in front of the value: the rule matches from its telling word on."""
    told = _PAIR.match(context.lead)
    if told:
        return told.group(1)
    inside = len(context.lead)
    left = _NAME.search(context.before[: len(context.before) - inside]) if inside <= len(context.before) else None
    found = _NAME_REST.match(context.lead)
    return (left.group() if left else b"") + (found.group(1) if found else b"")


def skipped(rule: Rule, path: str) -> bool:
    """Whether a generic rule has nothing to say of a file: told by its path, before any expression is tried."""
    if not path or rule.filters != "generic":
        return False
    # Letters without quotes are names in a program.
    return bool(_NOISY.search(path) or (rule.id == "generic-bare-password" and _SOURCE.search(path)))


def rejection_reason(match: Match, context: Context) -> str | None:
    """Why a generic match is not worth a report at any severity."""
    found = literals.reason(match.secret)
    if found:
        return found
    kind = names.kind_of(name_of(context))
    if kind == Kind.NONE:
        return "name"
    if _weak(kind, match, context):
        return "word"
    if _RFC.search(match.secret):
        return "sample"
    if _TERMS.fullmatch(match.secret):
        return "term"
    if _LIST.search(context.before):
        return "list"
    if _DIGESTS.search(context.before):
        return "digest"
    return None


def _weak(kind: Kind, match: Match, context: Context) -> bool:
    """Whether the value looks too little like a secret for what its name says and where it stands."""
    value = match.secret
    shape = literals.shape_of(value)
    if shape < Shape.COMMON or (shape == Shape.COMMON and (kind < Kind.PASSWORD or _example(match, context))):
        return True
    if kind != Kind.PASSWORD and len(value) < _ONE_CLASS and value.isalpha():
        return True
    if kind == Kind.WEAK and (shape < Shape.RANDOM or len(value) < _SHORT):
        return True
    return _bare(context) and (shape < Shape.RANDOM or len(value) < _LONG or literals.is_uuid(value))


def _example(match: Match, context: Context) -> bool:
    """Whether a plain password is told, not set: bare in a source file, or of few kinds of characters."""
    return _bare(context) or classes(match.secret) < _CLASSES


def _bare(context: Context) -> bool:
    """Whether a value stands in a source file outside any string: it is a comment's or a document's."""
    before = context.before
    return bool(_SOURCE.search(context.path)) and not any(before.count(quote) % 2 for quote in _QUOTES)


def grade(match: Match, context: Context) -> tuple[Severity, Precision, str]:
    """How sure a match is that `reason` kept, and what speaks for it."""
    name = name_of(context)
    kind = names.kind_of(name)
    shape = literals.shape_of(match.secret)
    test = bool(context.path and _TESTS.search(context.path))
    if literals.is_uuid(match.secret) and not _STRONG.search(name):
        return Severity.LOW, Precision.LOW, "its name; the value is written as an id"
    if _bare(context):
        return Severity.LOW, Precision.LOW, "its name, in a comment or a document"
    if shape == Shape.RANDOM and kind >= Kind.SECRET:
        return Severity.MEDIUM, Precision.MEDIUM, "its name and a value spelt like no word"
    if shape == Shape.RANDOM and len(match.secret) >= _LONG:
        return Severity.MEDIUM, Precision.LOW, "a long value spelt like no word"
    if shape == Shape.HUMAN and kind == Kind.PASSWORD and not test:
        return Severity.MEDIUM, Precision.LOW, "its name and a value with several kinds of characters"
    return Severity.LOW, Precision.LOW, "its name"
