"""What the text around a value says it is instead of a credential: an address, part of a link, text of a record."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from keyscan.catalog.path_kinds import PathKind
from keyscan.engine.filters.context import CONTEXT
from keyscan.engine.filters.links import is_followed
from keyscan.engine.filters.secret_names import words_of
from keyscan.engine.filters.value_neighbours import beside
from keyscan.engine.filters.value_shape import Shape, is_uuid, shape_of
from keyscan.support.lazy_pattern import lazy_pattern
from keyscan.support.name_bytes import bytes_of
from keyscan.support.path_kind import path_kind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from keyscan.engine.filters.context import Context

_PUBLIC = lazy_pattern(
    rb"(?i:data-cf-beacon|analytics\.js|docsearch|indexName[\"']?\s{0,3}[:=]|search[_-]?only|"
    rb"(?:algolia|meili\w{0,8}|typesense|instantsearch)[\w-]{0,12}search[\w-]{0,8}key|authDomain|"
    rb"site[_-]?key|recaptcha|(?<![a-z])inkeep|firebaseapp\.com|mixpanel|amplitude|rudder|posthog\.init|"
    rb"segment\.load|client_info|"
    rb"ahrefs|hotjar|unifyintent|setAttribute\([\"'`]data-|useMachineContainer|alt=media|qm\.qq\.com|NEXT_PUBLIC_|VITE_|REACT_APP_)"
)
# What tells the secret of reCAPTCHA or Mixpanel from the key that each page shows, and variables that builds copy in.
_SERVER_WORDS = frozenset((b"secret", b"private"))
_IN_BUILDS = lazy_pattern(rb"NEXT_PUBLIC_|VITE_|REACT_APP_")
# What stands in front of a field of a form that a text shows: `user=mark&remember=1&`, behind no address and no quote.
_FORM = lazy_pattern(rb"(?:\A|\s)(?:[\w.%$\[\]-]{1,60}=[^\s\"'`<>&?]{0,100}&){1,20}[\w.%$\[\]-]{0,60}=\Z")
_TEXT_FILE = lazy_pattern(r"\.(?:txt|md|log|out|csv|tsv)\Z", re.IGNORECASE)
# Fields that hold sentences in data sets, traces and conversations.
_RECORD = lazy_pattern(
    rb"(?i)\\?\"(?:content|text|prompts?|questions?|answers?|instructions?|query|queries|outputs?|inputs?|responses?|"
    rb"description|data|solution|observation|thought|task|message|body|utterance|goal|intent|completion|dialogue|"
    rb"reasoning|example|groundtruth|ground_truth|expected|reference|passage|context|history|actions?)\\?\"\s{0,3}:"
    rb"\s{0,3}\[?\s{0,3}\\?\"[^\"]{8,}\Z"
)
# A sentence of some words under a name in YAML.
_DESCRIBED = lazy_pattern(
    rb"[ \t]*(?:-[ \t]+)?(?:description|summary|help|tooltip|notes?|hint):[ \t]+[\"']?(?:[\w'\",.;:()/-]+[ \t]+){6}"
)
# What a document shows of a program's output: each installation makes its own.
_PER_INSTALLATION = lazy_pattern(
    rb"(?i)(?<![a-z])(?:initial|generated|temporary|one-time|random)[ \t](?:[a-z]{1,12}[ \t])?"
    rb"(?:password|token|key|secret)"
)
# Shorter values are passwords rather than what a program issued.
_ISSUED = 20
# A member of a JSON object, which documents show to say what a program sends and receives.
_MEMBER = lazy_pattern(rb"\\?\"\s{0,4}:\s{0,4}\\?\"\Z")
_COMMENT = lazy_pattern(rb"[ \t]*(?:\*|//|#)")
# A comment of many lines that begins a line of its own; in a string, `"src/*"`, these signs mean something else.
_OPENS_COMMENT = lazy_pattern(rb"(?:\A|\n)[ \t]*/\*(?!.*\*/)", re.DOTALL)
# YAML in a file of a language in which such a line is no statement and no member: it stands in a string, most often
# in one that documents how the module is used (https://docs.ansible.com/ansible/latest/dev_guide/developing_modules_documenting.html).
_NO_YAML = lazy_pattern(r"\.(?:py|pyi|go|java)\Z")
_YAML_BEFORE = lazy_pattern(rb"[ \t]*(?:#[ \t]*)?(?:-[ \t]+)?[A-Za-z_][\w.-]*:[ \t]+[\"']?\Z")
_YAML_AFTER = lazy_pattern(rb"[\"']?[ \t]*(?:#|\r|\Z)")
# What manuals write beside a value: another one that is masked, and the hosts of examples.
_MANUAL = lazy_pattern(
    rb"[=:\"' ](?:X{6,}|x{6,}|\*{6,}|<your[_ -][\w -]{2,30}>|"
    rb"your[_-](?:\w{1,12}[_-]){0,3}(?:key|token|secret|password|id))(?![\w*])|"
    rb"(?i://(?:localhost|127\.0\.0\.1|0\.0\.0\.0|foo\.bar|(?:[\w-]+\.)?(?:your-?|my-?)(?:domain|host|server|site)|"
    rb"(?:[\w-]+\.)?example\.)(?![\w-]))"
)
# Input of an interpreter that a document shows, and the fence of a code block.
_SESSION = lazy_pattern(rb"[ \t]*(?:#[ \t]*)?(?:>>>|\.\.\.|In \[\d+\]:)[ \t]")
_FENCE = lazy_pattern(rb"(?:\A|\n)[ \t]*(?:[#*/]{1,3}[ \t]*)?(?:```|~~~)")
# The key of a component's license, which stands in the page that the component is for.
_FRONT_END = lazy_pattern(r"(?i)\.(?:tsx|jsx|vue|svelte)\Z")
_LICENSE = lazy_pattern(rb"(?i)licen[cs]e[_-]?key")
# 32 hexadecimal digits are what documents show most often as a token, 64 what `openssl rand -hex 32` prints, 96 what
# `openssl s_client` does of a session.
_SHOWN_DIGITS = frozenset({32, 64, 96, 128})
_HEX = lazy_pattern(rb"[0-9a-fA-F]+")
# A UUID in which somebody changed letters, until it was none.
_INVALID_UUID = lazy_pattern(rb"[0-9a-z]{8}-(?:[0-9a-z]{4}-){3}[0-9a-z]{12}")
_ID_DIGITS = b"0123456789abcdef-"
# Feishu calls the id of each document its token (https://open.feishu.cn/document/docs/docs-overview).
_LARK_TOKEN = lazy_pattern(rb"(?=[A-Za-z]*\d)[A-Za-z0-9]{27}")
_LARK = lazy_pattern(rb"(?i)feishu|(?<![a-z])lark|bitable|docx_token|\xe9\xa3\x9e\xe4\xb9\xa6")
# An index, a graph or a listing holds one id after the other.
_IDS = lazy_pattern(rb"(?<![\w-])[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}(?![\w-])")
_MANY_IDS = 4
# The page that Werkzeug shows of an error, with a secret of that run (https://werkzeug.palletsprojects.com/debug/).
_ERROR_PAGE = lazy_pattern(rb"\bEVALEX(?:_TRUSTED)?\s{0,3}=")
_DATA_FILE = lazy_pattern(r"\.(?:jsonl?|ndjson|ya?ml|csv|tsv)\Z", re.IGNORECASE)

_EXAMPLE_ABOVE = lazy_pattern(
    rb"(?i)\bexamples?[\"']?[ \t]{0,3}[:=][ \t(\[]{0,3}\r?\n[ \t]{0,40}[\"'`][^\"'`\n]{0,160}\Z"
)
# What stands around an example in an interface's description (OpenAPI): references, names of operations, its field.
_INTERFACE = lazy_pattern(
    rb"#/(?:components|definitions)/|\boperationId\b|"
    rb"(?:\A|\n)[ \t]*[\"']?(?:[A-Za-z]{0,60}E|e)xamples?[\"']?[ \t]*:[ \t]*(?:\r?\n|\{)"
)
_SCRIPT = lazy_pattern(r"(?i)\.[cm]?js\Z")
# In 400 bytes; people's code has some 60.
_FEW_SPACES = 24
# What begins a test within a program's own source: Rust, Zig and D keep tests beside the code that they test.
_IN_TEST = lazy_pattern(
    rb"#\[(?:\w{1,20}::)?(?:test|rstest|test_case|cfg\(test\))|\bmod tests \{|\bassert_(?:eq|ne|matches)!\(|"
    rb"(?:\A|\n)[ \t]*(?:test \"[^\"\n]{1,80}\" \{|unittest[ \t]*\{)"
)
_OTHER_VALUE = lazy_pattern(rb"(?![\w-])[\"'`]?\]?\s{0,3}(?:=>|:=|[:=,>])\s{0,3}[\"'`]?([\w+/=.$@!-]{8,})")


_PLACES = (
    (PathKind.TEST, "place-test"),
    (PathKind.SAMPLE, "place-sample"),
    (PathKind.DOCUMENT, "place-document"),
    (PathKind.VENDORED, "place-vendored"),
    (PathKind.RECORDED, "place-recorded"),
    (PathKind.DATA, "place-data"),
    (PathKind.GENERATED, "place-generated"),
    (PathKind.LOG, "place-log"),
    (PathKind.PAGE, "place-page"),
    (PathKind.CONFIGURATION, "place-configuration"),
)


def places_of(context: Context) -> list[str]:
    """Keys of the score's table for the file that the text is from."""
    kind = path_kind(context.path)
    if b"<!--" in context.before:
        # What a page's author noted is no part of what the page shows.
        kind &= ~PathKind.PAGE
    return [key for flag, key in _PLACES if kind & flag]


def observed(value: bytes, context: Context) -> Iterator[str]:
    """Keys of the score's table for what stands around `value`, the secret of a match that `context` surrounds."""
    yield from beside(value, context)
    if _LARK_TOKEN.fullmatch(value) and _LARK.search(context.near + bytes_of(context.path)):
        yield "near-public"
    if is_uuid(value) and len({*_IDS.findall(context.near)} - {value}) >= _MANY_IDS:
        yield "near-ids"
    if path_kind(context.path) & PathKind.PIPELINE and shape_of(value) < Shape.RANDOM:
        yield "place-pipeline"
    if is_followed(context):
        yield "near-link"
    if _ERROR_PAGE.search(context.near):
        yield "near-public"
    if _TEXT_FILE.search(context.path) and _FORM.search(context.before):
        yield "near-form"
    if is_in_interface(context):
        yield "near-interface"
    if _DATA_FILE.search(context.path) and (_RECORD.search(context.before) or _DESCRIBED.match(context.before)):
        yield "near-record"
    yield from _of_readers(value, context)


def _of_readers(value: bytes, context: Context) -> Iterator[str]:
    """What says that the text is for readers or for visitors."""
    if path_kind(context.path) & PathKind.DOCUMENT:
        yield from _of_documents(value, context)
    if len(value) >= _ISSUED and _MEMBER.search(context.lead) and _is_documentation(value, context):
        yield "near-message"
    if _is_packed(context):
        yield "place-packed"
    if is_in_test(context):
        yield "place-test"
    if is_embedded(context):
        yield "near-embedded"
    if _FRONT_END.search(context.path) and _LICENSE.search(context.before):
        yield "near-public"


def _of_documents(value: bytes, context: Context) -> Iterator[str]:
    """What says that a document shows a sample."""
    if _PER_INSTALLATION.search(context.before):
        yield "near-sample"
    if _MANUAL.search(context.near):
        yield "near-manual"
    if context.near.count(value) > 1:
        # Each of its examples has the same.
        yield "near-again"
    if _INVALID_UUID.fullmatch(value) and value.strip(_ID_DIGITS):
        yield "value-uuid"
    if len(value) in _SHOWN_DIGITS and _HEX.fullmatch(value):
        yield "value-sample"


def is_example(value: bytes, context: Context) -> bool:
    """Whether a value stands in the string below a line that says `example:`."""
    whole = context.lead + value
    return _EXAMPLE_ABOVE.search(context.near[: max(0, context.near.find(whole))] + context.lead) is not None


def is_in_interface(context: Context) -> bool:
    """Whether a value is an example in the description of an interface."""
    return bool(_DATA_FILE.search(context.path) and _INTERFACE.search(context.near))


def _is_packed(context: Context) -> bool:
    """Whether the line of a value in JavaScript goes on on both sides, with hardly a space: tools wrote it."""
    line = context.before + context.after
    return len(line) == 2 * CONTEXT and _SCRIPT.search(context.path) is not None and line.count(b" ") < _FEW_SPACES


def is_in_test(context: Context) -> bool:
    """Whether the text near a value in a program's source is a test's, in a file that is not only for tests."""
    kind = path_kind(context.path)
    return bool(kind & PathKind.SOURCE and not kind & PathKind.TEST and _IN_TEST.search(context.near))


def is_embedded(context: Context) -> bool:
    """Whether the value stands in a document inside of a program: in its YAML, in a session, beside a fence."""
    if not path_kind(context.path) & PathKind.SOURCE:
        return False
    if _SESSION.match(context.before) or _FENCE.search(context.near):
        return True
    return bool(
        _NO_YAML.search(context.path) and _YAML_BEFORE.fullmatch(context.before) and _YAML_AFTER.match(context.after)
    )


def _is_documentation(value: bytes, context: Context) -> bool:
    """Whether the text is for readers: a document, or a comment in a program."""
    kind = path_kind(context.path)
    if kind & PathKind.DOCUMENT or not kind & PathKind.SOURCE:
        return bool(kind & PathKind.DOCUMENT)
    above = context.near[: max(0, context.near.find(context.lead + value))]
    return bool(_COMMENT.match(context.before) or _OPENS_COMMENT.search(above))


def is_shown_to_visitors(name: bytes, text: bytes) -> bool:
    """Whether `text`, which surrounds the value of `name`, says that each visitor of a page gets it.

    A name that says `secret` or `private` is believed, whatever service it is for, unless builds copy it into a page.
    """
    if not _SERVER_WORDS.isdisjoint(words_of(name)) and not _IN_BUILDS.match(name):
        return False
    return bool(_PUBLIC.search(text))


def values_of(name: bytes, text: bytes) -> Iterator[bytes]:
    """The values that `name` has in `text`."""
    at = text.find(name)
    while at >= 0:
        match = _OTHER_VALUE.match(text, at + len(name))
        if match:
            yield match[1]
        at = text.find(name, at + 1)
