"""A running git: records from its output as they arrive, and its errors and warnings as Skips."""

from __future__ import annotations

from typing import IO, TYPE_CHECKING, Self

from keyscan.errors import GitError
from keyscan.git.pipes import Watch, waits_for
from keyscan.model.blob import Skip
from keyscan.support.temporary_file import temporary_file

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from keyscan.git.command import Git

_BUFFER = 1 << 20
# Errors that are reported; a repository with ten thousand broken refs needs no more to be understood.
_MAX_COMPLAINTS = 20
# What git says of objects that it does not have.
_MISSING = ("missing", "bad object", "not point to a valid", "unable to read", "not find")


class Output:
    """A running git and its output; a context manager, which ends the git.

    Input is written to a temporary file first and complaints go to one, so that no full pipe can stop either side.
    """

    def __init__(self, git: Git, *args: str, lines: Iterable[bytes] = ()) -> None:
        """Start `git ARGS` with `lines` on its standard input."""
        self._args = args
        self._errors = temporary_file()
        with temporary_file() as given:
            given.writelines(line + b"\n" for line in lines)
            given.seek(0)
            self._process = git.start(*args, stdin=given.fileno(), stderr=self._errors.fileno())
        assert self._process.stdout is not None  # noqa: S101 - a pipe was asked for
        self.file: IO[bytes] = open(  # noqa: SIM115 - a larger buffer on the same pipe
            self._process.stdout.fileno(), "rb", buffering=_BUFFER, closefd=False
        )
        self._watch = Watch(git.directory, self._process.kill)

    def __enter__(self) -> Self:
        """This object."""
        return self

    def __exit__(self, *_: object) -> None:
        """End the git, whether or not all was read."""
        self._watch.close()
        self._process.kill()
        self.file.close()
        if self._process.stdout is not None:
            self._process.stdout.close()
        self._process.wait()
        self._errors.close()

    def chunks(self) -> Iterator[bytes]:
        """The output, as it comes."""
        while chunk := self.file.read(_BUFFER):
            yield chunk

    def records(self, separator: bytes) -> Iterator[bytes]:
        """The parts of the output that `separator` ends, without it."""
        rest = b""
        for chunk in self.chunks():
            *whole, rest = (rest + chunk).split(separator)
            yield from whole
        if rest:
            yield rest

    def complaints(self) -> list[str]:
        """Once all output is read: git's errors and warnings, a line each; empty when all went well."""
        code = self._process.wait()
        if self._watch.pipe:
            return [str(waits_for(self._watch.pipe))]
        self._errors.seek(0)
        lines = self._errors.read(1 << 16).decode("utf-8", "replace").splitlines()
        messages = [
            line.removeprefix("fatal: ").removeprefix("error: ")
            for line in lines
            if line and line[0] != " " and not line.startswith("hint:")
        ]
        if code and not messages:
            messages = [f"git {self._args[0]} ended with {code}"]
        return messages[:_MAX_COMPLAINTS]

    def skips(self) -> Iterator[Skip]:
        """The complaints as Skips that make a history incomplete."""
        return map(history_skip, self.complaints())

    def check(self) -> None:
        """Raise GitError if git failed."""
        messages = self.complaints()
        if self._process.returncode:
            raise GitError(f"git {self._args[0]} failed: {messages[0]}")


def history_skip(text: str) -> Skip:
    """A Skip that makes a history incomplete, with the remedy."""
    missing = any(word in text for word in _MISSING)
    hint = "; fetch them with `git fetch --refetch` or clone again, and check with `git fsck`" if missing else ""
    return Skip("history", text + hint, incomplete=True)
