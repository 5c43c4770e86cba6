"""Examples of each command."""

from __future__ import annotations

import shlex

from keyscan.cli.examples import EXAMPLES, epilog
from keyscan.cli.registry import COMMANDS


def test_every_command_has_examples_that_call_it():
    """Each line is a command line, with what it does."""
    assert set(COMMANDS) <= {name.partition(" ")[0] for name in EXAMPLES}
    for name, lines in EXAMPLES.items():
        assert lines, name
        for line, what in lines:
            assert shlex.split(line, comments=True) or line
            assert what


def test_as_click_sets_them():
    """Nothing where there are none."""
    assert epilog("nonsense") == ""
    assert epilog("man").startswith("\b\nExamples:\n  keyscan man")
