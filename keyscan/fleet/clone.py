"""Mirror clones of repositories, with GitPython: made, updated in place, removed. The only importer of GitPython here.

What a remote sends is hostile: no hooks, no templates, no helpers, only https, ssh and file, nothing checked out.
Settings reach git through its environment (GIT_CONFIG_COUNT), so that no command line or error message holds them.
A token is handed to git by a credential helper that reads the environment variable: it is in no argument, URL or log.
"""

from __future__ import annotations

import os
import re
import shutil
import stat
from contextlib import suppress
from hashlib import blake2b
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from keyscan.errors import IncompleteError
from keyscan.git.settings import ENVIRONMENT

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from keyscan.fleet.model import Repository

_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")
_SETTINGS = (
    ("protocol.allow", "never"),
    ("protocol.https.allow", "always"),
    ("protocol.ssh.allow", "always"),
    ("protocol.file.allow", "always"),
    ("core.hooksPath", os.devnull),
    ("core.fsmonitor", "false"),
    ("init.templateDir", ""),
    ("fetch.recurseSubmodules", "false"),
    ("transfer.fsckObjects", "false"),  # odd old objects are to be audited, not refused
    ("gc.auto", "0"),
    ("maintenance.auto", "false"),
)
# The least free space, in bytes, below which no clone is begun.
RESERVE = 512 << 20
# What git and ssh say of a remote that is not there or does not let us in, as opposed to one that broke.
_UNREACHABLE = re.compile(
    r"not found|could not resolve|could not read|authentication failed|permission denied|access denied|"
    r"connection (?:refused|timed out)|repository .* does not (?:exist|appear)|does not exist|"
    r"unable to access|returned error: 40[134]\b|\bHTTP\S{0,4} 40[134]\b|terminal prompts disabled|"
    r"host key verification",
    re.IGNORECASE,
)
# Variables of the user's own by which git trusts the certificate of a self-hosted forge or a proxy.
_TRUST = frozenset(("GIT_SSL_CAINFO", "GIT_SSL_CAPATH", "GIT_PROXY_SSL_CAINFO"))
_CREDENTIALS = re.compile(r"(?<=://)[^/@\s]+@")


class CloneError(IncompleteError):
    """A clone or update failed; `unreachable`: the remote is not there or refuses us."""

    def __init__(self, message: str, *, unreachable: bool = False) -> None:
        super().__init__(message)
        self.unreachable = unreachable


def place(state: Path, repository: Repository) -> Path:
    """Where the mirror of `repository` is: a digest of its location, so that no name can lead elsewhere."""
    digest = blake2b(repository.location.encode("utf-8", "surrogateescape"), digest_size=16).hexdigest()
    return state / "clones" / f"{digest}.git"


def environment(repository: Repository, base: Mapping[str, str] = os.environ) -> dict[str, str]:
    """The environment of git for `repository`: what could prompt, run a program or use another protocol is off."""
    kept = {name: value for name, value in base.items() if not name.startswith("GIT_") or name in _TRUST}
    settings = [*_SETTINGS, *_credentials(repository, base)]
    numbered = {f"GIT_CONFIG_KEY_{at}": key for at, (key, _) in enumerate(settings)}
    numbered |= {f"GIT_CONFIG_VALUE_{at}": value for at, (_, value) in enumerate(settings)}
    return {
        **kept,
        **ENVIRONMENT,
        **numbered,
        "GIT_ALLOW_PROTOCOL": "https:ssh:file",
        "GIT_CONFIG_COUNT": str(len(settings)),
        "GIT_TEMPLATE_DIR": "",
        "GIT_ASKPASS": "",
        "SSH_ASKPASS": "",
        "GCM_INTERACTIVE": "never",
        "GIT_SSH_COMMAND": "ssh -oBatchMode=yes -oConnectTimeout=20",
        "GIT_HTTP_LOW_SPEED_LIMIT": "1000",
        "GIT_HTTP_LOW_SPEED_TIME": "60",
    }


def _credentials(repository: Repository, base: Mapping[str, str]) -> list[tuple[str, str]]:
    """A helper for the repository's own host only, which reads the token where it is: in the environment."""
    variable = repository.token_variable
    parts = urlsplit(repository.location)
    if parts.scheme != "https" or not variable or not _VARIABLE.match(variable) or not base.get(variable):
        return []
    helper = f'!f() {{ test "$1" = get && echo username=x-access-token && echo "password=${variable}"; }}; f'
    host = f"https://{parts.netloc}"
    return [(f"credential.{host}.helper", ""), (f"credential.{host}.helper", helper)]


def mirror(repository: Repository, target: Path) -> int:
    """Clone `repository` to `target`, or update the mirror that is there; its size in bytes.

    CloneError says why nothing is there.
    """
    if shutil.disk_usage(_existing(target)).free < RESERVE:
        raise CloneError(f"less than {RESERVE >> 20} MB are free on the disk of the state directory")
    if target.exists() and not _is_mirror(target):
        remove(target)  # what an interrupted clone left
    _run(repository, target)
    return size_of(target)


def _existing(path: Path) -> Path:
    return next(parent for parent in path.parents if parent.exists())


def _is_mirror(target: Path) -> bool:
    return (target / "keyscan-complete").is_file()


def _run(repository: Repository, target: Path) -> None:
    import git

    watch: Any = git.RemoteProgress()
    try:
        if target.exists():
            _update(git, repository, target, watch)
            return
        target.parent.mkdir(parents=True, exist_ok=True)
        cloned = git.Repo.clone_from(
            repository.location, target, progress=watch, env=environment(repository), mirror=True
        )
        cloned.close()
        (target / "keyscan-complete").touch()
    except git.GitCommandError as error:
        if not _is_mirror(target):
            remove(target)
        # What git said went to the progress handler; the error has it only where that did not listen.
        raise _error_of("\n".join([*watch.other_lines, *watch.error_lines, str(error.stderr or "")])) from None
    except (git.UnsafeProtocolError, git.UnsafeOptionError, git.InvalidGitRepositoryError, git.NoSuchPathError):
        raise CloneError("this location is not cloned: only https, ssh and file are used") from None
    except OSError as error:
        remove(target)
        raise CloneError(f"cannot be cloned: {error.strerror or type(error).__name__}") from None
    except BaseException:
        if not _is_mirror(target):
            remove(target)
        raise


def _update(git: Any, repository: Repository, target: Path, watch: Any) -> None:
    mirror_ = git.Repo(target)
    try:
        mirror_.git.update_environment(**environment(repository))
        mirror_.remote("origin").fetch("+refs/*:refs/*", progress=watch, prune=True, tags=False, verbose=False)
    finally:
        mirror_.close()


def _error_of(said: str) -> CloneError:
    """The error for what git said: its last telling line, without credentials."""
    lines = [line.strip(" '\n") for line in said.replace("stderr:", "").splitlines()]
    telling = [line for line in lines if line.startswith(("fatal:", "error:", "ERROR:", "remote:"))] or lines
    line = next((line for line in reversed(telling) if line), "git gave no reason")
    text = _CREDENTIALS.sub("", re.sub(r"^(?:fatal|error|ERROR|remote):\s*", "", line))
    return CloneError(f"cannot be cloned: {text[:200]}", unreachable=bool(_UNREACHABLE.search(said)))


def remote_tips(repository: Repository) -> bytes | None:
    """What `git ls-remote` says of a remote: `id TAB ref` lines; None when it does not answer."""
    import git

    runner = git.cmd.Git()
    runner.update_environment(**environment(repository))
    try:
        said = runner.ls_remote("--", repository.location, kill_after_timeout=60)
    except (git.GitCommandError, OSError):
        return None
    return str(said).encode("utf-8", "surrogateescape")


def size_of(directory: Path) -> int:
    """The bytes of all files at or below `directory`."""
    total = 0
    for folder, _, names in os.walk(directory):
        for name in names:
            with suppress(OSError):
                total += os.lstat(os.path.join(folder, name)).st_size  # noqa: PTH118
    return total


def remove(directory: Path) -> None:
    """Remove a clone that we made, read-only files included; a directory elsewhere than among clones is refused."""
    if directory.parent.name != "clones" or directory.suffix != ".git":
        raise ValueError("not a clone of ours")

    def writable(function: Callable[[str], object], path: str, _error: object) -> None:
        with suppress(OSError):
            os.chmod(path, stat.S_IRWXU)  # noqa: PTH101
            function(path)

    shutil.rmtree(directory, onerror=writable) if directory.exists() else None
