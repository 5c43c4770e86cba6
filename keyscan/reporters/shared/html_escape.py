"""Text as HTML in which nothing acts."""

from __future__ import annotations

import re
from html import escape

from keyscan.reporters.shared.escape import clean
from keyscan.reporters.shared.paths import is_web


def esc(text: str) -> str:
    """`text` for an element or a quoted attribute."""
    return escape(clean(text))


def element(name: str, text: str, kind: str = "") -> str:
    """An element that contains `text`; `kind` is its class."""
    return f'<{name} class="{kind}">{esc(text)}</{name}>' if kind else f"<{name}>{esc(text)}</{name}>"


def code(text: str) -> str:
    """`text` as code."""
    return element("code", text)


def anchor(url: str) -> str:
    """A web address as a link without a referrer; anything else as code."""
    return f'<a href="{escape(url)}" rel="noopener noreferrer">{escape(url)}</a>' if is_web(url) else code(url)


def fragment(text: str) -> str:
    """The name of a place in the page."""
    return "kind-" + re.sub(r"[^A-Za-z0-9_-]", lambda match: f"-{ord(match[0]):x}", text)
