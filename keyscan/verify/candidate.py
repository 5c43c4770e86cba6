"""A secret to be asked about: plaintext in memory, and the text round it in which second parts are looked for."""

from __future__ import annotations

from dataclasses import dataclass, field

# Bytes on either side of a secret in which its second parts are looked for.
REACH = 2000


@dataclass(frozen=True, slots=True)
class Candidate:
    """A found secret in plain text, which `repr` hides; `companion` is the second half that its rule matched.

    `withheld` says why it must not be sent; then only what it says of itself counts.
    `template` and `prefix` are its rule's: they say how to make up a key of the same shape.
    """

    fingerprint: str
    rule_id: str
    secret: str = field(repr=False)
    companion: str = field(default="", repr=False)
    before: str = field(default="", repr=False)
    after: str = field(default="", repr=False)
    template: str = ""
    prefix: str = ""
    withheld: str = ""
