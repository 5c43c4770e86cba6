"""A provider in one process: TLS with an authority of the tests' own, any host name, answers by a function."""

from __future__ import annotations

import socket
import socketserver
import ssl
import threading
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import trustme

from keyscan.support.http import Client


@dataclass
class Asked:
    """A request that the provider saw."""

    host: str
    method: str
    path: str
    headers: dict
    body: bytes


@dataclass
class Provider:
    """The running provider: its port, what it was asked, and a client that trusts it and is led to it."""

    port: int
    context: ssl.SSLContext
    certificate: bytes = b""
    asked: list = field(default_factory=list)
    resolved: list = field(default_factory=list)

    def client(self, **options):
        """A client for which every host name leads to this provider."""

        def resolver(host, _port):
            self.resolved.append(host)
            return [("127.0.0.1", self.port)]

        values = {"allow_private": True, "proxy": "", "context": self.context, "resolver": resolver} | options
        return Client(**values)


class _Server(ThreadingHTTPServer):
    """Waits for no thread at its end, and keeps quiet about clients that go away."""

    daemon_threads = True
    block_on_close = False

    def handle_error(self, _request, _address):
        """Say nothing."""


@contextmanager
def provider(answer, *names):
    """Run a provider for these host names; `answer(asked)` gives (status, headers, body), or writes by itself."""
    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(*names).configure_cert(context)
    trusting = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    authority.configure_trust(trusting)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _do(self):
            size = int(self.headers.get("Content-Length") or 0)
            headers = {name.lower(): value for name, value in self.headers.items()}
            asked = Asked(headers.get("host", ""), self.command, self.path, headers, self.rfile.read(size))
            made.asked.append(asked)
            found = answer(asked, self) if getattr(answer, "raw", False) else answer(asked)
            if found is None:
                return
            status, more, body = found
            self.send_response(status)
            for name, value in more.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = _do  # noqa: N815

        def log_message(self, *_values):
            """Say nothing."""

    server = _Server(("127.0.0.1", 0), Handler)
    server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    made = Provider(server.server_address[1], trusting, authority.cert_pem.bytes())
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield made
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)


@dataclass
class Tunnel:
    """A running proxy: its port, and the heads of the requests that it saw."""

    port: int
    seen: list = field(default_factory=list)


@contextmanager
def proxy(target):
    """A CONNECT proxy that leads every tunnel to a local port."""

    class Handler(socketserver.BaseRequestHandler):
        def handle(self):
            head = b""
            while not head.endswith(b"\r\n\r\n"):
                piece = self.request.recv(1)
                if not piece:
                    return
                head += piece
            made.seen.append(head.decode())
            with socket.create_connection(("127.0.0.1", target), 5) as upstream:
                self.request.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
                back = threading.Thread(target=_pump, args=(upstream, self.request), daemon=True)
                back.start()
                _pump(self.request, upstream)
                back.join(5)

    server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    made = Tunnel(server.server_address[1])
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield made
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)


def _pump(source, sink):
    """Copy bytes until one side ends."""
    with suppress(OSError):
        while piece := source.recv(65536):
            sink.sendall(piece)
    with suppress(OSError):
        sink.shutdown(socket.SHUT_WR)
