"""Whether a file would be published: in an npm package, a Python sdist or a wheel.

Sources: npm's documentation of `files` and .npmignore; the build backends' documentation (setuptools, hatchling,
flit, poetry, uv).
"""

from __future__ import annotations

import json
import tomllib
from typing import TYPE_CHECKING, Any

from keyscan.hygiene.finding import Detail, content, finding
from keyscan.support import globs
from keyscan.support.globs import Globs

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from keyscan.hygiene.git_exposure import SecretFile
    from keyscan.model.finding import Finding

    Reader = Callable[[str], bytes | None]


def check(files: list[SecretFile], paths: set[str], read: Reader, prefix: str, salt: str) -> Iterator[Finding]:
    """A finding for each file with real values that a package of a directory above it would hold."""
    for file in files:
        path = file.path.removeprefix(prefix)
        for directory in _above(path):
            inner = path.removeprefix(directory)
            why = npm(file, inner, directory, paths, read)
            if why:
                yield _finding("env-in-npm-package", file, f"{prefix}{directory}package.json: {why}", salt)
            why = python(file, inner, directory, paths, read)
            if why:
                yield _finding("env-in-python-package", file, f"{prefix}{directory}{why}", salt)


def _finding(rule: str, file: SecretFile, why: str, salt: str) -> Finding:
    return finding(rule, file.path, Detail(evidence=(why, content(list(file.values)))), salt=salt)


def _above(path: str) -> list[str]:
    """The directories above `path`, the outermost ("") first, each ending with a slash."""
    parts = path.split("/")[:-1]
    return ["", *("/".join(parts[: count + 1]) + "/" for count in range(len(parts)))]


def npm(file: SecretFile, path: str, directory: str, paths: set[str], read: Reader) -> str:
    """Why `npm publish` in `directory` would take the file along; "" when it would not."""
    manifest = _json(read(f"{directory}package.json")) if f"{directory}package.json" in paths else None
    if not manifest or manifest.get("private") or not manifest.get("name") or not manifest.get("version"):
        return ""
    if path.rpartition("/")[2] == ".npmrc" or "node_modules/" in path:
        return ""  # npm never packs these
    listed = manifest.get("files")
    if isinstance(listed, list):
        names = [entry for entry in listed if isinstance(entry, str)]
        return "its `files` lists it" if globs.last_match(names, path) else ""
    ignore = read(f"{directory}.npmignore") if f"{directory}.npmignore" in paths else None
    if ignore is not None:
        out = Globs.of_file(ignore.decode("utf-8", "replace")).match(path) is not None
        return "" if out else "there is no `files`, and .npmignore (which replaces .gitignore) does not name it"
    return "" if file.ignored and file.shared else "there is no `files`, and no .gitignore names it"


def _json(data: bytes | None) -> dict[str, Any] | None:
    try:
        document = json.loads(data or b"")
    except (ValueError, RecursionError):
        return None
    return document if isinstance(document, dict) else None


def python(file: SecretFile, path: str, directory: str, paths: set[str], read: Reader) -> str:
    """Why a Python build in `directory` would take the file along, with the file that says so; "" when not."""
    if not paths & {f"{directory}pyproject.toml", f"{directory}setup.py"}:
        return ""
    project = _toml(read(f"{directory}pyproject.toml"))
    backend = str(_get(project, "build-system", "build-backend") or "setuptools.build_meta")
    in_package = _in_package(directory + path, paths)
    seen_by_vcs = not (file.ignored and file.shared and not file.tracked)
    if backend.startswith("hatchling"):
        return _hatchling(project, path) if seen_by_vcs else ""
    if backend.startswith(("flit_core", "uv_build")):
        return f"pyproject.toml: {backend.partition('.')[0]} packs all files of a package" if in_package else ""
    if backend.startswith(("poetry", "pdm")):
        return f"pyproject.toml: {backend.partition('.')[0]} packs it" if in_package and seen_by_vcs else ""
    if in_package and _in_package_data(project, path):
        return "pyproject.toml: package-data names it"
    if file.tracked and _packs_tracked(project):
        return "pyproject.toml: setuptools-scm packs what git tracks"
    manifest = (read(f"{directory}MANIFEST.in") or b"").decode("utf-8", "replace")
    return "MANIFEST.in: it includes the file" if manifest and manifest_includes(manifest, path) else ""


def _hatchling(project: dict[str, Any], path: str) -> str:
    for target in ("sdist", "wheel"):
        table = _get(project, "tool", "hatch", "build", "targets", target)
        table = table if isinstance(table, dict) else {}
        shared = _get(project, "tool", "hatch", "build")
        out = [*_texts(table.get("exclude")), *_texts(shared.get("exclude") if isinstance(shared, dict) else None)]
        chosen = [*_texts(table.get("include")), *_texts(table.get("only-include")), *_texts(table.get("packages"))]
        if target == "wheel" and not chosen:
            continue
        if not _named(out, path) and (not chosen or _named(chosen, path)):
            return f"pyproject.toml: hatchling packs what git does not ignore into the {target}"
    return ""


def _named(patterns: list[str], path: str) -> bool:
    """Whether patterns in git's dialect name `path`."""
    return Globs.of_file("\n".join(patterns)).match(path) is not None


def _in_package_data(project: dict[str, Any], path: str) -> bool:
    """Whether setuptools' package-data has a pattern for the file's name."""
    data = _get(project, "tool", "setuptools", "package-data")
    patterns = [text for values in data.values() for text in _texts(values)] if isinstance(data, dict) else []
    name = path.rpartition("/")[2]
    return any(globs.matches(pattern.rpartition("/")[2], name) for pattern in patterns)


def _packs_tracked(project: dict[str, Any]) -> bool:
    """Whether setuptools-scm builds, which packs what git tracks."""
    requires = _texts(_get(project, "build-system", "requires"))
    return any(text.startswith(("setuptools-scm", "setuptools_scm")) for text in requires)


def manifest_includes(text: str, path: str) -> bool:
    """Whether a MANIFEST.in includes `path`: its commands in order, the last that speaks of it decides."""
    inside = False
    name = path.rpartition("/")[2]
    for line in globs.lines(text):
        command, *words = line.split()
        if command in {"include", "exclude"}:
            if any(globs.matches(word, path) for word in words):
                inside = command == "include"
        elif command in {"global-include", "global-exclude"}:
            if any(globs.matches(word, name) for word in words):
                inside = command == "global-include"
        elif command in {"recursive-include", "recursive-exclude"} and words:
            if _below(words[0], path) and any(globs.matches(word, name) for word in words[1:]):
                inside = command == "recursive-include"
        elif command in {"graft", "prune"} and words and _below(words[0], path):
            inside = command == "graft"
    return inside


def _below(directory: str, path: str) -> bool:
    clean = directory.strip("/")
    return clean in {"", "."} or path.startswith(f"{clean}/") or globs.matches(f"{clean}/**", path)


def _in_package(path: str, paths: set[str]) -> bool:
    return f"{path.rpartition('/')[0]}/__init__.py" in paths


def _toml(data: bytes | None) -> dict[str, Any]:
    try:
        return tomllib.loads((data or b"").decode("utf-8"))
    except (ValueError, RecursionError):
        return {}


def _get(table: Any, *keys: str) -> Any:
    for key in keys:
        table = table.get(key) if isinstance(table, dict) else None
    return table


def _texts(value: Any) -> list[str]:
    return [text for text in value if isinstance(text, str)] if isinstance(value, list) else []
