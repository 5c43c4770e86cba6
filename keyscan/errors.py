"""The errors that keyscan raises, and its exit codes.

KeyscanError                 one clear line for the user
+-- UsageError               exit 2: the command line, or a path that is not there
+-- ConfigError              exit 2: configuration that cannot be read or is wrong
+-- RuleError                exit 2: a rule file that cannot be read or is wrong
|   +-- RuleFileError        exit 2: the same, with several messages
+-- BaselineError            exit 2: a baseline that cannot be read
+-- IncompleteError          exit 3: what was asked for could not be read
    +-- GitError             exit 3: git failed, or refuses the repository
    +-- WorkerError          exit 3: a process of ours was ended from outside
+-- OutputClosed             exit 3: the reader of our output has gone; nothing is said

Only `cli.py` turns them into text and an exit code.
"""

from __future__ import annotations

import errno
from enum import IntEnum


class ExitCode(IntEnum):
    """What the process returns; it never depends on the output format."""

    CLEAN = 0
    FINDINGS = 1
    USAGE = 2
    INCOMPLETE = 3
    INTERRUPTED = 130


class KeyscanError(Exception):
    """An error with a message for the user: one line that names the place and the remedy."""

    exit_code: ExitCode = ExitCode.INCOMPLETE

    @property
    def messages(self) -> tuple[str, ...]:
        """The message, or one line for each of several messages."""
        return (str(self),)


class UsageError(KeyscanError):
    """The command line cannot be carried out as written."""

    exit_code = ExitCode.USAGE


class ConfigError(KeyscanError):
    """The configuration cannot be read, or says something that is not valid."""

    exit_code = ExitCode.USAGE


class RuleError(KeyscanError):
    """A rule file cannot be read, or a rule in it is not valid."""

    exit_code = ExitCode.USAGE


class RuleFileError(RuleError):
    """A rule file with faults, one message for each."""

    def __init__(self, messages: tuple[str, ...]) -> None:
        self._messages = messages
        super().__init__("\n".join(self._messages))

    def __reduce__(self) -> tuple[type[RuleFileError], tuple[tuple[str, ...]]]:
        """Travels between processes by its messages."""
        return RuleFileError, (self._messages,)

    @property
    def messages(self) -> tuple[str, ...]:
        """One for each fault."""
        return self._messages


class BaselineError(KeyscanError):
    """A baseline cannot be read; it is never taken as empty."""

    exit_code = ExitCode.USAGE


class IncompleteError(KeyscanError):
    """Something that was asked for could not be read, so nothing may be called clean."""

    exit_code = ExitCode.INCOMPLETE


class OutputClosed(KeyscanError):  # noqa: N818 - it is no error of ours, and is not reported
    """The reader of our output has gone; there is nobody to tell."""


class GitError(IncompleteError):
    """Git failed, is missing, or refuses the repository."""


class WorkerError(IncompleteError):
    """A worker process was ended before its work was done."""


# What Hyperscan raises where it gets no memory: exceptions of its own.
_HYPERSCAN = frozenset({"NoMemoryError", "BadAllocationError", "InsufficientSpaceError"})


def is_out_of_memory(error: BaseException) -> bool:
    """Whether an error, a library's own included, says that the process gets no more memory."""
    if isinstance(error, OSError):
        return error.errno == errno.ENOMEM
    if isinstance(error, ImportError):  # of an extension module
        return "failed to map segment" in str(error) or "cannot allocate memory" in str(error)
    kind = type(error)
    if kind.__module__.partition(".")[0] == "hyperscan":
        return kind.__name__ in _HYPERSCAN or "alloc" in str(error) or "memory" in str(error)
    return isinstance(error, MemoryError)
