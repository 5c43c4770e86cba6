"""What in a text says that it may have to be decoded first: a few literals each, looked for in the prefilter.

Not every base64 run or escape is looked through, only those that hold the base64 form of a rule's public prefix or
of a word like `API_KEY`, escapes between characters of tokens, and prefixes that a quote cuts short. Tables are read
like an encoding: a header names the values of the lines below it.
"""

from __future__ import annotations

import re
from base64 import b64encode
from typing import TYPE_CHECKING, NamedTuple

from keyscan.support.lazy_pattern import lazy_pattern

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from keyscan.model.rule import Rule

# The widest text of a trigger, with room to spare.
WIDEST = 128
# What a trigger is of.
BASE64, ESCAPES, PIECES, KUBERNETES, WIDE, TABLE, GZIP, SQL, MAIL, UUENCODE = range(10)
_WORDS = (
    b"API_KEY", b"api_key", b"apiKey", b"api-key", b"ApiKey", b"APIKEY", b"apikey", b"SECRET", b"secret", b"Secret",
    b"PASSWORD", b"password", b"Password", b"PASSWD", b"TOKEN", b"token", b"Token", b"_KEY=", b"PRIVATE KEY",
    b"Authorization", b"Bearer ", b"AccountKey", b"postgres", b"mongodb", b"mysql://", b"redis://", b"amqp://",
)  # fmt: skip
# The base64 form of how a stream of gzip begins.
GZIPPED = "H4sI"
# In pictures and programs shorter ones are everywhere.
_LEAST_WIDE = 3
_EITHER = {"+": "[+-]", "/": "[/_]"}
# What cuts a string short: a quote, a soft line break of quoted-printable, a colour code of a terminal.
CUTS = b"\"'`\\=\x1b"
_QUOTE = "[\"'`\\\\=\\x1b]"
# Prefixes that stand in every program, so that only a quote behind them counts.
_PLAIN = frozenset(
    (
        "access",
        "private",
        "secret",
        "test",
        "live",
        "key",
        "api",
        "app",
        "pat",
        "sdk",
        "sess",
        "st",
        "ls",
        "AAAA",
        "EAAA",
    )
)
# Prefixes shorter than this are too common to start from, unless a quote follows.
_LONG = 4
# Base64 literals up to this length would hit in every picture: what is known of their neighbours counts too.
_SHORT = 5
# Between characters of tokens, those that encoders escape; runs of those that tokens have; and letters by themselves.
_MARKS = "(?:2[bdfBDF]|3[dD]|5[fF])"
_HEX = "(?:2[bdfBDF]|3[0-9dD]|[46][0-9A-Fa-f]|[57][0-9AaFf])"
# Zero-width space and joiners, direction marks, the word joiner, the soft hyphen, a byte order mark.
# And what HTML has for them.
INVISIBLE = r"(?:\xe2\x80[\x8b-\x8f]|\xe2\x81\xa0|\xc2\xad|\xef\xbb\xbf|<wbr ?/?>|&shy;|&#(?:173|8203|x200[bB]);)"
# What word processors put in place of a hyphen: hyphens, figure and en dashes, the minus sign.
DASHES = r"(?:\xe2\x80[\x90-\x93]|\xe2\x88\x92)"
# Full-width letters, digits and marks, as input methods of East Asia write them; the first one a small letter.
FULL_WIDTH = r"(?:\xef\xbc[\x8d-\xbf]|\xef\xbd[\x81-\x9a])"
# Quotation marks of word processors, French and East Asian ones included.
_NARROW = r"(?: |\xc2\xa0|\xe2\x80\xaf)?"
_OPENING = r"(?:\xe2\x80[\x98\x9c\x9e]|\xc2\xab(?:\x20|\xc2\xa0|\xe2\x80\xaf)?|\xe3\x80[\x8c\x8e])"
QUOTES = rf"(?:\xe2\x80[\x98-\x9f]|\xc2\xab{_NARROW}|{_NARROW}\xc2\xbb|\xe3\x80[\x8c-\x8f])"
# A quotation mark as HTML has it, and one in JSON that stands as a string in a string of JSON.
_QUOTED = r'(?:&(?:quot|#34|#[xX]22);|\\\\\\")'
_WORD = "[!#-&(-~]{8}"
_BRACED = r"\\[ux]\{0{0,4}"
# Three letters and digits that no word has: a digit between letters, capitals here and there.
_STRANGE = (
    "(?:[0-9][A-Za-z]{1,2}[0-9]|[0-9][A-Z]{1,2}[a-z]|[a-z][A-Z]{1,2}[0-9]|[0-9][a-z]{1,2}[A-Z]|[a-z][0-9][A-Z]"
    "|[A-Z][0-9][a-z]|[a-z][A-Z][a-z][A-Z]|[A-Z][a-z][A-Z][a-z])"
)
_PERCENT_ESCAPES = rf"(?:%{_HEX}){{4}}"
# Quoted-printable has capital digits; eight at the end of a token are its checksum, as Atlassian's have.
_PRINTABLE = "[A-Za-z0-9]{2}=(?:2D|5F)%s[A-Za-z0-9]{2}"
PRINTABLE = _PRINTABLE % "(?![0-9A-F]{6}(?![A-Za-z0-9_=-]))"
_ESCAPES = (
    rf"[A-Za-z0-9]{{2}}%(?:25)?{_MARKS}[A-Za-z0-9]{{2}}",
    rf"[A-Za-z0-9]{{2}}\\{{1,4}}u00{_MARKS}[A-Za-z0-9]{{2}}",
    rf"[A-Za-z0-9]{{2}}\\{{1,4}}x{_MARKS}[A-Za-z0-9]{{2}}",
    rf"[A-Za-z0-9]{{2}}{_BRACED}{_MARKS}\}}[A-Za-z0-9]{{2}}",
    r"[A-Za-z0-9]{2}\\U0000002[dD][A-Za-z0-9]{2}",
    r"[A-Za-z0-9]{2}\\{1,2}(?:055|137)[A-Za-z0-9]{2}",
    r"[A-Za-z0-9]{2}&(?:#0{0,3}(?:45|95)|#[xX]0{0,3}(?:2[dD]|5[fF])|hyphen|dash|lowbar|UnderBar);[A-Za-z0-9]{2}",
    rf"[A-Za-z0-9]{{2}}{DASHES}[A-Za-z0-9]{{8}}",
    r"\xef\xbd[\x81-\x9a]" + FULL_WIDTH + "{7}",
    rf"(?:{_BRACED}{_HEX}\}}){{4}}",
    rf"(?:\\U000000{_HEX}){{4}}",
    r"(?:\\{1,2}[01][0-7]{2}){4}",
    PRINTABLE,
    _PERCENT_ESCAPES,
    rf"(?:\\u00{_HEX}){{4}}",
    rf"(?:\\x{_HEX}){{4}}",
    r"\\u00[4-7][0-9A-Fa-f][A-Za-z0-9_-]{3}",
    r"[A-Za-z0-9+]{4}\\/[A-Za-z0-9+]{4}",
    r"(?:&#(?:[xX]0{0,3}[2-7][0-9A-Fa-f]|0{0,3}[3-9][0-9]|0?1[0-2][0-9]);){4}",
    # Invisible characters that come along when text is copied, and what editors of Markdown put before `_` and `-`.
    rf"[A-Za-z0-9_-]{INVISIBLE}[A-Za-z0-9_-]",
    rf"(?:[A-Za-z0-9]{{2}}|\\_)\\[_-](?:[A-Za-z0-9]{{16}}|[A-Za-z0-9-]{{0,8}}{_STRANGE})",
    r"(?:[0-9][A-Za-z][0-9]|[0-9][A-Z][a-z]|[a-z][A-Z][0-9]|[0-9][a-z][A-Z]|[a-z][0-9][A-Z]|[A-Z][0-9][a-z])\\[_-][A-Za-z0-9]",
    # A name and its value, where the quotation marks are none that rules know, or the colon is a full-width one.
    rf"[:=] ?{_OPENING}{_WORD}",
    rf"(?i:pass|pwd|passwd|passphrase|word|secret|token|key|pat){_QUOTED}[ \t]?[:=][ \t]?{_QUOTED}{_WORD}",
    r"[A-Za-z0-9_*`]\xef\xbc\x9a[ \t]?[`*]{0,3}[A-Za-z0-9_+/=.-]{12}",
)
ESCAPED = lazy_pattern("|".join(_ESCAPES).encode())
# What Hyperscan looks for instead, which hits wherever that matches: its own expression, whose only literal is a single
# `%`, takes 5% of the time for all rules.
_LOOKED_FOR = {_PERCENT_ESCAPES: "%[2-7][0-9A-Fa-f]" * 4, PRINTABLE: _PRINTABLE % ""}
# Any of which stands in each text that ESCAPED is found in.
ESCAPE_LITERALS = (b"%2", b"%3", b"%4", b"%5", b"%6", b"%7", b"\\u00", b"\\u{", b"\\U00", b"\\x", b"\\0", b"\\1",
                   b"=2D", b"=5F",
                   b"\\/", b"\\_", b"\\-", b"&#", b"&hyphen;", b"&dash;", b"&lowbar;", b"&UnderBar;", b"&shy;", b"<wbr",
                   b"\xe2\x80\x90", b"\xe2\x80\x91", b"\xe2\x80\x92", b"\xe2\x80\x93", b"\xe2\x88\x92", b"\xef\xbd",
                   b"\xe2\x80\x8b", b"\xe2\x80\x8c", b"\xe2\x80\x8d", b"\xe2\x80\x8e", b"\xe2\x80\x8f",
                   b"\xe2\x81\xa0", b"\xc2\xad", b"\xef\xbb\xbf",
                   b"\xe2\x80\x98", b"\xe2\x80\x99", b"\xe2\x80\x9a", b"\xe2\x80\x9b", b"\xe2\x80\x9c",
                   b"\xe2\x80\x9d", b"\xe2\x80\x9e", b"\xe2\x80\x9f", b"\xc2\xab", b"\xc2\xbb", b"\xe3\x80\x8c",
                   b"\xe3\x80\x8d", b"\xe3\x80\x8e", b"\xe3\x80\x8f",
                   b"&quot;", b'\\\\\\"', b"\xef\xbc\x9a")  # fmt: skip
# The header of a table with a column of secrets, or of values by name, by the cell that says so: in front of another
# cell, at the end of a cell of Markdown, among the last cells with a space behind each comma, last on its line. They
# begin with literals where that can be: anything in front of one takes Hyperscan a quarter more time for all rules.
_HEADINGS = "(?i:passw(?:or)?d|passwd|passphrase|passcode|passwort|pswd|pwd|psk|secret|token|key|credential|value)[sS]?"
_CELL = r', "?[\w .-]{1,24}"?'
# A name at the end of a line that is a string in JSON, its value on the next (`"api_key = (\n",`): found like headers.
_BEFORE_END = r"""[\w.-]{0,20}\\?["'`]?[\])]{0,2}[ \t]{0,4}(?:[:=][=>(|\\{ \t-]{0,6})?\\n",?\r?\n"""
LINE_END = lazy_pattern((_HEADINGS + _BEFORE_END).encode())
_TABLE_HEADERS = (
    rf'{_HEADINGS}"?(?:[,;\t|][^\s,;|()\[\]{{}}=]|[`*_]{{0,3}}[ \t]{{1,60}}\||(?:{_CELL}){{1,3}}\r?\n)',
    # By itself: together they take Hyperscan 4% longer for all rules.
    rf'{_HEADINGS}"?{_BEFORE_END}',
    rf'[\w"][,;\t|] ?"?[\w .-]{{0,24}}{_HEADINGS}"?\r?\n',
)
TABLE_HEADER = lazy_pattern("|".join(_TABLE_HEADERS).encode())
# A word of a header and what may follow it: a superset of what TABLE_HEADER finds, by literals in lower case.
TABLE_LITERALS = tuple(b"passw passphrase passcode pswd pwd psk secret token key credential value".split())
TABLE_CELL = lazy_pattern(rf'{_HEADINGS}"?[`*_]{{0,3}}(?:[ \t]{{1,60}}\||\r?\n|[,;\t|])'.encode())
SECRET_KIND = lazy_pattern(rb"""(?m)^[ \t-]*["']?kind["']?:[ \t]*["']?Secret\b""")


# Rows behind the names of their columns, `) VALUES (`; in lower case what stands in each of them.
_SQL = r"\)\r?[ \t\n](?i:values)[ \t\r\n]{0,8}\("
SQL_ROWS = lazy_pattern(_SQL.encode())
SQL_LITERAL = b"values"


# How words of a mail's header begin that stand for others (RFC 2047), and files that are uuencoded.
_MAIL = tuple(f"=?{name}?" for name in ("utf-8", "UTF-8", "us-ascii", "US-ASCII", "iso-8859-1", "ISO-8859-1"))
_UUENCODED = tuple(f"begin {mode} " for mode in ("600", "640", "644", "664", "666", "755", "777"))


class Trigger(NamedTuple):
    """One trigger: its kind, its expression, and its widest text in bytes.

    `literal` is a literal that stands in each of its texts. For base64: the literal's place in its group of four
    characters, and the bytes that it is made from.
    """

    kind: int
    text: str
    width: int
    literal: str
    phase: int = 0
    plain: bytes = b""


def of(rules: Sequence[Rule]) -> list[Trigger]:
    """The triggers that the prefixes of `rules` call for, in a fixed order."""
    prefixes = sorted({rule.prefix for rule in rules if rule.prefix})
    triggers = {trigger.text: trigger for trigger in (*_pieces(prefixes), *_base64(prefixes), *_wide(prefixes))}
    escapes = [Trigger(ESCAPES, _LOOKED_FOR.get(text, text), 48, "") for text in _ESCAPES] if rules else []
    escapes += _marked(prefixes)
    packed = [Trigger(GZIP, GZIPPED + "[A-H]", len(GZIPPED) + 1, GZIPPED)] if rules else []
    kinds = [Trigger(KUBERNETES, f"kind{middle}Secret", 20, f"kind{middle}Secret") for middle in (": ", '": "', '":"')]
    packed += [Trigger(MAIL, re.escape(text), len(text), text) for text in _MAIL] if rules else []
    packed += [Trigger(UUENCODE, text, len(text), text) for text in _UUENCODED] if rules else []
    tables = [Trigger(TABLE, text, WIDEST, "") for text in _TABLE_HEADERS] if rules else []
    rows = [Trigger(SQL, _SQL, 20, "")] if rules else []
    return [*triggers.values(), *escapes, *tables, *packed, *rows, *(kinds if rules else [])]


def _pieces(prefixes: Iterable[str]) -> Iterator[Trigger]:
    heads: set[str] = set()
    for prefix in prefixes:
        if not prefix[0].isalnum():
            continue  # heads of PEM files, whose lines are no string's pieces
        cuts = [at + 1 for at, char in enumerate(prefix) if char in "-_"]
        heads.update(prefix[:cut] for cut in cuts if cut >= 3)  # noqa: PLR2004 - `sk-`, `hf_`
        # Before a mark, too, where what is left is no word: `sk-ant`, `github_pat`.
        heads.update(prefix[: cut - 1] for cut in cuts if any(mark in prefix[: cut - 1] for mark in "-_"))
        word = prefix.isalpha() and prefix.islower()
        if len(prefix) >= _LONG and not word and prefix.rstrip("-_.") not in _PLAIN:
            yield Trigger(PIECES, re.escape(prefix), len(prefix), prefix)
    for head in sorted(heads):
        yield Trigger(PIECES, re.escape(head) + _QUOTE, len(head) + 1, head)


def _marked(prefixes: Iterable[str]) -> Iterator[Trigger]:
    r"""Prefixes as editors of Markdown write them: `rzp\_live\_`, behind which little of a short key is left."""
    for prefix in prefixes:
        if "_" in prefix and len(prefix) >= _LONG and prefix.rstrip("_") not in _PLAIN:
            marked = prefix.replace("_", "\\_")
            yield Trigger(ESCAPES, re.escape(marked), len(marked), marked)


def _wide(prefixes: Iterable[str]) -> Iterator[Trigger]:
    """The prefixes and telling words in two bytes a character, whichever comes first: UTF-16 that nothing announces."""
    words = {*(prefix for prefix in prefixes if len(prefix) >= _LEAST_WIDE), *(word.decode() for word in _WORDS)}
    for word in sorted(words):
        yield Trigger(WIDE, "\\x00".join(map(re.escape, word)), 2 * len(word), "\0".join(word))


def _base64(prefixes: Iterable[str]) -> Iterator[Trigger]:
    plain = {
        prefix.encode()
        for prefix in prefixes
        if len(prefix) > 3 or (len(prefix) == 3 and not prefix[-1].isalnum())  # noqa: PLR2004
    }
    wide = {word.decode().encode("utf-16-le") for word in _WORDS}
    twice = {encoded.literal.encode() for word in _WORDS for encoded in _forms(word) if encoded.width > 6}  # noqa: PLR2004
    twice.add(GZIPPED.encode() + b"A")
    for word in sorted(plain.union(_WORDS, wide, twice)):
        yield from _forms(word)


def _forms(word: bytes) -> Iterator[Trigger]:
    """The three forms of `word` in base64, by what stands before it."""
    for shift in range(3):
        first, last = -(-8 * shift // 6), 8 * (shift + len(word)) // 6
        literal = b64encode(b"\0" * shift + word + b"\0\0\0").decode()[first:last]
        text = "".join(_EITHER.get(char, char) for char in literal)
        if len(literal) <= _SHORT:
            text = _class(_before(shift, word[0])) + text + _class(_after((shift + len(word)) % 3, word[-1]))
        yield Trigger(BASE64, text, len(literal) + 2, literal, first % 4, word)


_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"


def _before(shift: int, byte: int) -> list[int]:
    """The values of the character that holds the first bits of `byte` and the last of what stands before it."""
    return [[], [other << 4 | byte >> 4 for other in range(4)], [other << 2 | byte >> 6 for other in range(16)]][shift]


def _after(over: int, byte: int) -> list[int]:
    """The values of the character that holds the last bits of `byte`, the last but `over` of its group."""
    return [[], [(byte & 3) << 4 | other for other in range(16)], [(byte & 15) << 2 | other for other in range(4)]][
        over
    ]


def _class(values: list[int]) -> str:
    characters = "".join(_ALPHABET[value] for value in values)
    return "[" + characters.replace("+", "+\\-").replace("/", "/_") + "]" if characters else ""
