"""The repositories that `keyscan fleet` is to audit: from its arguments, its options and its filters."""

from __future__ import annotations

import os
import re
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from keyscan.errors import IncompleteError, UsageError
from keyscan.fleet import inventory
from keyscan.fleet.forges import FORGES, repositories
from keyscan.fleet.inventory import Filters
from keyscan.fleet.model import Repository
from keyscan.support.globs import BadGlob, Globs

if TYPE_CHECKING:
    from keyscan.fleet.store import Store


def repositories_of(
    sources: tuple[str, ...], values: dict[str, Any], store: Store
) -> tuple[list[Repository], list[tuple[Repository, str]]]:
    """The repositories of all sources, and the sources whose listing could not be read, each as if it were one."""
    repositories: list[Repository] = []
    failed: list[tuple[Repository, str]] = []
    for source in sources:
        repositories += _source(source)
    for kind in FORGES:
        for name in values[kind.replace("-", "_")]:
            try:
                repositories += _forge(kind, name, values["base_url"], store)
            except IncompleteError as error:
                failed.append((Repository(f"{kind} {name}", f"{kind}:{name}", local=True), str(error)))
    return repositories, failed


def _source(source: str) -> list[Repository]:
    here = Path.cwd()
    if source == "-":
        return inventory.from_list(sys.stdin.buffer.read().decode("utf-8", "surrogateescape"), "standard input", here)
    path = Path(source)
    if path.is_dir():
        repositories = inventory.from_directory(path)
        if not repositories:
            raise UsageError(f"{source}: no repository in this directory")
        return repositories
    if path.is_file():
        try:
            text = path.read_text("utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise UsageError(f"{source}: cannot be read as a list of repositories: {error}") from None
        return inventory.from_list(text, source, path.parent)
    try:
        one = inventory.located(source, here)
    except UsageError as error:
        raise UsageError(f"{source}: {error}") from None
    if one.local:
        raise UsageError(f"{source}: no such file or directory")
    return [one]


def _forge(kind: str, name: str, base: str, store: Store) -> list[Repository]:
    from keyscan.fleet.pages import LARGEST_PAGE, Pages
    from keyscan.support.http import Client

    forge = FORGES[kind]
    variable = next((variable for variable in forge.variables if os.environ.get(variable)), "")
    header = {forge.header[0]: forge.header[1].format(token=os.environ[variable])} if variable else {}
    # The user's own forge may be on a private network.
    client = Client(allow_private=bool(base), largest=LARGEST_PAGE)
    listed = repositories(forge, name, base, Pages(client, header, store), Path.cwd())
    # The token goes to the forge's own host, wherever a listing says that a clone is to be had.
    host = (urlsplit(base or forge.base).hostname or "").removeprefix("api.")
    return [
        replace(item, token_variable=variable) if urlsplit(item.location).hostname == host else item for item in listed
    ]


def filters_of(values: dict[str, Any]) -> Filters:
    """The filters that the options ask for; UsageError for a date or a pattern that is none."""
    since = values["pushed_since"]
    if since and not re.fullmatch(r"\d{4}-\d\d-\d\d", since):
        raise UsageError(f"--pushed-since {since}: not a date (write 2026-01-31)")
    for name in ("include", "exclude"):
        try:
            Globs(values[name])
        except BadGlob as error:
            raise UsageError(f"--{name}: {error}") from None
    return Filters(
        values["include"], values["exclude"], values["archived"], values["forks"], values["visibility"] or "", since
    )
