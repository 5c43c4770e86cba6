"""How a rule's short form becomes its whole expression: boundaries, and names in front of bare values.

Pure text in, text out. The syntax is the part that `re`, `regex` and Hyperscan share.
"""

from __future__ import annotations

import re

# What may stand before a token: no letter or digit, unless that is the end of an escape (`\n`, `%3D`, `\u003d`).
LEFT = (
    r"(?:(?<![A-Za-z0-9])|(?<=\\[nrtbfv])|(?<=%[0-9A-Fa-f][0-9A-Fa-f])"
    r"|(?<=\\x[0-9A-Fa-f][0-9A-Fa-f])|(?<=\\u00[0-9A-Fa-f][0-9A-Fa-f]))"
)
# What may follow a token: nothing that could make it part of a longer one.
RIGHT = r"(?![A-Za-z0-9_-])"

# Words that may stand between a provider's name and its key: `mistral: {api_key: "..."}`,
# `MISTRAL_API_KEY` / `value: ...`, `Authorization: Bearer ...`. Anything else breaks the connection.
_LINK_WORDS = (
    "values? defaults? bearer basic tokens? api apis keys? secrets? passw(?:or)?d pwd pass auth authorization "
    "headers? client credentials? creds? access private personal pat env environ setdefault getenv setenv string str "
    "text literal prod production dev development staging stage live const let var export set new is with from use "
    "using data stringdata type project account user username service admin master main primary secondary backup "
    "config settings options params self this os process ai com io net http https name xi x sk cloud platform rest sdk "
    "login registry password apikey apitoken machine host v1 v2 v3 public final static char bytes null or"
)
_LINK = "|".join(_LINK_WORDS.split())
_PUNCTUATION = r"""[\s"'`:=>,;(){}\[\]<>/\\|&?$@#%+!.~*_-]"""
GLUE = rf"(?:{_PUNCTUATION}{{0,12}}(?i:{_LINK})){{0,6}}{_PUNCTUATION}{{1,24}}"
_AFTER_WORD = (
    r"(?:(?![A-Za-z])|(?=[A-Z][a-z])|(?<=[a-z])(?=[A-Z])"
    r"|(?=(?i:ai|api|key|token|secret|client|auth|pat|cloud|access|rest|service|admin|app)))"
)


def word_pattern(word: str) -> str:
    """An expression for `word` as a word of a name: `exa` in `EXA_API_KEY` and `myExaKey`, not in `example`."""
    return rf"(?:(?<![A-Za-z])|(?<=[a-z])(?=[A-Z])){word_literals(word)[0]}{_AFTER_WORD}"


def bare(value: str) -> str:
    """The whole expression for a value that is certain by itself."""
    return f"{LEFT}(?P<secret>{value}){RIGHT}"


def named(words: tuple[str, ...], value: str) -> str:
    """The whole expression for a value that counts only after one of `words` (a name, a field, a host)."""
    names = "|".join(word_pattern(word) for word in words)
    return rf"(?:{names})[\w.-]{{0,40}}{GLUE}(?<![A-Za-z0-9_+/-])(?P<secret>{value})(?![A-Za-z0-9_+/=-])"


def word_literals(word: str) -> tuple[str, int, int]:
    """The plain expression for `word` in any case, with the least and the most bytes that it matches."""
    parts = re.split(r"[ _-]", word)
    width = sum(map(len, parts))
    return "(?i:" + r"[\s_.-]?".join(map(re.escape, parts)) + ")", width, width + len(parts) - 1
