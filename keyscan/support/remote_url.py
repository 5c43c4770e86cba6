"""Addresses of git remotes as they may be shown."""

from __future__ import annotations

from keyscan.support.lazy_pattern import lazy_pattern

# Up to the last `@` before the path, or, where a password has a slash in it, up to the next one.
_CREDENTIALS = lazy_pattern(r"(?<=//)(?:[^/]*@|[^/:@]*:(?!\d*/)[^@]*@)")


def without_credentials(url: str) -> str:
    """`url` without user and password, whatever signs the password has in it."""
    return _CREDENTIALS.sub("", url)
