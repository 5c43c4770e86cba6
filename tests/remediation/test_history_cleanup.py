"""The file of replacements, the order of steps, and the commands that publish the result."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keyscan.git.rewriting import Ref
from keyscan.remediation.history_cleanup import MARK, CleanupPlan, Exposure, describe, push_commands, replacements


@given(st.binary(min_size=1, max_size=60), st.binary(max_size=10), st.binary(max_size=10))
def test_replacement_matches_the_secret_whatever_it_holds(secret, before, after):
    """One line of the file per secret; read as git-filter-repo reads it, it replaces the secret and nothing else."""
    line, rest = replacements([secret]).split(b"\n")
    assert not rest
    expression, new = line.rstrip(b"\r\n").rsplit(b"==>", 1)
    assert new == MARK
    pattern = re.compile(expression.removeprefix(b"regex:"))
    assert pattern.fullmatch(secret)
    if secret.strip() and secret not in before + after:
        assert MARK in pattern.sub(new, before + secret + after)


def test_line_ends_of_a_key_match_in_either_form():
    """A key of several lines is found with LF and CRLF."""
    pattern = re.compile(replacements([b"a\nb=="]).rsplit(b"==>", 1)[0].removeprefix(b"regex:"))
    assert pattern.fullmatch(b"a\r\nb==")
    assert pattern.fullmatch(b"a\nb==")


@pytest.fixture
def plan():
    """A plan with odd names."""
    refs = (
        Ref("refs/heads/a b", "1" * 40, "commit", "1" * 40),
        Ref("refs/notes/commits", "2" * 40, "commit", "2" * 40),
    )
    exposure = Exposure(
        "r:" + "0" * 20, "r", "k...[0]", tuple(f"p{n}" for n in range(30)), ("c",), (("x.zip", "in it"),)
    )
    heads = (("only", "3" * 40), ("a b", "4" * 40))
    return CleanupPlan((exposure,), (b"hunter2",), 1, 2, refs, remote="https://x/y", remote_heads=heads)


def test_commands_quote_names_and_lease_what_the_remote_has(plan):
    """Names are quoted for the shell; the lease is what the remote is known to have; notes are not pushed."""
    (command,) = push_commands(plan, "/var/my dir")
    assert command == (
        "git -C '/var/my dir' push '--force-with-lease=refs/heads/a b:" + "4" * 40 + "' https://x/y "
        "'refs/heads/a b:refs/heads/a b'"
    )


def test_long_lists_are_cut_and_secrets_are_not_shown(plan):
    """What is named is bounded; the plaintext is in no line and no representation."""
    text = "\n".join(describe(plan))
    assert "and 18 more paths" in text
    assert "Not reached: k...[0] in x.zip, in it" in text
    assert "hunter2" not in text + repr(plan)
