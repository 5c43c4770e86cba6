"""The errors that keyscan raises, and its exit codes."""

from __future__ import annotations

import errno

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


def _hyperscan(name, text=""):
    return type(name, (Exception,), {"__module__": "hyperscan._hs_ext"})(text)


@pytest.mark.parametrize(
    ("error", "memory"),
    [
        (MemoryError(), True),
        (OSError(errno.ENOMEM, "x"), True),
        (OSError(errno.ENOENT, "x"), False),
        (_hyperscan("NoMemoryError"), True),
        (_hyperscan("CompilerError", "Unable to allocate memory."), True),
        (_hyperscan("CompilerError", "Expression is too large."), False),
        (ImportError("x.so: failed to map segment from shared object"), True),
        (ImportError("no module named x"), False),
        (ValueError("memory"), False),
    ],
)
def test_want_of_memory_is_known_from_every_library(error, memory):
    """Each library says it by an exception of its own."""
    assert errors.is_out_of_memory(error) == memory


def test_hyperscan_says_it_as_is_expected():
    """The class that Hyperscan raises where it gets no memory."""
    hyperscan = pytest.importorskip("hyperscan")
    assert errors.is_out_of_memory(hyperscan.NoMemoryError())


def test_every_error_is_one_of_ours():
    """So that the command line turns each into one line."""
    found = [one for one in vars(errors).values() if isinstance(one, type) and issubclass(one, Exception)]
    assert len(found) >= 9
    assert all(issubclass(one, errors.KeyscanError) for one in found)
