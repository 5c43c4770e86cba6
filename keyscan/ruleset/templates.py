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
from typing import TYPE_CHECKING

from keyscan.ruleset import checksums

if TYPE_CHECKING:
    from collections.abc import Callable

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


def _after(text: str, prefix: str) -> bytes:
    """What was made after the last `prefix`."""
    return text[text.rindex(prefix) + len(prefix) :].encode()


def _crc32_base62(text: str, argument: str, _rng: random.Random) -> str:
    """The last 6 characters of GitHub's, npm's and Vercel's tokens, of what follows the prefix `argument`."""
    return checksums.crc32_base62(_after(text, argument))


def _crc32_hex(text: str, argument: str, _rng: random.Random) -> str:
    """The last 8 characters of Cloudflare's tokens, of what follows the prefix `argument`."""
    return checksums.crc32_hex(_after(text, argument))


def _crc32_hex_little(text: str, argument: str, _rng: random.Random) -> str:
    """The last 8 characters of Grafana's tokens, of all from the prefix `argument` on."""
    return checksums.crc32_hex_little(text[text.rindex(argument) :].rstrip("_").encode())


def _gitlab_tail(text: str, argument: str, _rng: random.Random) -> str:
    """The length and checksum that end GitLab's routable tokens, after the prefix `argument`."""
    start = text.rindex(argument)
    payload = text[start + len(argument) :].removesuffix(".01.").removesuffix(".")
    covered = text[start:] + checksums.digits(len(payload), checksums.BASE36, 2)
    return covered[len(text) - start :] + checksums.crc32_base36(covered.encode())


def _sha256_base32(text: str, argument: str, _rng: random.Random) -> str:
    """The 8 characters inside `github_pat_` tokens, of all from the prefix `argument` on."""
    return checksums.sha256_base32(text[text.rindex(argument) :].encode())


def _cask(_text: str, argument: str, rng: random.Random) -> str:
    """One of Microsoft's annotated keys with the provider's 4-character signature `argument`, checksum included."""
    while True:
        body = "".join(rng.choices(ALPHABETS["alnum"], k=52)) + "JQQJ99B" + rng.choice("ABCDEFGHIJKL")
        body += "".join(rng.choices(ALPHABETS["alnum"], k=12)) + "AAAA" + argument
        tail = checksums.cask(body.encode())
        if tail.isalnum():
            return body + tail


def _age(_text: str, argument: str, rng: random.Random) -> str:
    """`argument` data characters and the 6 that check them, for an `AGE-SECRET-KEY-1`."""
    data = "".join(rng.choices("qpzry9x8gf2tvdw0s3jn54khce6mua7l", k=int(argument)))
    return (data + checksums.bech32("age-secret-key-", data)).upper()


def _aws_id(_text: str, _argument: str, rng: random.Random) -> str:
    """The 16 characters after `AKIA`: an account's number, then random ones."""
    number = (rng.randrange(10**11, 10**12) << 7) | (1 << 47) | rng.randrange(1 << 7)
    return base64.b32encode(number.to_bytes(6, "big") + rng.randbytes(4)).decode()


def _macaroon(_text: str, argument: str, rng: random.Random) -> str:
    """A version 2 macaroon for the host `argument`, as PyPI's tokens hold."""
    identifier = str(uuid.UUID(bytes=rng.randbytes(16), version=4)).encode()
    caveat = json.dumps([3, rng.randbytes(16).hex()]).encode()
    fields = [(1, argument.encode()), (2, identifier), (0, b""), (2, caveat), (0, b""), (0, b"")]
    data = b"\x02" + b"".join(bytes([kind]) + (bytes([len(value)]) + value if kind else b"") for kind, value in fields)
    return _b64url(data + b"\x06\x20" + rng.randbytes(32))


def _json64(_text: str, argument: str, rng: random.Random) -> str:
    """Base64 of a JSON object; `argument` is `name=value,name=value`, each `*` a random letter or digit."""
    claims = {name: _filled(value, rng) for name, _, value in (pair.partition("=") for pair in argument.split(","))}
    return base64.b64encode(json.dumps(claims, separators=(",", ":")).encode()).decode().rstrip("=")


def _discord_id(_text: str, _argument: str, rng: random.Random) -> str:
    """The first part of a Discord bot token: the bot's id in base64."""
    return _b64url(str(rng.randrange(10**17, 10**19)).encode())


def _nkey(_text: str, argument: str, rng: random.Random) -> str:
    """The seed of a NATS key of the kind that the letter `argument` stands for, checksum included."""
    kind = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".index(argument) << 3
    data = bytes([18 << 3 | kind >> 5, (kind & 31) << 3]) + rng.randbytes(32)
    return base64.b32encode(data + checksums.crc16_little(data)).decode().rstrip("=")


def _filled(text: str, rng: random.Random) -> str:
    return "".join(rng.choice(ALPHABETS["alnum"]) if c == "*" else c for c in text)


def _b64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def _jwt(_text: str, argument: str, rng: random.Random) -> str:
    """A JSON Web Token; `argument` is `claim=value,claim=value` for its payload."""
    claims: dict[str, object] = {"iss": "issuer", "iat": 1700000000, "jti": rng.randbytes(8).hex()}
    for name, _, value in (pair.partition("=") for pair in argument.split(",") if pair):
        claims[name] = int(value) if value.isdigit() else value
    head = json.dumps({"alg": "HS256", "typ": "JWT"}, separators=(",", ":")).encode()
    body = json.dumps(claims, separators=(",", ":")).encode()
    return f"{_b64url(head)}.{_b64url(body)}.{_b64url(rng.randbytes(32))}"


def _pem(_text: str, argument: str, rng: random.Random) -> str:
    """A PEM block labelled `argument`: DER-shaped, or as OpenSSH's own format and PGP's begin; random after it."""
    size = 610
    start = b"\x30\x82" + (size - 4).to_bytes(2, "big") + b"\x02\x01\x00"
    if argument.startswith("OPENSSH"):
        start = b"openssh-key-v1\0\0\0\0\x04none\0\0\0\x04none\0\0\0\0\0\0\0\x01"
    elif argument.startswith("PGP"):
        start = b"\x95\x01\xd8\x04"
    body = base64.b64encode(start + rng.randbytes(size - len(start)))
    lines = re.findall(".{1,64}", body.decode())
    return "\n".join([f"-----BEGIN {argument}-----", *lines, f"-----END {argument}-----"])


def _base64_of(_text: str, argument: str, rng: random.Random) -> str:
    """Base64 of `argument` with each `*` replaced by a random letter or digit."""
    return base64.b64encode(_filled(argument, rng).encode()).decode()


def _pick(_text: str, argument: str, rng: random.Random) -> str:
    """One of the alternatives in `argument`, which are separated by `|`."""
    return rng.choice(argument.split("|"))


MAKERS: dict[str, Callable[[str, str, random.Random], str]] = {
    "age": _age,
    "aws-id": _aws_id,
    "cask": _cask,
    "crc32-base62": _crc32_base62,
    "crc32-hex": _crc32_hex,
    "crc32-hex-little": _crc32_hex_little,
    "discord-id": _discord_id,
    "gitlab-tail": _gitlab_tail,
    "json64": _json64,
    "macaroon": _macaroon,
    "nkey": _nkey,
    "sha256-base32": _sha256_base32,
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
    text = ""
    position = 0
    for match in _FIELD.finditer(template):
        text += template[position : match.start()]
        position = match.end()
        text += _field(match, text, rng, secret)
    return text + template[position:]


def _field(match: re.Match[str], text: str, rng: random.Random, secret: str) -> str:
    name, argument = match.group(1), match.group(2) or ""
    if name is None:
        return match.group(0)[0]
    if name == "secret":
        return secret
    if name == "uuid":
        return str(uuid.UUID(bytes=rng.randbytes(16), version=4))
    if name in ALPHABETS:
        return "".join(rng.choices(ALPHABETS[name], k=int(argument)))
    if name in MAKERS:
        return MAKERS[name](text, argument, rng)
    raise ValueError(f"unknown template field {{{name}}}")
