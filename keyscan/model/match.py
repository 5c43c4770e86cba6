"""A rule that matched in a text; with `Blob` the only type that holds plaintext."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from keyscan.model.rule import Precision, Rule, Severity


@dataclass(frozen=True, slots=True)
class Span:
    """Half-open byte offsets [start, end) into the text that was scanned."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Match:
    """A rule that matched: offsets into the scanned text, and the secret in plain bytes (`repr` hides it).

    `severity` and `precision` start as the rule's and move with the evidence, which `evidence` lists.
    """

    rule: Rule
    start: int
    end: int
    secret_start: int
    secret_end: int
    secret: bytes = field(repr=False)
    severity: Severity = Severity.HIGH
    precision: Precision = Precision.HIGH
    evidence: tuple[str, ...] = ()
    companion: Span | None = None
    companion_secret: bytes = field(default=b"", repr=False)
    decoded: str = ""

    def moved(self, by: int) -> Match:
        """This match that many bytes further on."""
        paired = self.companion
        # Each version of a file moves its matches: `replace` takes four times as long.
        return Match(
            self.rule,
            self.start + by,
            self.end + by,
            self.secret_start + by,
            self.secret_end + by,
            self.secret,
            self.severity,
            self.precision,
            self.evidence,
            Span(paired.start + by, paired.end + by) if paired else None,
            self.companion_secret,
            self.decoded,
        )


class MatchResult(NamedTuple):
    """The matches in a text, in order of place, and as reasons the bounds that were hit: then there may be more."""

    matches: list[Match]
    limits: tuple[str, ...] = ()
