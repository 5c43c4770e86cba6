"""The source line of a finding: readable, and with no secret in it."""

from __future__ import annotations

import pytest
from helpers.tokens import token
from hypothesis import given, settings
from hypothesis import strategies as st

from keyscan.api import Scanner
from keyscan.scan.snippet import MASK

GITHUB = token("ghp_{alnum:30}{crc32-base62:ghp_}", "snippet")
ANTHROPIC = token("sk-ant-api03-{b64url:93}AA", "snippet")


SCANNER = Scanner.default()


@pytest.fixture
def scanner():
    """A scanner with the built-in rules."""
    return SCANNER


def shown(scanner, text):
    """The snippets of a text's findings, each as one line."""
    findings = scanner.scan_text(text, "a.py").findings
    assert findings
    return [one.snippet.before + one.snippet.mark + one.snippet.after for one in findings if one.snippet]


def test_the_line_is_shown_with_the_secret_masked(scanner):
    """Name, quotes and comment stay, the secret is its public prefix and a mask of fixed length."""
    assert shown(scanner, f'x = 1\ntoken = "{GITHUB}"  # deploy\ny = 2\n') == [f'token = "ghp_{MASK}"  # deploy']


def test_another_secret_on_the_line_is_masked_too(scanner):
    """Each of two secrets on a line is masked in the other's snippet."""
    for line in shown(scanner, f'pair("{GITHUB}", "{ANTHROPIC}")\n'):
        assert GITHUB[4:12] not in line
        assert ANTHROPIC[13:21] not in line


def test_the_rest_of_a_token_is_masked(scanner):
    """Where a rule covers a part of a longer token, the rest of it is not shown; nor are long unknown tokens."""
    other = token("{alnum:40}", "unknown")
    (line,) = shown(scanner, f'call("{GITHUB}", "{other}")\n')
    assert other[:12] not in line


def test_a_token_that_is_cut_off_is_not_shown(scanner):
    """Of keys that follow one another without a break no part stands at the ends of what is shown."""
    for line in shown(scanner, GITHUB * 5 + ANTHROPIC * 2 + GITHUB):
        for secret in (GITHUB[4:], ANTHROPIC[13:]):
            assert not [at for at in range(len(secret) - 7) if secret[at : at + 8] in line]


def test_a_password_that_stands_twice_is_masked_twice(scanner):
    """Also where no rule sees the second one."""
    (line,) = shown(scanner, 'password = "kV9!xT2m_q"  # see kV9!xT2m_q in the wiki\n')
    assert "xT2m" not in line


def test_a_long_line_is_cut(scanner):
    """Of a minified line only some characters round the secret are shown."""
    (line,) = shown(scanner, "a b;" * 5000 + f'k="{GITHUB}";' + "c d;" * 5000)
    assert len(line) < 150


@settings(max_examples=150, deadline=None)
@given(
    st.lists(
        st.one_of(
            st.sampled_from([GITHUB, ANTHROPIC]), st.text(st.sampled_from(" =\"':,;(){}#/\nabcé_-.1"), max_size=8)
        ),
        min_size=1,
        max_size=9,
    )
)
def test_no_part_of_a_found_secret_is_ever_shown(parts):
    """Whatever stands between and beside them, eight characters of a found secret are in no snippet."""
    text = "".join(parts)
    for finding in SCANNER.scan_text(text, "a.py").findings:
        line = finding.snippet.before + finding.snippet.mark + finding.snippet.after if finding.snippet else ""
        for secret in (GITHUB[4:], ANTHROPIC[13:]):
            assert not [at for at in range(len(secret) - 7) if secret[at : at + 8] in line]
