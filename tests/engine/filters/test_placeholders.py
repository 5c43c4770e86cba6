"""What a name, a value and a place say, each alone: first what speaks against a secret, then what for one."""

import pytest
from helpers.tokens import token
from hypothesis import given
from hypothesis import strategies as st

from keyscan.engine.filters import value_shape as literals
from keyscan.engine.filters.secret_names import Kind, kind_of
from keyscan.engine.filters.spelling import surprise
from keyscan.engine.filters.value_shape import SPELT, Shape, shape_of

ABOUT = (
    "password_field tokenType SECRET_NAME api_key_header passwordHash next_token csrfToken publicKey primary_key "
    "keyword image_token crew_key task_key captcha_token theme_token idempotency_key prompt_tokens ice-pwd"
)
HOLDS = {
    Kind.PASSWORD: "password DB_PASSWORD dbPassword userPwd MYSQL_ROOT_PASS password_1 PASSWORD_PROD rootpassword",
    Kind.SECRET: "token api_key apiKey CLIENT_SECRET x-api-key authToken secret_key_base APIKEY github.token",
    Kind.VENDOR: "azure_search_key SPEECH_KEY webhookKey",
    Kind.WEAK: "key cookie salt my_key",
}


@pytest.mark.parametrize("name", ABOUT.split())
def test_names_about_secrets_hold_none(name):
    """What follows the telling word decides."""
    assert kind_of(name.encode()) == Kind.NONE


@pytest.mark.parametrize(("kind", "name"), [(kind, name) for kind, names in HOLDS.items() for name in names.split()])
def test_names_of_secrets_in_every_style(kind, name):
    """Snake, camel, kebab, dotted, upper; numbers and stages at the end change nothing."""
    assert kind_of(name.encode()) == kind


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
        ("path", "/run/secrets/db"),
        ("path", "https://example.org/token"),
        ("path", "certs/server-1.pem"),
        ("path", "application/json"),
        ("number", "86400"),
        ("number", "2024-01-31"),
        ("number", "v1.2.3"),
        ("hash", "$2b$12$abcdefghijklmnopqrstuv"),
        ("hash", "sha256:0011"),
        ("sample", "123e4567-e89b-12d3-a456-426614174000"),
        ("code", "get_token()"),
        ("code", "settings.token"),
        ("code", "tokens[0]"),
        ("code", "a==b"),
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
    "value", ["!Kq83fjwZp", "#9fKq2!mm", "$aB3-x9Qz", "aB3(x9Qzk", "aB3x9Qzk)", "/kJ8sQ2+xZ/pLw9/e7Qz"]
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


@given(st.binary(max_size=80))
def test_any_bytes_have_a_shape(value):
    """Nothing that stands in a file breaks the judges."""
    assert literals.reason(value) is None or value
    assert shape_of(value) in Shape
    assert surprise(value) >= 0
    assert kind_of(value) in Kind
