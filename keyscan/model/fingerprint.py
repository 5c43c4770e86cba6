"""The one place that turns a secret into something that may be shown or stored."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from keyscan.model.match import Match

_DIGEST_BYTES = 10
FINGERPRINT_DIGITS = _DIGEST_BYTES * 2
_SHOWN = 8
_SHOWN_CODE = 80
# Ends of lines, those too that are written as escapes in a string; and what may stand round a line in source code.
_LINE_END = re.compile(rb"(?:\\r)?\\n|\r\n|\r|\n")
_ROUND_LINES = b" \t\"'`,+\\;>|"
_FINGERPRINT = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*:[0-9a-f]{20}\Z")


def fingerprint(rule_id: str, secret: bytes, salt: str = "") -> str:
    """The name of a secret under a rule: `rule-id:` and 20 hexadecimal digits, the same wherever it stands.

    A secret of several lines has the same name whatever its line ends, indents and quotes are. The digest is keyed with
    the project's `salt` and cut to 80 bits. `docs/fingerprints.md` says what that protects from.
    """
    return _digest(rule_id, _lines_alone(secret), salt)


def fingerprints(rule_id: str, secret: bytes, salt: str = "") -> tuple[str, ...]:
    """The fingerprint, and the one of the same secret that earlier versions wrote where that differs."""
    alone = _lines_alone(secret)
    own = _digest(rule_id, alone, salt)
    return (own,) if alone == secret else (own, _digest(rule_id, secret, salt))


def secret_digits(secret: bytes, salt: str = "") -> str:
    """Eight hexadecimal digits for a secret, whichever rule finds it: what a token in its place shows."""
    return _digest("", _lines_alone(secret), salt)[1 : 1 + _SHOWN]


def _lines_alone(secret: bytes) -> bytes:
    """A secret of several lines without what its surroundings put round them; any other secret as it is."""
    if b"\n" not in secret and b"\r" not in secret and not secret.startswith(b"-----BEGIN"):
        return secret
    lines = (line.strip(_ROUND_LINES) for line in _LINE_END.split(secret))
    return b"\n".join(line for line in lines if line)


def _digest(rule_id: str, secret: bytes, salt: str) -> str:
    from hashlib import blake2b  # loads OpenSSL, 2 ms that a clean scan need not spend

    digest = blake2b(rule_id.encode() + b"\0" + secret, key=_key(salt), digest_size=_DIGEST_BYTES)
    return f"{rule_id}:{digest.hexdigest()}"


@lru_cache(128)
def _key(salt: str) -> bytes:
    from hashlib import blake2b

    return blake2b(salt.encode(), digest_size=32, person=b"keyscan/v1").digest()


def is_fingerprint(text: str) -> bool:
    """Whether `text` has the form of a fingerprint."""
    return _FINGERPRINT.match(text) is not None


def redacted(match: Match, own_fingerprint: str) -> str:
    """The public prefix of the rule, if the secret has it, and the start of its fingerprint; nothing else."""
    if match.rule.category == "practice":  # the finding is about code; its rules' groups hold names only
        return match.secret.decode("utf-8", "backslashreplace")[:_SHOWN_CODE]
    prefix = match.rule.prefix
    # A prefix is public only as long as most of the secret is not in it.
    if not match.secret.startswith(prefix.encode()) or len(prefix) * 2 > len(match.secret):
        prefix = ""
    return f"{prefix}...[{own_fingerprint.rpartition(':')[2][:_SHOWN]}]"
