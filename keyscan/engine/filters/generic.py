"""Secrets of no known provider: name, value and place weighed together."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from keyscan.catalog.path_kinds import PathKind
from keyscan.engine.filters import binding
from keyscan.engine.filters import secret_names as names
from keyscan.engine.filters import value_shape as literals
from keyscan.engine.filters.context import has_expired
from keyscan.engine.filters.entropy import classes
from keyscan.engine.filters.links import is_of_link
from keyscan.engine.filters.name_and_value import name_and_value
from keyscan.engine.filters.score import graded
from keyscan.engine.filters.secret_names import Kind
from keyscan.engine.filters.surroundings import is_example, is_shown_to_visitors, observed, places_of, values_of
from keyscan.engine.filters.value_shape import Shape
from keyscan.support.lazy_pattern import lazy_pattern
from keyscan.support.path_kind import is_of_kind, path_kind

if TYPE_CHECKING:
    from keyscan.engine.filters.context import Context
    from keyscan.model.match import Match
    from keyscan.model.rule import Precision, Rule, Severity

# Lines that hold digests, ids and badges, whatever their values are called; what is given to be decrypted is no secret.
_DIGESTS = lazy_pattern(
    rb"integrity|checksum|sha-?(?:1|224|256|384|512)|\bmd5|digest|etag|fingerprint|thumbprint|commit|revision|"
    rb"(?<![a-z])badge|shields\.io|codecov\.io|\.svg\?|certificate|public[_-]?key|\bhash(?!_?salt)|nonce=|crossorigin|"
    rb"\bconstraint[ \t]+[\"'`]?\Z|(?<![a-z])(?:dec|decrypt\w{0,12}|decipher|unseal)\([\"'`]\Z",
    re.IGNORECASE,
)
# `["token", "` begins a list of words, `("token", "` a call.
_LIST = lazy_pattern(rb"(?:[\[{]|\(\s*[\"'][^\"']*[\"']\s*,)\s*(?:[\"'][^\"'-][^\"']*[\"']\s*,\s*)+\w?[\"'`]?\Z")
# On the line after an empty setting stands the next one.
_SETTING = lazy_pattern(
    rb"[A-Za-z]++(?:[_-]+\.|[._-])[A-Za-z0-9_-]++(?>(?:\.[A-Za-z0-9_-]++)*)[=:]|[A-Z][A-Z0-9_]{2,40}="
)
# The same in words with capitals: `MicrosoftAppTenantId=`. A key in base64 ends so too, but spells nothing.
_CAMEL_SETTING = lazy_pattern(rb"((?:[A-Z]+[a-z]+){2,8}[A-Z]{0,4})=")
# `nodes that pass `name``, as a comment says.
_PASSES = lazy_pattern(rb"(?i)\bpass[ \t]+[`\"']\Z")
# `"API_KEY",` and the value on the next line, if a call sets or reads a variable.
_NEXT_ITEM = lazy_pattern(rb"\A[\w.]{2,40}[\"'],[^\"'\n]*\n\s*\w?[\"']\Z")
_IS_KEY = lazy_pattern(rb"[\"'`][ \t]{0,4}:")
# The directory that a shell is in, as `docker run -v` mounts it.
_DIRECTORY = lazy_pattern(rb"(?:`pwd`|\$\(pwd\)|\$\{?PWD\}?):\Z")
# A comment of one line, from its beginning on: `# old_api_key: `.
_COMMENT = lazy_pattern(rb"\s*(?:#|//|/\*|\*|--|;|%|'|!|REM\b)")
# A field of a document, `:api-key: `, which no code is beside.
_DOCUMENT = lazy_pattern(r"(?i)\.(?:rst|adoc|asciidoc)\Z")
_FIELD = lazy_pattern(rb"\s*:[\w -]{1,40}:\s")
_QUOTES = (b'"', b"'", b"`")
_CLASSES, _SHORT, _LONG, _LONGER = 3, 12, 20, 32
# Letters alone, and fewer than these, are too often a name.
_ONE_CLASS = 16
# Those of commits and of most digests.
_DIGEST_LENGTHS = frozenset({40, 64})
# Rules that know a secret by its place, without a name.
_NAMELESS = frozenset(
    {
        "generic-positional-secret",
        "generic-call-secret",
        "generic-pgpass-password",
        "generic-store-command-secret",
        "generic-command-password",
        "generic-curl-user-key",
        "generic-service-password",
    }
)
# A vendor's name tells the key: its client's first argument, or a variable that is called like the vendor.
_VENDOR = frozenset({"generic-vendor-client-key", "generic-vendor-variable"})
# Strings behind `key`, `salt` and the like: of eight that were labelled at medium two were secrets.
_ANY_KEY = "generic-key"
# A value on the line after its name, and one that does not stand right behind it.
_NEXT_LINE = "generic-next-line-secret"
_DISTANT = "generic-distant-secret"
# A UUID, a model, a version: `gpt-4o-2024-05-13`, `EleutherAI/gpt-j-6b`.
_LABEL = lazy_pattern(rb"(?:[A-Za-z][\w.-]{1,38}/){0,2}(?:[A-Za-z0-9]{1,12}[-_.]){2,}[A-Za-z0-9]{0,12}\Z")
# Rules for a value with nothing but space between it and its name: below a title, and in a sentence.
_TITLED, _MENTIONED = "generic-titled-secret", "generic-mentioned-secret"
# Its quotes are no quotation marks.
_RAW = "generic-raw-quoted-secret"
# `<<EOF`, `<<~'EOF'`, `<<<EOT`, a text block's quotes, and the end of that line.
_HERE_DOCUMENT = lazy_pattern(rb"(?:<<[<~-]?[\"']?\w{1,16}[\"']?(?:\.\w{1,8})?|\"{3}|'{3})[ \t]*\r?\n[ \t]*\Z")
# What is given to these is a key, or what a client sends, and both are written in hexadecimal digits too.
_SIGNS = lazy_pattern(
    rb"(?i)jwt|hmac|sign|plainauth|\bftp|(?<![.\w])password\s{0,4}\(|hash|"
    rb"encode|cipher|\bencrypted[ \t]|\bidentified\s.{0,40}\bby\s|(?:basic|digest|ntlm)_?auth|"
    rb"auth[\"']?\s*[=:]|login[ (]|connect|credentials?\(|authenticate|keyspec|cookie|pdo|mysqli|fernet|securestring"
)
_RECORD = lazy_pattern(
    rb"(?i:\b(?:create[ds]?_?(?:time|at)|update[ds]?_?(?:time|at)|nick_?name|last_login|is_(?:staff|superuser))\b)|"
    rb"\b(?:[Pp]ass[Ww]ord_?)?[Ss]alt[\"'`]?\s{0,3}[=:]"
)
_CHAT = lazy_pattern(rb"\"role\"\s{0,3}:\s{0,3}\"(?:user|assistant|system)\"")
_SAMPLE = lazy_pattern(
    rb"(?i:(?<![a-z])(?:examples?|sample|dummy|fake|mock(?:ed)?|placeholder|tests?|testing|e\.g|such as|demo|"
    rb"insecure|like this|not[ -]a[ -]real)(?![a-z]))"
)
_LOCAL = lazy_pattern(
    rb"(?i:localhost|127\.0\.0\.1|0\.0\.0\.0|\[::1\]|host\.docker\.internal|(?:[@/.]|^)example\.(?:com|org|net))"
)
_MARKUP = lazy_pattern(
    rb"<(?:input|a|div|span|section|body|form|meta|button|script|whiteboard|sheet|bitable|img|iframe|video|file)(?![\w-])[^>]{0,200}\Z",
    re.IGNORECASE,
)
_MANY_WEAK, _MANY_STRONG = 1, 4


def is_noisy(path: str) -> bool:
    """Whether generic rules have nothing to say of a file: long random strings are the rule in it, by its path."""
    return is_of_kind(path, PathKind.NOISY)


def skipped(rule: Rule, path: str) -> bool:
    """Whether this generic rule has nothing to say of a file: letters without quotes are names in a program."""
    return rule.id == "generic-bare-password" and is_of_kind(path, PathKind.SOURCE)


def rejection_reason(match: Match, context: Context) -> str | None:
    """Why a generic match is not worth a report at any severity."""
    reason = literals.reason(match.secret)
    if reason:
        return reason
    if match.rule.id == _NEXT_LINE and _is_anothers_line(match, context):
        return "another setting"
    kind = _kind(match, context)
    if kind == Kind.NONE:
        return "name"
    if _weak(kind, match, context):
        return "word"
    if (
        (match.rule.id == _DISTANT and (kind < Kind.SECRET or binding.is_anothers(context)))
        or binding.is_read(context)
        or _is_verb(context)
    ):
        return "another name"
    if match.secret.startswith((b"/", b".")) and _DIRECTORY.search(context.preceding + context.lead):
        return "command"
    if _only_near(match, context, kind):
        return "a word near"
    if match.rule.id in _NAMELESS:
        return "list" if binding.is_in_longer_list(context) else None
    if _LIST.search(context.before) and not _random_enough(kind, match.secret):
        return "list"
    return "digest" if _DIGESTS.search(context.before) else None


def _is_setting(value: bytes) -> bool:
    """Whether what stands on the next line is a name and what it is set to."""
    words = _CAMEL_SETTING.match(value)
    return bool(_SETTING.match(value) or (words and literals.is_spelt(words[1])))


def _is_anothers_line(match: Match, context: Context) -> bool:
    """Whether the line after a name is the next setting, or the next item of a list that sets nothing."""
    if _is_setting(match.secret) or _IS_KEY.match(context.after):
        return True
    return bool(_NEXT_ITEM.search(context.lead)) and not binding.is_set(match, context)


def _is_verb(context: Context) -> bool:
    """Whether a comment says what is passed."""
    return bool(_COMMENT.match(context.before) and _PASSES.search(context.before))


def _only_near(match: Match, context: Context, kind: Kind) -> bool:
    """Whether a value that nothing binds to the name in front of it is a word, or what it stands below no title."""
    rule, value = match.rule.id, match.secret
    if rule not in {_TITLED, _MENTIONED}:
        return False
    if len(value) in _DIGEST_LENGTHS and not value.strip(b"0123456789abcdef"):
        # Release notes: `- cache for secrets <commit>`.
        # A list's entry, `api_key - <value>`, binds it.
        return not binding.is_entry(context) if rule == _MENTIONED else binding.name_of(match, context).endswith(b"s")
    return not _random_enough(kind, value) or (rule == _TITLED and not binding.ends_title(context))


def _kind(match: Match, context: Context) -> Kind:
    """What the name in front of the value says of it."""
    if match.rule.id in _NAMELESS:
        return Kind.PASSWORD
    if match.rule.id in _VENDOR:
        return Kind.VENDOR
    return names.kind_of(binding.name_of(match, context), call=_calls(match, context))


def _calls(match: Match, context: Context) -> bool:
    """Whether the name is that of a function which is given the value, not of one that returns it."""
    return match.rule.id != _DISTANT and b"(" in context.lead and b"return" not in context.lead


def _weak(kind: Kind, match: Match, context: Context) -> bool:
    """Whether the value looks too little like a secret for what its name says and where it stands."""
    value = match.secret
    shape = literals.shape_of(value)
    if shape < Shape.COMMON or (shape == Shape.COMMON and (kind < Kind.PASSWORD or _example(match, context))):
        return True
    if kind != Kind.PASSWORD and ((len(value) < _ONE_CLASS and value.isalpha()) or literals.is_slug(value)):
        return True
    distant = match.rule.id == _DISTANT
    if (kind <= Kind.VENDOR or distant) and (shape < Shape.RANDOM or len(value) < _SHORT):
        return True
    if match.rule.id in _VENDOR and literals.is_dated(value):
        return True  # a model: `new OpenAI("gpt-4o-mini-2024-07-18")`
    if distant and _LABEL.match(value) and not (literals.is_uuid(value) and binding.is_declared(context)):
        return True
    return _bare(match, context) and (shape < Shape.RANDOM or len(value) < _LONG or literals.is_uuid(value))


def _random_enough(kind: Kind, value: bytes) -> bool:
    """Whether a value behind a telling name in a list is no further word: pairs are written as lists too."""
    least = _SHORT if classes(value) > _CLASSES else _LONG
    return kind >= Kind.SECRET and len(value) >= least and literals.shape_of(value) == Shape.RANDOM


def _example(match: Match, context: Context) -> bool:
    """Whether a plain password is mentioned, not set: bare in a source file, or of few kinds of characters."""
    return _bare(match, context) or classes(match.secret) < _CLASSES


def _bare(match: Match, context: Context) -> bool:
    """Whether a value stands in a source file outside any string: it is a comment's or a document's."""
    if match.rule.id in _NAMELESS | _VENDOR or match.rule.id == _RAW or not path_kind(context.path) & PathKind.SOURCE:
        return False
    before = context.before
    if _HERE_DOCUMENT.search(context.lead) or (_DOCUMENT.search(context.path) and _FIELD.match(before)):
        return False
    return not any((before.count(quote) - before.count(b"\\" + quote)) % 2 for quote in _QUOTES)


def evidence(match: Match, context: Context) -> list[str]:
    """Everything that speaks for or against a match that `rejection_reason` kept, as keys of the score's table."""
    name = binding.name_of(match, context)
    kind = _kind(match, context)
    facts = _of_name_and_value(match, context, name, kind)
    distant = match.rule.id == _DISTANT
    if distant and not binding.is_declared(context):
        facts.append("binding-distant")
    if _bare(match, context):
        facts.append("binding-comment" if _COMMENT.match(context.before) else "binding-bare")
    elif distant and context.lead.endswith(b"`") and _COMMENT.match(context.before):
        # What a comment marks as code is most often a name.
        facts.append("binding-comment")
    if match.rule.id not in _NAMELESS and not distant and binding.is_argument(match, context, name):
        facts.append("binding-argument")
    if kind == Kind.PASSWORD and "value-hash" in facts and _RECORD.search(context.near):
        # Rows of users hold the hashes of their passwords, some with what they were salted with (`SALT=` is a setting).
        facts.append("value-digest")
    if binding.is_compared(context):
        facts.append("binding-comparison")
        if kind == Kind.PASSWORD and "value-hash" in facts:
            # Code compares a password with its hash.
            facts.append("value-digest")
    facts += places_of(context)
    return facts + _of_neighbourhood(match, context, name, kind)


def _of_name_and_value(match: Match, context: Context, name: bytes, kind: Kind) -> list[str]:
    facts = name_and_value(name, kind, match.secret)
    if kind == Kind.PASSWORD and match.rule.id not in _NAMELESS and literals.is_passphrase(match.secret):
        facts.remove("value-slug")
    if match.rule.id == "generic-positional-secret" and "value-hash" in facts and not _SIGNS.search(context.lead):
        # `openssl rand -hex 20` makes passwords too, but what sets one in code is given its hash.
        facts.append("value-digest")
    if match.rule.id == _ANY_KEY and kind < Kind.VENDOR:
        facts.append("name-any-key")
    return facts


def _of_neighbourhood(match: Match, context: Context, name: bytes, kind: Kind) -> list[str]:
    facts = []
    if name and len(name) < _LONGER:
        others = set(values_of(name, context.near)) - {match.secret}
        others = {other for other in others if other[:8] != match.secret[:8]}
        if len(others) >= (_MANY_STRONG if kind >= Kind.SECRET else _MANY_WEAK):
            facts.append("near-many")
    line = context.before + b" " + context.after
    if _SAMPLE.search(line) or _CHAT.search(context.before) or is_example(match.secret, context):
        facts.append("near-sample")
    if _LOCAL.search(line):
        facts.append("near-local")
    facts += observed(match.secret, context)
    if is_of_link(name, context):
        facts.append("near-link")
    if has_expired(context):
        facts.append("near-expired")
    if is_shown_to_visitors(name, line + (context.near if kind < Kind.PASSWORD else b"")):
        facts.append("near-public")
    if _MARKUP.search(context.before[: len(context.before) - len(context.lead)] + name):
        facts.append("place-page")
    return facts


def grade(match: Match, context: Context) -> tuple[Severity, Precision, str]:
    """How sure a match is that `rejection_reason` kept, and what speaks for and against it."""
    return graded(evidence(match, context))
