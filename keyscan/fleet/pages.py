"""The pages of a REST listing: read completely, within rate limits, each page once; an early end is an error."""

from __future__ import annotations

import json
import re
import time
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import urljoin, urlsplit

from keyscan.errors import IncompleteError
from keyscan.support.http import Request, RequestFailed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from keyscan.support.http import Response

# A page of a hundred repositories is about half a megabyte.
LARGEST_PAGE = 16 << 20
_MOST_PAGES = 10_000
_ATTEMPTS = 5
# The longest wait, in seconds, that a rate limit may ask for; GitHub's primary limit renews within an hour.
_LONGEST_WAIT = 3700
_NEXT = re.compile(r'<([^<>]+)>\s*;[^,]*\brel="?next"?')
_TRANSIENT = frozenset({429, 500, 502, 503, 504})


class Client(Protocol):
    """What sends requests: `support.http.Client`."""

    def send(self, request: Request) -> Response:
        """The answer; RequestFailed when there is none."""
        ...


class PageCache(Protocol):
    """Remembers pages by address, for conditional requests."""

    def page(self, url: str) -> tuple[str, str, bytes] | None:
        """(etag, next address, body) of a page."""
        ...

    def keep_page(self, url: str, etag: str, after: str, body: bytes) -> None:
        """Remember a page."""
        ...


class Pages:
    """Reads listings of one forge; `header` carries the token, and is sent to the host of the first address only."""

    def __init__(
        self,
        client: Client,
        header: Mapping[str, str],
        cache: PageCache | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._client, self._header, self._cache, self._sleep = client, dict(header), cache, sleep

    def all(self, url: str) -> Iterator[Any]:
        """The pages from `url` on, as JSON; IncompleteError when one cannot be had or the listing does not end."""
        host, seen = urlsplit(url).netloc, set[str]()
        while url:
            if url in seen or len(seen) >= _MOST_PAGES:
                raise IncompleteError(f"{_shown(url)}: the listing repeats a page; it may not be whole")
            seen.add(url)
            body, after = self._page(url)
            page = _json(url, body)
            yield page
            if isinstance(page, dict):
                after = str(page.get("next") or "")
            url = urljoin(url, after) if after else ""
            if url and (urlsplit(url).netloc != host or urlsplit(url).scheme != "https"):
                raise IncompleteError(f"{_shown(url)}: the next page is on another host; the token is not sent there")

    def _page(self, url: str) -> tuple[bytes, str]:
        """A page's body and the address of the next one by its Link header."""
        kept = self._cache.page(url) if self._cache is not None else None
        headers = self._header | ({"If-None-Match": kept[0]} if kept and kept[0] else {})
        answer = self._answer(Request("GET", url, _shown(url), headers))
        if answer.status == 304 and kept:  # noqa: PLR2004 - not modified
            return kept[2], kept[1]
        if answer.cut:
            raise IncompleteError(f"{_shown(url)}: a page larger than {LARGEST_PAGE >> 20} MB")
        match = _NEXT.search(answer.headers.get("link", ""))
        after = match[1] if match else ""
        if self._cache is not None and answer.headers.get("etag"):
            self._cache.keep_page(url, answer.headers["etag"], after, answer.body)
        return answer.body, after

    def _answer(self, request: Request) -> Response:
        """The answer to a request, retried while the forge limits the rate."""
        for attempt in range(1, _ATTEMPTS + 1):
            try:
                answer = self._client.send(request)
            except RequestFailed as failure:
                if attempt == _ATTEMPTS or failure.reason not in {"timeout", "connect", "protocol"}:
                    raise IncompleteError(f"{request.shown}: no answer ({failure.reason})") from None
                self._sleep(2.0**attempt)
                continue
            if answer.status in {200, 304}:
                return answer
            wait = _wait(answer, attempt)
            if wait is None or attempt == _ATTEMPTS:
                raise IncompleteError(f"{request.shown}: {_meaning(answer, bool(self._header))}")
            if wait > _LONGEST_WAIT:
                raise IncompleteError(f"{request.shown}: rate limited for {wait:.0f} seconds; try again later")
            self._sleep(wait)
        raise AssertionError("unreachable")


def _wait(answer: Response, attempt: int) -> float | None:
    """Seconds to wait before the next try; None when another try is of no use."""
    limited = answer.headers.get("x-ratelimit-remaining") == "0" or "retry-after" in answer.headers
    if answer.status not in _TRANSIENT and not (answer.status == 403 and limited):  # noqa: PLR2004
        return None
    after = answer.headers.get("retry-after", "")
    if after.isdigit():
        return float(after)
    reset = answer.headers.get("x-ratelimit-reset", answer.headers.get("ratelimit-reset", ""))
    if limited and reset.isdigit():
        return max(0.0, float(reset) - time.time()) + 1
    return 2.0**attempt


def _meaning(answer: Response, with_token: bool) -> str:
    if answer.status == 401:  # noqa: PLR2004
        return "the token is not accepted (401)" if with_token else "a token is needed (401); see docs/fleet.md"
    if answer.status == 403:  # noqa: PLR2004
        return "the token lacks the scope to list repositories (403)" if with_token else "a token is needed (403)"
    if answer.status == 404:  # noqa: PLR2004
        hint = "" if with_token else ", or a token is needed to see it"
        return f"there is no such name{hint} (404)"
    return f"the forge answers {answer.status}"


def _json(url: str, body: bytes) -> Any:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        raise IncompleteError(f"{_shown(url)}: the answer is not JSON") from None


def _shown(url: str) -> str:
    """An address without its query, which may hold a cursor that is a credential."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.hostname}{parts.path}"
