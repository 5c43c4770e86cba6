"""Real git repositories."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path


class Repo:
    """A real git repository in a directory."""

    def __init__(self, path: Path, *init: str) -> None:
        """Make it, with `git init` options `init`."""
        self.path = path
        path.mkdir(parents=True, exist_ok=True)
        self.git("init", "-q", "-b", "main", *init)

    def git(self, *args: str | bytes, stdin: bytes | None = None, env: dict[str, str] | None = None) -> bytes:
        """What git prints; fails the test when git fails."""
        done = subprocess.run(
            ["git", *args],
            cwd=self.path,
            input=stdin,
            capture_output=True,
            check=False,
            env={**os.environ, **(env or {})},
        )
        assert done.returncode == 0, (args, done.stderr.decode(errors="replace"))
        return done.stdout

    def write(self, name: str | bytes, text: str | bytes) -> Path:
        """Write a file below the repository, making directories."""
        file = self.path / os.fsdecode(name)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(text if isinstance(text, bytes) else text.encode())
        return file

    def stage(self, name: str | bytes, text: str | bytes) -> None:
        """Write a file and add it to the index."""
        self.write(name, text)
        self.git("add", "-f", "--", name)

    def commit(self, message: str = "change", *args: str, env: dict[str, str] | None = None) -> str:
        """Commit the index; the commit's id."""
        self.git("commit", "-q", "--allow-empty", "--no-verify", "-m", message, *args, env=env)
        return self.git("rev-parse", "HEAD").decode().strip()
