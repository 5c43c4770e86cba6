"""HTTPS requests whose secrets stay secret: the only module that opens network connections.

An address is resolved first, checked, and connected to as checked; certificates are verified; redirects are
answers; bodies are cut; nothing of a request reaches a log, an exception or a file. Needs the extra `[live]`.
"""

from __future__ import annotations

import ipaddress
import logging
import os
import re
import socket
import ssl
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from keyscan._version import __version__
from keyscan.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    Resolve = Callable[[str, int], Sequence[tuple[str, int]]]

CONNECT_SECONDS = 3.0
READ_SECONDS = 5.0
TOTAL_SECONDS = 10.0
LARGEST_BODY = 65_536
USER_AGENT = f"keyscan/{__version__} (secret scanner)"
# Not global addresses that Python calls global: the metadata service of Azure.
_REFUSED = (ipaddress.ip_network("168.63.129.16/32"),)
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_UNSAFE = re.compile(r"[^\x20-\x7e]")
_UNSAFE_HEADER = re.compile(r"[^\x20-\x7e\t]")


@dataclass(frozen=True, slots=True)
class Request:
    """A request; only `method`, `host` and `shown` (the address with its variables unfilled) may be shown to anybody.

    `fixed_host`: the host stands literally in a rule or was named by the user, so that a proxy may resolve it.
    """

    method: str
    url: str = field(repr=False)
    shown: str
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    body: bytes | None = field(default=None, repr=False)
    fixed_host: bool = True

    @property
    def host(self) -> str:
        """The host's name, lower case."""
        return (urlsplit(self.url).hostname or "").lower()


@dataclass(frozen=True, slots=True)
class Response:
    """What came back: `headers` by lower-case name, a bounded `body`; both may hold secrets."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    body: bytes = field(default=b"", repr=False)
    cut: bool = False


class RequestFailed(Exception):  # noqa: N818 - no error of ours: an answer that did not come
    """A request without an answer; `reason` is one of a fixed set of words, so that nothing secret can be in it.

    Reasons: refused-address, dns, connect, timeout, tls, proxy, protocol, malformed.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def refused(address: str) -> bool:
    """Whether an address is not of the public internet: loopback, private, link-local, metadata, or a form of them."""
    try:
        parsed = ipaddress.ip_address(address.split("%", 1)[0])
    except ValueError:
        return True
    if isinstance(parsed, ipaddress.IPv6Address):
        inner = parsed.ipv4_mapped or parsed.sixtofour or (parsed.teredo[1] if parsed.teredo else None)
        if inner is None and parsed in _NAT64:
            inner = ipaddress.IPv4Address(int(parsed) & 0xFFFFFFFF)
        if inner is not None:
            return refused(str(inner))
        if parsed.is_site_local or int(parsed) >> 32 == 0:
            return True
    return not parsed.is_global or parsed.is_multicast or any(parsed in network for network in _REFUSED)


def resolve(host: str, port: int) -> list[tuple[str, int]]:
    """The addresses of a host, by the system's resolver."""
    resolved = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys((str(info[4][0]), port) for info in resolved))


def require() -> None:
    """Raise UsageError with the way out when the extra is not installed."""
    try:
        import urllib3  # noqa: F401
    except ImportError as error:
        raise UsageError("asking providers needs more packages: pip install 'keyscan-linter[live]'") from error


def trust() -> ssl.SSLContext:
    """A context that verifies certificates: the system's store, or that of SSL_CERT_FILE and SSL_CERT_DIR.

    Made by hand, since `create_default_context` writes session keys to the file that SSLKEYLOGFILE names.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    if not (os.environ.get("SSL_CERT_FILE") or os.environ.get("SSL_CERT_DIR")):
        try:
            import truststore
        except ImportError:
            pass
        else:
            # Its type is a subclass of ssl.SSLContext with the same interface.
            context = truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_default_certs()
    return context


def silence_logging() -> None:
    """Keep the library's loggers silent: they write addresses, and an address may be a key."""
    for name in list(logging.root.manager.loggerDict):
        if name == "urllib3" or name.startswith("urllib3."):
            logging.getLogger(name).disabled = True
    logger = logging.getLogger("urllib3")
    logger.setLevel(logging.CRITICAL + 1)
    logger.propagate = False


class Client:
    """Sends requests; safe to use from several threads."""

    def __init__(
        self,
        *,
        allow_private: bool = False,
        proxy: str | None = None,
        context: ssl.SSLContext | None = None,
        resolver: Resolve | None = None,
        largest: int = LARGEST_BODY,
    ) -> None:
        """`proxy`: None takes what the environment says for each host, an empty text none. `largest`: of a body."""
        require()
        silence_logging()
        self._allow_private, self._proxy, self._resolve = allow_private, proxy, resolver or resolve
        self._largest = largest
        self._context = context or trust()

    def send(self, request: Request) -> Response:
        """The answer to a request; RequestFailed when there is none. Nothing is tried twice, nothing followed."""
        reason = "malformed"
        if _well_formed(request):
            try:
                return self._sent(request)
            except RequestFailed as failure:
                reason = failure.reason
            except Exception as error:  # noqa: BLE001 - whatever it is, its text and its frames may hold the key
                reason = _reason(error)
        # Raised here and not above: an exception being handled would travel along as its context.
        raise RequestFailed(reason)

    def _sent(self, request: Request) -> Response:
        import urllib3

        deadline = time.monotonic() + TOTAL_SECONDS
        parts = urlsplit(request.url)
        host, port = request.host, parts.port or 443
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        headers = {
            "User-Agent": USER_AGENT,
            "Accept": "application/json",
            "Accept-Encoding": "identity",
            "Connection": "close",
            **request.headers,
            "Host": host if port == 443 else f"{host}:{port}",  # noqa: PLR2004
        }
        pool = self._pool(request, host, port)
        timeout = urllib3.Timeout(connect=CONNECT_SECONDS, read=READ_SECONDS, total=TOTAL_SECONDS)
        try:
            answer = pool.urlopen(
                request.method,
                target,
                body=request.body,
                headers=headers,
                redirect=False,
                retries=False,
                timeout=timeout,
                preload_content=False,
                decode_content=False,
                assert_same_host=False,
            )
            body, cut = _bounded(answer, deadline, self._largest)
            lower = {name.lower(): value for name, value in answer.headers.items()}
            answer.close()
        finally:
            pool.close()
        return Response(int(answer.status), lower, body, cut)

    def _pool(self, request: Request, host: str, port: int) -> Any:
        """A pool of one connection: to a checked address, or through the proxy, which resolves the host itself."""
        import urllib3

        proxy = self._proxy if self._proxy is not None else environment_proxy(host)
        shared: dict[str, Any] = {"ssl_context": self._context, "cert_reqs": "CERT_REQUIRED", "maxsize": 1}
        if proxy:
            if not request.fixed_host:
                raise RequestFailed("proxy")
            address = urlsplit(proxy)
            secret = f"{address.username}:{address.password or ''}" if address.username else None
            manager = urllib3.ProxyManager(
                f"{address.scheme}://{address.hostname}:{address.port or 8080}",
                proxy_headers=urllib3.make_headers(proxy_basic_auth=secret) if secret else None,
                **shared,
            )
            return manager.connection_from_host(host, port, scheme="https")
        addresses = self._addresses(host, port)
        return urllib3.HTTPSConnectionPool(
            addresses[0][0], addresses[0][1], server_hostname=host, assert_hostname=host, **shared
        )

    def _addresses(self, host: str, port: int) -> Sequence[tuple[str, int]]:
        failed = False
        addresses: Sequence[tuple[str, int]] = ()
        try:
            addresses = self._resolve(host, port)
        except OSError:
            failed = True
        if failed or not addresses:
            raise RequestFailed("dns")
        if not self._allow_private and any(refused(address) for address, _ in addresses):
            raise RequestFailed("refused-address")
        # Addresses of the first family that the system prefers; IPv4 first, since many machines only think
        # that they have IPv6.
        return sorted(addresses, key=lambda pair: ":" in pair[0])


def environment_proxy(host: str) -> str:
    """The proxy that the environment names for HTTPS to a host, or an empty text."""
    from urllib.request import getproxies, proxy_bypass

    proxies = getproxies()
    url = proxies.get("https") or proxies.get("all") or ""
    if not url or proxy_bypass(host):
        return ""
    url = url if "://" in url else f"http://{url}"
    return url if urlsplit(url).scheme in {"http", "https"} else ""


def _well_formed(request: Request) -> bool:
    """Whether nothing in a request could end a line early or break out of its place."""
    if not request.url.startswith("https://") or _UNSAFE.search(request.url) or " " in request.url:
        return False
    host = urlsplit(request.url)
    if host.username or host.password or not request.host:
        return False
    return not any(_UNSAFE_HEADER.search(value) for pair in request.headers.items() for value in pair)


def _bounded(answer: Any, deadline: float, largest: int) -> tuple[bytes, bool]:
    """At most `largest` bytes of a body, read until the deadline; and whether it was cut."""
    body = b""
    while len(body) <= largest:
        if time.monotonic() > deadline:
            raise RequestFailed("timeout")
        piece = answer.read1(8192)
        if not piece:
            return body, False
        body += piece
    return body[:largest], True


def _reason(error: Exception) -> str:
    from urllib3 import exceptions

    kinds: tuple[tuple[type[Exception] | tuple[type[Exception], ...], str], ...] = (
        (exceptions.ProxyError, "proxy"),
        ((exceptions.SSLError, ssl.SSLError), "tls"),
        (exceptions.NameResolutionError, "dns"),
        (exceptions.NewConnectionError, "connect"),
        ((exceptions.TimeoutError, TimeoutError), "timeout"),
        (OSError, "connect"),
    )
    return next((reason for kind, reason in kinds if isinstance(error, kind)), "protocol")
