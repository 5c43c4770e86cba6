"""The byte ranges of the findings' secrets in a file, which a rewriter needs and a finding does not have."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from keyscan.engine.decoders import content, unicode
from keyscan.model.fingerprint import fingerprint
from keyscan.scan.line_index import Lines

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from keyscan.model.finding import Finding
    from keyscan.model.match import Match
    from keyscan.model.rule import Rule

_BYTE_ORDER_MARKS = {"utf-8": b"\xef\xbb\xbf"}


@dataclass(frozen=True, slots=True)
class Place:
    """A secret to replace: `text[start:end]` of the decoded file, its rule, line and how it may be shown.

    `half`: it is the second half of a pair, under the rule of the first. `decoded` names an encoding that it was
    read through, such as base64.
    """

    rule: Rule
    start: int
    end: int
    line: int
    redacted: str
    fingerprint: str
    half: str = ""
    decoded: str = ""


@dataclass(frozen=True, slots=True)
class Source:
    """A file with secrets: its path below the root, its bytes, and the places; `masks` are all secrets in it."""

    path: str
    raw: bytes = field(repr=False)
    places: tuple[Place, ...] = ()
    masks: tuple[tuple[bytes, str], ...] = field(default=(), repr=False)


def source_of(path: str, raw: bytes, matches: Sequence[Match], findings: Iterable[Finding], salt: str = "") -> Source:
    """The file with those matches that are `findings`; every match is masked, whether it counts or not.

    A key that is public by its purpose is masked like all others and has no place: it may stay in the file.
    """
    decoded = content.content_of(raw)
    lines = Lines(decoded.data, cell=decoded.cell)
    counted = {(finding.rule_id, finding.location.line, finding.location.column): finding for finding in findings}
    places, masks = [], {}
    for match in matches:
        where = lines.location(match.secret_start, match.secret_end)
        finding = counted.get((match.rule.id, where.line, where.column))
        own_fingerprint = finding.fingerprint if finding else fingerprint(match.rule.id, match.secret, salt)
        shown = finding.redacted if finding else f"...[{own_fingerprint.rpartition(':')[2][:8]}]"
        masks[decoded.data[match.secret_start : match.secret_end]] = shown
        masks[match.secret] = shown
        if match.companion_secret:
            masks[match.companion_secret] = "...[second half]"
        if finding is None or match.rule.public:
            continue
        span = (match.secret_start, match.secret_end)
        places.append(Place(match.rule, *span, where.line, shown, own_fingerprint, decoded=match.decoded))
        if match.companion and match.rule.companion and not match.decoded:
            line = lines.location(match.companion.start, match.companion.end).line
            half = match.rule.companion.name
            second = (match.companion.start, match.companion.end)
            places.append(Place(match.rule, *second, line, "...[second half]", own_fingerprint, half=half))
    by_length = sorted(((secret, shown) for secret, shown in masks.items() if secret), key=lambda one: -len(one[0]))
    return Source(path, raw, tuple(sorted(places, key=lambda one: one.start)), tuple(by_length))


def text_of(raw: bytes) -> bytes | None:
    """The file as UTF-8; None when it could not be written back as it is stored."""
    text = unicode.text_of(raw).data
    return text if encoded(text, raw) == raw else None


def encoded(text: bytes, like: bytes) -> bytes:
    """`text`, in UTF-8, as the file `like` is stored: the same encoding and byte order mark."""
    if like.startswith(_BYTE_ORDER_MARKS["utf-8"]):
        return _BYTE_ORDER_MARKS["utf-8"] + text
    if not unicode.text_of(like).stored:
        return text
    name = unicode.encoding_of(like)
    bom = "\ufeff".encode(name)
    return (bom if like.startswith(bom) else b"") + text.decode().encode(name)


def masked(text: bytes, masks: Iterable[tuple[bytes, str]]) -> bytes:
    """`text` with every known secret replaced by how it may be shown."""
    for secret, shown in masks:
        text = text.replace(secret, shown.encode())
    return text
