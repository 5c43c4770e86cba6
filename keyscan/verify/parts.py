"""What fills the variables of a request: parts of the secret itself, its second half, and what stands near it."""

from __future__ import annotations

import base64
import binascii
import json
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from keyscan.verify.candidate import REACH

if TYPE_CHECKING:
    from collections.abc import Mapping

    from keyscan.ruleset.live_tables import Part, RevokeTable, VerifyTable
    from keyscan.verify.candidate import Candidate

_HOST_PART = re.compile(r"[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63})*\Z")
_JWT = re.compile(r"eyJ[A-Za-z0-9_-]*\.(eyJ[A-Za-z0-9_-]*)\.[A-Za-z0-9_-]*\Z")
_REGION = re.compile(r"X-Amz-Credential=[^&]*?(?:%2F|/)\d{8}(?:%2F|/)([a-z]{2}(?:-[a-z]{2,10}){1,3}-\d)(?:%2F|/)")


@dataclass(frozen=True, slots=True)
class Variables:
    """The values for a request's variables, hidden in `repr`; `missing` names a part that was not found."""

    values: Mapping[str, str] = field(default_factory=dict, repr=False)
    missing: str = ""


def variables_of(table: VerifyTable | RevokeTable, candidate: Candidate) -> Variables:
    """The values for a table's variables; nothing is taken from anywhere but the candidate."""
    values = {"secret": candidate.secret}
    if candidate.companion:
        values["companion"] = candidate.companion
    if table.pattern:
        match = re.search(table.pattern, candidate.secret)
        if not match:
            return Variables(missing="a secret of the form that can be asked about")
        values |= {name: text for name, text in match.groupdict().items() if text is not None}
    derive = getattr(table, "derive", "")
    if derive:
        derived = DERIVE[derive](candidate.secret)
        if not derived:
            return Variables(missing=f"the {derive.replace('-', ' ')} inside it")
        values |= derived
    for part in table.parts:
        text = near(part, candidate)
        if text:
            values[part.name] = text
        elif part.required:
            return Variables(missing=f"its {part.name.replace('_', ' ')}")
    return Variables(values)


def near(part: Part, candidate: Candidate) -> str:
    """The value of a part that stands nearest to the secret, or an empty text."""
    before, after = candidate.before[-REACH:], candidate.after[:REACH]
    # The secret itself is no place to look in, and nothing may match across it.
    text = f"{before}\0{after}"
    expression = re.compile(_expression(part))
    best, distance = "", len(text) + 1
    for match in expression.finditer(text):
        start, end = match.span("value")
        gap = max(len(before) - end, start - len(before) - 1, 0)
        value = match["value"]
        if gap < distance and (not part.host or _HOST_PART.match(value.lower())):
            best, distance = value, gap
    return best


def _expression(part: Part) -> str:
    if not part.names:
        return (
            rf"(?<![A-Za-z0-9_.-])(?P<value>{part.value})(?![A-Za-z0-9_])"
            if _plain(part)
            else f"(?P<value>{part.value})"
        )
    names = "|".join(re.sub(r"[_\-. ]+", r"[_\\-. ]?", name) for name in part.names)
    between = r"[\"'`\]]{0,2}\s{0,4}(?:[:=]>?|=>|,|\s)\s{0,4}[\"'`]?"
    return rf"(?i:{names}){between}(?P<value>{part.value})(?![A-Za-z0-9_])"


def _plain(part: Part) -> bool:
    """Whether a part's expression does not look behind itself: then it may not begin inside a longer word."""
    return not part.value.startswith("(?<")


def claims(secret: str) -> dict[str, Any]:
    """The claims of a JSON Web Token, unverified; empty when it is none."""
    match = _JWT.match(secret.strip())
    if not match:
        return {}
    try:
        payload = json.loads(base64.urlsafe_b64decode(match[1] + "=" * (-len(match[1]) % 4)))
    except (ValueError, binascii.Error, RecursionError):
        return {}
    return payload if isinstance(payload, dict) else {}


def bedrock_text(secret: str) -> str:
    """The presigned address inside a short Bedrock key; empty when there is none."""
    encoded = secret.rsplit("-", 1)[-1] if secret.startswith("bedrock-api-key-") else secret
    try:
        return base64.b64decode(encoded + "=" * (-len(encoded) % 4)).decode("ascii")
    except (ValueError, binascii.Error):
        return ""


def _bedrock_region(secret: str) -> dict[str, str]:
    match = _REGION.search(bedrock_text(secret))
    return {"region": match[1]} if match else {}


def _supabase_ref(secret: str) -> dict[str, str]:
    ref = claims(secret).get("ref")
    return {"ref": ref} if isinstance(ref, str) and re.fullmatch(r"[a-z]{20}", ref) else {}


DERIVE = {"bedrock-region": _bedrock_region, "supabase-ref": _supabase_ref}
