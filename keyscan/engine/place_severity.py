"""How severe a key of a named format is where it stands: in a test, a document, a badge, others' code."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keyscan.catalog.path_kinds import PathKind
from keyscan.engine.checks.structure import is_anonymous, is_of_nobody, names_nobody
from keyscan.engine.filters.context import CONTEXT, has_expired
from keyscan.engine.filters.links import is_followed
from keyscan.engine.filters.name_and_value import is_encrypted
from keyscan.engine.filters.surroundings import is_embedded, is_in_interface, is_in_test
from keyscan.engine.filters.value_shape import Shape, decoded, shape_of
from keyscan.model.rule import Severity
from keyscan.support.lazy_pattern import lazy_pattern
from keyscan.support.name_bytes import bytes_of
from keyscan.support.path_kind import is_rehearsal, path_kind

if TYPE_CHECKING:
    from keyscan.engine.filters.context import Context
    from keyscan.model.match import Match

_PRIVATE_KEYS = frozenset(("private-key", "encrypted-private-key", "private-key-bare"))
# Google issues the same form for Gemini, for maps and for Firebase, whose apps hold theirs in plain sight.
FIREBASE_RULE = "google-api-key"
# Rules that judge by what stands further around a secret.
LOOK_AROUND = _PRIVATE_KEYS | {FIREBASE_RULE}
_FIREBASE_NAME = lazy_pattern(rb"(?i)firebase[\w.-]{0,40}[\"'`\]]?\s{0,4}[:=,]\s{0,4}(?:\$\{\w+:-)?[\"'`]?\Z")
_FIREBASE_NEAR = lazy_pattern(
    rb"(?i)(?:auth_?domain|messaging_?sender_?id)[\"'\s]{0,3}[:=]|firebaseapp\.com|GCM_SENDER_ID|mobilesdk_app_id"
)
_FIREBASE_FILE = lazy_pattern(
    r"(?i)(?:^|[/_.-])(?:GoogleService-Info[\w.-]*\.plist|google-services[\w.-]*\.json|"
    r"firebase[\w.-]*\.(?:[jt]sx?|dart))\Z"
)
# The interface that YouTube's pages and apps use, with keys that they contain.
_YOUTUBE = lazy_pattern(rb"(?i)innertube|youtubei/v\d")
# What other scanners are told to accept, by the names that they give these files: a program or a file of settings that
# is merely called like a scanner is none.
_SCANNER_FILE = lazy_pattern(
    r"(?:^|/)(?:\.?gitleaks(?:[\w-]*\.toml|-(?:baseline|report)\.json)|\.gitleaksignore|\.secrets\.baseline|\.secretsignore|"
    r"\.?trufflehog[\w-]*\.(?:ya?ml|txt)|\.trufflehog-?ignore|\.(?:ggshield|gitguardian)(?:\.ya?ml)?|\.talismanrc|"
    r"\.detect-secrets(?:\.cfg|\.ya?ml)?)\Z"
)
# An index for searching a manual, where a name is followed by whatever comes next in the alphabet.
_SEARCH_INDEX = lazy_pattern(r"(?i)(?:^|/)search_?index\.js(?:on)?\Z")
# Browsers keep what belongs to a page that they save in a directory beside it, or all in one file.
_SAVED = lazy_pattern(r"(?i)(?:^|/)[^/]{1,200}_files/[^/]*\Z|\.mht(?:ml)?\Z")
# The token of a build's badge tells its state and nothing else.
_BADGE = lazy_pattern(rb"(?i)(?:\.svg|/badges?(?:/[^\s?]{1,80})?)\?[^\s\"'<>]{0,100}\Z")
# Rules whose secret follows the host that it is for.
_FOR_HOST = frozenset(("npm-registry-token", "authorization-basic", "netrc-password"))
_THIS_MACHINE = lazy_pattern(rb"(?i)localhost|127\.0\.0\.1|0\.0\.0\.0|\[::1\]|host\.docker\.internal")
# What signs an address, or stands in one that was signed with it.
_SIGNERS = frozenset(
    (
        *("azure-sas-token", "aws-session-token", "aws-access-key", "alibaba-access-key"),
        *("tencent-secret-id", "volcengine-access-key"),
    )
)
# The field of a signed address that says whose key signed it.
_NAMES_SIGNER = lazy_pattern(rb"(?i)[?&;](?:X-Tos-Credential|q-ak|(?:OSS)?AccessKeyId|x-oss-credential)=\Z")
_ENCODED = lazy_pattern(rb"%[0-9A-Fa-f]{2}")
_TLS_FILE = lazy_pattern(r"(?i)(?:^|[/_.-])(?:certs?|certificates?|tls|ssl|x509|pki|ca|self-?signed)[/_.-]")
_TEST_NAME = lazy_pattern(rb"(?i)test|dummy|fake|mock|sample|example|localhost")
# A shared access signature for one blob (`sr=b`) and for reading only (`sp=r`):
# https://learn.microsoft.com/rest/api/storageservices/create-service-sas
_ADDRESS_BEGIN, _ADDRESS_REST = lazy_pattern(rb"[^\s\"'`<>]*\Z"), lazy_pattern(rb"[^\s\"'`<>]*")
# How the answer is to be named, a field that only blobs have; names may be longer than what filters see.
_NAMED_FILE = lazy_pattern(rb"(?i)\.(?:png|jpe?g|gif|webp|svg|mp[34]|webm|mov|wav|pdf)(?:%22)?&sig=\Z")
_ONE_FILE, _READ_ONLY = lazy_pattern(rb"[?&;]sr=b(?![a-z])"), lazy_pattern(rb"[?&;]sp=rl?(?![a-z])")
# What somebody collected, most often from others: a key in it is seldom one of the project.
_DATA_SET = lazy_pattern(r"(?i)(?:^|/)(?:[\w-]*[_-])?datasets?/(?:.*/)?[^/]*\.(?:jsonl?|ndjson|csv|tsv|txt)\Z")
# What a client sends with a login to know its answer by (RFC 6749, section 4.1.1).
_STATE = lazy_pattern(rb"(?:[?&]|%26)state(?:=|%3D)[\w.-]{0,40}\Z")
# Tokens that open something for some hours only.
_FOR_HOURS = frozenset(("google-oauth-access-token", "azure-sas-token", "aws-session-token"))
# The field of an interface's description that shows what a value looks like.
_EXAMPLE = lazy_pattern(rb"(?i)[\"']?\bexamples?[\"']?[ \t]*:[ \t]*\[?[\"']?\Z")
# `{"alg":"none` in base64, and the header of what telephone companies sign of a call (RFC 8588).
_UNSIGNED = b"eyJhbGciOiJub25l"
_OF_A_CALL = b"eyJhbGciOiJFUzI1NiIsInBwdCI6InNoYWtlbiI"
_FOR_EXAMPLE = lazy_pattern(rb"(?i)(?<![a-z])(?:e\.g\.|for example|such as|example:)")
# A host without a domain is most often a container of somebody's development.
_NEIGHBOURS_RULE = "connection-string-local"
# The user of a demo: `//demouser:`, `//acme_demo:`.
_DEMO = lazy_pattern(rb"(?i)//(?:[\w.-]{1,20}[_.-])?demo(?:[_.-]?(?:user|account|ro|readonly))?:\Z")
_CONNECTIONS = ("connection-string", "ado-connection-string")
# Passwords from here on, if they look random, are as likely in use as those that a setting holds.
_GENERATED = 16
# Passwords shorter than this are chosen by people.
_SHORT = 8


def of(match: Match, path: str, context: Context) -> tuple[Severity, str] | None:
    """The severity of a match above low in the file at `path`, and the reason; None if its place says nothing."""
    harmless = _harmless(match, path, context)
    if harmless:
        return Severity.LOW, harmless
    if match.severity > Severity.MEDIUM and not match.rule.prefix:
        # Of labelled findings without a vendor's prefix half are samples there: benchmarks/quality/labels.py.
        if path_kind(path) & PathKind.DOCUMENT:
            return Severity.MEDIUM, "in a document, which shows samples"
        if is_embedded(context):
            return Severity.MEDIUM, "in a document that a program contains"
    if match.rule.id in _PRIVATE_KEYS and is_in_interface(context):
        return Severity.LOW, "an example in the description of an interface"
    if _DATA_SET.search(path):
        return Severity.LOW, "in a set of data, where it may be anybody's"
    if _is_rehearsed(match, path, context):
        if _is_invented(match):
            return Severity.LOW, "a password for a test"
        if match.rule.id in _PRIVATE_KEYS and _is_called_test(path, context):
            return Severity.LOW, "a key that was made for a test, as its name says"
        return Severity(match.severity - 1), "in a test or a sample"
    return None


def _is_rehearsed(match: Match, path: str, context: Context) -> bool:
    """Whether a key stands in a test, a sample, a recording or a directory of data."""
    if is_rehearsal(path) or path_kind(path) & PathKind.DATA:
        return True
    return match.rule.id in _PRIVATE_KEYS and is_in_test(context)


def _harmless(match: Match, path: str, context: Context) -> str:
    """Why a key of a vendor's format opens nothing of the project's where it stands; empty otherwise."""
    rule = match.rule.id
    if rule in _SIGNERS and (reason := _of_signer(rule, context)):
        return reason
    if rule == FIREBASE_RULE and (reason := _of_google(path, context)):
        return reason
    if rule == "jwt" and path_kind(path) & PathKind.PAGE and len(context.before) >= CONTEXT:
        return "in a page that was saved, whose visitors all get it"
    if rule in _FOR_HOST and _THIS_MACHINE.search(context.before + context.lead):
        return "for this machine"
    if rule.startswith(_CONNECTIONS) and is_encrypted(match.secret.replace(b"%3D", b"=")):
        return "text that was encrypted"
    if rule.startswith(_CONNECTIONS) and _DEMO.search(context.before) and not _looks_generated(match.secret):
        return "the account of a demo, which everyone may use"
    if rule == _NEIGHBOURS_RULE and not _looks_generated(match.secret):
        return "a password that somebody chose, for a host nearby"
    return _of_file(match, path) or _shown(match, context)


def _of_file(match: Match, path: str) -> str:
    """Why a key opens nothing of the project's in the file at `path`; empty otherwise."""
    if not match.rule.prefix and _SEARCH_INDEX.search(path):
        return "in an index for searching, where a name stands beside other words"
    if match.rule.id in _FOR_HOURS and path_kind(path) & PathKind.RECORDED:
        return "in a recording, which its time did not outlast"
    if _SCANNER_FILE.search(path):
        return "in the configuration of another scanner, which accepts it"
    return "in others' code" if path_kind(path) & PathKind.VENDORED else ""


def _of_signer(rule: str, context: Context) -> str:
    """Why what signs addresses opens nothing in this one; empty otherwise."""
    if rule == "azure-sas-token" and _opens_one_file(context):
        return "it lets read the one file that it stands behind"
    if has_expired(context):
        return "it has expired"
    if _NAMES_SIGNER.search(context.before) and is_followed(context):
        return "it signed the address of one file"
    return ""


def _of_google(path: str, context: Context) -> str:
    """Why everyone gets a key of Google's where it stands; empty otherwise."""
    if _is_firebase(path, context):
        return "a Firebase app's key, which each copy of the app contains"
    if _YOUTUBE.search(context.near):
        return "a key of YouTube's own pages, whose visitors all get it"
    if path_kind(path) & PathKind.PAGE and (is_rehearsal(path) or _SAVED.search(path)):
        return "in a page that was saved, whose visitors all see it"
    return ""


def _shown(match: Match, context: Context) -> str:
    """Why everyone may see a key where it stands; empty otherwise."""
    rule = match.rule.id
    if _BADGE.search(context.before):
        return "in a badge, which everyone sees"
    if rule == "authorization-basic" and _is_invented(match) and _FOR_EXAMPLE.search(context.before):
        return "a password that somebody chose, in an example"
    if rule == "jwt" and match.secret.startswith(_UNSIGNED):
        return "a token without a signature, which anybody can write"
    if rule == "jwt" and match.secret.startswith(_OF_A_CALL):
        return "a telephone call's passport, which opens nothing"
    if rule == "jwt" and is_of_nobody(match.secret):
        return "a token for a test or a local installation, as its claims say"
    if rule == "jwt" and _STATE.search(context.before):
        return "what tells one login from another, and opens nothing"
    if rule == "jwt" and is_anonymous(match.secret):
        return "a key that each visitor of a page gets"
    if rule == "jwt" and path_kind(context.path) & PathKind.DOCUMENT and names_nobody(match.secret):
        return "a token that was made for a document, as its claims say"
    if rule == "jwt" and is_followed(context):
        return "in a link that readers are meant to open"
    return "an example, as its field says" if rule == "jwt" and _EXAMPLE.search(context.before) else ""


def _looks_generated(secret: bytes) -> bool:
    """Whether the password of a connection string looks as if a program made it."""
    return len(secret) >= _GENERATED and shape_of(_ENCODED.sub(b"x", secret)) == Shape.RANDOM


def _is_firebase(path: str, context: Context) -> bool:
    """Whether the name, the settings beside it or the file say that a key is that of a Firebase app."""
    return bool(
        _FIREBASE_NAME.search(context.before)
        or _FIREBASE_NEAR.search(context.near)
        or _FIREBASE_FILE.search(path.partition("!/")[2] or path)
    )


def _opens_one_file(context: Context) -> bool:
    """Whether a shared access signature says itself that it is for one blob and for reading."""
    begin, rest = _ADDRESS_BEGIN.search(context.before), _ADDRESS_REST.match(context.after)
    address = b"".join(part.group() for part in (begin, rest) if part)
    return bool(_NAMED_FILE.search(context.before)) or bool(_ONE_FILE.search(address) and _READ_ONLY.search(address))


def _is_called_test(path: str, context: Context) -> bool:
    """Whether the name of a private key in a test, or that of its own file, says that it was made for one.

    A key within the source of a test, and one beside the certificates of its own servers, were made for it too.
    """
    if _TEST_NAME.search(context.before):
        return True
    if path_kind(path) & PathKind.SOURCE:
        return bool(path_kind(path) & PathKind.TEST)
    return bool(_TEST_NAME.search(bytes_of(path.rpartition("/")[2])) or _TLS_FILE.search(path))


def _is_invented(match: Match) -> bool:
    """Whether a password that no generator made stands in a connection string or a header for basic authentication."""
    secret = match.secret
    if match.rule.id in {"authorization-basic", "docker-config-auth"}:
        secret = (decoded(secret) or b"").rpartition(b":")[2]
    elif match.rule.id.startswith(_CONNECTIONS):
        secret = _ENCODED.sub(b"", secret)
    else:
        return False
    return shape_of(secret) < Shape.RANDOM or len(secret) < _SHORT
