"""Files in the user's cache directory: where it is, what a key is made of, and reading and writing them whole.

A stored file is a BLAKE2b digest of its name and data in hexadecimal, a line's end, and the data. One that does not fit
its digest counts as absent. Shared with the fast path, so nothing is imported before it is needed.
"""

from __future__ import annotations

import os
import sys

from keyscan._version import __version__

# As `typing` has it, without importing that.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

# Parts of the package that decide what is stored: rules as parsed, databases, programs, objects that hold nothing.
_PARTS = ("catalog", "engine", "fastpath", "model", "ruleset", "scan")
DIGEST_BYTES = 16
# Set in the environment, so in started processes too: nothing is stored. For what is only tried out.
NOTHING_STORED = "_KEYSCAN_NOTHING_STORED"
# No file that is stored is larger.
_LARGEST = 1 << 30
# Of a file's mode: its type, and that of a regular file. EACCES. How to open what may be a pipe, in binary.
_TYPE, _REGULAR, _DENIED = 0o170000, 0o100000, 13
_AT_ONCE = getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0)
_PACKAGE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))  # noqa: PTH100, PTH120 - import-free


def cache_directory() -> str:
    """The cache's directory: KEYSCAN_CACHE_DIR, else where the platform keeps caches; may not exist yet.

    What `refused_directory` names does not count. Raises OSError where the user has no home directory, and where others
    than the user and the administrator can write: what is stored is run and believed.
    """
    place = _chosen_directory()
    if os.name == "posix":
        try:
            status = os.stat(place)  # noqa: PTH116
        except OSError:
            return place
        if status.st_uid not in {os.geteuid(), 0}:
            raise PermissionError(_DENIED, "it belongs to another user", place)
        if status.st_mode & 0o002:
            raise PermissionError(_DENIED, "every user may write there", place)
    return place


def _chosen_directory() -> str:
    chosen = os.environ.get("KEYSCAN_CACHE_DIR")
    if chosen and not _is_refused(chosen):
        return chosen
    if sys.platform == "linux":  # platformdirs takes 5 ms to import, and says just this
        base = os.environ.get("XDG_CACHE_HOME", "")
        if not base.startswith("/") or _is_in_work_tree(base):
            home = os.path.expanduser("~")  # noqa: PTH111
            if not home.startswith("/"):
                raise OSError("no home directory")
            base = home + "/.cache"
        return base + "/keyscan"
    import platformdirs

    return platformdirs.user_cache_dir("keyscan", appauthor=False)


def refused_directory() -> str:
    """The directory of KEYSCAN_CACHE_DIR or XDG_CACHE_HOME that does not count, else empty.

    One that is relative or in a repository's work tree: such a place may hold files that a stranger committed.
    """
    chosen = os.environ.get("KEYSCAN_CACHE_DIR", "")
    if chosen:
        return chosen if _is_refused(chosen) else ""
    base = os.environ.get("XDG_CACHE_HOME", "")
    return base if sys.platform == "linux" and base.startswith("/") and _is_in_work_tree(base) else ""


def _is_refused(chosen: str) -> bool:
    return not os.path.isabs(chosen) or _is_in_work_tree(chosen, home=True)  # noqa: PTH117


def _is_in_work_tree(directory: str, *, home: bool = False) -> bool:
    """Whether `directory` is in the work tree of a repository; one in the home directory itself counts if `home`."""
    place = os.path.realpath(directory)
    while not os.path.lexists(os.path.join(place, ".git")):  # noqa: PTH118
        above = os.path.dirname(place)  # noqa: PTH120
        if above == place:
            return False
        place = above
    return home or place != os.path.realpath(os.path.expanduser("~"))  # noqa: PTH111


def unusable() -> str:
    """Why nothing can be stored, with the place; empty when something can."""
    import tempfile

    place = "the cache directory"
    try:
        place = cache_directory()
        os.makedirs(place, 0o700, exist_ok=True)  # noqa: PTH103
        with tempfile.NamedTemporaryFile(dir=place) as file:
            file.write(b"x" * 4096)
    except OSError as error:
        return f"{error.filename or place}: {error.strerror or error}"
    return ""


def code_key() -> str:
    """The state of the code and the rules that what is stored was made by: another for any change to them.

    An installed wheel holds a digest of its sources; of a checkout, size and time of change of each file count.
    """
    try:
        from keyscan._build import DIGEST  # type: ignore[import-untyped, import-not-found, unused-ignore]
    except ImportError:
        DIGEST = repr(_state_of_sources())  # noqa: N806
    return digest_of(f"{__version__} {sys.version} {DIGEST}".encode())


def _state_of_sources() -> list[tuple[str, int, int]]:
    directories = [os.path.join(_PACKAGE, part) for part in _PARTS]  # noqa: PTH118
    directories.append(rules_directory())
    state = []
    for directory in directories:  # what is found below is appended, and visited in turn
        with os.scandir(directory) as listing:
            for entry in listing:
                if entry.name.endswith((".py", ".toml")):
                    status = entry.stat()
                    state.append((entry.path, status.st_size, status.st_mtime_ns))
                elif entry.name != "__pycache__" and entry.is_dir():
                    directories.append(entry.path)
    return sorted(state)


def rules_directory() -> str:
    """The directory of the built-in rules: in a wheel inside of the package, in a checkout beside it."""
    inside = os.path.join(_PACKAGE, "_rules")  # noqa: PTH118
    beside = os.path.join(os.path.dirname(_PACKAGE), "rules")  # noqa: PTH118, PTH120
    return inside if os.path.isdir(inside) else beside  # noqa: PTH112


def is_builtin(file: str) -> bool:
    """Whether a rule file is one of the built-in ones, in whose expressions nobody's secret is written."""
    return os.path.dirname(file) == rules_directory()  # noqa: PTH120


def state_of(files: Iterable[str | os.PathLike[str]]) -> list[tuple[str, int, int]]:
    """Absolute path, size and time of change of each file, to make a key of; -1 for one that is not there."""
    state = []
    for file in files:
        path = os.path.abspath(file)  # noqa: PTH100
        try:
            status = os.stat(path)  # noqa: PTH116
        except OSError:
            state.append((path, -1, -1))
        else:
            state.append((path, status.st_size, status.st_mtime_ns))
    return state


def digest_of(data: bytes) -> str:
    """The digest by which stored data is checked and keys are made: 128 bits of BLAKE2b, in hexadecimal."""
    from _blake2 import blake2b

    return str(blake2b(data, digest_size=DIGEST_BYTES).hexdigest())


def key_of(*parts: object) -> str:
    """A key for what was made from `parts` (compared by their `repr`) by the code as it is."""
    return digest_of(repr((code_key(), parts)).encode("utf-8", "surrogateescape"))


def read(name: str) -> bytes | None:
    """The data stored under `name`; None where there is none that is whole."""
    try:
        written, _, data = whole(name).partition(b"\n")
    except OSError:
        return None
    return data if written == stamp(name, data) else None


def is_stored(name: str) -> bool:
    """Whether there is a file under `name`; whether it is whole is seen when it is read."""
    try:
        return os.path.isfile(os.path.join(cache_directory(), name))  # noqa: PTH113, PTH118
    except OSError:
        return False


def stamp(name: str, data: bytes) -> bytes:
    """What the file `name` begins with if it holds `data`: a digest of both, so that no file stands for another."""
    from _blake2 import blake2b

    return str(blake2b(data, digest_size=DIGEST_BYTES, key=name.encode()[-64:]).hexdigest()).encode()


def stamp_of(name: str) -> bytes:
    """What the file stored under `name` begins with; raises OSError where there is none."""
    return whole(name, DIGEST_BYTES * 2)


def read_unchecked(name: str, stamp: bytes) -> bytes:
    """The data stored under `name` with this stamp, for readers that check them; raises OSError where there are none.

    Only that the file is the one that was stored is checked here, not that its data are whole.
    """
    written, _, data = whole(name).partition(b"\n")
    if written != stamp:
        raise OSError
    return data


def whole(name: str, size: int = -1) -> bytes:
    """The first `size` bytes of the file `name` in the cache, or all; raises OSError where none was stored by us."""
    # A pipe is not waited for, and a device not read.
    handle = os.open(os.path.join(cache_directory(), name), os.O_RDONLY | _AT_ONCE)  # noqa: PTH118
    with open(handle, "rb") as file:  # noqa: PTH123
        status = os.fstat(handle)
        if status.st_mode & _TYPE != _REGULAR or status.st_size > _LARGEST:
            raise OSError
        return file.read(size)


def write(name: str, data: bytes) -> bool:
    """Store `data` under `name`, whole or not at all; false where it cannot be written, which is no error."""
    if os.environ.get(NOTHING_STORED):
        return False
    try:
        directory = cache_directory()
        os.makedirs(directory, 0o700, exist_ok=True)  # noqa: PTH103
        path = os.path.join(directory, name)  # noqa: PTH118
        if os.path.lexists(path) and not os.path.isfile(path):  # noqa: PTH113 - a pipe would be waited for
            return False
        write_whole(path, stamp(name, data) + b"\n" + data)
    except OSError:
        return False
    return True


def write_whole(file: str | os.PathLike[str], data: bytes, mode: int | None = None) -> None:
    """Write `file` so that readers see the old contents or the new, never a part; raises OSError.

    `mode`: what the file's mode is to be; None: the one that it has, or that a new file gets. A device or a pipe is
    written to as it is: put in its place, a file would be /dev/null for the whole machine.
    """
    from keyscan.support.new_file import NewFile

    if os.path.exists(file) and not os.path.isfile(file):  # noqa: PTH110, PTH113
        with open(file, "wb") as out:  # noqa: PTH123
            out.write(data)
        return
    with NewFile(file) as new:
        new.stream.write(data)
        os.chmod(new.path, mode_of(file) if mode is None else mode)  # noqa: PTH101
        new.replace()


def mode_of(file: str | os.PathLike[str]) -> int:
    """The mode that `file` has, or would get."""
    try:
        return os.stat(file).st_mode & 0o7777  # noqa: PTH116
    except OSError:
        mask = os.umask(0)
        os.umask(mask)
        return 0o666 & ~mask
