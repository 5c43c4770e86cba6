"""Backups of files before they are redacted: readable by their owner only, and removed only if we wrote them."""

from __future__ import annotations

import hashlib
import json
import os
import time
from contextlib import suppress
from pathlib import Path

from keyscan.errors import UsageError
from keyscan.support import storage
from keyscan.support.new_file import NewFile

_MANIFEST = "manifest.json"


class Backups:
    """One run's backups in a directory of its own below `root`; the manifest says what each was and its digest."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._folder = root / time.strftime("%Y%m%dT%H%M%S", time.gmtime())
        self._entries: list[dict[str, str]] = []

    @property
    def folder(self) -> Path | None:
        """The directory of this run's backups; None while there are none."""
        return self._folder if self._entries else None

    def keep(self, file: str, also: tuple[str, ...] = ()) -> None:
        """Copy `file`, and those of `also` that exist, before it is changed."""
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        os.chmod(self._root, 0o700)  # noqa: PTH101
        for one in (file, *(other for other in also if os.path.isfile(other))):  # noqa: PTH113
            name = f"{len(self._entries):05d}"
            digest = hashlib.blake2b(digest_size=16)
            with NewFile(self._folder / name) as new, open(one, "rb") as source:  # noqa: PTH123
                while data := source.read(1 << 20):
                    digest.update(data)
                    new.stream.write(data)
                new.create()
            self._entries.append({"file": one, "backup": name, "digest": digest.hexdigest()})
            self._write()

    def _write(self) -> None:
        text = json.dumps({"keyscan": 1, "entries": self._entries}, indent=1)
        storage.write_whole(self._folder / _MANIFEST, text.encode(), 0o600)


def purge(root: Path) -> tuple[int, list[str]]:
    """Remove all backups that we wrote, as manifests and digests prove; (how many, what was left and why)."""
    removed, not_removed = 0, []
    for folder in sorted(root.iterdir()) if root.is_dir() else []:
        manifest = folder / _MANIFEST
        try:
            entries = json.loads(manifest.read_text("utf-8"))["entries"]
        except (OSError, ValueError, KeyError, TypeError):
            not_removed.append(f"{folder.name}: has no manifest of ours")
            continue
        for entry in entries:
            file = folder / Path(str(entry["backup"])).name
            try:
                if _digest(file) != entry["digest"]:
                    not_removed.append(f"{folder.name}/{file.name}: changed since it was written")
                    continue
                file.unlink()
                removed += 1
            except FileNotFoundError:
                continue
            except OSError as error:
                raise UsageError(f"{file}: cannot be removed: {error.strerror}") from None
        if not any(one.startswith(folder.name) for one in not_removed):
            with suppress(OSError):
                manifest.unlink()
                folder.rmdir()
    return removed, not_removed


def _digest(file: Path) -> str:
    digest = hashlib.blake2b(digest_size=16)
    with file.open("rb") as source:
        while data := source.read(1 << 20):
            digest.update(data)
    return digest.hexdigest()
