"""Texts with keys in them, and versions of these that are made by deltas."""

from __future__ import annotations

import random
from itertools import pairwise

from helpers.packs import delta_of
from helpers.tokens import token
from hypothesis import strategies as st

# Each is a secret that counts, as pieces that edits may separate, with what it needs round itself.
PEM = [token("{b64:64}", f"pem {line}") + "\n" for line in range(12)]


SECRETS = {
    "github": [
        "token = '",
        token("ghp_{alnum:30}{crc32-base62:ghp_}", "a")[:20],
        token("ghp_{alnum:30}{crc32-base62:ghp_}", "a")[20:],
        "'\n",
    ],
    "named": ["MISTRAL", "_API_KEY", ": ", "\n  ", token("{alnum:16}", "m"), token("{alnum:16}", "n"), "\n"],
    "anthropic": ["key=", "sk-ant-", "api03-", token("{b64url:60}", "x"), token("{b64url:33}AA", "y"), "\n"],
    "pem": ["-----BEGIN RSA ", "PRIVATE KEY-----\n", "MIIE" + PEM[0][4:], *PEM[1:], "-----END RSA PRIVATE KEY-----\n"],
    "pair": [
        "aws_access_key_id = ",
        token("AKIA{base32:16}", "k"),
        "\n",
        "aws_secret_access_key = ",
        token("{b64:40}", "s"),
        "\n",
    ],
}


PLAIN = token("{alnum:24}", "generic")


NOISE = [
    'db_password = "',
    PLAIN,
    f'"\napi_secret: "{PLAIN[:9]}',
    "# example\n",
    "placeholder ",
    "\0\0",
    "x" * 30,
    "mistral",
    '"private_key": "',
    "}\n{\n",
    "AKIA",
    "\n\n",
    "user,token\nbob,",
    "host, db_password, port\n",
    f"db1, {PLAIN}, 99\n",
]


def filler(seed: int, size: int) -> bytes:
    """Text that no rule sees anything in."""
    dice = random.Random(seed)  # noqa: S311
    return b"".join(b"%d lorem ipsum %s\n" % (dice.randrange(99), b"dolor " * dice.randrange(9)) for _ in range(size))


@st.composite
def families(draw):
    """Deltas that build on each other, over bases in which whole keys, pieces of keys and noise are scattered."""
    parts = [piece for pieces in SECRETS.values() for piece in (*pieces, "".join(pieces))] + NOISE
    chosen = draw(st.lists(st.sampled_from(parts), min_size=1, max_size=6))
    base = b"".join(
        filler(number, draw(st.sampled_from([0, 3, 60]))) + part.encode() for number, part in enumerate(chosen)
    )
    base += filler(99, 40)
    family = []
    for _ in range(draw(st.integers(1, 3))):
        cuts = sorted(draw(st.lists(st.integers(0, len(base)), max_size=5)))
        cuts += [
            at + len(piece)
            for piece in draw(st.lists(st.sampled_from(chosen), max_size=2))
            if (at := base.find(piece.encode())) >= 0
        ]
        runs = [(low, high - low) for low, high in pairwise([0, *sorted(cuts), len(base)]) if 0 < high - low < 1 << 16]
        steps = draw(st.permutations(runs)) if draw(st.booleans()) else runs
        steps = [step for step in steps if draw(st.integers(0, 7))]
        for piece in draw(st.lists(st.sampled_from(parts), max_size=3)):
            where = draw(st.integers(0, len(steps)))
            steps[where:where] = [piece.encode()[at : at + 100] for at in range(0, len(piece.encode()), 100)]
        written, made = delta_of(base, steps)
        family.append((base, written, made))
        base = made or b"\n"
    return family
