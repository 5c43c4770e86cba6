"""What the name and the value of a finding say by themselves."""

from __future__ import annotations

import pytest
from helpers.tokens import token

from keyscan.engine.filters.name_and_value import name_and_value
from keyscan.engine.filters.secret_names import kind_of


@pytest.mark.parametrize(
    ("name", "template", "facts"),
    [
        (b"api_key", "{alnum:40}", ["name-secret", "value-long-random"]),
        (b"password", "GreenRiver!2026", ["name-password", "value-human"]),
        (b"api_key", "GreenRiver!2026", ["name-secret", "value-human", "value-chosen"]),
        (b"jwt_secret", "GreenRiver!2026", ["name-secret", "value-human"]),
        (b"api_key", "gAAAAAB{b64url:90}", ["name-secret", "value-long-random", "value-encrypted"]),
        (b"key", "_outputs__chunker__1862a8fc1629f85fe6", ["name-weak", "value-long-random", "value-worded"]),
        (b"speech_key", "service_{alnum:32}", ["name-vendor-key", "value-long-random"]),
        (b"user_key", "{hex:24}", ["name-vendor-key", "value-random", "value-uuid", "value-uuid"]),
        (b"app_secret", "{alnum:29}XXX", ["name-secret", "value-long-random", "value-masked"]),
        (b"APPBUILDER_TOKEN", "bce-v3/ALTAK-xxx90ea58", ["name-secret", "value-random", "value-masked"]),
        (b"expectedRootKey", "{hex:48}", ["name-secret", "value-long-random", "name-expected"]),
        (b"expected_answer_token", "{alnum:40}", ["name-secret", "value-long-random", "name-expected"]),
        (b"wantedlyToken", "{alnum:40}", ["name-secret", "value-long-random"]),
        (b"hook_secret", "Hn4kTq9zWb{alnum:9}Hn4kTq9zWb", ["name-secret", "value-random", "value-echoed"]),
        (b"key", "{hex:32}", ["name-weak", "value-long-random", "value-hash"]),
    ],
)
def test_what_name_and_value_say(name, template, facts):
    """The kind of name first, then the shape of the value, then what the two say together."""
    assert name_and_value(name, kind_of(name), token(template).encode()) == facts
