"""HTTPS requests whose secrets stay secret."""

from __future__ import annotations

import json
import logging
import ssl
import sys
import time
import traceback

import pytest
from helpers.provider import provider, proxy
from hypothesis import given
from hypothesis import strategies as st

from keyscan.errors import UsageError
from keyscan.support import http
from keyscan.support.http import Client, Request, RequestFailed, Response

HOST = "api.acme.example"
KEY = "acme-" + "k" * 40


def request(path="/v1/me", host=HOST, **more):
    """A request that carries the key in its address and a header."""
    values = {
        "method": "GET",
        "url": f"https://{host}{path}?key={KEY}",
        "shown": f"https://{host}{path}?key={{secret}}",
    }
    return Request(**(values | {"headers": {"Authorization": f"Bearer {KEY}"}} | more))


def ok(_asked):
    """Answer with a small JSON document."""
    return 200, {"Content-Type": "application/json", "X-Scopes": "all"}, b'{"id": 1}'


def failure(send):
    """The failure that a call ends in, with everything that could be printed of it."""
    with pytest.raises(RequestFailed) as raised:
        send()
    error = raised.value
    assert error.__context__ is None
    assert error.__cause__ is None
    assert KEY not in "".join(traceback.format_exception(error))
    return error.reason


def test_an_answer_comes_back_with_its_host_checked():
    """The request reaches the host by its name, on an address of ours, and the answer is read."""
    with provider(ok, HOST) as one:
        response = one.client().send(request())
    assert (response.status, json.loads(response.body), response.headers["x-scopes"]) == (200, {"id": 1}, "all")
    assert one.asked[0].host == HOST
    assert one.asked[0].headers["authorization"] == f"Bearer {KEY}"
    assert "keyscan/" in one.asked[0].headers["user-agent"]


def test_a_redirect_is_an_answer():
    """A redirect is not followed: the key would go to a host that nobody named."""
    with provider(lambda _: (302, {"Location": "https://evil.example/"}, b""), HOST) as one:
        assert one.client().send(request()).status == 302
    assert one.resolved == [HOST]


def test_a_certificate_of_another_name_is_refused():
    """A host that cannot prove its name gets no key."""
    with provider(ok, "other.example") as one:
        assert failure(lambda: one.client().send(request())) == "tls"
    assert not one.asked


def test_an_unknown_authority_is_refused():
    """A certificate of an authority that this machine does not trust gets no key."""
    with provider(ok, HOST) as one:
        client = one.client(context=http.trust())
        assert failure(lambda: client.send(request())) == "tls"
    assert not one.asked


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "10.0.0.1", "172.16.5.4", "192.168.1.1", "169.254.169.254", "100.64.0.1", "100.100.100.200",
        "0.0.0.1", "224.0.0.1", "255.255.255.255", "168.63.129.16", "::1", "::", "fe80::1", "fc00::1", "fd00:ec2::254",
        "::ffff:10.0.0.1", "::ffff:169.254.169.254", "64:ff9b::a00:1", "2002:a00:1::", "ff02::1", "::10.0.0.1", "words",
        "fe80::1%eth0", "fec0::1",
    ],
)  # fmt: skip
def test_addresses_inside_a_network_are_refused(address):
    """Loopback, private, link-local, metadata and their disguises are refused before anything is sent."""
    assert http.refused(address)
    client = Client(proxy="", context=http.trust(), resolver=lambda *_: [("93.184.215.14", 443), (address, 443)])
    assert failure(lambda: client.send(request())) == "refused-address"


@pytest.mark.parametrize("address", ["93.184.215.14", "8.8.8.8", "2606:4700::1111"])
def test_public_addresses_are_not_refused(address):
    """Addresses of the public internet may be asked."""
    assert not http.refused(address)


def test_a_host_without_an_address_is_told():
    """A name that leads nowhere is one reason, without the resolver's words."""

    def resolver(*_):
        raise OSError(KEY)

    client = Client(proxy="", context=http.trust(), resolver=resolver)
    assert failure(lambda: client.send(request())) == "dns"


def test_a_closed_port_is_told():
    """A host that does not listen is one reason."""
    with provider(ok, HOST) as one:
        pass
    assert failure(lambda: one.client().send(request())) == "connect"


def test_a_large_body_is_cut():
    """A body without end is read up to its bound."""

    def endless(_asked, handler):
        handler.send_response(200)
        handler.end_headers()
        for _ in range(4000):
            handler.wfile.write(b"x" * 65536)

    endless.raw = True
    with provider(endless, HOST) as one:
        response = one.client().send(request())
    assert len(response.body) == http.LARGEST_BODY
    assert response.cut


@pytest.mark.parametrize("drip", [0.0, 0.05])
def test_a_slow_body_ends_in_time(monkeypatch, drip):
    """A host that says nothing, or one byte at a time, cannot hold the run."""
    monkeypatch.setattr(http, "READ_SECONDS", 0.3)
    monkeypatch.setattr(http, "TOTAL_SECONDS", 0.6)

    def slow(_asked, handler):
        handler.send_response(200)
        handler.send_header("Content-Length", "1000")
        handler.end_headers()
        for _ in range(100):
            time.sleep(drip or 0.5)
            handler.wfile.write(b"x")
            handler.wfile.flush()

    slow.raw = True
    started = time.monotonic()
    with provider(slow, HOST) as one:
        assert failure(lambda: one.client().send(request())) in {"timeout", "protocol"}
    assert time.monotonic() - started < 30


def test_a_body_that_ends_early_is_no_answer():
    """A body shorter than announced proves nothing."""

    def short(_asked, handler):
        handler.send_response(200)
        handler.send_header("Content-Length", "1000")
        handler.end_headers()
        handler.wfile.write(b'{"object": "list"')
        handler.close_connection = True

    short.raw = True
    with provider(short, HOST) as one:
        assert failure(lambda: one.client().send(request())) == "protocol"


def test_through_a_proxy_only_the_host_is_seen():
    """Behind a proxy the request goes through a tunnel: the proxy sees the host's name and no key."""
    with provider(ok, HOST) as one, proxy(one.port) as tunnel:
        client = one.client(proxy=f"http://user:word@127.0.0.1:{tunnel.port}", resolver=lambda *_: 1 / 0)
        assert client.send(request()).status == 200
    assert tunnel.seen[0].startswith(f"CONNECT {HOST}:443 ")
    assert KEY not in "".join(tunnel.seen)
    assert "Proxy-Authorization: Basic" in tunnel.seen[0] or "proxy-authorization: Basic" in tunnel.seen[0]
    assert one.asked[0].host == HOST
    assert "proxy-authorization" not in one.asked[0].headers


def test_an_answer_that_is_no_http_is_told():
    """Garbage is a reason, and none of it is shown."""

    def garbage(_asked, handler):
        handler.wfile.write(f"{KEY}\r\n".encode() * 3)
        handler.close_connection = True

    garbage.raw = True
    with provider(garbage, HOST) as one:
        assert failure(lambda: one.client().send(request())) in {"protocol", "connect"}


@pytest.mark.parametrize(
    "wrong",
    [
        {"url": f"http://{HOST}/"},
        {"url": f"https://{HOST}/a b"},
        {"url": f"https://user:{KEY}@{HOST}/"},
        {"url": f"https://{HOST}/\r\nX: y"},
        {"url": f"https://{HOST}/\u00e9"},
        {"url": "https:///path"},
        {"headers": {"Authorization": f"Bearer {KEY}\r\nX-Evil: 1"}},
        {"headers": {"Authorization": "Bearer \u2603"}},
    ],
)
def test_a_request_that_could_break_its_line_is_not_sent(wrong):
    """A secret with a line's end in it cannot make headers of its own."""
    with provider(ok, HOST) as one:
        assert failure(lambda: one.client().send(request(**wrong))) == "malformed"
    assert not one.asked


def test_nothing_of_a_request_is_in_its_repr():
    """What stands in a request or a response does not show when they are printed."""
    made = request(body=KEY.encode())
    assert KEY not in repr(made)
    assert KEY not in repr(Response(200, {"x": KEY}, KEY.encode()))


def test_no_logger_sees_the_address(caplog):
    """With everything logged, neither the address nor a header reaches a log."""
    logging.getLogger("urllib3.connectionpool").setLevel(logging.DEBUG)
    with caplog.at_level(logging.DEBUG), provider(ok, HOST) as one:
        one.client().send(request())
        failure(lambda: one.client(resolver=lambda *_: [("127.0.0.1", 1)]).send(request()))
    assert KEY not in caplog.text


def test_session_keys_are_not_written(monkeypatch, tmp_path):
    """SSLKEYLOGFILE would let a reader of the traffic see the key: it is not honoured."""
    monkeypatch.setenv("SSLKEYLOGFILE", str(tmp_path / "keys"))
    assert not http.trust().keylog_filename
    assert not (tmp_path / "keys").exists()


def test_netrc_is_not_read(monkeypatch, tmp_path):
    """A password for the host in ~/.netrc does not replace the key's own header."""
    (tmp_path / ".netrc").write_text(f"machine {HOST} login me password other\n")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("NETRC", str(tmp_path / ".netrc"))
    with provider(ok, HOST) as one:
        one.client().send(request())
    assert one.asked[0].headers["authorization"] == f"Bearer {KEY}"


def test_certificates_are_always_checked():
    """There is no way to a context that does not verify, or that speaks old TLS."""
    context = http.trust()
    assert context.verify_mode == ssl.CERT_REQUIRED
    assert context.check_hostname
    assert context.minimum_version >= ssl.TLSVersion.TLSv1_2


def test_the_proxy_of_the_environment_is_used(monkeypatch):
    """HTTPS_PROXY names a proxy, NO_PROXY leaves hosts out, and other schemes are none."""
    for name in ("http_proxy", "https_proxy", "no_proxy", "all_proxy", "NO_PROXY", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HTTPS_PROXY", "http://user:pw@proxy.example:3128")
    assert http.environment_proxy(HOST) == "http://user:pw@proxy.example:3128"
    monkeypatch.setenv("NO_PROXY", HOST)
    assert not http.environment_proxy(HOST)
    monkeypatch.delenv("NO_PROXY")
    monkeypatch.setenv("HTTPS_PROXY", "socks5://proxy.example:1080")
    assert not http.environment_proxy(HOST)


def test_a_proxy_resolves_fixed_hosts_only():
    """Behind a proxy nothing is sent to a host that was put together from scanned text: it cannot be checked."""
    client = Client(proxy="http://127.0.0.1:1", context=http.trust())
    assert failure(lambda: client.send(request(fixed_host=False))) == "proxy"
    assert failure(lambda: client.send(request())) in {"proxy", "connect"}


def test_a_missing_library_is_one_clear_line(monkeypatch):
    """Without the extra, the message says what to install."""
    monkeypatch.setitem(sys.modules, "urllib3", None)
    with pytest.raises(UsageError, match=r"keyscan-linter\[live\]"):
        Client()


@given(st.text(min_size=1, max_size=60), st.text(min_size=1, max_size=60))
def test_whatever_fails_shows_no_value(value, header):
    """No value of a request is in the failure that it ends in."""
    client = Client(proxy="", context=_CONTEXT, resolver=lambda *_: [])
    made = Request("GET", f"https://{HOST}/{value}zz-secret-zz", "shown", {"X": header + "zz-secret-zz"})
    with pytest.raises(RequestFailed) as raised:
        client.send(made)
    assert "zz-secret-zz" not in "".join(traceback.format_exception(raised.value))


_CONTEXT = http.trust()
