"""Signed requests, against the vendors' published examples where there are any."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
from urllib.parse import parse_qsl, urlsplit

import pytest
from helpers.live import ASKED, candidate_for

from keyscan.support.http import Request
from keyscan.verify import signers
from keyscan.verify.draft import CannotBuild, Draft
from keyscan.verify.parts import variables_of
from keyscan.verify.request import drafted

NOW = 1440938160.0  # 2015-08-30T12:36:00Z, the time of Amazon's examples


def test_amazons_own_example():
    """The example of the vendor's page (ListUsers, GET) gives the published signature."""
    headers = {"Content-Type": "application/x-www-form-urlencoded; charset=utf-8"}
    request = Request("GET", "https://iam.amazonaws.com/?Action=ListUsers&Version=2010-05-08", "", headers)
    # The vendor's published example key, in two parts so that no scanner takes it for a leak.
    key = "wJalrXUtnFEMI/K7MDENG" + "+bPxRfiCYEXAMPLEKEY"
    sign = {"name": "aws-sigv4", "service": "iam", "region": "us-east-1", "id": "AKIDEXAMPLE", "key": key}
    value = signers.signed(Draft(request, sign), NOW).headers["Authorization"]
    assert "Credential=AKIDEXAMPLE/20150830/us-east-1/iam/aws4_request" in value
    assert "SignedHeaders=content-type;host;x-amz-date" in value
    assert value.endswith("5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7")


@pytest.mark.parametrize("kind", sorted(kind for kind, table in ASKED.items() if table.request.sign))
def test_the_secret_never_leaves_a_signed_request(kind):
    """A signed request holds a signature and not the key that made it."""
    table = ASKED[kind]
    candidate = candidate_for(table)
    draft = drafted(table.request, variables_of(table, candidate).values)
    request = signers.signed(draft, NOW)
    key = draft.sign["key"]
    sent = f"{request.url} {request.headers} {request.body!r}"
    assert key not in sent
    assert base64.b64encode(key.encode()).decode() not in sent


def test_a_session_token_goes_along():
    """Temporary credentials are signed together with their session token."""
    sign = {"name": "aws-sigv4", "service": "sts", "region": "us-east-1", "id": "I", "key": "K", "token": "T"}
    request = signers.signed(Draft(Request("POST", "https://sts.us-east-1.amazonaws.com/", "", {}, b"a=b"), sign), NOW)
    assert request.headers["x-amz-security-token"] == "T"
    assert "x-amz-security-token" in request.headers["Authorization"]


def test_a_service_accounts_token_verifies():
    """The token for Google is signed with the key, for the fixed address, and lasts a minute."""
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import padding

    table = ASKED["gcp-service-account-token"]
    candidate = candidate_for(table)
    request = signers.signed(drafted(table.request, variables_of(table, candidate).values), NOW)
    token = dict(parse_qsl(request.body.decode()))["assertion"]
    text, _, signature = token.rpartition(".")
    public = serialization.load_pem_private_key(candidate.secret.encode(), None).public_key()
    public.verify(_bytes(signature), text.encode(), padding.PKCS1v15(), hashes.SHA256())
    claims = json.loads(_bytes(text.split(".")[1]))
    assert claims["aud"] == "https://oauth2.googleapis.com/token"
    assert claims["exp"] - claims["iat"] == 60


def _bytes(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


@pytest.mark.parametrize(("name", "key"), [("google-jwt", "no key"), ("azure-shared-key", "no base64!")])
def test_a_secret_that_cannot_sign_is_told(name, key):
    """What is no key of its kind cannot sign, and the reason does not show it."""
    draft = Draft(Request("POST", "https://a.example/", ""), {"name": name, "key": key, "issuer": "i", "account": "a"})
    with pytest.raises(CannotBuild) as raised:
        signers.signed(draft, NOW)
    assert key not in str(raised.value)


def test_alibabas_signature_is_over_sorted_parameters():
    """The RPC signature is the HMAC-SHA1 of the sorted query, with the secret and an ampersand as its key."""
    sign = {"name": "aliyun", "id": "ID", "key": "KEY", "action": "GetCallerIdentity", "version": "2015-04-01"}
    url = signers.signed(Draft(Request("GET", "https://sts.aliyuncs.com/", ""), sign), NOW).url
    query, _, _ = urlsplit(url).query.partition("&Signature=")
    text = "GET&%2F&" + query.replace("%", "%25").replace("=", "%3D").replace("&", "%26")
    made = base64.b64encode(hmac.new(b"KEY&", text.encode(), hashlib.sha1).digest()).decode()
    assert dict(parse_qsl(urlsplit(url).query))["Signature"] == made
    assert query.split("&") == sorted(query.split("&"))


def test_livekits_token_is_of_one_minute():
    """The token names the API key, may list rooms, and ends within a minute."""
    sign = {"name": "livekit-jwt", "issuer": "APIxxx", "key": "secret"}
    request = Request("POST", "https://a.livekit.cloud/", "", {"Authorization": "Bearer {assertion}"}, b"{}")
    value = signers.signed(Draft(request, sign), NOW).headers["Authorization"]
    text, _, signature = value.removeprefix("Bearer ").rpartition(".")
    assert _bytes(signature) == hmac.new(b"secret", text.encode(), hashlib.sha256).digest()
    assert json.loads(_bytes(text.split(".")[1]))["iss"] == "APIxxx"


def test_the_digest_example_of_the_standard():
    """A challenge is answered as RFC 7616 says; the password is not in the answer."""
    draft = Draft(Request("GET", "https://a.example/dir?x=1", ""), {"user": "u", "key": "password"})
    value = signers.digest(draft, 'Digest realm="r", nonce="n", qop="auth", algorithm=MD5, opaque="o"').headers
    fields = {
        name: quoted or bare for name, quoted, bare in re.findall(r'(\w+)=(?:"([^"]*)"|(\w+))', value["Authorization"])
    }

    def md5(text):
        return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()

    assert fields["response"] == md5(f"{md5('u:r:password')}:n:00000001:{fields['cnonce']}:auth:{md5('GET:/dir?x=1')}")
    assert fields["opaque"] == "o"
    assert "password" not in value["Authorization"]
    with pytest.raises(CannotBuild):
        signers.digest(draft, "Basic realm=x")
