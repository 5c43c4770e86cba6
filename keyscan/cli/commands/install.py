"""`keyscan install`: the native git hooks, for those without pre-commit."""

from __future__ import annotations

import os
import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from keyscan.cli.command import Command, compiling
from keyscan.cli.messages import say
from keyscan.errors import ExitCode, UsageError
from keyscan.ruleset.cache import load_rules
from keyscan.support import storage

if TYPE_CHECKING:
    from keyscan.git.command import Git

_MARK = "# Written by `keyscan install`; `keyscan install --remove` takes it away."
_KEPT = ".kept-by-keyscan"
_COMMANDS = {
    "pre-commit": "staged",
    "pre-merge-commit": "staged",
    "commit-msg": "commit-msg",
    "pre-push": "pre-push",
}
# Hooks whose arguments are the command's.
_WITH_ARGUMENTS = frozenset(("commit-msg", "pre-push"))


@click.command(name="install", cls=Command)
@click.option("--push", is_flag=True, help="Install the pre-push hook as well.")
@click.option("--remove", is_flag=True, help="Remove keyscan's hooks and restore the hooks that they kept.")
@click.option("--force", is_flag=True, help="Write into a hooks directory that is shared by other repositories.")
def command(push: bool, remove: bool, force: bool) -> int:
    """Install keyscan as this repository's git hook.

    Respects core.hooksPath. An existing hook is kept and runs first.
    """
    from keyscan.git.command import Git

    directory = _directory(Git(), force=force)
    names = [name for name in _COMMANDS if push or remove or name != "pre-push"]
    for name in names:
        (_remove if remove else _write)(directory / name, name)
    if not remove:
        from keyscan.fastpath import artifact

        artifact.store_engine(load_rules(), compiling)
        say("keyscan: to try it: git add FILE, then keyscan staged. git commit --no-verify bypasses it once.")
    return ExitCode.CLEAN


def _directory(git: Git, *, force: bool) -> Path:
    common = git.run("rev-parse", "--path-format=absolute", "--git-common-dir").rstrip(b"\n")
    scope, path = git.hooks_path()
    if path is None:
        return Path(os.fsdecode(common)) / "hooks"
    if scope in {"global", "system"} and not force:
        raise UsageError(
            f"core.hooksPath is {path} for all repositories ({scope} configuration); add --force to write there"
        )
    root = os.fsdecode(git.run("rev-parse", "--show-toplevel").rstrip(b"\n"))
    place = Path(root) / Path(path).expanduser()
    if not path or (place.exists() and not place.is_dir()):
        what = f"is {path}, which is no directory" if path else "is empty"
        raise UsageError(
            f"core.hooksPath {what}: git runs no hooks here (to undo it: git config --unset core.hooksPath)"
        )
    return place


def _write(file: Path, name: str) -> None:
    """Write keyscan's hook to `file`; an existing hook is renamed and runs first."""
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        kept = file.with_name(file.name + _KEPT)
        if os.path.lexists(file) and not _is_ours(file):
            if os.path.lexists(kept) and not _is_same(kept, file):
                raise UsageError(f"{kept}: is in the way; merge it into {file} by hand, then run this again")
            _keep(file, kept)
            say(f"keyscan: kept the hook that was there: {kept}")
        # Executable from the first moment on: git passes over a hook that is not.
        storage.write_whole(file, script(name).encode(), _mode_of(file))
    except OSError as error:
        raise UsageError(f"{file}: cannot be written: {error.strerror}") from error
    say(f"keyscan: installed {file}")


def _keep(file: Path, kept: Path) -> None:
    """Give the hook its other name, under which it lies already where a run was ended just then.

    It keeps the first one until ours takes that: at no time is there no hook.
    """
    if os.path.lexists(kept):
        return
    try:
        os.link(file, kept, follow_symlinks=False)
    except (OSError, NotImplementedError):
        file.rename(kept)


def _is_same(one: Path, other: Path) -> bool:
    """Whether both are names of the same file, or links to the same place."""
    return os.path.samestat(one.lstat(), other.lstat())


def _mode_of(file: Path) -> int:
    """The mode of the hook: that which is there, or what a new file gets; executable by all who may read it."""
    mode = storage.mode_of(file)
    return mode | (mode & 0o444) >> 2


def _remove(file: Path, _name: str) -> None:
    if not file.exists() or not _is_ours(file):
        return
    file.unlink()
    kept = file.with_name(file.name + _KEPT)
    if os.path.lexists(kept):
        kept.rename(file)
    say(f"keyscan: removed {file}")


def _is_ours(file: Path) -> bool:
    try:
        return _MARK in file.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return False


def script(name: str) -> str:
    """The hook `name` as a POSIX shell script: the kept hook, then keyscan from where it is installed now."""
    verb = _COMMANDS[name]
    entry = shlex.quote(_entry_point().replace("\\", "/"))
    arguments = '"$@"' if verb in _WITH_ARGUMENTS else ""
    # git hands a pre-push hook its refs on standard input, which both hooks need.
    read, feed = (
        ("input=$(cat; printf x); input=${input%x}\n", 'printf %s "$input" | ') if name == "pre-push" else ("", "")
    )
    return f"""#!/bin/sh
{_MARK}
{read}kept="$0{_KEPT}"
if [ -x "$kept" ]; then
    {feed}"$kept" "$@" || exit $?
fi
if [ -x {entry} ]; then
    {feed}{entry} {verb} {arguments}
elif command -v keyscan >/dev/null 2>&1; then
    {feed}keyscan {verb} {arguments}
else
    echo "keyscan: not installed any more, so nothing was checked; install it again, or: keyscan install --remove" >&2
    exit 3
fi
"""


def _entry_point() -> str:
    """The keyscan command beside the Python that runs now, else whatever started this run."""
    beside = Path(sys.executable).with_name("keyscan.exe" if sys.platform == "win32" else "keyscan")
    return str(beside) if beside.exists() else os.path.abspath(sys.argv[0])  # noqa: PTH100
