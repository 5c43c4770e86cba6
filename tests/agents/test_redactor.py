"""Texts and JSON values lose their secrets and nothing else."""

from __future__ import annotations

import json

import pytest
from helpers.agent_events import key
from helpers.tokens import token
from hypothesis import given, settings
from hypothesis import strategies as st

from keyscan.agents.detector import Detector
from keyscan.agents.redactor import TOKEN, Redactor, strings
from keyscan.errors import IncompleteError
from keyscan.model.rule import Severity

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=15,
)


def password():
    """A password that only its name gives away."""
    return token("{upper:2}{digits:3}$#{lower:4}{upper:3}{digits:2}", "password")


def test_a_secret_becomes_its_token_and_the_rest_stays():
    """Each secret is replaced by a token that names its rule, the same for the same secret."""
    first, second = key("a"), key("b")
    made = Redactor().redact(f"A={first}\nB={second} again {first}\n")
    tokens = TOKEN.findall(made.text)
    assert first not in made.text
    assert second not in made.text
    assert tokens[0] == tokens[2] != tokens[1]
    assert made.text == f"A={tokens[0]}\nB={tokens[1]} again {tokens[0]}\n"
    assert made.count == 2


def test_a_text_without_secrets_is_the_same_object():
    """Nothing is copied or changed where nothing was found."""
    text = "nothing to see, not even ${OPENAI_API_KEY} or your-api-key-here"
    assert Redactor().redact(text).text is text


def test_a_value_is_replaced_where_its_name_is_not():
    """A password that its name gave away is replaced in the rest of the text too."""
    secret = password()
    made = Redactor().redact(f'password = "{secret}"\nlogin with {secret} failed\n')
    assert secret not in made.text
    assert len(TOKEN.findall(made.text)) == 2


def test_json_keeps_its_shape():
    """Strings at any depth and keys are redacted; numbers, booleans, null and the order stay."""
    secret = key()
    value = {"a": [1, True, None, {"text": f"x {secret}"}], secret: "b", "n": 1.5}
    made = Redactor().redact_value(value).value
    assert secret not in json.dumps(made)
    assert list(made)[0::2] == ["a", "n"]
    assert made["a"][:3] == [1, True, None]
    assert TOKEN.fullmatch(list(made)[1])


def test_a_key_of_json_is_the_name_of_its_value():
    """A value that only its key gives away is found, and replaced in the other strings too."""
    secret = password()
    made = Redactor().redact_value({"password": secret, "log": [f"tried {secret}"]}).value
    assert secret not in json.dumps(made)


@given(JSON)
@settings(max_examples=60, deadline=None)
def test_json_without_secrets_is_unchanged(value):
    """What holds no secret comes back equal."""
    made = Redactor(_DETECTOR).redact_value(value)
    assert made.secrets or made.value == value


_DETECTOR = Detector()


def test_text_with_lone_surrogates_survives():
    """JSON may hold half a surrogate pair: it is neither an error nor changed."""
    secret = key()
    made = Redactor().redact(f"\ud800 {secret} \udfff").text
    assert made.startswith("\ud800 ")
    assert made.endswith(" \udfff")
    assert secret not in made


def test_nesting_is_bounded():
    """JSON nested too deeply is refused with an error of ours."""
    value: object = "x"
    for _ in range(500):
        value = [value]
    with pytest.raises(IncompleteError, match="nested"):
        Redactor().redact_value(value)
    with pytest.raises(IncompleteError, match="nested"):
        list(strings(value))


def test_only_what_counts_is_replaced():
    """Findings below the minimum severity stay."""
    secret = password()
    text = f'password = "{secret}"'
    assert Redactor.default(min_severity=Severity.CRITICAL).redact(text).text == text


def test_both_halves_of_a_pair_are_replaced():
    """An access key id and the secret key beside it get tokens of their own."""
    access, secret = token("AKIA{base32:16}", "pair"), token("{b64:40}", "pair")
    text = f"aws_access_key_id = {access}\naws_secret_access_key = {secret}\n"
    made = Redactor().redact(text).text
    assert access not in made
    assert secret not in made
    assert len(set(TOKEN.findall(made))) == 2


def test_large_texts_are_redacted_in_pieces():
    """A text of many megabytes is redacted as a whole one, secrets at the seams included."""
    secret = key()
    line = "some log line of no interest at all\n"
    size = 8 * 1024 * 1024
    filler = line * (size // len(line))
    text = f"{filler}{secret}\n{filler[: size // 2]}{secret}\n"
    made = Redactor().redact(text)
    assert secret not in made.text
    assert made.text.count("some log line") == text.count("some log line")


def test_plaintext_is_in_no_representation():
    """Neither the redaction nor its secrets show the plaintext when they are printed."""
    secret = key()
    made = Redactor().redact(f"A={secret}")
    assert secret not in repr(made)
    assert secret not in repr(made.secrets)


def test_a_word_is_not_replaced_where_it_is_no_secret():
    """What only its name made a secret, and is written like a word, is replaced there and nowhere else."""
    word = "bge-reranker-v2-m3x9-7q"
    made = Redactor().redact(f'token = "{word}"\nmodel: {word}\n').text
    assert made.endswith(f"model: {word}\n")


class TestOneName:
    """Two rules that match one key: the surest one names it, everywhere."""

    # Found by its own shape, and as a generic secret where its shape is cut off from what it needs.
    RULES = """
[[rules]]
id = "sure-key"
name = "Sure key"
severity = "high"
precision = "very-high"
pattern = "sure: (?P<secret>QX[a-z0-9]{20})"

[[rules]]
id = "doubtful-key"
name = "Doubtful key"
severity = "high"
precision = "low"
pattern = "doubt: (?P<secret>QX[a-z0-9]{20})"
"""

    @pytest.fixture
    def made(self, tmp_path):
        """A redactor with both rules."""
        file = tmp_path / "rules.toml"
        file.write_text(self.RULES)
        return Redactor.default(rules=[file])

    def test_in_a_text(self, made):
        """Whichever of the places comes first; it counts as one secret."""
        value = "QX" + token("{alnum:20}", "one").lower()
        for text in (f"doubt: {value}\nsure: {value}\n", f"sure: {value}\ndoubt: {value}\n"):
            found = made.redact(text)
            tokens = set(TOKEN.findall(found.text))
            assert len(tokens) == 1
            assert "sure-key" in tokens.pop()
            assert found.count == 1

    def test_in_a_value(self, made):
        """Over the strings of a JSON value, keys and later strings included."""
        value = "QX" + token("{alnum:20}", "two").lower()
        found = made.redact_value({"a": f"doubt: {value}", "b": [f"sure: {value}", f"again {value}"]})
        tokens = set(TOKEN.findall(str(found.value)))
        assert len(tokens) == 1
        assert "sure-key" in tokens.pop()
        assert (found.count, value in str(found.value)) == (1, False)

    def test_in_a_stream_and_between_texts(self, made):
        """What was shown stays as it was; the digits are those of the secret in every text."""
        value = "QX" + token("{alnum:20}", "three").lower()
        stream = made.stream(line_buffered=True)
        shown = stream.feed(f"doubt: {value}\n".encode()) + stream.feed(f"sure: {value}\n".encode()) + stream.close()
        (first, second) = TOKEN.findall(shown.decode())
        assert first == second
        alone = [TOKEN.findall(made.redact(f"{word}: {value}\n").text)[0] for word in ("doubt", "sure")]
        assert len({one.rpartition(":")[2] for one in alone}) == 1
        assert first == alone[0]
