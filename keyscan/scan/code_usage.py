"""Findings about code rather than about a secret: in which files they count, and what a key's surroundings add."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from keyscan.catalog.agents import client_of
from keyscan.catalog.path_kinds import PathKind
from keyscan.catalog.secret_files import BROWSER_PREFIXES, kind_of
from keyscan.model.rule import Severity
from keyscan.support.lazy_pattern import lazy_pattern
from keyscan.support.path_kind import path_kind

if TYPE_CHECKING:
    from keyscan.model.blob import Origin
    from keyscan.model.match import Match

CATEGORY = "practice"
_CODE = lazy_pattern(
    r"\.(?:py|ipynb|[cm]?[jt]sx?|vue|svelte|astro|html?|rb|go|php|java|kts?|swift|dart|rs|cs|scala|exs?)\Z",
    re.IGNORECASE,
)
_BROWSER = lazy_pattern(r"\.(?:vue|svelte|html?|jsx|tsx)\Z", re.IGNORECASE)
# Code that is not deployed, or not this project's.
_ELSEWHERE = lazy_pattern(
    r"(?:^|/)(?:node_modules|site-packages|vendor|third_party|bower_components|dist|build|out|tests?|__tests__|specs?|"
    r"e2e|fixtures?|__mocks__|mocks?|examples?|samples?|docs?|demos?|cookbooks?|tutorials?|stories|storybook|\.next|\.nuxt)/"
    r"|(?:^|/)(?:test_[^/]*|conftest)\.py\Z|[._-](?:test|tests|spec|stories|min|bundle)\.[a-z]+\Z|\.d\.[cm]?ts\Z",
    re.IGNORECASE,
)


# A client with these in a browser or an extension may hold the key that its own visitor entered.
_BROWSER_CLIENTS = frozenset({"browser-dangerous-flag", "direct-browser-access", "browser-direct-call"})
_PREFIX = "|".join(BROWSER_PREFIXES)
# A key that the project itself supplies: read from the environment when the code is built, or written there.
_OWN_KEY = lazy_pattern(
    rf"(?:process\.env|import\.meta\.env|Deno\.env|\benv)(?:\.get\(|[.\[(])[\"'`]?\w{{0,60}}(?:KEY|TOKEN|SECRET)|"
    rf"(?<![A-Za-z0-9])(?:{_PREFIX})\w{{0,60}}(?:KEY|TOKEN|SECRET)|"
    r"(?i:api_?key|authorization|x-api-key)[\"'`]?\s{0,3}[:=]\s{0,3}[\"'`](?:Bearer )?[\w-]{20,}".encode()
)
_KEY_DISTANCE = 600
_TRIPLE_QUOTES = (b'"' * 3, b"'" * 3)
# Programs that are run by hand, whose output is read by the person who runs them.
_RUN_BY_HAND = lazy_pattern(
    r"(?:^|/)(?:scripts?|bin|tools?|cli|hack|notebooks?)/|\.ipynb\Z|(?:^|[/_-])(?:cli|__main__)\.\w+\Z", re.IGNORECASE
)


def counts(match: Match, data: bytes, origin: Origin) -> bool:
    """Whether a match in `data` counts where it is: habits count in the working code of now only."""
    if match.rule.category != CATEGORY:
        return True
    path = origin.place
    if origin.commit is not None or origin.kind != "file" or origin.member:
        return False
    if _ELSEWHERE.search(path) or path_kind(path) & PathKind.TEST:
        return False
    if match.rule.id == "browser-direct-call":
        return bool(_BROWSER.search(path))
    if match.rule.id == "browser-exposed-variable" and kind_of(path):
        return not data[data.rfind(b"\n", 0, match.start) + 1 : match.start].lstrip().startswith(b"#")
    return bool(_CODE.search(path)) and not _is_text(match, data, path)


def _is_text(match: Match, data: bytes, path: str) -> bool:
    """Whether code is quoted in a comment, or in a documentation string of Python's, by the triple quotes before it."""
    line = data[data.rfind(b"\n", 0, match.start) + 1 : match.start].lstrip()
    if line.startswith((b"#", b"//", b"*", b">>>")):
        return True
    return path.endswith(".py") and any(data.count(quotes, 0, match.start) % 2 for quotes in _TRIPLE_QUOTES)


def weighed(match: Match, data: bytes, origin: Origin) -> Match:
    """A match at the severity that its surroundings in `data` leave it.

    A practice is low where nothing shows that a key of the project's own is exposed: the visitor of a browser client
    may enter theirs, and a script run by hand prints for whoever runs it.
    """
    if match.rule.category != CATEGORY or match.severity <= Severity.LOW:
        return match
    if match.rule.id in _BROWSER_CLIENTS:
        near = data[max(0, match.start - _KEY_DISTANCE) : match.end + _KEY_DISTANCE]
        own = _OWN_KEY.search(near) is not None
        says = "no key of the project itself is near: a visitor may enter theirs"
    else:
        by_hand = _RUN_BY_HAND.search(origin.place) or path_kind(origin.place) & PathKind.SAMPLE
        own = match.rule.id != "key-logged" or not by_hand
        says = "in a program that is run by hand"
    return match if own else replace(match, severity=Severity.LOW, evidence=(*match.evidence, says))


_EXPOSED = lazy_pattern(
    rf"(?<![A-Za-z0-9])(?:{_PREFIX})[A-Z0-9_]{{1,80}}[\"'\]]?\s{{0,3}}[:=]\s{{0,3}}[\"'`]?\Z".encode()
)
_QUERY = lazy_pattern(rb"[?&][\w.-]{1,40}=\Z")
_LOGGED = lazy_pattern(
    rb"\b(?:print|console\.(?:log|error|warn|info|debug)|log(?:ger|ging)?\.\w{2,9}|echo|puts)[ (]\(?[^()\n]{0,40}\Z"
)
_BEFORE = 160


def surroundings(match: Match, data: bytes, origin: Origin) -> tuple[str, ...]:
    """What the place of a found key adds to the case, in words."""
    evidence = []
    before = data[max(0, match.secret_start - _BEFORE) : match.secret_start].rpartition(b"\n")[2]
    if _EXPOSED.search(before):
        evidence.append("its variable is shipped to browsers by the bundler: every visitor gets it")
    if _QUERY.search(before):
        evidence.append("it is in a URL's query string: servers and proxies log it")
    if _LOGGED.search(before):
        evidence.append("it is printed: logs keep it")
    client = client_of(origin.path)
    if client:
        evidence.append(f"in {client.what}: {client.instead}")
    return tuple(evidence)
