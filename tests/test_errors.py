"""The errors that keyscan raises, and its exit codes."""

from __future__ import annotations

import pytest

from keyscan import errors


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("UsageError", 2), ("ConfigError", 2), ("RuleError", 2), ("BaselineError", 2), ("IncompleteError", 3),
        ("GitError", 3), ("WorkerError", 3), ("OutputClosed", 3), ("KeyscanError", 3),
    ],
)  # fmt: skip
def test_exit_codes(name, code):
    """Wrong input ends with 2, what could not be read with 3."""
    assert getattr(errors, name).exit_code == code


def test_every_error_is_one_of_ours():
    """So that the command line turns each into one line."""
    found = [one for one in vars(errors).values() if isinstance(one, type) and issubclass(one, Exception)]
    assert len(found) >= 9
    assert all(issubclass(one, errors.KeyscanError) for one in found)
