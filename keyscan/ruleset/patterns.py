"""How a rule's short form becomes its whole expression: boundaries, and names in front of bare values.

Pure text in, text out. The syntax is the part that `re`, `regex` and Hyperscan share.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

# What may stand before a token: no letter or digit, unless that is the end of an escape (`\n`, `%3D`, `\u003d`, `=3D`
# of quoted-printable) or of a terminal's colour code (`ESC[31m`).
LEFT = (
    r"(?:(?<![A-Za-z0-9])|(?<=\\[nrtbfv])|(?<=%[0-9A-Fa-f][0-9A-Fa-f])"
    r"|(?<=\\x[0-9A-Fa-f][0-9A-Fa-f])|(?<=\\u00[0-9A-Fa-f][0-9A-Fa-f])|(?<==[0-9A-F][0-9A-F])"
    r"|(?<=\x1b\[m)|(?<=[\[;][0-9]m)|(?<=[\[;][0-9][0-9]m)|(?<=[\[;][0-9][0-9][0-9]m))"
)
# The structural checks that compute a checksum, so that no other text passes them.
CHECKSUMS = frozenset(("crc32-base62", "crc32-hex", "crc32-hex-little", "github-fine-grained", "age", "nkey"))
# Marks that vendors put into or at the end of tokens of one length: base64 of `OpenAI` and `XgroqX`, Anthropic's end.
MARKED = re.compile(r"(?:T3BlbkFJ|WGdyb3FY)\[A-Za-z0-9\]\{\d+\}\Z|\{93\}AA\Z")
# A last part of one length behind a separator that it cannot contain.
LAST_PART = re.compile(r"[-.]\)?(?:\{\d+(?:,\d+)?\})?\[A-Za-z0-9\]\{\d+\}\Z")
# What may follow a token: nothing that could make it part of a longer one.
RIGHT = r"(?![A-Za-z0-9_-])"
# The same for a token of several lengths, of which one with a wrong character in it would leave a shorter one.
RIGHT_OF_RANGE = r"(?![A-Za-z0-9_-]|[~!*^$+.][A-Za-z0-9_-]{2})"
# Bytes of the next record in a database file, which may begin with letters but soon hold a control character.
NEXT_RECORD = r"(?=[ -~]{1,4}[\x00-\x08\x0e-\x1f])"
# The name of another setting, pasted behind a token of fixed length without the end of the line (`OTHER_TOKEN=`): as
# much of it as look-ahead may see (`keyscan/engine/confirm.py`).
NEXT_SETTING = r"(?=[A-Z][A-Z0-9]{1,5}_[A-Z]|[a-z][a-z0-9]{1,5}_[a-z])"

# Words that may stand between a provider's name and its key: `mistral: {api_key: "..."}`,
# `MISTRAL_API_KEY` / `value: ...`, `Authorization: Bearer ...`. Anything else breaks the connection.
_LINK_WORDS = (
    "values? defaults? bearer basic tokens? api apis keys? secrets? passw(?:or)?d pwd pass auth authorization "
    "headers? client credentials? creds? access private personal pat env environ setdefault getenv setenv string str "
    "text literal prod production dev development staging stage live const let var export set new is with from use "
    "using data stringdata type project account user username service admin master main primary secondary backup "
    "config settings? options params self this os process ai com io net http https name xi x sk cloud platform rest "
    "sdk login registry password apikey apitoken machine host h header method get post v1 v2 v3 public "
    "final static char bytes null or field body flag undefined optional option nullable nil readonly some lazy by as "
    "dim declare global local lateinit constexpr required sensitive true false fill send keys cat eof eot end strip "
    "freeze chomp noqa setattr append put add insert param parameter argument attribute property b r u n "
    # Declarations of SQL, COBOL, OCaml and assemblers, raw strings, calls that wrap a value, elements, conditions.
    "constant varchar2? nvarchar char2? pic ref extra lambda return asciz ascii pack cdata qq txt raw secure "
    "slot reg sz buffer byte unwrap code strong unsafe shared serializeas encrypted xsi xsd stringprop con android if "
    "else to for [0-9]{1,3} (?<![a-z])[a-z](?![a-z])"
)
_LINK = "|".join(_LINK_WORDS.split())
# What may stand between the parts of one name, and how much of it.
JOIN_WIDTH = 16
JOIN = rf"""[\s"'`:=({{\[\]<>,._-]{{0,{JOIN_WIDTH}}}"""
_PUNCTUATION = r"""[\s"'`:=>,;(){}\[\]<>/\\|&?$@#%+!.~*_-]"""
GLUE = rf"(?:{_PUNCTUATION}{{0,12}}(?i:{_LINK})){{0,6}}{_PUNCTUATION}{{1,24}}"
# What may follow a provider's word before the glue: the rest of the name, or the path and query of its address.
# Possessive, since a name given back letter by letter took a thousand times longer to fail.
_TAIL = r"[\w.-]{0,40}+(?:/[\w./-]{0,80}+(?:\?[\w.%=&+,~-]{0,120}?[?&])?)?"
# Names that end like this hold no secret: ids, digests, versions.
_NOT_KEYS = "_id -id hash sha sha1 sha256 md5 uuid guid version commit revision digest checksum etag"
_NOT_AN_ID = "".join(rf"(?<!(?i:{end}))" for end in _NOT_KEYS.split()) + "(?<![a-z]Id)"
# Other settings between a provider's name and its key: `Cohere(model="x", api_key=`,
# `-H "Accept: ..." -H "x-api-key: `. After one of them only the name of a key connects.
_STRING = r"""(?:"[^"\n]{0,80}"|'[^'\n]{0,80}')"""
_OPEN = r"""[\s,:(){\[\]\\"'`]{1,24}"""
_SIBLINGS = (
    rf"""(?:{_OPEN}(?:[A-Za-z_-]{{1,24}}["'`]?\s{{0,12}}[=:]\s{{0,3}}(?:{_STRING}|[\w./:-]{{1,60}}|[{{(\[])"""
    rf"""|-[A-Za-z-]{{1,12}}\s{{1,3}}(?:{_STRING}|[A-Z]{{3,6}}))){{1,4}}"""
)
_KEY_NAME = (
    rf"""{_OPEN}(?:-(?:H|-header)\s{{1,3}}["']?)?"""
    r"""(?i:(?:\w{0,16}[_-])?(?:api[_-]?key|key|(?:api|auth|access)?[_-]?token|secret|default)"""
    r"""|authorization["'`]?\s{0,3}[=:]\s{0,3}["'`]?(?:bearer|token|key|api-key|basic)?)"""
    r"""["'`]?[\s=:"'`]{1,12}"""
)
# The second of two names and of two values: `user, exa_api_key = "bob", "`, `[host, exaApiKey] = ["db1", "`.
_UNPACKED = (
    r"""["'`\]]{0,2}[ \t]{0,4}:?=[ \t]{0,4}(?:(?<=\]=)\[|(?<=\] =)\[|(?<=\] = )\[)?"""
    r"""["'][^"'\n]{0,40}["'],[ \t]{1,4}["']"""
)
# No more than this may stand before the value, names aside.
REACH = 1024
_AFTER_WORD = (
    r"(?:(?![A-Za-z])|(?=[A-Z][a-z])|(?<=[a-z])(?=[A-Z])"
    r"|(?=(?i:ai|api|key|token|secret|client|auth|pat|cloud|access|rest|service|admin|app)))"
)


# The plain text with which a value begins: how long it must be, a separator in it, to be taken for nothing else.
_START = re.compile(r"[A-Za-z0-9_-]+(?![?*+{])")
_SEPARATOR = re.compile(r"[_-]")
_UNMISTAKABLE = 9


def word_pattern(word: str) -> str:
    """An expression for `word` as a word of a name: `exa` in `EXA_API_KEY` and `myExaKey`, not in `example`."""
    return rf"(?:(?<![A-Za-z])|(?<=[a-z])(?=[A-Z])|(?<=-[DP])){word_literals(word)[0]}{_AFTER_WORD}"


def bare(value: str, *, proved: bool = False, fixed: bool = False, marked: bool = False, checked: bool = False) -> str:
    """The whole expression for a value that is certain by itself; `proved`: a checksum decides where it ends.

    `fixed`: its length is one, so that it ends also where the name of another setting follows; `marked`: and where a
    record of a database file follows; `checked`: a check of its structure judges it, whatever its length.

    One that begins like nothing else (`github_pat_`) may stand right behind other text: settings that were pasted
    without the ends of their lines have been committed.
    """
    start = _START.match(value)
    unmistakable = start is not None and len(start.group()) >= _UNMISTAKABLE and bool(_SEPARATOR.search(start.group()))
    after = [RIGHT, *([NEXT_SETTING] if fixed else ()), *([NEXT_RECORD] if marked else ())]
    right = f"(?:{'|'.join(after)})" if fixed else RIGHT if checked else RIGHT_OF_RANGE
    return f"{'' if unmistakable else LEFT}(?P<secret>{value}){'' if proved else right}"


def named(words: tuple[str, ...], value: str) -> str:
    """The whole expression for a value that counts only after one of `words` (a name, a field, a host)."""
    names = "|".join(word_pattern(word) for word in words)
    return rf"(?:{names}){_TAIL}{_NOT_AN_ID}(?:{GLUE}|{_SIBLINGS}{_KEY_NAME}|{_UNPACKED}){named_value(value)}"


def named_value(value: str) -> str:
    """The last part of `named`: the value between its boundaries, without which there is no match."""
    return rf"(?:(?<![A-Za-z0-9_+/\\-])|(?<=:-))(?P<secret>{value})(?![A-Za-z0-9_+/=-])"


def value_first(value: str) -> str:
    """A superset of `named_value` with no look-behind, for the first pass: the boundaries are consumed."""
    return rf"(?:^|[^A-Za-z0-9_+/-]|:-)(?:{value})(?:$|[^A-Za-z0-9_+/=-])"


def word_literals(word: str) -> tuple[str, int, int]:
    r"""The plain expression for `word` in any case, with the least and the most bytes that it matches.

    Between the parts of a word like `exa api` may stand what joins names in code and data: `EXA_API`, `exaApi`,
    `Exa(api`, `exa:\n  api`, `"exa": {"api`.
    """
    parts = word_parts(word)
    width = sum(map(len, parts))
    return "(?i:" + JOIN.join(map(re.escape, parts)) + ")", width, width + JOIN_WIDTH * (len(parts) - 1)


def joined_literals(words: Sequence[str]) -> list[tuple[str, int, int]]:
    """Expressions for `words` in any case, those that begin alike in one, each with its least and its most bytes.

    Hyperscan looks for one such expression faster than for a word each.
    """
    by_first: dict[str, list[tuple[str, ...]]] = {}
    for word in words:
        first, *rest = word_parts(word)
        by_first.setdefault(first, []).append(tuple(rest))
    literals = []
    for first, rests in by_first.items():
        text, low, high = _branches(rests)
        literals.append((f"(?i:{re.escape(first)}{text})", len(first) + low, len(first) + high))
    return literals


def _branches(rests: Sequence[tuple[str, ...]]) -> tuple[str, int, int]:
    """An expression for what may follow a part, with its least and its most bytes; one that may end ends there."""
    if () in rests:
        return "", 0, 0
    by_first: dict[str, list[tuple[str, ...]]] = {}
    for first, *rest in rests:
        by_first.setdefault(first, []).append(tuple(rest))
    texts, lows, highs = [], [], []
    for first, below in by_first.items():
        text, low, high = _branches(below)
        texts.append(re.escape(first) + text)
        lows.append(len(first) + low)
        highs.append(len(first) + high + JOIN_WIDTH)
    text = texts[0] if len(texts) == 1 else f"(?:{'|'.join(texts)})"
    return JOIN + text, min(lows), max(highs)


def word_parts(word: str) -> list[str]:
    """The parts of a context word, which are separated by a space, `_` or `-`."""
    return re.split(r"[ _-]", word)
