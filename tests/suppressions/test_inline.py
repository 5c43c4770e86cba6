"""Markers in the text: whose count, where they count, and what they say."""

from __future__ import annotations

import pytest
from helpers.matches import rule

from keyscan.api import load_rules
from keyscan.suppressions.inline import Markers

COVERED = [
    b"k = 'S' # keyscan:allow",
    b"k = 'S' # keyscan: allow",
    b"k = 'S' // keyscan:allow not live",
    b"k = 'S' /* keyscan:allow[anthropic-api-key] why */",
    b"k = 'S' # keyscan:allow[other,anthropic-api-key]: why",
    b"k = 'S' # keyscan:allow[Anthropic]",
    b"# keyscan:allow\nk = 'S'",
    b"x\n  // keyscan:allow[anthropic-api-key] - test account\n  k = 'S'",
    b"<!-- keyscan:allow -->\r\n<k>S</k>",
    b"k = 'S' #gitleaks:allow",
    b"k = 'S' // betterleaks:allow",
    b"k = 'S'  # pragma: allowlist secret",
    b"k = 'S'  # pragma: whitelist secret",
    b"# pragma: allowlist nextline secret\nk = 'S'",
    b"k = 'S'  # trufflehog:ignore",
    b"k = 'S'  // secretlint-disable-line",
    b"// secretlint-disable-next-line\nk = 'S'",
    b"/* secretlint-disable */\na\nb\nk = 'S'\n/* secretlint-enable */",
    b"// secretlint-disable @secretlint/secretlint-rule-anthropic -- fixture\na\nk = 'S'",
    b"k = 'S'  # nosec B105",
    b"k = 'S' #nosec B101, B106",
    b"k = 'S' // #nosec G101 -- test",
    b"k = 'S'  # noqa: S105",
    b"k = 'S'  # noqa: E501, S106",
]
OPEN = [
    b"k = 'S'",
    b"k = 'S'\n# keyscan:allow",
    b"# keyscan:allow\n\nk = 'S'",
    b"j = 'T' # keyscan:allow\nk = 'S'",
    b'{"a": "keyscan:allow",\n"k": "S"}',
    b"k = 'S' # keyscan:allow[openai-api-key]",
    b"k = 'S' # keyscan:allowed",
    b"k = 'S' # pragma: no cover",
    b"k = 'S' # pragma: allowlist nextline secret",
    b"j = 1 # trufflehog:ignore\nk = 'S'",
    b"# secretlint-disable-line\nk = 'S'",
    b"/* secretlint-disable */\na\n/* secretlint-enable */\nk = 'S'",
    b"// secretlint-disable @secretlint/secretlint-rule-slack\nk = 'S'",
    b"k = 'S'  # nosec",
    b"k = 'S'  # nosec B101",
    b"k = 'S'  # noqa",
    b"k = 'S'  # noqa: E501",
    b"nosecrets = 'S'",
    b"k = 'S'" + b" " * 3000 + b"# keyscan:allow",
]


@pytest.mark.parametrize("text", OPEN)
def test_a_marker_elsewhere_covers_nothing(text):
    """Markers of other lines, other rules, other kinds, and things that only look like markers do not count."""
    at = text.index(b"S'") if b"S'" in text else text.index(b'S"')
    assert Markers(text).over(at, at + 1, rule()) is None


@pytest.mark.parametrize("text", COVERED)
def test_a_marker_covers_its_line_or_the_next(text):
    """Our marker and those of the other tools count where their own tools would have them."""
    at = text.index(b"'S'") + 1 if b"'S'" in text else text.index(b">S<") + 1
    found = Markers(text).over(at, at + 1, rule())
    assert found
    assert Markers(text, "none").over(at, at + 1, rule()) is None
    assert (Markers(text, "own").over(at, at + 1, rule()) is not None) == (found.tool == "keyscan")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (b"'S' # keyscan:allow", ""),
        (b"'S' # keyscan:allow not live", "not live"),
        (b"'S' /* keyscan:allow[anthropic-api-key]: not live */", "not live"),
        (b"'S' <!-- keyscan:allow - sample -->", "sample"),
    ],
)
def test_the_reason_of_a_marker(text, reason):
    """What follows the marker is its reason, without the end of the comment."""
    assert Markers(text).over(1, 2, rule()).reason == reason


def test_a_bare_nosec_covers_generic_secrets_only():
    """It is about all of a line: too little for the key of a provider, and named as bare where it counts."""
    text = b"k = 'S'  # nosec"
    assert Markers(text).over(5, 6, rule()) is None
    found = Markers(text).over(5, 6, rule(filters="generic"))
    assert (found.tool, found.reason) == ("bare nosec", "")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (b"k = 'S' # keyscan:ignore", "'keyscan:ignore' is not a marker: write keyscan:allow[anthropic-api-key]"),
        (b"k = 'S' # keyscan: ignore-line", "'keyscan: ignore-line' is not a marker"),
        (b"k = 'S' # KeyScan:alow fixture", "'KeyScan:alow' is not a marker"),
        (b"k = 'S' // keyscan-disable-line", "'keyscan-disable-line' is not a marker"),
        (b"# keyscan ignore\nk = 'S'", "'keyscan ignore' is not a marker"),
        (b"k = 'S' # keyscan:allow[openai-api-key]", "the marker beside it names other rules"),
        (b"k = 'S' # run keyscan before you commit", ""),
        (b"k = 'S'", ""),
    ],
)
def test_what_looks_like_a_marker_is_told_with_the_right_form(text, said):
    """A misspelt marker covers nothing, and the finding says how to write it."""
    at = text.index(b"'S'") + 1
    assert Markers(text).over(at, at + 1, rule()) is None
    remark = Markers(text).remark(at, at + 1, rule())
    assert remark.startswith(said) if said else not remark
    assert not Markers(text, "none").remark(at, at + 1, rule())


def test_a_report_shows_the_remark(run, tmp_path, anthropic_key):
    """The console names the marker that does not count beside the finding."""
    (tmp_path / "a.py").write_text(f'key = "{anthropic_key}"  # keyscan:ignore\n')
    assert (
        "note    'keyscan:ignore' is not a marker: write keyscan:allow[anthropic-api-key]"
        in run("scan", cwd=tmp_path).out
    )


@pytest.mark.parametrize(
    ("text", "word"),
    [
        (b"k = 'S'  # noqa", "noqa"),
        (b"k = 'S'  // NOSEC", "NOSEC"),
        (b"k = 'S'  # noqa: E501", ""),
        (b"k = 'S'  # nosec B603", ""),
        (b"k = 'S'  # a noqa", ""),
    ],
)
def test_a_bare_marker_of_another_linter_is_told(text, word):
    """It covers no key, and the finding says what would; one with the codes of other checks is not spoken of."""
    at = text.index(b"'S'") + 1
    provider = next(one for one in load_rules() if one.id == "anthropic-api-key")
    assert Markers(text).over(at, at + 1, provider) is None
    said = Markers(text).remark(at, at + 1, provider)
    expected = f"'{word}' is another linter's marker and does not cover this: write keyscan:allow[anthropic-api-key]"
    assert said.startswith(expected) if word else not said


def test_a_generic_secret_beside_noqa_gets_the_remark():
    """`noqa` silences style checks, so a generic secret stays reported; `nosec` is about security and covers it."""
    generic = next(one for one in load_rules() if one.filters == "generic")
    at = b"k = 'S'".index(b"'S'") + 1
    assert Markers(b"k = 'S'  # noqa").over(at, at + 1, generic) is None
    assert "'noqa' is another linter's marker" in Markers(b"k = 'S'  # noqa").remark(at, at + 1, generic)
    assert Markers(b"k = 'S'  # nosec").over(at, at + 1, generic) is not None


COMMENTS = ["# @", "// @", "/* @ */", "-- @", "; @", "<!-- @ -->", "% @", "REM @", "{# @ #}", "(* @ *)"]


@pytest.mark.parametrize("comment", COMMENTS)
@pytest.mark.parametrize(
    "marker", ["noqa", "nosec", "keyscan:ignore", "keyscan: disable-line", "keyscan-skip", "keyscan:alow"]
)
def test_no_comment_style_makes_a_marker_of_what_is_none(comment, marker):
    """A bare marker of another linter and a misspelt one of ours leave a provider's key reported, the latter told."""
    text = b"k = 'S' " + comment.replace("@", marker).encode()
    markers, at = Markers(text), text.index(b"S")
    provider = next(one for one in load_rules() if one.id == "anthropic-api-key")
    assert markers.over(at, at + 1, provider) is None
    said = markers.remark(at, at + 1, provider)
    assert ("is not a marker: write keyscan:allow[anthropic-api-key]" in said) == marker.startswith("keyscan")


@pytest.mark.parametrize("comment", COMMENTS)
def test_our_marker_counts_in_every_comment_style(comment):
    """With its reason, without what closes the comment."""
    text = b"k = 'S' " + comment.replace("@", "keyscan:allow made up").encode()
    provider = next(one for one in load_rules() if one.id == "anthropic-api-key")
    marker = Markers(text).over(text.index(b"S"), text.index(b"S") + 1, provider)
    assert marker is not None
    assert marker.reason == "made up"
