"""What a value looks like, alone."""

from __future__ import annotations

import pytest
from helpers.tokens import token
from hypothesis import given
from hypothesis import strategies as st

from keyscan.engine.filters import value_shape as literals
from keyscan.engine.filters.secret_names import Kind, kind_of
from keyscan.engine.filters.spelling import surprise
from keyscan.engine.filters.value_shape import SPELT, Shape, shape_of


@pytest.mark.parametrize(
    ("reason", "value"),
    [
        ("reference", "${DB_PASSWORD}"),
        ("reference", "{{ password }}"),
        ("reference", "%(password)s"),
        ("reference", "vault:secret/app#key"),
        ("reference", "process.env.TOKEN"),
        ("reference", "<your-token>"),
        ("reference", "--password"),
        ("reference", "-Xmx512m"),
        ("reference", "-DskipTests=true"),
        ("code", "user?.passwordHint2"),
        ("code", "grant_type=client_credentials1"),
        ("reference", "eyJhbGciOiJSUzI1...truncated"),
        ("path", "/run/secrets/db"),
        ("path", "https://example.org/token"),
        ("path", "certs/server-1.pem"),
        ("path", "application/json"),
        ("number", "86400"),
        ("number", "2024-01-31"),
        ("number", "v1.2.3"),
        ("hash", "$2b$12$abcdefghijklmnopqrstuv"),
        ("hash", "sha256:0011"),
        ("hash", "grub.pbkdf2.sha512.10000.5520C6C9"),
        ("sample", "123e4567-e89b-12d3-a456-426614174000"),
        ("code", "get_token()"),
        ("code", "settings.token"),
        ("code", "torch2Tensor.fromArray2D"),
        ("code", "tokens[0]"),
        ("code", "a==b"),
        ("code", "datasets(first:10)"),
        ("code", "quantile(probability:0.99)"),
        ("code", "var(--halcyon-mono)"),
        ("code", "hsl(var(--chart-1))"),
        ("reference", "?playerOnly=1"),
        ("code", "Optional[str]"),
        ("code", "meta.steps[]"),
        ("image or pattern", "[a-zA-Z0-9]+"),
        ("image or pattern", "key-[^a-z_]+-1"),
        ("reference", "#NeedToModify#"),
        ("reference", "__API_KEY__"),
        ("reference", "@@db_token@@"),
        ("reference", "@host:6379/0."),
        ("image or pattern", "acme/proxy@sha256:" + "c4628019" * 8),
        ("public id", "GHSA-gq3j-xvxp-8hrf"),
        ("public id", "sdk-Tq7XmP2kVz9Rw"),
        ("prose", "1000\u4e2aToken\u3002"),
    ],
)
def test_values_that_are_no_literal_secret(reason, value):
    """References, paths, numbers, hashes and code, each by its reason."""
    assert literals.reason(value.encode()) == reason


@pytest.mark.parametrize(
    "value", ["password", "accessToken", "my-secret-name", "TOKEN_V2", "cGFzc3dvcmQ=", "aaaaaaaa", "abc"]
)
def test_words_and_what_encodes_them_are_words(value):
    """Identifiers, constants, repeated characters, and base64 of a word."""
    assert shape_of(value.encode()) <= Shape.WORD


@pytest.mark.parametrize(
    "value",
    [
        "!Kq83fjwZp",
        "#9fKq2!mm",
        "$aB3-x9Qz",
        "aB3(x9Qzk",
        "aB3x9Qzk)",
        "/kJ8sQ2+xZ/pLw9/e7Qz",
        "#9fKq2mm#",
        "aB[x-9]Qzk",
        "Is=V30_RwEf6cG5m",
        "8QuXidkBgai#%D",
        "lujJvI??xBD+skr0",
        "zv=.t==3R1AxU0",
        "q7Kf!wZb2->Rm",
        "-q7KfzwZb2xRm9LpTe4",
        "_q7KfzwZb2xRm9LpTe4",
        "zAwRTmSHb.n9_32C",
        "f90n6oU.qRd505YQ3tlvecyr",
    ],
)
def test_punctuation_alone_makes_no_reference(value):
    """Passwords begin and end with anything."""
    assert literals.reason(value.encode()) is None


@given(st.integers())
def test_random_text_of_some_length_is_told_from_words(seed):
    """Sixteen letters and digits are spelt like no word."""
    value = token("{alnum:16}", str(seed)).encode()
    assert surprise(value) > SPELT - 1
    assert literals.reason(value) in {None, "number"}


def test_digits_in_four_places_are_no_name():
    """A value of letters that happen to be spelt like words is none with digits all over it; names have fewer."""
    assert shape_of(b"TJJF2gni55iGUMSseNd8AFTlaIOV4Jax") > Shape.WORD
    assert shape_of(b"convertInt8ToFloat16Tensor2dBlock") == Shape.WORD


@given(st.binary(max_size=80))
def test_any_bytes_have_a_shape(value):
    """Nothing that stands in a file breaks the judges."""
    assert literals.reason(value) is None or value
    assert shape_of(value) in Shape
    assert surprise(value) >= 0
    assert kind_of(value) in Kind


@pytest.mark.parametrize(
    ("value", "slug"),
    [(b"gpt-4o", True), (b"bge-m3", True), (b"text_embedding_3_large", True), (b"word", False), (b"My-Name", False)],
)
def test_slugs(value, slug):
    """Readable parts joined by signs, in one case."""
    assert literals.is_slug(value) is slug
    assert not literals.is_slug(token("{lowernum:8}-{lowernum:12}").encode())


def test_base64_of_text():
    """Only what decodes to printable text of some length does."""
    assert literals.decoded(b"cGFzc3dvcmQ=") == b"password"
    assert literals.decoded(b"cGFz") is None
    assert literals.decoded(b"cGFzc3dvcmQ") is None
    assert literals.decoded(b"/+/+/+/+") is None


def test_uuids():
    """With and without braces."""
    assert literals.is_uuid(b"7f3c1e9a-52b4-4d7e-9a10-3c5b8e2f6d41")
    assert literals.is_uuid(b"{7F3C1E9A-52B4-4D7E-9A10-3C5B8E2F6D41}")
    assert not literals.is_uuid(b"7f3c1e9a52b44d7e9a103c5b8e2f6d41")


@pytest.mark.parametrize(
    ("value", "dated"),
    [
        ("QA-RUN-fd3443419b3f-1786046081", True),
        ("run_1786046081123", False),
        ("job-a1-1786046081123", True),
        ("gpt-4o-mini-2024-07-18", True),
        ("claude-3-5-sonnet-20241022-v2:0", True),
        ("a1b2c3-d4e5f6-20241322", False),
    ],
)
def test_a_label_with_a_time_at_its_end(value, dated):
    """Runs and jobs are called by a label and the seconds or milliseconds since 1970; one part alone is no label."""
    assert literals.is_dated(value.encode()) is dated


def test_a_point_on_a_curve_is_public():
    """The key that browsers ask a server for has 65 bytes and begins with 4; its private half has 32."""
    assert literals.reason(token("B{b64url:86}").encode()) == "public id"
    assert literals.reason(token("B{b64url:42}").encode()) is None


@pytest.mark.parametrize("seed", range(50))
def test_random_values_are_no_code_prose_or_label(seed):
    """What is added against templates and types drops no random value."""
    value = token("{alnum:3}{b64url:40}", str(seed)).encode()
    assert literals.reason(value) is None
    assert not literals.is_dated(value)
