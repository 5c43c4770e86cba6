"""What makes a match not worth a report: words, runs, published samples, too little chance."""

from __future__ import annotations

import pytest
from helpers.matches import match
from helpers.tokens import token
from hypothesis import given
from hypothesis import strategies as st

from keyscan.api import load_rules, scan_text
from keyscan.engine.filters import placeholders
from keyscan.engine.filters.context import NO_CONTEXT
from keyscan.engine.filters.explained import explain


def found(secret: str, **rule):
    """A match that is all of its text."""
    return match(secret.encode(), secret.encode(), **rule)


@pytest.mark.parametrize("body", ["your-api-key-here-please", "example_example_example", "replace-me-with-your-token"])
def test_words_explain_a_placeholder(body):
    """Words that examples are made of."""
    assert placeholders.placeholder(found("acme_" + body, prefix="acme_"), NO_CONTEXT) == "placeholder"


@pytest.mark.parametrize("body", ["abcdefghijklmnopqrstuvwxyz", "0123456789" * 3, "x1x1x1x1x1x1x1x1x1x1"])
def test_runs_explain_a_repetition(body):
    """The alphabet, digits in order, and units again and again."""
    assert placeholders.placeholder(found("acme_" + body, prefix="acme_"), NO_CONTEXT) in {"repetition", "placeholder"}


@pytest.mark.parametrize("body", ["AbC123dEf456GhI789jKl012MnO345", "AbC~dEf1GhI2jKl3MnO4pQr5StU6vWx7YzA8bcD9efG0"])
def test_the_alphabet_is_no_secret_whatever_stands_between_its_letters(body):
    """Digits and signs between letters in order, in any case, and on from Z to A; in a vendor's format it is told."""
    assert placeholders.placeholder(found(body, filters="generic"), NO_CONTEXT) == "placeholder"
    named = found("acme_" + body, prefix="acme_")
    assert placeholders.placeholder(named, NO_CONTEXT) is None
    assert placeholders.is_in_order(named)


@pytest.mark.parametrize("body", ["aB3dE7gH9jK1mN4pQ6sT", "bDf1hJl2nPr3tVx4zBd"])
def test_letters_that_climb_by_small_steps_were_made_up(body):
    """Nobody draws letters by lot of which each is one of the next three."""
    assert placeholders.is_in_order(found("acme_" + body, prefix="acme_"))


@pytest.mark.parametrize(
    ("password", "kept"),
    [("{alnum:16}4x", True), ("word-of-mouth", False), ("/run/secrets/netrc", False), ("my_password", False)],
)
def test_passwords_of_netrc_are_no_words_or_paths(password, kept):
    """Manuals write words where a password belongs."""
    secret = token(password)
    one = found(secret, id="netrc-password")
    assert (placeholders.plain_netrc_word(one, NO_CONTEXT) is None) == kept


@pytest.mark.parametrize("seed", range(20))
def test_random_values_are_kept(seed):
    """Neither words nor runs explain chance."""
    secret = token("acme_{alnum:32}", str(seed))
    one = found(secret, prefix="acme_", min_entropy=3.0)
    for judge in (
        placeholders.placeholder,
        placeholders.published,
        placeholders.low_entropy,
        placeholders.few_characters,
    ):
        assert judge(one, NO_CONTEXT) is None


def test_published_samples():
    """What vendors' documents print is no secret."""
    sample = "AKIA" + "IOSFODNN7" + "EXAMPLE"
    assert placeholders.published(found(sample), NO_CONTEXT) == "published sample"


def test_too_little_chance():
    """The prefix does not count for entropy, and few characters are few for the length."""
    assert (
        placeholders.low_entropy(found("acme_aabbaabbaabb", prefix="acme_", min_entropy=3.0), NO_CONTEXT)
        == "low entropy"
    )
    assert placeholders.few_characters(found("acme_ababababababab", prefix="acme_"), NO_CONTEXT) == "few characters"


@given(st.binary(max_size=100))
def test_shares_are_shares(body):
    """Whatever the bytes, the explanation is within bounds."""
    words, runs, share = explain(body)
    assert words >= 0
    assert runs >= 0
    assert 0 <= share <= 1


@pytest.mark.parametrize("password", ["s3cr3t_p4ss", "hunter2hunter2", "hunter2pass", "s3cret-Pa55"])
def test_words_with_digits_for_letters_in_an_address(password):
    """Documents and tests of redaction write such passwords into addresses; elsewhere they are weak passwords."""
    address = found(password, provider="Connection string", filters="provider")
    assert placeholders.placeholder(address, NO_CONTEXT) == "placeholder"


@pytest.mark.parametrize("seed", range(50))
def test_random_passwords_in_an_address_are_kept(seed):
    """No random password is words with digits for letters."""
    address = found(token("{alnum:12}", str(seed)), provider="Connection string", filters="provider")
    assert placeholders.placeholder(address, NO_CONTEXT) is None


@pytest.mark.parametrize("size", [32, 40, 64])
@pytest.mark.parametrize("field", ["hashed_secret", "sha256", "commit_id", "checksum"])
def test_a_hash_beside_a_provider_s_name_is_no_key(size, field):
    """A baseline of another scanner names the kind of each secret and its hash, for every provider."""
    contexts = sorted({word for rule in load_rules() for word in rule.context})
    digits = token(f"{{hex:{size}}}")
    entries = [f'{{"type": "{word}",\n "{field}": "{digits}"}}' for word in contexts]
    assert scan_text(f"[{','.join(entries)}]", "other.baseline").findings == ()
    assert scan_text(f'{{"type": "GitHub token",\n "value": "{token("{hex:40}")}"}}', "a.json").findings


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("_ZN2at4_ops16special_bessel_y0_outcallERKNS_6TensorERS2_abcdefghijKLMNOPq0123456789", 0),
        ("special_bessel_y0_out_outES7_S9_S6_EEEES6_NS_4guts8typelist8typelistIJS7_S9aEEEE", 0),
        ("NS_6TensorERKS1_S2_" + "x" * 130 + "_y0_AgAAAA{b64url:49}a", 0),
        ("x" * 230 + "_y0_AgAAAA{b64url:49}a", 1),
        ("YC_TOKEN=y0_AgAAAA{b64url:49}a", 1),
        ("my_y0_AgAAAA{b64url:49}a", 1),
    ],
)
def test_names_of_compiled_code_hold_no_tokens(text, kept):
    """What stands in a mangled name is a part of it; however long another word in front is, a token is told."""
    assert len(scan_text(token(text), "lib.so").findings) == kept
