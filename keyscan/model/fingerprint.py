"""The one place that turns a secret into something that may be shown or stored."""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from keyscan.model.match import Match

_DIGEST_BYTES = 10
FINGERPRINT_DIGITS = _DIGEST_BYTES * 2
_SHOWN = 8
_SHOWN_CODE = 80
_FINGERPRINT = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*:[0-9a-f]{20}\Z")


def fingerprint(rule_id: str, secret: bytes, salt: str = "") -> str:
    """The name of a secret under a rule: `rule-id:` and 20 hexadecimal digits, the same wherever it stands.

    The digest is keyed with the project's `salt` and cut to 80 bits. `docs/fingerprints.md` says what that
    protects from.
    """
    key = hashlib.blake2b(salt.encode(), digest_size=32, person=b"keyscan/v1").digest()
    digest = hashlib.blake2b(rule_id.encode() + b"\0" + secret, key=key, digest_size=_DIGEST_BYTES)
    return f"{rule_id}:{digest.hexdigest()}"


def is_fingerprint(text: str) -> bool:
    """Whether `text` has the form of a fingerprint."""
    return _FINGERPRINT.match(text) is not None


def redacted(match: Match, mark: str) -> str:
    """The rule's public prefix, if the secret has it, and the start of its fingerprint `mark`; nothing else."""
    if match.rule.category == "practice":  # the finding is about code; its rules' groups hold names only
        return match.secret.decode("utf-8", "backslashreplace")[:_SHOWN_CODE]
    prefix = match.rule.prefix
    # A prefix is public only as long as most of the secret is not in it.
    if not match.secret.startswith(prefix.encode()) or len(prefix) * 2 > len(match.secret):
        prefix = ""
    return f"{prefix}...[{mark.rpartition(':')[2][:_SHOWN]}]"
