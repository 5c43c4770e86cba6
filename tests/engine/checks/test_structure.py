"""What stands inside a token: PEM, JSON Web Tokens, JSON."""

from __future__ import annotations

import base64
import json
import zlib

import pytest
from helpers.tokens import token
from hypothesis import given, settings
from hypothesis import strategies as st

from keyscan.engine.checks import structure
from keyscan.engine.checks.registry import CHECKS
from keyscan.engine.matcher import Matcher
from keyscan.engine.prefilter.keywords import KeywordPrefilter
from keyscan.model.rule import Severity
from keyscan.ruleset import cache

seeds = st.integers(0, 10**9).map(str)


@pytest.mark.parametrize(
    ("wrap", "kind"),
    [
        (lambda pem: pem, "as it is"),
        (lambda pem: pem.replace("\n", "\\n"), "escaped in one line"),
        (lambda pem: pem.replace("\n", "\\\\n"), "escaped twice"),
        (lambda pem: pem.replace("\n", "\r\n"), "with CRLF"),
        (lambda pem: pem.replace("\n", "\n    "), "indented"),
        (lambda pem: pem.replace("\n", "\n# "), "in a comment"),
        (lambda pem: pem.replace("\n", "\n+"), "in a diff"),
        (lambda pem: pem.replace("\n", '\\n" +\n    "'), "joined with +"),
        (lambda pem: pem.replace("\n", "\\n'\n    '"), "joined as in Python"),
        (lambda pem: pem.replace("\n", " "), "with spaces for line ends"),
    ],
)
@pytest.mark.parametrize("label", ["RSA PRIVATE KEY", "OPENSSH PRIVATE KEY"])
@settings(max_examples=15, deadline=None)
@given(seed=seeds)
def test_a_key_in_code_is_read(label, wrap, kind, seed):
    """A PEM block is proved in every way that code and data wrap it."""
    assert CHECKS["pem"](wrap(token(f"{{pem:{label}}}", seed)).encode()) is True, kind


@pytest.mark.parametrize("wrap", ["{}\n", "{}", 'KEY="{}"'])
@pytest.mark.parametrize("curve", [0x70, 0x6E])
def test_the_shortest_private_keys_are_found(builtin, curve, wrap):
    """Ed25519 and X25519 in PKCS #8 (RFC 8410): 48 bytes, one line of base64."""
    der = bytes.fromhex("302e020100300506032b65") + bytes([curve]) + bytes.fromhex("04220420") + bytes(range(7, 231, 7))
    body = base64.b64encode(der).decode()
    text = wrap.format(f"-----BEGIN PRIVATE KEY-----\n{body}\n-----END PRIVATE KEY-----")
    rules = tuple(builtin.values())
    (match,) = Matcher(rules, KeywordPrefilter(rules)).scan(text.encode()).matches
    assert (match.rule.id, match.severity) == ("private-key", Severity.HIGH)


def test_encrypted_and_pgp_keys_are_not_judged():
    """A body that shows no structure is neither proved nor contradicted."""
    block = token("{pem:RSA PRIVATE KEY}").replace("-----\n", "-----\nProc-Type: 4,ENCRYPTED\n\n", 1)
    assert CHECKS["pem"](block.encode()) is None
    assert CHECKS["pem"](token("{pem:PGP PRIVATE KEY BLOCK}").encode()) is None


def test_the_documented_jwt_is_a_sample():
    """The payload that jwt.io shows is no bearer's."""
    assert CHECKS["jwt"](token("{jwt:name=John Doe}").encode()) is False


@pytest.mark.parametrize(
    "head", ['{"alg":"HS256","zip":"DEF"}', '{"zip":"DEF","alg":"HS256"}', '{"alg":"HS256" ,"zip":"DEF"}']
)
def test_a_compressed_payload_is_read(builtin, head):
    """A token whose header names a compression is one where its payload is that of an object; else it is none."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    payload = packer.compress(b'{"sub":"user-7","exp":99999999999}') + packer.flush()
    parts = [base64.urlsafe_b64encode(part).rstrip(b"=").decode() for part in (head.encode(), payload)]
    text = ".".join([*parts, token("{b64url:43}")])
    assert CHECKS["jwt"](text.encode())
    assert [match.secret.decode() for match in scan([builtin["jwt"]], text)] == [text]
    assert not CHECKS["jwt"](f"{parts[0]}.{token('{b64url:60}')}.{token('{b64url:43}')}".encode())


def test_an_expired_token_is_low_and_says_so(builtin):
    """A JSON Web Token whose exp has passed is low, one with time left or none is not."""
    rules = [builtin["jwt"]]
    assert CHECKS["expiry"](token("{jwt}").encode()) is None
    assert CHECKS["expiry"](token("{jwt:exp=99999999999}").encode()) is None
    assert CHECKS["expiry"](b"eyJ") is None
    [found] = scan(rules, token("{jwt:exp=1500000000}"))
    assert (found.severity, found.evidence[-1]) == (Severity.LOW, "it has expired")
    [found] = scan(rules, token("{jwt:exp=99999999999}"))
    assert found.severity == Severity.MEDIUM
    [found] = scan(rules, token("{jwt:name=John Doe,exp=1500000000}"))
    assert "sample" in found.evidence[-1]


@pytest.fixture(scope="module")
def builtin():
    """The built-in rules by id."""
    return {rule.id: rule for rule in cache.load_rules([])}


def scan(rules, text):
    """The matches of some rules in a text."""
    return Matcher(rules, KeywordPrefilter(rules)).scan(text.encode()).matches


def test_json_objects_are_read():
    """A service account's file parses."""
    assert CHECKS["json"](json.dumps({"type": "service_account"}).encode()) is True


@pytest.mark.parametrize("text", [b"aGVsbG8=", b"aGVsbG8", b"-_-_"])
def test_base64_with_or_without_padding(text):
    """Both alphabets are read."""
    assert structure.decode_base64(text) is not None


@pytest.mark.parametrize("text", [b"a", b"aGVs bG8=", b"%%%%"])
def test_what_is_no_base64(text):
    """None, never an error."""
    assert structure.decode_base64(text) is None


def test_basic_credentials():
    """A user and a password that is no document's; both printable."""
    encode = base64.b64encode
    assert structure.basic_auth(encode(b"robot:" + token("{alnum:16}").encode()))
    for own in (b"<{alnum:12}", b"{{{alnum:12}", b"$", b"[{alnum:9}]"):
        assert structure.basic_auth(encode(b"robot:" + token(own.decode() + "{alnum:8}").encode())), own
    for text in (
        b"agent:<secret>",
        b"agent:{{ api_token }}",
        b"agent:${TOKEN}",
        b"agent:[your password]",
        b"admin:123456",
        b"admin:0000",
    ):
        assert not structure.basic_auth(encode(text)), text
    for text in (b"robot:", b":x", b"same:same", b"user:MyPassword1", b"admin:changeme", b"robot:\x01\x02\x03"):
        assert not structure.basic_auth(encode(text)), text


@pytest.mark.parametrize(
    ("claims", "nobody", "anonymous"),
    [
        ("iss=abcd,sub=x9", True, False),
        ("iss=acme,sub=test", True, False),
        ("iss=supabase,role=anon", False, True),
        ("iss=supabase,role=service_role", False, False),
        ("iss=acme,role=anon", False, False),
        ("sub=tester-7", False, False),
    ],
)
def test_claims_that_name_nobody_or_everybody(claims, nobody, anonymous):
    """Words of documents as issuer or subject as a whole, and Supabase's role of visitors; no token has no claims."""
    secret = token("{jwt:" + claims + "}").encode()
    assert structure.names_nobody(secret) is nobody
    assert structure.is_anonymous(secret) is anonymous
    assert not structure.names_nobody(b"eyJh")
    assert not structure.is_anonymous(b"eyJh")


def test_a_macaroon_ends_with_its_signature():
    """Fields that do not lead to the end, or another first field, are no macaroon."""
    whole = token("pypi-{macaroon:pypi.org}").encode()
    assert structure.macaroon(whole)
    assert not structure.macaroon(whole[:-8])
    assert not structure.macaroon(b"pypi-" + base64.b64encode(b"\x01junk"))


def test_roles_of_supabase():
    """The issuer and a role make the token; another issuer does not."""
    assert structure.supabase_role(token("{jwt:iss=supabase,role=anon}").encode())
    assert not structure.supabase_role(token("{jwt:iss=other,role=anon}").encode())
    assert not structure.supabase_role(token("{jwt:iss=supabase}").encode())
