"""The catalogue of places in a home directory: well-formed, each once, every kind and agent that the facts name."""

from __future__ import annotations

from keyscan.catalog.home import FORMATS, KINDS, places


def test_places_are_well_formed():
    """Known kinds and formats; patterns with forward slashes, no absolute paths and no way up; each once."""
    found = places()
    assert {place.kind for place in found} == set(KINDS)
    assert {place.format for place in found} == FORMATS
    for place in found:
        assert not place.pattern.startswith("/")
        assert ".." not in place.pattern.split("/")
        assert "\\" not in place.pattern
    assert len({place.pattern for place in found}) == len(found)


def test_stores_are_meant_to_hold_credentials():
    """A transcript or a history never is."""
    for place in places():
        assert place.meant == (place.kind == "credential")


def test_the_agents_that_keep_text():
    """Those whose transcripts were observed are among them."""
    agents = {place.agent for place in places()}
    assert {"claude-code", "codex", "cursor", "gemini-cli", "copilot-cli", "opencode", "qwen-code", "cline"} <= agents
