"""What of a commit message's file becomes the message."""

from __future__ import annotations

import pytest

from keyscan.catalog.commit_messages import in_editor, without_diff

LINE = b"------------------------ >8 ------------------------"


@pytest.mark.parametrize("lead", [b"# ", b"; ", b"// "])
def test_the_diff_below_the_scissors_is_left_out(lead):
    """Whatever the comment character is; comments above stay."""
    data = b"subject\n# comment\n" + lead + LINE + b"\n" + lead + b"more\ndiff --git a b\n"
    assert without_diff(data) == b"subject\n# comment\n"


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"subject\n",
        LINE + b"\nx\n",
        b"# " + LINE + b"\nx\n",
        b"a long quotation # " + LINE + b"\nx\n",
        b"a b " + LINE + b"\n",
    ],
)
def test_text_that_only_looks_like_scissors_stays(data):
    """Without a comment character before it, or in a sentence, the line is text."""
    assert without_diff(data) == data


def test_the_first_true_scissors_count():
    """A false one before them hides nothing."""
    data = b"x " * 9 + LINE + b"\nbody\n# " + LINE + b"\n# more\ndiff\n"
    assert without_diff(data) == b"x " * 9 + LINE + b"\nbody\n"


def test_who_edits_the_message():
    """Git's own mark of a message that nobody edits, and any editor."""
    assert not in_editor({"GIT_EDITOR": ":"})
    assert in_editor({})
    assert in_editor({"GIT_EDITOR": "vi"})
    data = b"a\n# " + LINE + b"\n# more\ndiff\n"
    assert without_diff(data, edited=False) == data
