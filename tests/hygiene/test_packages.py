"""Whether a file would be published in an npm package, an sdist or a wheel."""

from __future__ import annotations

import pytest

from keyscan.catalog.secret_files import Kind
from keyscan.hygiene import packages
from keyscan.hygiene.git_exposure import SecretFile

NPM = b'{"name": "x", "version": "1.0.0"%s}'


def secret(path: str, **changes) -> SecretFile:
    """A file of secrets."""
    return SecretFile(path, Kind.ENV, (), b"", **changes)


def why(function, path: str, files: dict[str, bytes], **changes) -> str:
    """Why a file below the root would be taken along."""
    return function(secret(path, **changes), path, "", {*files, path}, files.get)


@pytest.mark.parametrize(
    ("manifest", "more", "changes", "taken"),
    [
        (NPM % b"", {}, {}, "there is no `files`, and no .gitignore names it"),
        (NPM % b"", {}, {"ignored": True}, ""),
        (NPM % b"", {".npmignore": b"*.log\n"}, {"ignored": True}, "there is no `files`, and .npmignore"),
        (NPM % b"", {".npmignore": b".env\n"}, {}, ""),
        (NPM % b', "files": [".env"]', {}, {"ignored": True}, "its `files` lists it"),
        (NPM % b', "files": ["dist"]', {}, {}, ""),
        (NPM % b', "private": true', {}, {}, ""),
        (b"{broken", {}, {}, ""),
        (b"[]", {}, {}, ""),
    ],
)
def test_npm(manifest, more, changes, taken):
    """`files` decides, else .npmignore, else .gitignore; a private package is not published."""
    found = why(packages.npm, ".env", {"package.json": manifest, **more}, **changes)
    assert found.startswith(taken) if taken else found == ""


def test_npm_never_packs_its_own_configuration():
    """Nor what other packages brought."""
    for path in (".npmrc", "node_modules/x/.env"):
        assert why(packages.npm, path, {"package.json": NPM % b""}) == ""


BACKEND = b'[build-system]\nbuild-backend = "%s"\n'


@pytest.mark.parametrize(
    ("project", "path", "changes", "taken"),
    [
        (BACKEND % b"hatchling.build", ".env", {}, "hatchling packs what git does not ignore into the sdist"),
        (BACKEND % b"hatchling.build", ".env", {"ignored": True}, ""),
        (BACKEND % b"hatchling.build" + b"[tool.hatch.build]\nexclude = ['.env']\n", ".env", {}, ""),
        (BACKEND % b"flit_core.buildapi", "pkg/.env", {"ignored": True}, "flit_core packs all files of a package"),
        (BACKEND % b"flit_core.buildapi", ".env", {}, ""),
        (BACKEND % b"poetry.core.masonry.api", "pkg/.env", {}, "poetry"),
        (BACKEND % b"poetry.core.masonry.api", "pkg/.env", {"ignored": True}, ""),
        (b"", ".env", {}, ""),
        (b'[build-system]\nrequires = ["setuptools-scm"]\n', ".env", {"tracked": True}, "setuptools-scm packs"),
        (b'[build-system]\nrequires = ["setuptools-scm"]\n', ".env", {}, ""),
        (b"[tool.setuptools.package-data]\npkg = ['*.env', '.env']\n", "pkg/.env", {}, "package-data names it"),
        (b"broken = = ", ".env", {}, ""),
    ],
)
def test_python_by_build_backend(project, path, changes, taken):
    """What each backend takes along by its documentation."""
    files = {"pyproject.toml": project, "pkg/__init__.py": b""}
    found = why(packages.python, path, files, **changes)
    assert taken in found if taken else found == ""


@pytest.mark.parametrize(
    ("text", "path", "included"),
    [
        ("include .env", ".env", True),
        ("include *.md", ".env", False),
        ("graft config", "config/.env", True),
        ("graft config\nprune config/secret", "config/secret/.env", False),
        ("global-include .env\nexclude .env", ".env", False),
        ("recursive-include config *.env .env", "config/a/.env", True),
        ("recursive-include config *.env", "other/.env", False),
        ("# include .env", ".env", False),
        ("", ".env", False),
    ],
)
def test_manifests(text, path, included):
    """The last command that speaks of a file decides."""
    assert packages.manifest_includes(text, path) is included


def test_each_directory_above_a_file_is_a_package_that_may_hold_it():
    """A finding for the one that does, with its path from the outermost repository."""
    files = {"web/package.json": NPM % b"", "web/config/.env": b""}
    found = packages.check([secret("sub/web/config/.env")], set(files), files.get, "sub/", "")
    assert [(one.rule_id, one.evidence[0].partition(":")[0]) for one in found] == [
        ("env-in-npm-package", "sub/web/package.json")
    ]
