"""How the text in front of a value binds it to a name: the whole name, an argument, a comparison."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from keyscan.engine.filters.secret_names import Kind, kind_of
from keyscan.engine.filters.value_shape import Shape, shape_of
from keyscan.support.lazy_pattern import lazy_pattern

if TYPE_CHECKING:
    from keyscan.engine.filters.context import Context
    from keyscan.model.match import Match

_NAME = lazy_pattern(rb"[\w.-]*\Z")
# A name in two words, as people write it, counts whole: `API key: `.
_WORD_BEFORE = lazy_pattern(rb"([A-Za-z]+) \Z")
# What a line's end or a tab in a string leaves in front of a name: `"HOST=db1\\nAPI_KEY=`.
_LINE_END = lazy_pattern(rb"\\+[nrt](?=[\w.-]*\Z)")
_NAME_REST = lazy_pattern(rb"(?:\s|[a-z]{1,3}[\"'](?=\w))?((?:[A-Za-z]+ (?=[Kk]ey|KEY))?[\w.-]*)")
# A field called `key` of data: of a map's entry, a row, a widget.
_FIELD_KEY = lazy_pattern(rb"[\"']?key\\?[\"']")
# `password 0`: Cisco's mark of a value in plain text.
_LAST_WORD = lazy_pattern(rb"([\w.-]*[A-Za-z_][\w.-]*)(?:[ \t]+0)?[^\w]*\Z")
# `name: DB_PASSWORD` before its `value:`.
_PAIR = lazy_pattern(
    rb"(?:name|key|id|variable)[\"']?\s{0,4}(?:[=:>]|(?=[\"' ]))\s{0,4}[\"']?([\w./-]+)", re.IGNORECASE
)
_PAIRED = "generic-named-value"
_WORD_END = lazy_pattern(rb"\w\Z")
# An element with attributes: `<app:apiKey xsi:type="xsd:string">`, `<string name="api_key" translatable="false">`.
_ELEMENT = lazy_pattern(rb"<(?:[\w.-]{1,20}:)?([\w.-]+)[ \t](?:(?i:name|key|id)=[\"']([\w.-]+))?")
# Rules in which a word comes before the name.
_DIRECTIVES = frozenset({"generic-directive-secret"})
# The rule whose values stand in front of their names, and a name there.
_VALUE_FIRST = "generic-value-first-secret"
_NAME_BEHIND = lazy_pattern(
    rb"[\"'][\s,]{1,28}(?i:where[ \t]{1,4})?(?:[\"'`\[]?\w{1,20}[\"'`\]]?\s{0,4}[=:]\s{0,4})?@?[\"']([\w.-]+)"
    rb"|\r?\n[ \t]{1,24}\w{2,4}:[ \t]{1,2}[\"']?([\w.-]+)"
)
_COMPARING = rb"\.(?:equals(?:IgnoreCase)?|compareTo|compare|eql\?|isEqualTo|Equals|isEqual)"
_CALLED = lazy_pattern(_COMPARING + rb"\Z")
# A name that is a whole argument, as in `f("token", "value")` and `pbkdf2(password, "salt")`; setters and readers of
# variables take such pairs.
_ARGUMENT = lazy_pattern(rb"(?:[\"'`]|\A[\w.]{2,40})[ \t]*,[ \t]*(?:[A-Za-z]{0,2}|\()[@$]?\\?[\"'`]\Z")
# A pair in a list, a tuple or a map, not a call.
_IN_PAIR = lazy_pattern(rb"(?:^|[^\w\s])\s*[\[({]\s*[\"'`]?[\w.-]*\Z")
_SETTER = lazy_pattern(
    rb"(?i:set|put|add|param|header|append|define|env|environ|default|attr|property|config|option|secret|insert|with|"
    rb"input|fill|type|arg|login|field|cookie|store|update|values?|flag|string|\bof|hash|dict|map|pairs?|tuple|entry|"
    rb"emplace|assign|override|inject|provide|credential|metadata|setting|upsert|export|register|build)"
    rb"\w{0,20}\s{0,2}[(\[ ]\s*(?:[\w.:\"'&*]{1,40},\s*){0,3}(?:[\"'`][#.]?|(?<=[\s(]):)[\w.-]*\Z|\bdefine\([\w.-]*\Z"
)
# `settings.get("api_key", "value")`: a default, if no program would write it as a text to show.
_GETTER = lazy_pattern(
    rb"\.(?:get|pop|setdefault|get_or|getOr(?:Default|Else)|optString|getString|getProperty|fetch|read)\(\s*[\"'`][\w.-]*\Z"
)
_LONG = 16
_ENVIRONMENT = lazy_pattern(rb"[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+\Z")
# A function by what its name begins with, called with nothing but the value, and what reads the environment; an element
# of a map by its name: `process.env["`.
_READS = lazy_pattern(
    rb"(?<![A-Za-z])(?:get|load|read|fetch|find|lookup|retrieve|require|resolve)(?:_[a-z]\w{0,30}|[A-Z]\w{0,30})?"
    rb"\([ \t]{0,4}[\"'`]\Z|"
    rb"(?i:(?<![a-z_])(?:get|lookup|require|must_?get)?_?env(?:iron(?:ment)?)?(?:_?var(?:iable)?|_?str(?:ing)?|_?or_?\w{2,10}|"
    rb"::(?:var|var_os)|!)?)\([ \t]{0,4}[\"'`]\Z|"
    rb"[\w)\]]\[[\"'`]\Z"
)
# YAML's tag in front of the name under which a store keeps a secret: `!secret db_password`.
_TAGGED = lazy_pattern(rb"(?<!\S)!(?:secret|vault|env|ref)[ \t]+[\"']?\Z")
_LIST_BEFORE = lazy_pattern(rb"\[[^()\[\]]{0,200}\Z")
_LIST_AFTER = lazy_pattern(rb"[\"'`][ \t]{0,8},[ \t]{0,8}[\"'`]")
_COMPARED = lazy_pattern(rb"[=!]={1,2}[ \t]*[\"'`]?\Z")
_COMPARES = lazy_pattern(_COMPARING + rb"\([ \t]*[\"'`]?\Z")

# The word that the value behind it is bound to: `id: "`, `"sha" => "`, `hash="`; and words that only say "value".
_BOUND = lazy_pattern(rb"([A-Za-z_][\w.-]*)\\{0,3}[\"'`]?\]?\s*(?:=>|:=|=|:)\s*(?:\w[\w.]*\()?[A-Za-z]{0,2}[@$]?\Z")
_VALUE_WORD = lazy_pattern(
    rb"(?i)(?:val|value|default|fallback|missing|initial)\Z|(?:\A|\.)(?:text|string|content|const|secret|data|lambda)\Z"
)
# `a = self.b = "`; `x = test ? y : "`; a name whose own value stands between: `key=None, model="`.
_CHAIN = lazy_pattern(rb"[\"'\])]{0,3}\s*=(?:\s*[\w.]+(?:\[[\"'][\w.-]+[\"']\])?\s*=)+\s*\Z")
_CHOICE = lazy_pattern(rb"\?[^?:]*:\s*\Z|\b(?:else|or|then)\s+\Z")
# Words right before a value that say what it is, when it is no secret.
_OTHER_THING = lazy_pattern(
    rb"(?i)(?:(?<![a-z])|(?-i:(?<=[a-z])(?=[A-Z])))(?:id|ids|uuid|guid|sha\d*|md5|hash|digest|commit|etag|path|url|uri|href|src|model|name|version|checksum|"
    rb"nonce|class|type|file|filename|field|column|table|branch|tag|image|open|import|from|require|include|join|get|"
    rb"key_id|getenv|query|select|label|title|compile|match|split|replace|find|search|test|log|print)\\{0,3}[\"'`]?"
    rb"(?:\s*[:=(]\s*|\s+(?:\*/\s*)?)[A-Za-z]?\Z"
)
# A type that is written as a string: `Optional[Union[str, "`.
_ANNOTATION = lazy_pattern(
    rb"(?:Optional|Union|List|Dict|Type|Sequence|Mapping|Iterable|Literal|Annotated|ForwardRef|Callable)\["
    rb"(?:[\w., |\[\]]|[\"'][\w.]*[\"']){0,120}[\"']?\Z"
)
_QUOTED = lazy_pattern(rb"\"[^\"\n]*\"|'[^'\n]*'|`[^`\n]*`")
# The end of a name in a call or a subscript: `"]`, `")`.
_NAME_END = lazy_pattern(rb"\A(?:\\?[\"'`][\])]{0,2}|\])")
# No more than an operator and brackets; Jsonnet's `::` and functions' `() =>` are no operators of the other rules.
_NEXT = lazy_pattern(rb"[\s\"'`\\()\[\]{}:=,>@$-]*")
# Values that are aligned in columns, farther off than the other rules look.
_ALIGNED = lazy_pattern(rb"[=:,>][ \t]{5,}\Z")
# What stands in front of the last words of a title: `### `, `2. Staging `.
_TITLE = lazy_pattern(
    rb"(?:\A|\n)[ \t]{0,16}(?:[#>*+_|-]{1,6}[ \t]{0,3}|\d{1,2}[.)][ \t]{1,3})?"
    rb"(?:[\w&'()/-]{1,20}[ \t]){0,4}[\w&'()/-]{0,20}\Z"
)
# Columns and their values in SQL: `(email, api_key) VALUES ('`.
_VALUES = lazy_pattern(rb"(?i)\)\s*values\s*\(")
# ` CONSTANT VARCHAR2(64) := '`, `: string ref = ref "`, ` = T.pack "`, ` PIC X(64) VALUE "`.
_TYPED = lazy_pattern(
    rb"[\"'`]?(?:[ \t]*:)?(?:[ \t]*[A-Za-z_][\w.*&\[\]<>]{0,30}(?![\w.*&\[\]<>])(?:\([\d, ]{1,9}\))?){0,4}"
    rb"[ \t]*(?:(?::|\?\?)?=(?!=)|(?i:value|default))[ \t]*(?:[A-Za-z_][\w.]{0,20}[ \t(]{1,2})?[A-Za-z]{0,2}[\"'`]"
)
_ENTRY_DASH = lazy_pattern(rb"[ \t](?:-|::)[ \t]{1,2}`?\Z")
_ENTRY_NAME = lazy_pattern(rb"(?:\A|\n)[ \t]{0,16}(?:[*+-][ \t]{1,3})?\w*[_a-z]\Z")
_OPENING, _CLOSING = frozenset(b"([{"), frozenset(b")]}")


_COMPARED_NAME = lazy_pattern(rb"([\w$-]+)[ \t]*[=!]={1,2}[ \t]*[\"'`]?\Z")


def name_of(match: Match, context: Context) -> bytes:
    """The whole name in front of the value: the rule matches from its telling word on."""
    if match.rule.id == _VALUE_FIRST:
        whole = context.lead + match.secret
        behind = _NAME_BEHIND.match(context.near, context.near.find(whole) + len(whole))
        return behind.group(1) or behind.group(2) if behind else b""
    compared = _COMPARED_NAME.search(context.before)
    if compared:
        return compared.group(1)
    if match.rule.id in _DIRECTIVES:
        last = _LAST_WORD.search(context.lead)
        return last.group(1) if last else b""
    # `jwtKey: String = "` is no pair: its `Key` is the end of a name.
    separate = match.rule.id == _PAIRED or not _WORD_END.search(context.preceding)
    pair = _PAIR.match(context.lead) if separate else None
    if pair:
        return pair.group(1)
    element = _ELEMENT.match(context.lead)
    if element:
        called = element.group(2) or b""
        return called if kind_of(called) != Kind.NONE else element.group(1)
    # What an option follows, and the `n` of a line's end that stands in a string, are no part of its name.
    apart = context.lead[:1] in {b" ", b"\t"}
    before = _NAME.search(b"" if apart else _LINE_END.sub(b"\n", context.preceding))
    # A list's sign and the dashes of an option are no part of the name; a dash within it is: `db-pass`.
    within = before and before.group()[-1:].isalnum() and context.lead[:1] == b"-"
    rest = _NAME_REST.match(context.lead if within else context.lead.lstrip(b"-\"' "))
    if before and not before.group() and _FIELD_KEY.match(context.lead):
        return b""
    # What a comparison calls on a name is no part of it: `apiKey.equals("`.
    name = _CALLED.sub(b"", (before.group() if before else b"") + (rest.group(1) if rest else b""))
    word = _WORD_BEFORE.search(context.preceding) if name.lower() == b"key" else None
    # `cache key: `, `public key: `: a word that says what the key is for, as it would in one name.
    return word.group(1) + b"_" + name if word and kind_of(word.group(1) + b"_key") == Kind.NONE else name


def is_argument(match: Match, context: Context, name: bytes) -> bool:
    """Whether the value is an argument behind another that merely is called like a secret."""
    if not _ARGUMENT.search(context.lead) or name.startswith(b"-") or context.lead.lstrip().startswith(b"-"):
        return False
    start = context.preceding + name
    if _ENVIRONMENT.match(name) or _SETTER.search(start) or _IN_PAIR.search(start):
        return False
    return not (_GETTER.search(start) and len(match.secret) >= _LONG and shape_of(match.secret) == Shape.RANDOM)


def is_set(match: Match, context: Context) -> bool:
    """Whether the name is an argument of a call that sets a variable, a field or the like."""
    return bool(_SETTER.search(context.preceding + name_of(match, context)))


def ends_title(context: Context) -> bool:
    """Whether the name that a rule matched ends a line of a few words."""
    return bool(_TITLE.search(context.preceding))


def is_entry(context: Context) -> bool:
    """Whether a line is nothing but one name, a dash or two colons, and the value: `- db_password :: x`."""
    return bool(_ENTRY_DASH.search(context.lead) and _ENTRY_NAME.search(context.preceding))


def is_in_longer_list(context: Context) -> bool:
    """Whether the value is one of three strings or more between square brackets, which are no user and password."""
    return bool(_LIST_BEFORE.search(context.lead) and _LIST_AFTER.match(context.after))


def is_read(context: Context) -> bool:
    """Whether the value is what a function that reads a setting gets, as in `API_KEY = load_key("f5.api")`.

    So is what YAML's tag `!secret` marks, and the text of `/etc/passwd`, which holds no passwords.
    """
    read = _READS.search(context.lead) or _TAGGED.search(context.before)
    return bool(read) or context.preceding.endswith(b"/etc/")


def is_compared(context: Context) -> bool:
    """Whether the name is compared with the value, not set to it."""
    return bool(_COMPARED.search(context.lead) or _COMPARES.search(context.lead))


def is_anothers(context: Context) -> bool:
    """Whether a value further off on the line of a name belongs to something else than that name.

    It does when nothing stands between, which other rules judge, when the brackets around the name end before it, when
    another name is bound to it, or when the word in front says that it is an id, a path, a type or the like.
    """
    rest = _NAME_REST.match(context.lead)
    between = context.lead[rest.end() if rest else 0 :].rstrip(b"\"'`\\")
    if _NEXT.fullmatch(between) and b"::" not in between and b"()" not in between and not _ALIGNED.search(between):
        return True
    if b";" in between or _leaves(between) or _OTHER_THING.search(between):
        return True
    if _ANNOTATION.search(between):
        return True
    bound = _BOUND.search(between)
    if bound is None or _VALUE_WORD.search(bound[1]):
        return False
    return not (_CHAIN.match(between) or _CHOICE.search(between))


def is_declared(context: Context) -> bool:
    """Whether nothing but a type and an operator, or a plain call, stands between the name and the value."""
    rest = _NAME_REST.match(context.lead)
    return bool(_TYPED.fullmatch(context.lead, rest.end() if rest else 0))


def _leaves(text: bytes) -> bool:
    """Whether `text`, without its strings, closes a bracket that it did not open."""
    depth = 0
    for byte in _VALUES.sub(b"", _QUOTED.sub(b"", _NAME_END.sub(b"", text))):
        depth += (byte in _OPENING) - (byte in _CLOSING)
        if depth < 0:
            return True
    return False
