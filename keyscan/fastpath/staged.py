"""`keyscan staged`, answered with next to no imports when the answer is clean.

A commit with nothing secret in it is nearly every commit. This path reads the index with two gits, asks the
stored engine (`keyscan/fastpath/engine.py`) and prints the same last line that the whole command prints. Texts in which
a rule may match are judged by `keyscan/fastpath/doubtful.py`. Anything else (a match, unusual entries, configuration, a
cache that does not exist) makes it answer None, and the whole command runs: it can be late, never wrong.
"""

from __future__ import annotations

import os
import select
import sys
import time

from keyscan.catalog.name_sieve import may_be_judged_by_name
from keyscan.git.settings import SAFE, STAGED, environment, program
from keyscan.support import storage

# As `typing` has it, without importing that.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from keyscan.fastpath.engine import StoredEngine

# Requests that fit into a pipe are written before anything is read, with no thread to feed them.
_MOST_ENTRIES = 400
# More than this is worth the whole engine, which streams.
_MOST_BYTES = 16 * 1024 * 1024
# Seconds for git to answer: after that the whole command looks whether it waits for a pipe in place of a file.
_PATIENCE = 3.0
_CONFIGURATION = (b".keyscan.toml", b"pyproject.toml")


def staged() -> int | None:
    """The exit code 0 for a commit that is clean, having said so; None for the whole command to decide."""
    started = time.perf_counter()
    if not hasattr(os, "posix_spawnp") or "KEYSCAN_CONFIG" in os.environ or "PRE_COMMIT_FROM_REF" in os.environ:
        return None
    try:
        return _staged(started)
    except Exception:  # noqa: BLE001 - whatever it is, the whole command says it better
        return None


def _staged(started: float) -> int | None:
    ask_in, ask_out = os.pipe()
    reader, answers = _start(["cat-file", "--batch", "--buffer"], ask_in)
    os.close(ask_in)
    lister, listing = _start(list(STAGED), None)
    try:
        entries = _entries(_read(listing, lister, reader))
        if _wait(lister) or not entries:
            return None
        names = [b":" + name for name in _CONFIGURATION] + [oid for _, oid in entries]
        os.write(ask_out, b"".join(name + b"\n" for name in names))
    finally:
        os.close(ask_out)
    from keyscan.fastpath.engine import open_stored

    engine = open_stored()
    objects = _objects(_read(answers, reader))
    if _wait(reader) or len(objects) != len(names):
        return None
    if not _may_answer(objects[: len(_CONFIGURATION)], [path for path, _ in entries]):
        return None
    contents = objects[len(_CONFIGURATION) :]
    if not is_clean(engine, [(os.fsdecode(path), data) for (path, _), data in zip(entries, contents, strict=True)]):
        return None
    from keyscan.reporters.shared.summary import clean_line, use_color

    total = sum(len(data) for data in contents if data is not None)
    color = use_color(os.environ, terminal=sys.stdout.isatty())
    seconds = time.perf_counter() - started
    sys.stdout.write(clean_line(len(entries), total, engine.secret_rules, seconds, color=color))
    sys.stdout.flush()
    return 0


def _may_answer(configuration: list[bytes | None], paths: list[bytes]) -> bool:
    """Whether the index's configuration leaves the answer on a clean commit of `paths` as it is without one."""
    if any(data and b"\n" not in data for data in configuration):
        return False  # it may be the target of a symbolic link, and what that leads to decides
    if configuration[0] is None and b"tool.keyscan" not in (configuration[1] or b""):
        return True
    # There only if the whole command has said so; what is stored are texts of which an excluded path has one.
    excluded = storage.read(plain_name(configuration))
    if excluded is None:
        return False
    return not any(text in path for text in excluded.split(b"\n")[1:] for path in paths)


def is_clean(engine: StoredEngine, files: list[tuple[str, bytes | None]]) -> bool:
    """Whether no rule matches anything in `files`, (path, contents), and none is judged by its name.

    False for any doubt: a missing object, an archive, too much text.
    """
    doubtful = []
    for path, data in files:
        if data is None or may_be_judged_by_name(path):
            return False
        if engine.doubtful(data):
            doubtful.append((path, data))
    if not doubtful:
        return True
    from keyscan.fastpath.doubtful import DoubtfulTexts

    return DoubtfulTexts(engine).clean(doubtful)


def _start(args: list[str], stdin: int | None) -> tuple[int, int]:
    """A running git: its process id, and the end of a pipe that gives its output."""
    out, into = os.pipe()
    null = os.open(os.devnull, os.O_RDWR)
    actions = [
        (os.POSIX_SPAWN_DUP2, null if stdin is None else stdin, 0),
        (os.POSIX_SPAWN_DUP2, into, 1),
        (os.POSIX_SPAWN_DUP2, null, 2),
    ]
    file = program(os.environ.get("PATH", os.defpath))
    variables = environment(dict(os.environ), inherit=True)
    process = os.posix_spawn(file, ["git", *SAFE, *args], variables, file_actions=actions)
    os.close(into)
    os.close(null)
    return process, out


def _read(pipe: int, *processes: int) -> bytes:
    """All that comes through a pipe; TimeoutError when nothing comes for long, and these processes are ended."""
    parts = []
    size = 0
    while True:
        if not select.select([pipe], [], [], _PATIENCE)[0]:
            for process in processes:
                os.kill(process, 9)
            raise TimeoutError
        part = os.read(pipe, 1 << 20)
        if not part:
            break
        parts.append(part)
        size += len(part)
        if size > _MOST_BYTES:
            raise ValueError
    os.close(pipe)
    return b"".join(parts)


def _wait(process: int) -> int:
    return os.waitpid(process, 0)[1]


def _entries(raw: bytes) -> list[tuple[bytes, bytes]] | None:
    """(path, blob id) of what is staged; None where an entry is not a plain file."""
    fields = raw.split(b"\0")
    if len(fields) > 2 * _MOST_ENTRIES:
        return None
    entries = []
    for head, path in zip(fields[0::2], fields[1::2], strict=False):
        _, mode, _, oid, _ = head.split()
        if mode[:3] != b"100" or not oid.strip(b"0"):
            return None
        entries.append((path, oid))
    return entries


def _objects(raw: bytes) -> list[bytes | None]:
    """What `cat-file --batch` answered: contents, or None for a missing object."""
    contents: list[bytes | None] = []
    at = 0
    while at < len(raw):
        end = raw.index(b"\n", at)
        header = raw[at:end].split()
        if header[-1] == b"missing":
            contents.append(None)
            at = end + 1
            continue
        size = int(header[-1])
        contents.append(raw[end + 1 : end + 1 + size])
        at = end + size + 2
    return contents


def plain_name(files: list[bytes | None]) -> str:
    """The name under which it is remembered that the configuration in `files` leaves a clean commit clean."""
    own, project = files
    if project is not None and b"tool.keyscan" not in project:
        project = None
    text = b"".join(b"-" if data is None else b"%d:%b" % (len(data), data) for data in (own, project))
    return f"plain-{storage.key_of(text)}"
