"""Rewriting one secret of a program, and running the program before and after."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest
from helpers.tokens import token

from keyscan.remediation.rewrite.interface import LeftAlone, Target, spliced
from keyscan.remediation.rewrite.registry import rewriter_for

KEY = token("sk-ant-api03-{b64url:93}AA")
NAME = "ANTHROPIC_API_KEY"
# Compilers look for themselves below the real home directory, which tests don't see.
_HOMES = {
    name: os.environ.get(name, str(Path.home() / f".{name[:-5].lower()}")) for name in ("RUSTUP_HOME", "CARGO_HOME")
}


def fix(path, text, secret=KEY, name=NAME, **facts):
    """What the rewriter for `path` makes of the first `secret` in `text`; `@@` stands for it in the text."""
    data = (text.replace("@@", secret) if isinstance(text, str) else text.decode().replace("@@", secret)).encode()
    start = data.index(secret.encode())
    rewriter = rewriter_for(path, data)
    if isinstance(rewriter, LeftAlone):
        return rewriter
    return rewriter(Target(data, start, start + len(secret.encode()), name, path, **facts))


def rewritten(path, text, secret=KEY, name=NAME, **facts):
    """The new text; fails the test when the place is left alone or the secret is still there."""
    made = fix(path, text, secret, name, **facts)
    assert not isinstance(made, LeftAlone), made.reason
    new = spliced(text.replace("@@", secret).encode(), made.splices).decode()
    assert secret not in new
    assert made.value.decode() == secret or "\\" in secret
    return new


def reason(path, text, secret=KEY, name=NAME, **facts):
    """Why the secret is left alone; fails the test when it is not."""
    made = fix(path, text, secret, name, **facts)
    assert isinstance(made, LeftAlone), made
    assert secret not in made.reason
    return made.reason


def same_output(directory, path, text, command, secret=KEY, name=NAME):
    """Run the program before the rewrite, and after it with the variable set; both print the same. The new text."""
    if shutil.which(command[0]) is None:
        pytest.skip(f"{command[0]} is not installed")
    new = rewritten(path, text, secret, name)
    before = _run(directory / "before", path, text.replace("@@", secret), command, {})
    after = _run(directory / "after", path, new, command, {name: secret})
    assert before == after, new
    assert secret in before
    return new


def _run(directory, path, text, command, variables):
    directory.mkdir()
    (directory / path).write_text(text)
    done = subprocess.run(
        ["sh", "-c", " ".join(command).replace("FILE", path)],
        cwd=directory,
        env={**os.environ, "GOCACHE": str(directory.parent / "go-cache"), "GO111MODULE": "off", **_HOMES, **variables},
        capture_output=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, (text, done.stderr.decode())
    return done.stdout.decode()
