"""Templates to requests: where a value may go, and where not."""

from __future__ import annotations

import json

import pytest

from keyscan.errors import UsageError
from keyscan.ruleset.live_tables import RequestTemplate
from keyscan.verify.draft import CannotBuild
from keyscan.verify.request import Target, build, endpoint_of

URL = "https://api.acme.example/v1/{secret}"


def made(url=URL, secret="abc", target=None, **more):
    """A request for a secret, with a site beside it."""
    variables = {"secret": secret, "site": more.pop("site", "shop")}
    return build(RequestTemplate("POST", url, url_secret=True, **more), variables, target)


def test_what_may_be_shown_holds_no_value():
    """The address that logs and audits show has its variables unfilled."""
    request = made(secret="s3cr3t")
    assert request.url.endswith("/s3cr3t")
    assert request.shown == URL
    assert "s3cr3t" not in repr(request)


@pytest.mark.parametrize("secret", ["a?b=c", "a#b", "a b", "a\r\nHost: evil", "a%2F..", "\u2603"])
def test_a_value_in_the_address_stays_in_its_place(secret):
    """A value can add no query, fragment, line or host to the address."""
    url = made(secret=secret).url
    assert url.startswith("https://api.acme.example/v1/")
    assert not set(url) & set("?# \r\n\u2603")


@pytest.mark.parametrize("secret", ["../admin", "a/../../b", "."])
def test_a_value_cannot_climb(secret):
    """A value that would lead to another path is not sent."""
    with pytest.raises(CannotBuild):
        made(secret=secret)


@pytest.mark.parametrize("site", ["evil.example/", "a@evil", "a:80", "a#", "", "-" * 64, "a..b"])
def test_a_value_in_the_host_is_a_label(site):
    """A value that is not a host name does not become part of one."""
    with pytest.raises(CannotBuild):
        made("https://{site}.acme.example/", site=site)


def test_a_whole_host_must_end_in_the_issuers_domain():
    """A variable that is the whole host is held to the suffixes of its table."""
    target = Target(suffixes=(".acme.example",))
    assert made("https://{site}/", site="a.acme.example", target=target).host == "a.acme.example"
    for evil in ("acme.example.evil.example", "evil-acme.example", "evil.example"):
        with pytest.raises(CannotBuild):
            made("https://{site}/", site=evil, target=target)


def test_regions_and_endpoints_keep_the_path():
    """A region or an endpoint of the user's replaces the host and nothing else; a template's host is not fixed."""
    assert made(target=Target("eu.acme.example")).url == "https://eu.acme.example/v1/abc"
    assert made(target=Target(endpoint="https://me.example/base")).url == "https://me.example/base/v1/abc"
    assert made().fixed_host
    assert not made("https://{site}.acme.example/").fixed_host


def test_bodies():
    """JSON, forms, multipart forms and pairs are written as their kinds want them."""
    assert json.loads(made(json={"a": ["{secret}"]}, secret='x"y').body) == {"a": ['x"y']}
    assert made(form=(("a", "{secret}"),), secret="x&y=z").body == b"a=x%26y%3Dz"
    request = made(form=(("a", "{secret}"),), multipart=True)
    assert request.headers["Content-Type"].startswith("multipart/form-data; boundary=")
    assert b'name="a"\r\n\r\nabc\r\n' in request.body
    assert made(basic=("api", "{secret}")).headers["Authorization"] == "Basic YXBpOmFiYw=="


def test_a_hole_without_a_value_is_told_by_its_name():
    """A missing value is named, and nothing is built."""
    with pytest.raises(CannotBuild, match="its token id is not known"):
        made(headers=(("X", "{token_id}"),))


@pytest.mark.parametrize(
    "text",
    [
        "gitlab", "gitlab=", "=https://a.example", "gitlab=http://a.example", "gitlab=https://u:p@a.example",
        "gitlab=https://a.example/?q=1", "gitlab=https://a.example/#f", "gitlab=https://a.example/../b",
        "gitlab=https://a.example:port", "gitlab=https://", "gitlab=file:///etc", "gitlab=https://{secret}.example",
    ],
)  # fmt: skip
def test_a_wrong_endpoint_is_a_usage_error(text):
    """An endpoint is an HTTPS address and nothing else."""
    with pytest.raises(UsageError, match="--endpoint"):
        endpoint_of(text)


def test_an_endpoint_is_a_name_and_an_address():
    """Name, host in lower case, port and path; no slash at the end."""
    assert endpoint_of("gitlab=https://Git.Corp.example:8443/api/") == ("gitlab", "https://git.corp.example:8443/api")
