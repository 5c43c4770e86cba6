"""Templates for secrets: `ghp_{alnum:30}{crc32-base62}` -> a well-formed fake, made at run time.

No well-formed token stands in a file of ours, so push protection, other scanners and our own hook stay
quiet. The same seed gives the same text on every machine.

A field is `{name:argument}`; `{{` and `}}` are literal braces. Names:

- `alnum alpha lower upper digits hex HEX b64 b64url base32 lowernum uppernum word base58`: that many random
  characters of the alphabet
- `uuid`: a random version 4 UUID
- `secret`: in examples, the rule's own template
- any name in `MAKERS` below: a computed tail or structure, given the text made so far
"""

from __future__ import annotations

import base64
import json
import random
import re
import string
import uuid
import zlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

BASE62 = string.digits + string.ascii_uppercase + string.ascii_lowercase
ALPHABETS = {
    "alnum": string.ascii_letters + string.digits,
    "alpha": string.ascii_letters,
    "lower": string.ascii_lowercase,
    "upper": string.ascii_uppercase,
    "digits": string.digits,
    "hex": string.digits + "abcdef",
    "HEX": string.digits + "ABCDEF",
    "b64": string.ascii_letters + string.digits + "+/",
    "b64url": string.ascii_letters + string.digits + "-_",
    "base32": string.ascii_uppercase + "234567",
    "lowernum": string.ascii_lowercase + string.digits,
    "uppernum": string.ascii_uppercase + string.digits,
    "word": string.ascii_letters + string.digits + "_",
    "base58": "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz",
}
_FIELD = re.compile(r"\{\{|\}\}|\{([A-Za-z0-9_-]+)(?::([^{}]*))?\}")


def base62(number: int, width: int) -> str:
    """`number` in base 62 (digits, upper, lower), left-padded with 0 to `width`."""
    out = ""
    while number:
        number, digit = divmod(number, 62)
        out = BASE62[digit] + out
    return out.rjust(width, "0")


def _crc32_base62(made: str, argument: str, _rng: random.Random) -> str:
    """The last 6 characters of GitHub's and npm's tokens: CRC-32 of what follows the prefix `argument`."""
    return base62(zlib.crc32(made[made.rindex(argument) + len(argument) :].encode()), 6)


def _b64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def _jwt(_made: str, argument: str, rng: random.Random) -> str:
    """A JSON Web Token; `argument` is `claim=value,claim=value` for its payload."""
    claims: dict[str, object] = {"iss": "issuer", "iat": 1700000000, "jti": rng.randbytes(8).hex()}
    claims.update((name, value) for name, _, value in (pair.partition("=") for pair in argument.split(",") if pair))
    head = json.dumps({"alg": "HS256", "typ": "JWT"}, separators=(",", ":")).encode()
    body = json.dumps(claims, separators=(",", ":")).encode()
    return f"{_b64url(head)}.{_b64url(body)}.{_b64url(rng.randbytes(32))}"


def _pem(_made: str, argument: str, rng: random.Random) -> str:
    """A PEM block labelled `argument`, DER-shaped at its start, random after it."""
    size = 610
    body = base64.b64encode(b"\x30\x82" + (size - 4).to_bytes(2, "big") + b"\x02\x01\x00" + rng.randbytes(size - 7))
    lines = re.findall(".{1,64}", body.decode())
    return "\n".join([f"-----BEGIN {argument}-----", *lines, f"-----END {argument}-----"])


def _base64_of(_made: str, argument: str, rng: random.Random) -> str:
    """Base64 of `argument` with each `*` replaced by a random letter or digit."""
    text = "".join(rng.choice(ALPHABETS["alnum"]) if c == "*" else c for c in argument)
    return base64.b64encode(text.encode()).decode()


def _pick(_made: str, argument: str, rng: random.Random) -> str:
    """One of the alternatives in `argument`, which are separated by `|`."""
    return rng.choice(argument.split("|"))


MAKERS: dict[str, Callable[[str, str, random.Random], str]] = {
    "crc32-base62": _crc32_base62,
    "jwt": _jwt,
    "pem": _pem,
    "base64": _base64_of,
    "pick": _pick,
}


def expand(template: str, seed: str, secret: str = "") -> str:
    """The text that `template` stands for; the same `seed` gives the same text.

    Raises ValueError for a field that does not exist or an argument that does not fit.
    """
    rng = random.Random(seed)  # noqa: S311 - fakes have to be the same each time, not unpredictable
    made = ""
    position = 0
    for found in _FIELD.finditer(template):
        made += template[position : found.start()]
        position = found.end()
        made += _field(found, made, rng, secret)
    return made + template[position:]


def _field(found: re.Match[str], made: str, rng: random.Random, secret: str) -> str:
    name, argument = found.group(1), found.group(2) or ""
    if name is None:
        return found.group(0)[0]
    if name == "secret":
        return secret
    if name == "uuid":
        return str(uuid.UUID(bytes=rng.randbytes(16), version=4))
    if name in ALPHABETS:
        return "".join(rng.choices(ALPHABETS[name], k=int(argument)))
    if name in MAKERS:
        return MAKERS[name](made, argument, rng)
    raise ValueError(f"unknown template field {{{name}}}")
