"""Signed requests: the secret stays here, only a signature leaves. Each signer follows its vendor's page.

A signer takes a draft and the time, and gives the request; CannotBuild when the secret cannot sign.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import re
import time
import uuid
from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, quote, urlsplit

from keyscan.verify.draft import CannotBuild, with_assertion

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from keyscan.support.http import Request
    from keyscan.verify.draft import Draft

    Signer = Callable[[Draft, float], Request]

_JWT_SECONDS = 60
_AZURE_VERSION = "2021-12-02"


def signed(draft: Draft, now: float | None = None) -> Request:
    """The request of a draft, signed as its table says, at `now` in seconds since 1970."""
    return SIGN[draft.sign["name"]](draft, time.time() if now is None else now)


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _hmac(key: bytes, text: str) -> bytes:
    return hmac.new(key, text.encode(), hashlib.sha256).digest()


def _stamp(now: float, form: str = "%Y%m%dT%H%M%SZ") -> str:
    return time.strftime(form, time.gmtime(now))


def _with(request: Request, headers: Mapping[str, str]) -> Request:
    return replace(request, headers={**request.headers, **headers})


def _canonical_query(query: str) -> str:
    pairs = sorted((quote(name, safe="-_.~"), quote(value, safe="-_.~")) for name, value in parse_qsl(query, True))
    return "&".join(f"{name}={value}" for name, value in pairs)


def _aws(draft: Draft, now: float) -> Request:
    """AWS Signature Version 4: docs.aws.amazon.com/IAM/latest/UserGuide/create-signed-request.html."""
    sign, request = draft.sign, draft.request
    headers = {"x-amz-date": _stamp(now)}
    if sign.get("token"):
        headers["x-amz-security-token"] = sign["token"]
    if sign["service"] == "s3":
        headers["x-amz-content-sha256"] = _sha256(request.body or b"")
    scope = f"{_stamp(now, '%Y%m%d')}/{sign['region']}/{sign['service']}/aws4_request"
    names, signature = _sigv4(request, headers, scope, f"AWS4{sign['key']}")
    value = f"AWS4-HMAC-SHA256 Credential={sign['id']}/{scope}, SignedHeaders={names}, Signature={signature}"
    return _with(request, {**headers, "Authorization": value})


def _sigv4(request: Request, headers: Mapping[str, str], scope: str, key: str) -> tuple[str, str]:
    """The names of the signed headers and the signature; the algorithm that Amazon and ByteDance share."""
    parts = urlsplit(request.url)
    kind = {"content-type": request.headers["Content-Type"]} if "Content-Type" in request.headers else {}
    signing = dict(sorted({"host": parts.netloc, **kind, **{k.lower(): v for k, v in headers.items()}}.items()))
    names = ";".join(signing)
    canonical = "\n".join((
        request.method, parts.path or "/", _canonical_query(parts.query),
        "".join(f"{name}:{value.strip()}\n" for name, value in signing.items()), names, _sha256(request.body or b""),
    ))  # fmt: skip
    date = headers.get("x-amz-date") or headers["X-Date"]
    algorithm = "AWS4-HMAC-SHA256" if key.startswith("AWS4") and "x-amz-date" in headers else "HMAC-SHA256"
    text = "\n".join((algorithm, date, scope, _sha256(canonical.encode())))
    derived = key.encode()
    for step in scope.split("/"):
        derived = _hmac(derived, step)
    return names, hmac.new(derived, text.encode(), hashlib.sha256).hexdigest()


def _volcengine(draft: Draft, now: float) -> Request:
    """Volcengine's HMAC-SHA256: the scheme of AWS with its own names and no prefix to the key."""
    sign, request = draft.sign, draft.request
    headers = {"X-Date": _stamp(now), "X-Content-Sha256": _sha256(request.body or b"")}
    scope = f"{_stamp(now, '%Y%m%d')}/{sign['region']}/{sign['service']}/request"
    names, signature = _sigv4(request, headers, scope, sign["key"])
    value = f"HMAC-SHA256 Credential={sign['id']}/{scope}, SignedHeaders={names}, Signature={signature}"
    return _with(request, {**headers, "Authorization": value})


def _tencent(draft: Draft, now: float) -> Request:
    """Tencent Cloud TC3-HMAC-SHA256: cloud.tencent.com/document/api/598/38504."""
    sign, request = draft.sign, draft.request
    host = urlsplit(request.url).netloc
    kind, action = "application/json; charset=utf-8", sign["action"]
    names = "content-type;host;x-tc-action"
    canonical = "\n".join((
        request.method, "/", "", f"content-type:{kind}\nhost:{host}\nx-tc-action:{action.lower()}\n", names,
        _sha256(request.body or b""),
    ))  # fmt: skip
    date, seconds = _stamp(now, "%Y-%m-%d"), str(int(now))
    scope = f"{date}/{sign['service']}/tc3_request"
    text = "\n".join(("TC3-HMAC-SHA256", seconds, scope, _sha256(canonical.encode())))
    derived = f"TC3{sign['key']}".encode()
    for step in (date, sign["service"], "tc3_request"):
        derived = _hmac(derived, step)
    signature = hmac.new(derived, text.encode(), hashlib.sha256).hexdigest()
    value = f"TC3-HMAC-SHA256 Credential={sign['id']}/{scope}, SignedHeaders={names}, Signature={signature}"
    headers = {"Content-Type": kind, "X-TC-Action": action, "X-TC-Version": sign["version"], "X-TC-Timestamp": seconds}
    return _with(request, {**headers, "Authorization": value})


def _aliyun(draft: Draft, now: float) -> Request:
    """Alibaba Cloud RPC signature (HMAC-SHA1 over sorted parameters), sent in the query; the secret is not."""
    sign, request = draft.sign, draft.request
    fields = {
        "Action": sign["action"], "Version": sign["version"], "Format": "JSON", "AccessKeyId": sign["id"],
        "SignatureMethod": "HMAC-SHA1", "SignatureVersion": "1.0", "SignatureNonce": str(uuid.uuid4()),
        "Timestamp": _stamp(now, "%Y-%m-%dT%H:%M:%SZ"),
    }  # fmt: skip
    query = "&".join(
        f"{quote(name, safe='-_.~')}={quote(value, safe='-_.~')}" for name, value in sorted(fields.items())
    )
    text = f"{request.method}&%2F&{quote(query, safe='-_.~')}"
    digest = hmac.new(f"{sign['key']}&".encode(), text.encode(), hashlib.sha1).digest()
    signature = quote(base64.b64encode(digest).decode(), safe="-_.~")
    return replace(request, url=f"{request.url}?{query}&Signature={signature}")


def _azure(draft: Draft, now: float) -> Request:
    """Azure Storage Shared Key: learn.microsoft.com/rest/api/storageservices/authorize-with-shared-key."""
    sign, request = draft.sign, draft.request
    parts = urlsplit(request.url)
    date = _stamp(now, "%a, %d %b %Y %H:%M:%S GMT")
    resource = f"/{sign['account']}{parts.path or '/'}"
    resource += "".join(f"\n{name.lower()}:{value}" for name, value in sorted(parse_qsl(parts.query, True)))
    # Content headers and the like are empty for a plain GET; the date stands in x-ms-date.
    text = f"{request.method}{chr(10) * 12}x-ms-date:{date}\nx-ms-version:{_AZURE_VERSION}\n{resource}"
    try:
        key = base64.b64decode(sign["key"], validate=True)
    except (ValueError, binascii.Error):
        key = b""
    if not key:
        raise CannotBuild("it is not in base64, as account keys are")
    signature = base64.b64encode(_hmac(key, text)).decode()
    value = f"SharedKey {sign['account']}:{signature}"
    return _with(request, {"x-ms-date": date, "x-ms-version": _AZURE_VERSION, "Authorization": value})


def _ovh(draft: Draft, now: float) -> Request:
    """OVHcloud's `$1$` and the SHA-1 of secret, consumer key, method, address, body and time."""
    sign, request = draft.sign, draft.request
    seconds = str(int(now))
    body = (request.body or b"").decode()
    text = "+".join((sign["key"], sign["consumer"], request.method, request.url, body, seconds))
    signature = "$1$" + hashlib.sha1(text.encode()).hexdigest()  # noqa: S324 - their algorithm
    headers = {"X-Ovh-Application": sign["application"], "X-Ovh-Consumer": sign["consumer"]}
    return _with(request, {**headers, "X-Ovh-Timestamp": seconds, "X-Ovh-Signature": signature})


def _b64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def _unsigned(header: Mapping[str, object], claims: Mapping[str, object]) -> str:
    return ".".join(_b64url(json.dumps(part, separators=(",", ":")).encode()) for part in (header, claims))


def _livekit(draft: Draft, now: float) -> Request:
    """LiveKit: a JSON Web Token of one minute, HS256, that may list rooms."""
    sign = draft.sign
    claims = {"iss": sign["issuer"], "nbf": int(now), "exp": int(now) + _JWT_SECONDS, "video": {"roomList": True}}
    text = _unsigned({"alg": "HS256", "typ": "JWT"}, claims)
    return with_assertion(draft, f"{text}.{_b64url(_hmac(sign['key'].encode(), text))}")


def _google(draft: Draft, now: float) -> Request:
    """Google service accounts: a JSON Web Token of one minute, RS256, for the fixed token address."""
    sign = draft.sign
    claims = {
        "iss": sign["issuer"], "aud": "https://oauth2.googleapis.com/token", "iat": int(now),
        "exp": int(now) + _JWT_SECONDS, "scope": "https://www.googleapis.com/auth/cloud-platform",
    }  # fmt: skip
    header = {"alg": "RS256", "typ": "JWT"} | ({"kid": sign["key_id"]} if sign.get("key_id") else {})
    text = _unsigned(header, claims)
    return with_assertion(draft, f"{text}.{_b64url(_rs256(sign['key'], text.encode()))}")


def _rs256(pem: str, data: bytes) -> bytes:
    try:
        from cryptography.hazmat.primitives import hashes, serialization
        from cryptography.hazmat.primitives.asymmetric import padding, rsa
    except ImportError:
        raise CannotBuild("signing needs the package cryptography: pip install 'keyscan-linter[live]'") from None
    signature = b""
    try:
        key = serialization.load_pem_private_key(pem.replace("\\n", "\n").encode(), password=None)
        if isinstance(key, rsa.RSAPrivateKey):
            signature = key.sign(data, padding.PKCS1v15(), hashes.SHA256())
    except (ValueError, TypeError):
        signature = b""
    if not signature:
        raise CannotBuild("it is not an RSA key that can sign")
    return signature


def digest(draft: Draft, challenge: str) -> Request:
    """The request with the answer to a Digest challenge (RFC 7616, MD5 or SHA-256, qop auth)."""
    fields = {name.lower(): quoted or bare for name, quoted, bare in _CHALLENGE.findall(challenge)}
    algorithm = fields.get("algorithm", "MD5").upper()
    if not challenge.lower().startswith("digest") or algorithm not in {"MD5", "SHA-256"} or "nonce" not in fields:
        raise CannotBuild("the provider asks for a signature that keyscan does not know")
    sign, request = draft.sign, draft.request

    def hashed(text: str) -> str:
        # The algorithm is the provider's choice.
        return hashlib.new(algorithm.replace("-", "").lower(), text.encode(), usedforsecurity=False).hexdigest()

    parts = urlsplit(request.url)
    uri = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    realm, nonce, client = fields.get("realm", ""), fields["nonce"], uuid.uuid4().hex
    first = hashed(f"{sign['user']}:{realm}:{sign['key']}")
    second = hashed(f"{request.method}:{uri}")
    answer = hashed(f"{first}:{nonce}:00000001:{client}:auth:{second}")
    value = (
        f'Digest username="{sign["user"]}", realm="{realm}", nonce="{nonce}", uri="{uri}", algorithm={algorithm}, '
        f'qop=auth, nc=00000001, cnonce="{client}", response="{answer}"'
    )
    if "opaque" in fields:
        value += f', opaque="{fields["opaque"]}"'
    return _with(request, {"Authorization": value})


_CHALLENGE = re.compile(r'(\w+)=(?:"([^"\\]*)"|([\w-]+))')

SIGN: Mapping[str, Signer] = {
    "aws-sigv4": _aws, "azure-shared-key": _azure, "google-jwt": _google, "livekit-jwt": _livekit, "aliyun": _aliyun,
    "tc3": _tencent, "volcengine": _volcengine, "ovh": _ovh,
    # The first request carries nothing; the challenge in its answer is signed by `digest`.
    "digest": lambda draft, _now: draft.request,
}  # fmt: skip
