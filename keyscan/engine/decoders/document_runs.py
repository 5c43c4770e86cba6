"""Office documents: text that their XML cuts into runs, joined.

A word processor begins a new run wherever spelling, formatting or the revision changes, also within a key.
"""

from __future__ import annotations

from keyscan.support.lazy_pattern import lazy_pattern

# From the end of one text to the beginning of the next, with nothing but tags between them (at most 60, so that time
# stays linear) and none of a paragraph: in Word, PowerPoint, shared strings of Excel; tags of runs in OpenDocument.
_BETWEEN = lazy_pattern(
    rb"</(?P<tag>w:t|a:t|t)>(?>(?:\s*+<(?!/?(?:w:p|a:p|w:tab|w:br|a:br|si|w:t|a:t|t)[\s/>])[^<>]*+>){0,60})"
    rb"\s*+<(?P=tag)(?:\s[^<>]*+)?>|</?text:span(?:\s[^<>]*+)?>"
)
_MARKS = (b"<w:t", b"<a:t", b"<t>", b"<t ", b"<text:span")


def joined_runs(data: bytes, name: str) -> bytes:
    """The member `name` of an archive, `data`, with the runs of a paragraph in one; anything else as it is."""
    if not name.endswith(".xml") or not any(mark in data for mark in _MARKS):
        return data
    return _BETWEEN.sub(b"", data)
