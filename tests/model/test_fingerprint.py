"""Fingerprints: the same for the same secret, however it is written, and different for different ones."""

from __future__ import annotations

import json

import pytest
from helpers.tokens import token
from hypothesis import given
from hypothesis import strategies as st

from keyscan.model.fingerprint import fingerprint, fingerprints, is_fingerprint

HEAD, TAIL = "-----BEGIN " + "PRIVATE KEY-----", "-----END " + "PRIVATE KEY-----"
PEM = "\n".join([HEAD, *(token("{b64:64}", f"line {number}") for number in range(6)), TAIL])


def quoted(text):
    """The lines of a text as strings of source code that are joined."""
    return " +\n".join(f'    "{line}\\n"' for line in text.split("\n"))


@pytest.mark.parametrize(
    "text",
    [
        PEM.replace("\n", "\r\n"),
        PEM.replace("\n", "\r"),
        PEM + "\n",
        "\n".join("    " + line for line in PEM.split("\n")),
        "\n".join("\t'" + line + "'," for line in PEM.split("\n")),
        PEM.replace("\n", "\\n"),
        PEM.replace("\n", "\\r\\n"),
        json.dumps(PEM)[1:-1],
        quoted(PEM)[5:-3],
    ],
)
def test_a_private_key_has_one_fingerprint(text):
    """Line ends, indents, quotes and escapes round the lines of a secret do not count."""
    assert fingerprint("private-key", text.encode(), "salt") == fingerprint("private-key", PEM.encode(), "salt")


def test_the_earlier_form_is_known():
    """A secret whose fingerprint changed has the earlier one too; any other secret has one."""
    written = PEM.replace("\n", "\r\n").encode()
    current, earlier = fingerprints("private-key", written)
    assert current == fingerprint("private-key", PEM.encode())
    assert is_fingerprint(earlier)
    assert len(fingerprints("x", b"abc")) == 1
    # What stands in baselines that were committed: the digest of one line has not changed.
    assert fingerprint("x", b"abc", "") == "x:4e02059fb90d412f8e85"


@given(st.binary(min_size=1), st.binary(min_size=1))
def test_different_secrets_of_one_line_differ(one, other):
    """No two different secrets on one line share a fingerprint."""
    if b"\n" in one + other or b"\r" in one + other or one == other:
        return
    assert fingerprint("r", one) != fingerprint("r", other)
    assert fingerprint("r", one) != fingerprint("s", one)
    assert fingerprint("r", one) != fingerprint("r", one, "salt")
