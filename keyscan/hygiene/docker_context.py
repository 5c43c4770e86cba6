"""Whether a Docker build copies a file into an image: Dockerfile, build context, .dockerignore.

Sources: the Dockerfile and .dockerignore references. A file that a build merely could read is no finding: an
instruction has to copy it.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, NamedTuple

from keyscan.hygiene.finding import Detail, content, finding
from keyscan.hygiene.git_exposure import SecretFile  # noqa: TC001 - a field of a NamedTuple
from keyscan.model.finding import Location, Related
from keyscan.support import globs

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from keyscan.model.finding import Finding

    Reader = Callable[[str], bytes | None]

_DOCKERFILE = re.compile(
    r"(?:^|/)(?:(?:dockerfile|containerfile)(?:[._-][^/]*)?|[^/]+\.(?:dockerfile|containerfile))\Z", re.IGNORECASE
)
_NOT_ONE = re.compile(r"\.(?:dockerignore|md|txt|tmpl|template|j2|example)\Z", re.IGNORECASE)
_COPY = re.compile(r"^[ \t]*(?:COPY|ADD)[ \t]+(?P<rest>.+)$", re.IGNORECASE)
# Directories that hold Dockerfiles for a build of the directory above.
_ASIDE = {"docker", ".docker", "build", "deploy", "deployment", "dockerfiles", "ci", ".ci", "infra"}


def dockerfiles(paths: list[str]) -> list[str]:
    """The Dockerfiles among `paths`."""
    near = (path for path in paths if "ile" in path)
    return [path for path in near if _DOCKERFILE.search(path) and not _NOT_ONE.search(path)]


class Copy(NamedTuple):
    """A file that a Dockerfile's line copies into an image, and the ignore file that should name it."""

    file: SecretFile
    dockerfile: str
    line: int
    ignore_file: str


def check(files: list[SecretFile], paths: list[str], read: Reader, prefix: str, salt: str) -> Iterator[Finding]:
    """A finding for each of `files` that one of the Dockerfiles among the repository's `paths` copies into an image."""
    for copy in copied(files, dockerfiles(paths), read, prefix):
        dockerfile = prefix + copy.dockerfile
        why = f"{dockerfile}:{copy.line} copies it, and {prefix}{copy.ignore_file} does not leave it out"
        yield finding(
            "env-in-docker-context",
            copy.file.path,
            Detail(
                evidence=(why, content(list(copy.file.values))),
                related=(Related("copied here", dockerfile, Location(copy.line, 1, copy.line, 1)),),
            ),
            salt=salt,
        )


def copied(files: list[SecretFile], dockerfiles: list[str], read: Reader, prefix: str) -> Iterator[Copy]:
    """Each of `files` that is copied, with the first of `dockerfiles` that does so."""
    done: set[str] = set()
    for dockerfile in dockerfiles:
        text = (read(dockerfile) or b"").decode("utf-8", "replace")
        for context in contexts(dockerfile):
            ignore_file, ignores = _ignores(dockerfile, context, read)
            for file in files:
                path = file.path.removeprefix(prefix)
                if file.path in done or not path.startswith(context):
                    continue
                line = copies(text, path.removeprefix(context))
                if line and not globs.last_match(ignores, path.removeprefix(context)):
                    done.add(file.path)
                    yield Copy(file, dockerfile, line, ignore_file)


def contexts(file: str) -> list[str]:
    """The build contexts that a Dockerfile is likely used with: its directory, or the one above a `docker/`."""
    directory = file.rpartition("/")[0]
    directories = [f"{directory}/" if directory else ""]
    if directory.rpartition("/")[2].lower() in _ASIDE:
        above = directory.rpartition("/")[0]
        directories.append(f"{above}/" if above else "")
    return directories


def _ignores(file: str, context: str, read: Reader) -> tuple[str, list[str]]:
    """The ignore file that a build uses, and its patterns."""
    for name in (f"{file}.dockerignore", f"{context}.dockerignore"):
        data = read(name)
        if data is not None:
            return name, globs.lines(data.decode("utf-8", "replace"))
    return f"{context}.dockerignore", []


def copies(text: str, path: str) -> int:
    """The line of the instruction that copies `path` from the build context; 0 for none."""
    for number, line in _instructions(text):
        match = _COPY.match(line)
        if match and any(_covers(source, path) for source in _sources(match.group("rest"))):
            return number
    return 0


def _instructions(text: str) -> Iterator[tuple[int, str]]:
    whole, begun = "", 0
    for number, line in enumerate(text.splitlines(), 1):
        if line.lstrip().startswith("#"):
            continue
        begun = begun or number
        if line.rstrip().endswith("\\"):
            whole += line.rstrip()[:-1] + " "
            continue
        yield begun, whole + line
        whole, begun = "", 0


def _sources(rest: str) -> list[str]:
    words = rest.split()
    while words and words[0].startswith("--"):
        if words[0].startswith("--from="):
            return []
        words.pop(0)
    text = " ".join(words)
    if text.startswith("["):
        try:
            words = [word for word in json.loads(text) if isinstance(word, str)]
        except (ValueError, RecursionError):
            return []
    return words[:-1]


def _covers(source: str, path: str) -> bool:
    parts = [part for part in source.split("/") if part not in {"", "."}]
    if ".." in parts or "://" in source:
        return False
    if not parts:
        return True
    names = path.split("/")
    return len(parts) <= len(names) and globs.matches("/".join(parts), "/".join(names[: len(parts)]))
