"""How hygiene findings are made: complete, with names and places, and never a value."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from keyscan.hygiene.rules import RULES
from keyscan.model.blob import Origin
from keyscan.model.finding import Finding, Location, Related
from keyscan.model.fingerprint import fingerprint
from keyscan.model.rule import Severity

if TYPE_CHECKING:
    from keyscan.hygiene.secret_values import SecretValue

TOP = Location(1, 1, 1, 1)


def finding(
    rule_id: str,
    path: str,
    *,
    severity: Severity | None = None,
    evidence: tuple[str, ...] = (),
    shown: str = "",
    secret: bytes = b"",
    location: Location = TOP,
    related: tuple[Related, ...] = (),
    steps: tuple[str, ...] = (),
    salt: str = "",
) -> Finding:
    """A finding of the rule `rule_id` at `path`.

    `shown` stands where a secret's redacted form would (a name, never a value). The fingerprint is made from
    `secret`, else from what is shown and the path, so that it stays when lines move.
    """
    rule = RULES[rule_id]
    mark = fingerprint(rule_id, secret or f"{path}\0{shown}".encode("utf-8", "surrogateescape"), salt)
    return Finding(
        rule_id=rule_id,
        rule_name=rule.name,
        provider=rule.provider,
        severity=rule.severity if severity is None else severity,
        precision=rule.precision,
        origin=Origin(path),
        location=location,
        redacted=shown or path,
        fingerprint=mark,
        message=rule.name,
        help=rule.help if not steps else replace(rule.help, steps=steps),
        evidence=evidence,
        related=related,
    )


def content(values: list[SecretValue]) -> str:
    """What a file holds, for people: the names of at most three real values."""
    if not values:
        return "it holds no real value"
    names = [f"{value.variable.name or value.what}" for value in values[:3]]
    more = f" and {len(values) - 3} more" if len(values) > 3 else ""  # noqa: PLR2004 - three are named
    return f"it holds {len(values)} real value{'s' * (len(values) != 1)}: {', '.join(names)}{more}"


def severity_of(values: list[SecretValue], real: Severity) -> Severity:
    """`real` when there are real values, else informational: severity follows the content."""
    return real if values else Severity.INFO
