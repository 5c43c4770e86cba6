"""The compiled rules on disk, in the user's cache directory, keyed by what they were made from.

Parsing all rules takes 50 ms and compiling the first pass more, which no hook can pay at each commit. Entries
are data (JSON, and Hyperscan's own bytes, checked by a digest); whatever does not load is made again, and a
cache that cannot be written is no error.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
import tempfile
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from keyscan._version import __version__
from keyscan.errors import UsageError
from keyscan.model.rule import Companion, Help, Precision, Rule, Severity
from keyscan.ruleset import loader as ruleset

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from keyscan.engine.matcher import Matcher
    from keyscan.engine.prefilter.entries import Entry, FirstPass

# Raised by hand when what is stored changes its shape or meaning within one version.
FORMAT = 3


def directory() -> Path:
    """The cache's directory: KEYSCAN_CACHE_DIR, else where the platform keeps caches."""
    chosen = os.environ.get("KEYSCAN_CACHE_DIR")
    if chosen:
        return Path(chosen)
    if sys.platform == "linux":  # platformdirs takes 5 ms to import, and says just this
        base = os.environ.get("XDG_CACHE_HOME", "")
        return (Path(base) if base.startswith("/") else Path.home() / ".cache") / "keyscan"
    import platformdirs

    return Path(platformdirs.user_cache_dir("keyscan", appauthor=False))


def load_rules(paths: Sequence[Path], *, builtin: bool = True) -> tuple[Rule, ...]:
    """The built-in rules and those of `paths`, from the cache when no file has changed."""
    places = [*([ruleset.builtin_dir()] if builtin else []), *paths]
    files = [file for place in places for file in ruleset.rule_files(place)]
    name = f"rules-{_digest(_state_of(files))}.json"
    stored = _read(name)
    if stored is not None:
        try:
            return tuple(_rule_from(entry) for entry in json.loads(stored))
        except (ValueError, TypeError, KeyError):
            pass
    rules = ruleset.load(places)
    _write(name, json.dumps([asdict(rule) for rule in rules], separators=(",", ":")).encode())
    return rules


def _state_of(files: Iterable[Path]) -> list[object]:
    state: list[object] = []
    for file in files:
        try:
            found = file.stat()
        except OSError:
            state.append((str(file), None))
            continue
        state.append((str(file.absolute()), found.st_size, found.st_mtime_ns))
    return state


def _rule_from(entry: dict[str, Any]) -> Rule:
    companion = entry.pop("companion")
    if companion is not None:
        severity = companion.pop("severity")
        companion = Companion(**companion, severity=None if severity is None else Severity(severity))
    texts = {key: tuple(value) for key, value in entry.items() if isinstance(value, list)}
    guide = entry.pop("help")
    guide["steps"] = tuple(guide["steps"])
    return Rule(
        **{
            **entry,
            **texts,
            "severity": Severity(entry["severity"]),
            "precision": Precision(entry["precision"]),
            "companion": companion,
            "help": Help(**guide),
        }
    )


def matcher(rules: Sequence[Rule], engine: str = "auto", size: int | None = None) -> Matcher:
    """The matcher for `rules`; `size` is how many bytes are to be scanned, None when not known.

    `engine`: auto, hyperscan or regex. Auto takes Hyperscan unless it is not installed, or the input so small
    that `bytes.find` is done before Hyperscan is imported.
    """
    from keyscan.engine.matcher import Matcher
    from keyscan.engine.prefilter.entries import KeywordPass

    small = size is not None and size <= SMALL
    if engine == "regex" or (engine == "auto" and small):
        return Matcher(rules, KeywordPass(rules))
    try:
        return Matcher(rules, _hyperscan_pass(rules))
    except ImportError as error:
        if engine == "hyperscan":
            raise UsageError("--engine hyperscan: the package hyperscan is not installed here") from error
        return Matcher(rules, KeywordPass(rules))


# Bytes up to which `bytes.find` of every keyword beats importing Hyperscan; measured in benchmarks/startup.py.
SMALL = 64 * 1024


def store_plain(files: list[bytes | None]) -> None:
    """Remember that the configuration in `files` leaves a clean commit clean, for the quick hook."""
    from keyscan.fastpath import staged as quick

    name = quick.plain_name(files)
    if not (directory() / name).exists():
        _write(name, b"")


def store_quick(rules: Sequence[Rule]) -> None:
    """Store the quick hook's engine (`keyscan/fastpath/staged.py`) for the built-in rules, unless it is there already.

    Costs a compilation of the first pass (about a second) the first time, and nothing where it cannot be used.
    """
    from keyscan.engine.prefilter.entries import targets_of
    from keyscan.fastpath import engine
    from keyscan.fastpath import staged as quick

    try:
        state = quick.state_of_rules()
        name = quick.quick_name()
        stored = _read(name)
        if stored is not None and engine.loads(stored)["state"] == state:
            return
        import hyperscan._hs_ext as extension

        first = _hyperscan_pass(rules)
        entries = [(entry.rule, entry.low, entry.high) for entry in first.entries]
        programs = [
            None if rule.context and rule.value else engine.program(rule.pattern, rule.max_length) for rule in rules
        ]
        databases = [_first_name(rules) + ending for ending in _FIRST_PARTS[1:]]
        made = engine.dumps(state, extension.__file__, databases, entries, targets_of(first.entries), programs)
        _write(name, made)
    except (ImportError, OSError, ValueError, AttributeError):
        # No Hyperscan, no place to write, or a Python whose compiler is not the one that is known here.
        return


def _first_name(rules: Sequence[Rule]) -> str:
    import hyperscan

    made_of = [hyperscan.__file__, sys.platform, _cpu(), [(rule.id, rule.pattern) for rule in rules]]
    return f"first-{_digest(made_of)}"


def _hyperscan_pass(rules: Sequence[Rule]) -> FirstPass:
    from keyscan.engine.prefilter.entries import Entry, HyperscanPass

    name = _first_name(rules)
    stored = [_read(f"{name}{ending}") for ending in _FIRST_PARTS]
    if None not in stored:
        listed, *dumped = stored
        try:
            entries: list[Entry] = [Entry(*fields) for fields in json.loads(listed or b"")]
            return HyperscanPass(entries, (), [part for part in dumped if part is not None])
        except Exception:  # noqa: BLE001, S110 - any error of Hyperscan's means: compile again
            pass
    made = HyperscanPass.of(rules)
    fields = [(e.text, e.rule, e.low, e.high, e.value, e.reach, e.first) for e in made.entries]
    for ending, part in zip(_FIRST_PARTS, [json.dumps(fields).encode(), *made.dump()], strict=True):
        _write(f"{name}{ending}", part)
    return made


# The entries, the database of all expressions, and that of the named rules' values.
_FIRST_PARTS = (".json", ".hs", ".values.hs")


def _cpu() -> str:
    """What Hyperscan specialises a database for: the machine, and on Linux its CPU features."""
    try:
        with open("/proc/cpuinfo", encoding="utf-8", errors="replace") as file:  # noqa: PTH123
            return next((line for line in file if line.startswith(("flags", "Features"))), "")
    except OSError:
        import platform

        return f"{platform.machine()} {platform.processor()}"


def _digest(made_of: object) -> str:
    # Installed from a clone, the engine may change within one version.
    package = Path(__file__).parent.parent
    engine = _state_of(sorted(file for part in ("engine", "ruleset") for file in package.glob(f"{part}/**/*.py")))
    text = json.dumps([FORMAT, __version__, sys.version_info[:2], engine, made_of], default=str)
    return hashlib.blake2b(text.encode("utf-8", "surrogateescape"), digest_size=16).hexdigest()


def _read(name: str) -> bytes | None:
    """The contents stored under `name`, if they are whole: the first line is their digest."""
    try:
        with open(directory() / name, "rb") as file:  # noqa: PTH123
            mark, _, data = file.read().partition(b"\n")
    except (OSError, RuntimeError):
        return None
    return data if mark == hashlib.blake2b(data, digest_size=16).hexdigest().encode() else None


def _write(name: str, data: bytes) -> None:
    """Store `data` under `name`, whole or not at all; what can't be written is not stored."""
    try:
        place = directory()
        place.mkdir(parents=True, exist_ok=True)
        mark = hashlib.blake2b(data, digest_size=16).hexdigest().encode()
        write_whole(place / name, mark + b"\n" + data)
    except (OSError, RuntimeError):
        return


def write_whole(file: Path, data: bytes) -> None:
    """Write `file` so that readers see the old contents or the new, never a part; raises OSError.

    A device or a pipe is written to as it is: put in its place, a file would be /dev/null for the whole machine.
    """
    if file.exists() and not file.is_file():
        with file.open("wb") as out:
            out.write(data)
        return
    handle, temporary = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}.")
    try:
        with os.fdopen(handle, "wb") as out:
            out.write(data)
        os.chmod(temporary, _mode_of(file))  # noqa: PTH101
        os.replace(temporary, file)  # noqa: PTH105
    except BaseException:
        os.unlink(temporary)  # noqa: PTH108
        raise


def _mode_of(file: Path) -> int:
    """The mode that `file` has, or would get."""
    try:
        return file.stat().st_mode & 0o7777
    except OSError:
        mask = os.umask(0)
        os.umask(mask)
        return 0o666 & ~mask


def clear(keep: Callable[[str], bool] = lambda _name: False) -> int:
    """Remove what is stored, except names for which `keep` is true; how many files went."""
    gone = 0
    try:
        for file in directory().iterdir():
            if file.is_file() and not keep(file.name):
                file.unlink()
                gone += 1
    except OSError:
        pass
    return gone
