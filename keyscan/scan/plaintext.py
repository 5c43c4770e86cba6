"""Findings back to their secrets: the text is read again and scanned again, and only what was found before is kept.

Findings and reports hold no plaintext, so what needs it (verification, revocation) gets it here, in memory, at the end.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from keyscan.engine.decoders import content
from keyscan.model.fingerprint import fingerprints
from keyscan.verify.candidate import REACH, Candidate

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable

    from keyscan.model.blob import Blob
    from keyscan.model.match import Match


def candidates(
    blobs: Iterable[Blob],
    matches: Callable[[bytes, str], Iterable[Match]],
    wanted: Collection[str],
    salts: Iterable[str],
) -> list[Candidate]:
    """The secrets in `blobs` whose fingerprints are `wanted`, one candidate each, with the text round them.

    `matches` scans a text under a path; `salts` are those under which fingerprints may have been made.
    """
    salts = tuple(salts)
    by_fingerprint: dict[str, Candidate] = {}
    for blob in blobs:
        if len(by_fingerprint) == len(wanted):
            break
        for name, text, reason in content.texts(blob.data, blob.origin.path):
            if reason:
                continue
            for match in matches(text.data, name):
                for fingerprint in (
                    fingerprint for salt in salts for fingerprint in fingerprints(match.rule.id, match.secret, salt)
                ):
                    # A second place may have the second part that the first one lacks.
                    if fingerprint in wanted and (
                        fingerprint not in by_fingerprint or _richer(match, by_fingerprint[fingerprint])
                    ):
                        by_fingerprint[fingerprint] = _candidate(fingerprint, match, text.data)
    return list(by_fingerprint.values())


def _richer(match: Match, known: Candidate) -> bool:
    return bool(match.companion_secret) and not known.companion


def _candidate(fingerprint: str, match: Match, data: bytes) -> Candidate:
    # A secret that was decoded stands somewhere else: nothing near it in the text is known to belong to it.
    start, end = match.secret_start, match.secret_end
    return Candidate(
        fingerprint=fingerprint,
        rule_id=match.rule.id,
        secret=_text(match.secret),
        companion=_text(match.companion_secret),
        before=_text(data[max(0, start - REACH) : start]),
        after=_text(data[end : end + REACH]),
        template=match.rule.template,
        prefix=match.rule.prefix,
    )


def _text(data: bytes) -> str:
    return data.decode("utf-8", "replace")
