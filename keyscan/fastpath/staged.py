"""`keyscan staged`, answered with next to no imports when the answer is clean.

A commit with nothing secret in it is nearly every commit. This path reads the index with two gits, asks the
stored engine (`keyscan/fastpath/engine.py`) and prints the same last line that the whole command prints. Anything
else (a possible match, odd entries, configuration, a cache that is not there) makes it answer None, and the
whole command runs as if nothing had happened: so it can be late, but never wrong.
"""

from __future__ import annotations

import os
import sys
import time

from keyscan._version import __version__
from keyscan.catalog.name_sieve import may_be_judged_by_name
from keyscan.git.settings import SAFE, STAGED, environment, program

# Requests that fit into a pipe are written before anything is read, with no thread to feed them.
_MOST_ENTRIES = 400
# More than this is worth the whole engine, which streams.
_MOST_BYTES = 16 * 1024 * 1024
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
        entries = _entries(_read(listing))
        if _wait(lister) or not entries:
            return None
        names = [b":" + name for name in _CONFIGURATION] + [oid for _, oid in entries]
        os.write(ask_out, b"".join(name + b"\n" for name in names))
    finally:
        os.close(ask_out)
    from keyscan.fastpath.engine import Quick, loads

    place = cache_directory()
    stored = loads(read_stored(place + quick_name()))
    if stored["state"] != state_of_rules():
        return None
    engine = Quick(stored, [read_stored(place + name) for name in stored["databases"]])  # type: ignore[attr-defined]
    objects = _objects(_read(answers))
    if _wait(reader) or len(objects) != len(names):
        return None
    configuration = objects[: len(_CONFIGURATION)]
    if configuration[0] is not None or b"tool.keyscan" in (configuration[1] or b""):
        # Raises, unless the whole command has said that this configuration leaves a clean commit clean.
        os.stat(place + plain_name(configuration))  # noqa: PTH116
    total = 0
    for found in objects[len(_CONFIGURATION) :]:
        if found is None or engine.doubtful(found):
            return None
        total += len(found)
    from keyscan.reporters.shared.summary import clean_line

    seconds = time.perf_counter() - started
    sys.stdout.write(clean_line(len(entries), total, len(stored["programs"]), seconds))  # type: ignore[arg-type]
    sys.stdout.flush()
    return 0


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


def _read(pipe: int) -> bytes:
    parts = []
    size = 0
    while part := os.read(pipe, 1 << 20):
        parts.append(part)
        size += len(part)
        if size > _MOST_BYTES:
            raise ValueError
    os.close(pipe)
    return b"".join(parts)


def _wait(process: int) -> int:
    return os.waitpid(process, 0)[1]


def _entries(raw: bytes) -> list[tuple[bytes, bytes]] | None:
    """(path, blob id) of what is staged; None where an entry is not a plain file or is judged by its name."""
    fields = raw.split(b"\0")
    if len(fields) > 2 * _MOST_ENTRIES:
        return None
    entries = []
    for head, path in zip(fields[0::2], fields[1::2], strict=False):
        _, mode, _, oid, _ = head.split()
        if mode[:3] != b"100" or not oid.strip(b"0") or may_be_judged_by_name(os.fsdecode(path)):
            return None
        entries.append((path, oid))
    return entries


def _objects(raw: bytes) -> list[bytes | None]:
    """What `cat-file --batch` answered: contents, or None for a missing object."""
    found: list[bytes | None] = []
    at = 0
    while at < len(raw):
        end = raw.index(b"\n", at)
        header = raw[at:end].split()
        if header[-1] == b"missing":
            found.append(None)
            at = end + 1
            continue
        size = int(header[-1])
        found.append(raw[end + 1 : end + 1 + size])
        at = end + size + 2
    return found


def cache_directory() -> str:
    """The cache's directory with a separator after it; as `cache.directory`, for Linux; elsewhere by variable."""
    chosen = os.environ.get("KEYSCAN_CACHE_DIR")
    if not chosen:
        if sys.platform != "linux":
            raise OSError
        base = os.environ.get("XDG_CACHE_HOME", "")
        chosen = (base if base.startswith("/") else os.environ["HOME"] + "/.cache") + "/keyscan"
    return chosen + "/"


def quick_name() -> str:
    """The name under which the quick engine is stored: one for each version of ours and of Python."""
    return f"quick-{__version__}-{sys.implementation.cache_tag}-{sys.hexversion:x}.bin"


def plain_name(files: list[bytes | None]) -> str:
    """The name under which it is remembered that the configuration in `files` leaves a clean commit clean."""
    from _blake2 import blake2b

    own, project = files
    if project is not None and b"tool.keyscan" not in project:
        project = None
    text = b"".join(b"-" if data is None else b"%d:%b" % (len(data), data) for data in (own, project))
    return f"plain-{__version__}-{blake2b(text, digest_size=16).hexdigest()}"


def read_stored(file: str) -> bytes:
    """The contents of a stored file, without the line that holds its digest."""
    with open(file, "rb") as handle:  # noqa: PTH123
        return handle.read().partition(b"\n")[2]


def state_of_rules() -> list[tuple[str, int, int]]:
    """Name, size and time of change of each built-in rule file, and of each module of the engine."""
    package = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))  # noqa: PTH100, PTH120
    place = package + "/_rules"
    if not os.path.isdir(place):  # noqa: PTH112
        place = os.path.dirname(package) + "/rules"  # noqa: PTH120
    state = []
    directories = [place, package + "/engine", package + "/ruleset", package + "/fastpath"]
    for directory in directories:  # what is found below is appended, and visited in turn
        with os.scandir(directory) as listing:
            for entry in listing:
                if entry.name.endswith((".py", ".toml")):
                    found = entry.stat()
                    state.append((entry.path, found.st_size, found.st_mtime_ns))
                elif entry.is_dir() and entry.name != "__pycache__":
                    directories.append(entry.path)
    return sorted(state)
