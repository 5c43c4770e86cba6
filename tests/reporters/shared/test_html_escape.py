"""Text as HTML in which nothing acts."""

from __future__ import annotations

import re
from html import unescape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keyscan.reporters.shared import html_escape


@given(st.text(max_size=40))
def test_text_stays_text(text):
    """Neither an element nor the end of an attribute comes from it."""
    made = html_escape.esc(text)
    assert not set("<>\"'") & set(made)
    assert html_escape.element("p", text, "soft") == f'<p class="soft">{made}</p>'
    assert unescape(html_escape.element("p", "a<b")) == "<p>a<b</p>"


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", 'https://x.example/"onclick="', "data:text/html,x", "https://a b"]
)
def test_only_web_addresses_are_links(url):
    """Anything else is code."""
    assert html_escape.anchor(url).startswith("<code>")
    assert "href" not in html_escape.anchor(url)
    assert 'rel="noopener noreferrer"' in html_escape.anchor("https://x.example/?a=1&b=2")


@given(st.text(max_size=30), st.text(max_size=30))
def test_fragments_are_names_and_tell_ids_apart(one, other):
    """Letters, digits, hyphens and underscores only."""
    assert re.fullmatch(r"kind-[A-Za-z0-9_-]*", html_escape.fragment(one))
    if re.fullmatch(r"[a-z0-9-]*", one + other):
        assert (html_escape.fragment(one) == html_escape.fragment(other)) == (one == other)
