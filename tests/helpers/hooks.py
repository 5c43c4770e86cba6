"""Hooks of this checkout in a repository, and pushes that run them."""

from __future__ import annotations

import shlex
import subprocess
import sys

from helpers.paths import ROOT


def hook(repo, name, *arguments):
    """Install `keyscan NAME` from this checkout as a hook of `repo`."""
    root = ROOT
    file = repo.path / (".git/hooks" if (repo.path / ".git").is_dir() else "hooks") / name
    file.parent.mkdir(exist_ok=True)
    words = " ".join([shlex.quote(sys.executable), "-m", "keyscan", name, *arguments])
    file.write_text(f'#!/bin/sh\nPYTHONPATH={shlex.quote(str(root))} exec {words} "$@"\n')
    file.chmod(0o755)


def push(repo, *arguments):
    """What `git push` gives: (whether it went through, what it said)."""
    done = subprocess.run(["git", "push", "-q", *arguments], cwd=repo.path, capture_output=True, check=False)
    return done.returncode == 0, (done.stdout + done.stderr).decode()
