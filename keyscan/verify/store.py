"""Answers remembered for an hour, and control probes for a day: by a keyed digest, never a key, a body or a name."""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
import time
from contextlib import suppress
from typing import TYPE_CHECKING

from keyscan.model.finding import VALIDITIES, Validity
from keyscan.support import storage

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

ANSWER_SECONDS = 3600
CONTROL_SECONDS = 24 * 3600
_MOST = 10_000
_SALT_BYTES = 32
_KEPT = frozenset({"live", "limited", "dead"})


class Store:
    """Verdicts in `directory`, or in memory alone when that is None; what cannot be read is asked again."""

    def __init__(self, directory: Path | None, clock: Callable[[], float] = time.time) -> None:
        self._file = directory / "verify.json" if directory else None
        self._salt_file = directory / "verify.salt" if directory else None
        self._clock = clock
        self._salt = self._read_salt()
        self._entries: dict[str, list[object]] = self._read()
        self._changed = False

    @property
    def lasting(self) -> bool:
        """Whether what is kept outlives this process."""
        return self._file is not None

    def digest(self, *texts: str) -> str:
        """The name under which something is kept: HMAC-SHA256 with a salt of this user's own."""
        text = b"\0".join(text.encode("utf-8", "surrogateescape") for text in texts)
        return hmac.new(self._salt, text, hashlib.sha256).hexdigest()

    def answer(self, name: str) -> Validity | None:
        """What an issuer said within the last hour."""
        entry = self._fresh(name, ANSWER_SECONDS)
        if entry is None:
            return None
        status, reason, host, when = (str(entry[i]) for i in (1, 2, 3, 4))
        return Validity(status, reason, f"as of {when}: asked less than an hour ago", host, when)

    def keep(self, name: str, validity: Validity) -> None:
        """Remember an answer; unknown is asked again."""
        if validity.status in _KEPT:
            self._entries[name] = [self._clock(), validity.status, validity.reason, validity.host, validity.checked]
            self._changed = True

    def control(self, name: str) -> bool | None:
        """Whether a dummy key was refused within the last day; None when that is not known."""
        entry = self._fresh(name, CONTROL_SECONDS)
        return None if entry is None else entry[1] == "control-refused"

    def keep_control(self, name: str, *, refused: bool) -> None:
        """Remember whether a dummy key was refused."""
        self._entries[name] = [self._clock(), "control-refused" if refused else "control-accepted", "", "", ""]
        self._changed = True

    def save(self) -> None:
        """Write what is remembered, whole or not at all; a cache that cannot be written is no error."""
        if self._file is None or not self._changed or self._salt_file is None:
            return
        newest = sorted(self._entries.items(), key=lambda item: -float(str(item[1][0])))[:_MOST]
        kept = {name: entry for name, entry in newest if self._age(entry) < CONTROL_SECONDS}
        with suppress(OSError):
            self._file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            if not self._salt_file.exists():
                _write(self._salt_file, self._salt)
            _write(self._file, json.dumps(kept, separators=(",", ":")).encode())

    def _fresh(self, name: str, seconds: float) -> list[object] | None:
        entry = self._entries.get(name)
        return entry if entry is not None and 0 <= self._age(entry) < seconds else None

    def _age(self, entry: list[object]) -> float:
        return self._clock() - float(str(entry[0]))

    def _read_salt(self) -> bytes:
        with suppress(OSError):
            if self._salt_file is not None:
                salt = self._salt_file.read_bytes()
                if len(salt) == _SALT_BYTES:
                    return salt
                self._salt_file.unlink()
        return secrets.token_bytes(_SALT_BYTES)

    def _read(self) -> dict[str, list[object]]:
        if self._file is None:
            return {}
        try:
            document = json.loads(self._file.read_bytes())
        except (OSError, ValueError, RecursionError):
            return {}
        return {name: entry for name, entry in document.items() if _sound(entry)} if isinstance(document, dict) else {}


def clear(directory: Path) -> int:
    """Remove what a `Store` wrote into `directory`, and nothing that only has the name; returns how many files went."""
    gone = 0
    for name, written in (("verify.json", _is_answers), ("verify.salt", _is_salt)):
        file = directory / name
        with suppress(OSError):
            if file.is_file() and not file.is_symlink() and written(file.read_bytes()):
                file.unlink()
                gone += 1
    return gone


def _is_answers(data: bytes) -> bool:
    try:
        document = json.loads(data)
    except (ValueError, RecursionError):
        return False
    return isinstance(document, dict) and all(_sound(entry) for entry in document.values())


def _is_salt(data: bytes) -> bool:
    return len(data) == _SALT_BYTES


def _sound(entry: object) -> bool:
    if not isinstance(entry, list) or len(entry) != 5 or isinstance(entry[0], bool):  # noqa: PLR2004
        return False
    known = entry[1] in VALIDITIES or entry[1] in {"control-refused", "control-accepted"}
    return isinstance(entry[0], (int, float)) and known and all(isinstance(one, str) for one in entry[1:])


def _write(file: Path, data: bytes) -> None:
    """Write a file that only its owner may read, whole or not at all."""
    storage.write_whole(file, data, 0o600)
