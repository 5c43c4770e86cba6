"""What a key says of itself: expired tokens are dead without a request, and a token's claims are its identity."""

from __future__ import annotations

import calendar
import re
import time
from typing import Any
from urllib.parse import unquote

from keyscan.model.finding import Validity
from keyscan.verify.parts import bedrock_text, claims

_AMZ_DATE = re.compile(r"X-Amz-Date=(\d{8}T\d{6}Z)")
_AMZ_EXPIRES = re.compile(r"X-Amz-Expires=(\d{1,7})(?!\d)")
_SAS_EXPIRY = re.compile(r"(?:^|[?&])se=([^&\s]{10,40})")
_CLAIMS = (("issuer", "iss"), ("subject", "sub"), ("audience", "aud"), ("scopes", "scope"), ("project", "ref"))
_LONGEST = 200


def decided(secret: str, now: float) -> Validity | None:
    """Dead when the key itself says that its time is over at `now` (seconds since 1970); None when it does not."""
    end = expiry(secret)
    if end is None or end > now:
        return None
    when = time.strftime("%Y-%m-%d", time.gmtime(min(end, 2**33)))
    return Validity(
        "dead", "expired", f"it states that it expired on {when}; nothing was sent", identity=identity(secret)
    )


def expiry(secret: str) -> float | None:
    """When a key ends, in seconds since 1970, as it says itself; None when it does not say."""
    end = claims(secret).get("exp")
    if isinstance(end, (int, float)) and not isinstance(end, bool) and 0 < end < 2**40:
        return float(end)
    if "X-Amz-Expires" in (text := bedrock_text(secret) if secret.startswith("bedrock-api-key-") else ""):
        start, seconds = _AMZ_DATE.search(text), _AMZ_EXPIRES.search(text)
        if start and seconds:
            return _seconds(start[1], "%Y%m%dT%H%M%SZ", float(seconds[1]))
    match = _SAS_EXPIRY.search(secret)
    if match and "sig=" in secret:
        text = unquote(match[1])
        for form in ("%Y-%m-%dT%H:%M:%SZ", "%Y-%m-%dT%H:%MZ", "%Y-%m-%d"):
            expires = _seconds(text, form, 0.0)
            if expires is not None:
                return expires
    return None


def identity(secret: str) -> tuple[tuple[str, str], ...]:
    """The claims of a token that say whose it is, as short texts."""
    payload = claims(secret)
    return tuple((name, text) for name, claim in _CLAIMS if (text := _text(payload.get(claim))))


def _text(value: Any) -> str:
    if isinstance(value, list):
        value = ", ".join(str(one) for one in value[:10])
    text = str(value) if isinstance(value, (str, int)) and not isinstance(value, bool) else ""
    return re.sub(r"[^\x20-\x7e\u00a1-\u1fff]+", " ", text)[:_LONGEST].strip()


def _seconds(text: str, form: str, more: float) -> float | None:
    try:
        return calendar.timegm(time.strptime(text, form)) + more
    except (ValueError, OverflowError):
        return None
