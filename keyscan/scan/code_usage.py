"""Findings about code rather than about a secret: in which files they count, and what a key's surroundings add."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from keyscan.catalog.agents import client_of
from keyscan.catalog.path_kinds import PathKind, path_kind
from keyscan.catalog.secret_files import BROWSER_PREFIXES, kind_of

if TYPE_CHECKING:
    from keyscan.model.blob import Origin
    from keyscan.model.match import Match

CATEGORY = "practice"
_CODE = re.compile(
    r"\.(?:py|ipynb|[cm]?[jt]sx?|vue|svelte|astro|html?|rb|go|php|java|kts?|swift|dart|rs|cs|scala|exs?)\Z",
    re.IGNORECASE,
)
_BROWSER = re.compile(r"\.(?:vue|svelte|html?|jsx|tsx)\Z", re.IGNORECASE)
# Code that is not deployed, or not this project's.
_ELSEWHERE = re.compile(
    r"(?:^|/)(?:node_modules|site-packages|vendor|third_party|bower_components|dist|build|out|tests?|__tests__|specs?|"
    r"e2e|fixtures?|__mocks__|mocks?|examples?|samples?|docs?|demos?|cookbooks?|tutorials?|stories|storybook|\.next|\.nuxt)/"
    r"|(?:^|/)(?:test_[^/]*|conftest)\.py\Z|[._-](?:test|tests|spec|stories|min|bundle)\.[a-z]+\Z|\.d\.[cm]?ts\Z",
    re.IGNORECASE,
)


def counts(match: Match, origin: Origin) -> bool:
    """Whether a match of any rule counts where it is: habits count in the working code of now only."""
    if match.rule.category != CATEGORY:
        return True
    path = origin.place
    if origin.commit is not None or origin.kind != "file" or _ELSEWHERE.search(path) or path_kind(path) & PathKind.TEST:
        return False
    if match.rule.id == "browser-direct-call":
        return bool(_BROWSER.search(path))
    if match.rule.id == "browser-exposed-variable" and kind_of(path):
        return True
    return bool(_CODE.search(path))


_PREFIX = "|".join(BROWSER_PREFIXES)
_EXPOSED = re.compile(
    rf"(?<![A-Za-z0-9])(?:{_PREFIX})[A-Z0-9_]{{1,80}}[\"'\]]?\s{{0,3}}[:=]\s{{0,3}}[\"'`]?\Z".encode()
)
_QUERY = re.compile(rb"[?&][\w.-]{1,40}=\Z")
_LOGGED = re.compile(
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
