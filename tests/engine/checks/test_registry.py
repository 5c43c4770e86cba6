"""Structural checks: what a maker makes is proved, what was altered is contradicted, what can't be told is None."""

from __future__ import annotations

import base64
import json
import re

import pytest
from helpers.checked_tokens import ROWS
from helpers.paths import ROOT
from helpers.tokens import token
from hypothesis import given, settings
from hypothesis import strategies as st

from keyscan.engine.checks.registry import CHECKS, verdict
from keyscan.engine.matcher import Matcher
from keyscan.engine.prefilter.keywords import KeywordPrefilter
from keyscan.model.rule import Severity
from keyscan.ruleset import cache

MADE = [
    ("base64-json", "ops_{json64:email=****,key=****}"),
    ("base64-json", "glc_{json64:o=1,n=****}"),
    ("base64-json", "sntrys_{json64:iat=1,org=acme}_{b64:43}"),
    ("basic-auth", "{base64:robot:********}"),
    ("bedrock", "ABSK{base64:BedrockAPIKey-****-at-123412341234:************}"),
    ("cask", "{cask:AZDO}"),
    ("crc32-base62-maybe", "ghs_{alnum:30}{crc32-base62:ghs_}"),
    ("discord", "{discord-id}.{b64url:6}.{b64url:38}"),
    ("jwt", "{jwt}"),
    ("macaroon", "pypi-{macaroon:pypi.org}"),
    ("macaroon", "pypi-{macaroon:test.pypi.org}"),
    ("nkey", "{nkey:U}"),
    ("nkey", "{nkey:A}"),
    ("pem", "{pem:RSA PRIVATE KEY}"),
    ("pem", "{pem:OPENSSH PRIVATE KEY}"),
    ("supabase-role", "{jwt:iss=supabase,role=anon}"),
]
seeds = st.integers(0, 10**9).map(str)


@pytest.mark.parametrize(
    ("check", "secret"),
    [
        ("crc32-base62", "ghp_" + "a" * 36),
        ("crc32-hex", "cfut_" + "a" * 48),
        ("crc32-hex-little", "glsa_" + "a" * 32 + "_00000000"),
        ("gitlab-routable", "glpat-" + "a" * 30 + ".01.0u0000000"),
        ("github-fine-grained", "github_pat_" + "A" * 22 + "_" + "a" * 59),
        ("age", "AGE-SECRET-KEY-1" + "Q" * 58),
        ("age", "AGE-SECRET-KEY-1" + "B" * 58),
        ("aws-key-id", "AKIA" + "0" * 16),
        ("aws-key-id", "AKIA" + "7" * 16),
        ("base64-json", "ops_eyJ" + "a" * 40),
        ("base64-json", "ops_" + "a" * 40),
        ("basic-auth", base64.b64encode(b"user:password").decode()),
        ("basic-auth", base64.b64encode(b"guest:guest").decode()),
        ("basic-auth", base64.b64encode(b"no colon here").decode()),
        ("basic-auth", base64.b64encode(b"a:\xff\x00").decode()),
        ("bedrock", "ABSK" + "a" * 40),
        ("discord", "MTIz.abcdef." + "a" * 30),
        ("json", "{"),
        ("json", "[1]"),
        ("jwt", "eyJhIjoxfQ.eyJhIjoxfQ.x"),
        ("jwt", "eyJ.eyJ.x"),
        ("jwt", "eyJ" + "a" * 20),
        ("macaroon", "pypi-AgEIcHlwaS5vcmc" + "x" * 80),
        ("macaroon", "pypi-"),
        ("nkey", "SU" + "A" * 56),
        ("nkey", "SU"),
        ("pem", "-----BEGIN PRIVATE KEY-----\n" + "A" * 64 + "\n-----END PRIVATE KEY-----"),
        ("pem", "-----BEGIN PRIVATE KEY-----\n...\n-----END PRIVATE KEY-----"),
        ("supabase-role", "eyJhIjoxfQ.eyJhIjoxfQ.x"),
    ],
)
def test_a_sample_is_contradicted(check, secret):
    """A placeholder in the right shape gets False."""
    assert CHECKS[check](secret.encode()) is False


@pytest.mark.parametrize(("check", "template"), MADE + [(check, template) for check, template, _ in ROWS])
@settings(max_examples=15, deadline=None)
@given(seed=seeds)
def test_what_is_made_is_proved(check, template, seed):
    """Every maker's token passes its check, whatever the seed."""
    assert CHECKS[check](token(template, seed).encode()) is True


@pytest.mark.parametrize("check", list(CHECKS))
@settings(max_examples=60, deadline=None)
@given(secret=st.binary(max_size=200))
def test_no_bytes_make_a_check_fail(check, secret):
    """Whatever a hostile file holds, a check answers."""
    assert CHECKS[check](secret) in {True, False, None}


def test_a_contradiction_wins():
    """One check that contradicts outweighs one that proves."""
    text = token("{jwt:role=user}").encode()
    assert verdict(("jwt",), text) is True
    assert verdict(("jwt", "supabase-role"), text) is False
    assert verdict((), text) is None


@pytest.fixture(scope="module")
def builtin():
    """The built-in rules by id."""
    return {rule.id: rule for rule in cache.load_rules([])}


def scan(rules, text):
    """The matches of some rules in a text."""
    return Matcher(rules, KeywordPrefilter(rules)).scan(text.encode()).matches


def test_every_rule_that_names_a_check_proves_its_template(builtin):
    """A rule's own template is never contradicted by the rule's own checks."""
    for rule in builtin.values():
        for seed in range(20) if rule.checks and rule.template else ():
            made = token(rule.template, f"{rule.id}/{seed}").encode()
            assert verdict(rule.checks, made) is not False, rule.id


PAIRS = [
    ("aws-access-key", "aws_access_key_id = AKIA{aws-id}\naws_secret_access_key = {b64:37}aB3\n"),
    ("aws-access-key", "AKIA{aws-id},{b64:37}aB3\n"),
    ("alibaba-access-key", 'Client("LTAI{alnum:20}", "{alnum:27}aB3")'),
    ("tencent-secret-id", "SECRET_ID=AKID{alnum:32}\nSECRET_KEY={alnum:29}aB3\n"),
    ("volcengine-access-key", "ak: AKLT{alnum:46}\nsk: {b64:58}==\n"),
    ("twilio-auth-token", "TWILIO_ACCOUNT_SID=AC{hex:32}\nTWILIO_AUTH_TOKEN={hex:32}\n"),
    ("azure-storage-key", "AccountName=acme;AccountKey={b64:86}==;"),
    ("gcp-service-account", '"private_key": "{pem:PRIVATE KEY}", "client_email": "robot@b-1.iam.gserviceaccount.com"'),
    ("razorpay-key", "key=rzp_live_{alnum:14}\nkey_secret={alnum:24}\n"),
    ("scaleway-access-key", "SCW_ACCESS_KEY=SCW{uppernum:17}\nSCW_SECRET_KEY={uuid}\n"),
    ("woocommerce-consumer-secret", "ck_{hex:40}\ncs_{hex:40}\n"),
]


@pytest.mark.parametrize(("rule_id", "template"), PAIRS)
def test_a_pair_is_one_finding_with_both_places(builtin, rule_id, template):
    """The second half is told with the first and not once more, whichever rules would have found it alone."""
    text = token(template, rule_id)
    found = scan(list(builtin.values()), text)
    paired = [match for match in found if match.rule.id == rule_id]
    assert len(paired) == 1
    assert paired[0].companion is not None
    half = paired[0].companion
    inside = [m for m in found if m.secret_start < half.end and half.start < m.secret_end]
    assert inside == []
    assert paired[0].severity == Severity.CRITICAL


def test_half_a_pair_is_less(builtin):
    """A key id with no secret near is medium at most."""
    for rule_id in ("aws-access-key", "alibaba-access-key", "tencent-secret-id", "volcengine-access-key"):
        rule = builtin[rule_id]
        found = scan([rule], token(rule.template, rule_id))
        assert [match.severity for match in found] == [Severity.MEDIUM], rule_id


def test_public_and_test_keys_do_not_count(builtin):
    """Keys made for web pages are informational, those of test modes low, and each says so."""
    for rule in builtin.values():
        if rule.public:
            assert rule.severity == Severity.INFO, rule.id
        if rule.test:
            assert rule.severity <= Severity.LOW, rule.id
        if re.search(r"(?i)publishable|\bpublic\b|anon", rule.name):
            assert rule.severity <= Severity.LOW or not rule.public, rule.id


def test_every_check_is_described():
    """The rule format's page has a row for every check, and no other."""
    page = (ROOT / "docs" / "rule-format.md").read_text(encoding="utf-8")
    table = page.partition("| Check |")[2].partition("##")[0]
    assert set(re.findall(r"(?m)^\| `([^`]+)`", table)) == set(CHECKS)


def _segment(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _web_token(head, payload, signature_bytes):
    """A JSON Web Token with these JSON texts and a signature of zero or more bytes."""
    return f"{_segment(head)}.{_segment(payload)}.{token(f'{{b64url:{-(-signature_bytes * 4 // 3)}}}')}"


@pytest.mark.parametrize(
    ("algorithm", "size"),
    [
        ("HS256", 32),
        ("HS512", 64),
        ("RS256", 256),
        ("RS512", 512),
        ("PS512", 1024),
        ("ES256", 64),
        ("EdDSA", 64),
        ("none", 0),
    ],
)
def test_web_tokens_of_every_algorithm_are_found(algorithm, size):
    """A JSON Web Token is one whatever signs it, and without a signature if its header says none."""
    rules = cache.load_rules()
    head = json.dumps({"alg": algorithm, "typ": "JWT"}).encode()
    text = _web_token(head, b'{"sub":"user-7","iat":1700000000}', size).encode()
    found = [
        match
        for match in Matcher(rules, KeywordPrefilter(rules)).scan(text).matches
        if match.severity >= Severity.MEDIUM
    ]
    assert [(match.rule.id, match.secret) for match in found] == [("jwt", text)]


def test_a_web_token_may_hold_blanks_in_its_json():
    """Serializers that indent give other first characters than `eyJ`."""
    text = _web_token(b'{\n "alg": "HS256"\n}', b'{ "sub": "user-7" }', 32).encode()
    assert CHECKS["jwt"](text) is True
    assert not text.startswith(b"eyJ")


def test_a_signed_token_without_its_signature_is_none():
    """What was cut off behind the second dot proves nothing."""
    assert CHECKS["jwt"](_web_token(b'{"alg":"HS256"}', b'{"sub":"user-7"}', 0).encode()) is False


@pytest.mark.parametrize("head", [b'{"alg":"dir","enc":"A256GCM"}', b'{"alg":"RSA-OAEP-256","enc":"A128CBC-HS256"}'])
def test_encrypted_tokens_are_found(head):
    """An encrypted token is a session for whoever sends it."""
    rules = cache.load_rules()
    key = "" if b"dir" in head else token("{b64url:342}")
    text = ".".join([_segment(head), key, *(token(f"{{b64url:{size}}}") for size in (16, 160, 22))]).encode()
    found = Matcher(rules, KeywordPrefilter(rules)).scan(text).matches
    assert [(match.rule.id, match.severity) for match in found] == [("jwe", Severity.MEDIUM)]


def test_a_service_role_is_one_whoever_issues_it():
    """Who hosts Supabase names the issuer; the issuer of the published local keys proves a sample."""
    assert CHECKS["supabase-role"](token("{jwt:iss=acme,role=service_role}").encode()) is True
    assert CHECKS["supabase-role"](token("{jwt:iss=acme,role=anon}").encode()) is False
    assert CHECKS["supabase-role"](token("{jwt:iss=supabase-demo,role=service_role}").encode()) is False


@pytest.mark.parametrize(("text", "expected"), [("this must have four", False), ("kqtz wbxn mfrd jhgv", None)])
def test_letters_in_groups_are_told_from_words(text, expected):
    """Four words of four letters are no app password."""
    assert CHECKS["unspelt"](text.encode()) is expected
    assert CHECKS["unspelt"](text.replace(" ", "\u00a0").encode()) is expected
