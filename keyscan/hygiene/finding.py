"""How hygiene findings are made: complete, with names and places, and never a value."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from keyscan.model.blob import Origin
from keyscan.model.finding import Finding, Location, Related
from keyscan.model.fingerprint import fingerprint
from keyscan.model.rule import Severity
from keyscan.ruleset.loader import hygiene_rules

if TYPE_CHECKING:
    from keyscan.hygiene.secret_values import SecretValue

TOP = Location(1, 1, 1, 1)


@dataclass(frozen=True, slots=True)
class Detail:
    """What a hygiene finding says beyond its rule and path.

    `shown` stands where a secret's redacted form would: a name, never a value. `severity` and `steps` replace the
    rule's. `secret` goes into the fingerprint only.
    """

    evidence: tuple[str, ...]
    severity: Severity | None = None
    shown: str = ""
    secret: bytes = field(default=b"", repr=False)
    location: Location = TOP
    related: tuple[Related, ...] = ()
    steps: tuple[str, ...] = ()


def finding(rule_id: str, path: str, detail: Detail, *, salt: str = "") -> Finding:
    """A finding of the hygiene rule `rule_id` at `path`.

    The fingerprint is made from the secret, else from what is shown and the path, so that it stays when lines move.
    """
    rule = hygiene_rules()[rule_id]
    text = detail.secret or f"{path}\0{detail.shown}".encode("utf-8", "surrogateescape")
    return Finding(
        rule_id=rule_id,
        rule_name=rule.name,
        provider=rule.provider,
        severity=rule.severity if detail.severity is None else detail.severity,
        precision=rule.precision,
        origin=Origin(path),
        location=detail.location,
        redacted=detail.shown or path,
        fingerprint=fingerprint(rule_id, text, salt),
        message=rule.name,
        help=replace(rule.help, steps=detail.steps) if detail.steps else rule.help,
        evidence=detail.evidence,
        related=detail.related,
    )


def content(values: list[SecretValue]) -> str:
    """What a file holds, for people: the names of at most three real values."""
    if not values:
        return "it contains no real value"
    names = [f"{value.variable.name or value.what}" for value in values[:3]]
    more = f" and {len(values) - 3} more" if len(values) > 3 else ""  # noqa: PLR2004 - three are named
    return f"it contains {len(values)} real value{'s' * (len(values) != 1)}: {', '.join(names)}{more}"


def severity_of(values: list[SecretValue], real: Severity) -> Severity:
    """`real` when there are real values, else informational: severity follows the content."""
    return real if values else Severity.INFO
