"""The only caller of git. The repository is hostile: nothing in its configuration may run.

What could run a program, reach the network or change what is printed is overridden (`keyscan/git/settings.py`).
"""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from contextlib import suppress
from functools import cache
from threading import Thread
from typing import IO, TYPE_CHECKING

from keyscan.errors import GitError, IncompleteError
from keyscan.git import pipes
from keyscan.git.settings import SAFE, environment, program
from keyscan.git.standard_error import StandardError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path


# The user's own git, looked for once: PATH does not change while a command runs.
_program = cache(program)


# What `Git.objects` gives as the type of an object that is larger than it was asked for.
TOO_LARGE = b"too large"
# Bytes that a git which reads objects may allocate. Git itself makes no deltas of files over 512 MB, and needs two to
# three times the size of one to apply them; what is no delta is streamed.
MOST_MEMORY = 4 << 30
# Before the command, for pathspecs that `from_top` makes: magic is switched off otherwise.
PATHSPEC_MAGIC = "--no-literal-pathspecs"


def from_top(path: str) -> str:
    """A pathspec for exactly `path`, relative to the root of the work tree wherever git is run."""
    return f":(top,literal){path}"


def run_python_tool(directory: str, module: str, args: Sequence[str]) -> None:
    """Run a tool that is one Python module, in a directory, with git's safe settings for the gits that it starts.

    Raises GitError when it fails, IncompleteError when it is not installed.
    """
    spec = importlib.util.find_spec(module)
    if spec is None or spec.origin is None:
        raise IncompleteError(f"{module} is not installed: pip install 'keyscan-linter[fix]'")
    settings = [value.partition("=") for value in SAFE[1::2]]
    variables = {"GIT_CONFIG_COUNT": str(len(settings))}
    for number, (key, _, value) in enumerate(settings):
        variables |= {f"GIT_CONFIG_KEY_{number}": key, f"GIT_CONFIG_VALUE_{number}": value}
    # -I: neither the directory nor the environment adds to what Python imports.
    done = subprocess.run(
        [sys.executable, "-I", spec.origin, *args],
        cwd=directory,
        env={**environment(dict(os.environ), inherit=False), **variables},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
    )
    if done.returncode:
        raise error_of((module,), done.stderr)


def _limit_memory(pid: int) -> None:
    """Limit the memory of a git that reads objects, on Linux: deltas of a few kilobytes can describe terabytes."""
    with suppress(ImportError, AttributeError, OSError, ValueError):  # other systems; a lower limit that is there
        import resource

        _, most = resource.prlimit(pid, resource.RLIMIT_DATA)
        if most == resource.RLIM_INFINITY or most > MOST_MEMORY:
            resource.prlimit(pid, resource.RLIMIT_DATA, (MOST_MEMORY, most))


class Git:
    """Git, run in one directory."""

    def __init__(self, directory: Path | str = ".", *, inherit: bool | None = None) -> None:
        """`inherit`: obey GIT_DIR, GIT_INDEX_FILE and the like, as hooks have to; None: in the current directory."""
        self.directory = os.fspath(directory)
        self.inherit = self.directory == "." if inherit is None else inherit

    def start(self, *args: str, stdin: int | None = None, stderr: int = subprocess.PIPE) -> subprocess.Popen[bytes]:
        """A running git whose output is read from pipes; GitError when git is not there."""
        try:
            process = subprocess.Popen(
                [_program(os.environ.get("PATH", os.defpath)) or "git-not-found", *SAFE, *args],
                cwd=self.directory,
                env=environment(dict(os.environ), inherit=self.inherit),
                stdin=subprocess.DEVNULL if stdin is None else stdin,
                stdout=subprocess.PIPE,
                stderr=stderr,
            )
        except OSError as error:
            if not os.path.lexists(self.directory):
                raise GitError(f"{self.directory}: no such directory") from error
            if not os.path.isdir(self.directory):  # noqa: PTH112 - the name may not be text
                raise GitError(f"{self.directory}: not a directory") from error
            if isinstance(error, FileNotFoundError):
                raise GitError("git is not installed, or not on PATH") from error
            raise GitError(f"{self.directory}: git cannot be run here: {error.strerror}") from error
        if "cat-file" in args:
            _limit_memory(process.pid)
        return process

    def finish(self, process: subprocess.Popen[bytes]) -> tuple[bytes, bytes]:
        """What a git that `start` gave prints on its two streams; GitError if it waits for a pipe."""
        try:
            return process.communicate(timeout=pipes.PATIENCE)
        except subprocess.TimeoutExpired:
            pipe = pipes.pipe_that_git_reads(self.directory)
            if not pipe:
                return process.communicate()
            process.kill()
            process.communicate()
            raise pipes.waits_for(pipe) from None
        except BaseException:
            process.kill()
            process.communicate()
            raise

    def run(self, *args: str, stdin: bytes | None = None, good: tuple[int, ...] = (0,)) -> bytes:
        """What git prints; GitError with git's own words when its exit code is not one of `good`."""
        if stdin is None:
            process = self.start(*args)
        else:
            from keyscan.support.temporary_file import temporary_file  # most calls have no input, and it costs 4 ms

            # From a file: a pipe that is not written at once could not be written on after a timeout.
            with temporary_file() as given:
                given.write(stdin)
                given.seek(0)
                process = self.start(*args, stdin=given.fileno())
        out, err = self.finish(process)
        if process.returncode not in good:
            raise error_of(args, self._reason(err))
        return out

    def run_with_complaints(self, *args: str) -> tuple[bytes, list[str]]:
        """What git prints, and its warnings, a line each; GitError with git's own words when it fails."""
        process = self.start(*args)
        out, err = self.finish(process)
        if process.returncode:
            raise error_of(args, self._reason(err))
        lines = [line for line in err.decode("utf-8", "replace").splitlines() if not line.startswith("hint:")]
        return out, [line.removeprefix("warning: ") for line in lines[:20]]

    def _reason(self, stderr: bytes) -> bytes:
        """Why a command failed: where git takes no repository, `diff` is another command, which does not say why."""
        if b"unknown option `cached'" not in stderr:
            return stderr
        return self.finish(self.start("rev-parse", "--git-dir"))[1] or stderr

    def ask(self, *args: str) -> bytes | None:
        """What git prints, without the line's end; None when it fails."""
        process = self.start(*args)
        out, _ = self.finish(process)
        return None if process.returncode else out.rstrip(b"\n")

    def hooks_path(self) -> tuple[str, str | None]:
        """(scope, value) of core.hooksPath as the user configured it; the value is None when it is not set.

        `SAFE` overrides it on the command line, so that scope is passed over.
        """
        out = self.ask("config", "--show-scope", "--get-all", "core.hooksPath") or b""
        last: tuple[str, str | None] = ("", None)
        for line in out.splitlines():
            scope, _, value = line.partition(b"\t")
            if scope != b"command":
                last = (scope.decode(), os.fsdecode(value))
        return last

    def kinds(self, names: list[bytes]) -> list[bytes]:
        """The type of each object of `names`; empty for one that is missing."""
        out = self.run("cat-file", "--batch-check=%(objecttype)", stdin=b"".join(name + b"\n" for name in names))
        return [b"" if line.endswith(b"missing") else line for line in out.splitlines()]

    def ids(self, names: list[bytes]) -> list[bytes]:
        """The id of each object of `names` (ids, or revisions without a newline); empty for one that is missing."""
        out = self.run("cat-file", "--batch-check=%(objectname)", stdin=b"".join(name + b"\n" for name in names))
        return [b"" if b" " in line else line for line in out.splitlines()]

    def objects(self, names: list[bytes], most: int | None = None) -> Iterator[tuple[bytes, bytes] | None]:
        """(type, contents) of each object of `names` (ids, or revisions without a newline); None: missing.

        One of more than `most` bytes is not held in memory: its type is `TOO_LARGE`, its contents are empty.
        One git answers all, so a list of any length costs one process.
        """
        if not names:
            return
        process = self.start("cat-file", "--batch", "--buffer", stdin=subprocess.PIPE)
        assert process.stdin is not None  # noqa: S101 - a pipe was asked for
        assert process.stdout is not None  # noqa: S101
        assert process.stderr is not None  # noqa: S101
        complaints = StandardError(process.stderr)
        feeder = Thread(target=_feed, args=(process.stdin, names), daemon=True)
        feeder.start()
        watch = pipes.Watch(self.directory, process.kill)
        try:
            for name in names:
                yield _answer(process.stdout, name, most)
        except GitError:
            if watch.pipe:
                raise pipes.waits_for(watch.pipe) from None
            process.kill()
            said = complaints.text()
            if said:
                raise error_of(("cat-file",), said) from None
            raise
        finally:
            watch.close()
            process.stdout.close()
            process.kill()
            process.wait()
            feeder.join()
            complaints.text()
            with suppress(OSError):
                process.stdin.close()


def _feed(pipe: IO[bytes], names: list[bytes]) -> None:
    with suppress(OSError, ValueError):
        for start in range(0, len(names), 1000):
            pipe.write(b"".join(name + b"\n" for name in names[start : start + 1000]))
        pipe.close()


def _answer(pipe: IO[bytes], name: bytes, most: int | None) -> tuple[bytes, bytes] | None:
    header = pipe.readline()
    if not header.endswith(b"\n"):
        raise GitError(f"git cat-file ended early, at {name.decode('utf-8', 'replace')}")
    parts = header.split()
    if parts[-1] == b"missing" or len(parts) != 3:  # noqa: PLR2004 - id, type, size
        return None
    size = int(parts[2])
    if most is not None and size > most:
        while size > 0 and (part := pipe.read(min(size, 1 << 20))):
            size -= len(part)
        pipe.read(1)
        return TOO_LARGE, b""
    data = pipe.read(size)
    if len(data) != size or pipe.read(1) != b"\n":
        raise GitError(f"git cat-file ended early, at {name.decode('utf-8', 'replace')}")
    return parts[1], data


def error_of(args: tuple[str, ...], stderr: bytes) -> GitError:
    """The clear error for what git said."""
    text = stderr.decode("utf-8", "replace").strip()
    if "dubious ownership" in text:
        return GitError(
            "git refuses this repository because somebody else owns it; if you trust it, run: "
            "git config --global --add safe.directory DIRECTORY"
        )
    # Outside a repository `git diff` becomes another command, which has no --cached.
    if "not a git repository" in text or "unknown option `cached'" in text:
        return GitError("not a git repository (nor any of its parents)")
    lines = text.splitlines() or ["it gave no reason"]
    # Warnings and hints come first, then complaints of what git could do without.
    starts = (at for kind in ("fatal: ", "error: ") for at, line in enumerate(lines) if line.startswith(kind))
    at = next(starts, 0)
    # What a colon ends goes on below, such as the extensions that a newer git knows.
    line = " ".join(" ".join(lines[at : at + 3] if lines[at].endswith(":") else lines[at : at + 1]).split())
    name = next((arg for arg in args if not arg.startswith("-")), "")
    return GitError(f"git {name} failed: {line.removeprefix('fatal: ').removeprefix('error: ')}")
