"""Repositories of an organisation, by the REST API of its forge: GitHub, GitLab, Gitea, Bitbucket, Hugging Face.

Facts on the APIs, from each vendor's reference: GitHub `GET /orgs/ORG/repos` and `/users/USER/repos` (Link header, size
in KB), GitLab `GET /groups/ID/projects` (Link header), Gitea `GET /orgs/ORG/repos` (Link header, size in KB), Bitbucket
`GET /2.0/repositories/WORKSPACE` (`next` in the body, size in bytes), Hugging Face `GET /api/{models,datasets,spaces}`
(Link header).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlsplit

from keyscan.errors import UsageError
from keyscan.fleet.inventory import located
from keyscan.fleet.model import Repository

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from keyscan.fleet.pages import Pages


@dataclass(frozen=True, slots=True)
class Forge:
    """How a forge lists repositories.

    `paths` are the listings of one name, with `{name}` as its place. `variables` are the environment variables that may
    hold its token, the first that is set counts. `header` is the one that carries it, `{token}` its place. `read` turns
    an item into repositories. `items` is the key of the list in a page, empty where the page is the list.
    """

    base: str
    paths: tuple[str, ...]
    variables: tuple[str, ...]
    header: tuple[str, str]
    read: Callable[[Mapping[str, Any], str], Iterator[Repository]]
    items: str = ""


def repositories(forge: Forge, name: str, base: str, pages: Pages, root: Path) -> list[Repository]:
    """All repositories of `name` at `forge`; IncompleteError when the listing cannot be read to its end.

    `base`: the address of a self-hosted forge, empty for the public one. `root`: what paths are relative to.
    """
    address = (base or forge.base).rstrip("/")
    if urlsplit(address).scheme != "https":
        raise UsageError(f"--base-url {address}: an https address is needed")
    listed = []
    for path in forge.paths:
        url = address + path.format(name=quote(name, safe=""))
        for page in pages.all(url):
            items = page.get(forge.items, ()) if isinstance(page, dict) else page
            for item in items if isinstance(items, list) else ():
                listed += [_checked(one, root) for one in forge.read(item, path)]
    return listed


def _checked(one: Repository, root: Path) -> Repository:
    """The repository with a location that went through the same checks as a user's own."""
    return replace(one, location=located(one.location, root).location)


def _github(item: Mapping[str, Any], _path: str) -> Iterator[Repository]:
    repository = Repository(
        name=str(item["full_name"]),
        location=str(item["clone_url"]),
        archived=bool(item.get("archived")),
        fork=bool(item.get("fork")),
        visibility=str(item.get("visibility") or ("private" if item.get("private") else "public")),
        pushed_at=str(item.get("pushed_at") or ""),
        size=_number(item.get("size")) * 1024,
    )
    yield repository
    yield from _wiki(repository, has_wiki=bool(item.get("has_wiki")))


def _gitlab(item: Mapping[str, Any], _path: str) -> Iterator[Repository]:
    statistics = item.get("statistics")
    repository = Repository(
        name=str(item["path_with_namespace"]),
        location=str(item["http_url_to_repo"]),
        archived=bool(item.get("archived")),
        fork=bool(item.get("forked_from_project")),
        visibility=str(item.get("visibility") or ""),
        pushed_at=str(item.get("last_activity_at") or ""),
        size=_number(statistics.get("repository_size")) if isinstance(statistics, dict) else 0,
    )
    yield repository
    yield from _wiki(repository, has_wiki=bool(item.get("wiki_enabled")))


def _gitea(item: Mapping[str, Any], _path: str) -> Iterator[Repository]:
    repository = Repository(
        name=str(item["full_name"]),
        location=str(item["clone_url"]),
        archived=bool(item.get("archived")),
        fork=bool(item.get("fork")),
        visibility="private" if item.get("private") else "public",
        pushed_at=str(item.get("updated_at") or ""),
        size=_number(item.get("size")) * 1024,
    )
    yield repository
    yield from _wiki(repository, has_wiki=bool(item.get("has_wiki")))


def _bitbucket(item: Mapping[str, Any], _path: str) -> Iterator[Repository]:
    links = item.get("links", {}).get("clone", [])
    address = next((str(link["href"]) for link in links if link.get("name") == "https"), "")
    parts = urlsplit(address)
    # The API puts the user's name into the address.
    location = f"https://{parts.hostname or ''}{f':{parts.port}' if parts.port else ''}{parts.path}"
    yield Repository(
        name=str(item["full_name"]),
        location=location,
        fork=bool(item.get("parent")),
        visibility="private" if item.get("is_private") else "public",
        pushed_at=str(item.get("updated_on") or ""),
        size=_number(item.get("size")),
    )


def _hugging_face(item: Mapping[str, Any], path: str) -> Iterator[Repository]:
    kind = path.split("?", maxsplit=1)[0].rpartition("/")[2]
    name = str(item["id"])
    below = name if kind == "models" else f"{kind}/{name}"
    yield Repository(
        name=below,
        location=f"https://huggingface.co/{quote(below)}",
        visibility="private" if item.get("private") else "public",
        pushed_at=str(item.get("lastModified") or ""),
    )


def _wiki(of: Repository, *, has_wiki: bool) -> Iterator[Repository]:
    """The repository of the wiki; forges report that a wiki is enabled, not that it exists."""
    if has_wiki:
        address = of.location.removesuffix(".git") + ".wiki.git"
        yield replace(of, name=f"{of.name}.wiki", location=address, size=0, optional=True)


def _number(value: object) -> int:
    return int(value) if isinstance(value, int | float) and value > 0 else 0


_BEARER = ("Authorization", "Bearer {token}")
FORGES = {
    "github-org": Forge(
        "https://api.github.com", ("/orgs/{name}/repos?per_page=100",), ("GITHUB_TOKEN", "GH_TOKEN"), _BEARER, _github
    ),
    "github-user": Forge(
        "https://api.github.com", ("/users/{name}/repos?per_page=100",), ("GITHUB_TOKEN", "GH_TOKEN"), _BEARER, _github
    ),
    "gitlab-group": Forge(
        "https://gitlab.com",
        ("/api/v4/groups/{name}/projects?include_subgroups=true&per_page=100&order_by=id&sort=asc",),
        ("GITLAB_TOKEN",),
        ("PRIVATE-TOKEN", "{token}"),
        _gitlab,
    ),
    "gitea-org": Forge(
        "https://gitea.com",
        ("/api/v1/orgs/{name}/repos?limit=50",),
        ("GITEA_TOKEN",),
        ("Authorization", "token {token}"),
        _gitea,
    ),
    "bitbucket-workspace": Forge(
        "https://api.bitbucket.org",
        ("/2.0/repositories/{name}?pagelen=100",),
        ("BITBUCKET_TOKEN",),
        _BEARER,
        _bitbucket,
        items="values",
    ),
    "hf-org": Forge(
        "https://huggingface.co",
        (
            "/api/models?author={name}&limit=100",
            "/api/datasets?author={name}&limit=100",
            "/api/spaces?author={name}&limit=100",
        ),
        ("HF_TOKEN",),
        _BEARER,
        _hugging_face,
    ),
}
