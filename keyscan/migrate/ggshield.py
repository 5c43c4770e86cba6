"""`.gitguardian.yaml` of ggshield, in both versions of its format: ignored paths, secrets and detectors.

Source: the documentation of ggshield's configuration file. An ignored secret is given in plain text or as a SHA-256.
"""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING

from keyscan.migrate import comments, yaml_file
from keyscan.migrate.result import AcceptedFinding, ExcludedPath, NothingToDo, Unsupported, disabled
from keyscan.support.globs import BadGlob, parse

if TYPE_CHECKING:
    from collections.abc import Iterator

    from keyscan.migrate.counterparts import Counterparts
    from keyscan.migrate.result import Item

_PATHS = ("ignored-paths", "ignored_paths", "paths-ignore", "paths_ignore")
_MATCHES = ("ignored-matches", "ignored_matches", "matches-ignore", "matches_ignore")
_DETECTORS = ("ignored-detectors", "ignored_detectors", "banlisted-detectors", "banlisted_detectors")
_SHA256 = re.compile(r"[0-9a-f]{64}\Z")
# Settings of the program itself: of what it asks its server, and how it prints.
_ITS_OWN = "settings of ggshield's client"


@yaml_file.reader
def read_config(file: str, data: bytes, known: Counterparts) -> Iterator[Item]:
    """Paths, secrets and detectors that are ignored; the rest is counted."""
    document = yaml_file.compose(data)
    remarks = comments.of_yaml(data.decode("utf-8-sig", "replace"))
    for key, node in document.entries():
        for name, inner in node.entries() if key == "secret" else [(key, node)]:
            yield from _setting(file, name, inner, known, remarks)


def _setting(
    file: str, name: str, node: yaml_file.Node, known: Counterparts, remarks: dict[int, str]
) -> Iterator[Item]:
    if name in _PATHS:
        for item in node.items():
            yield _path(f"{file}:{item.line}", item.text, _about(remarks, node, item))
    elif name in _MATCHES:
        for item in node.items():
            yield _match(file, item, _about(remarks, node, item))
    elif name in _DETECTORS:
        for item in node.items():
            yield from _detector(f"{file}:{item.line}", item.text, known)
    elif name not in {"version", "exit-zero", "exit_zero"}:
        yield NothingToDo(f"{file}:{node.line}", _ITS_OWN)
    elif name != "version" and node.text.lower() in {"true", "yes"}:
        yield Unsupported(f"{file}:{node.line}", f"{name}: write exit-zero = true into .keyscan.toml if you mean it")


def _about(remarks: dict[int, str], node: yaml_file.Node, item: yaml_file.Node) -> tuple[str, ...]:
    """The comments of an item; of the first one also those above the list's key, which is on the line before."""
    first = item.line == node.line and not node.is_text
    return (
        *(comments.above(remarks, item.line - 1) if first else ()),
        *comments.between(remarks, item.line, item.end()),
    )


def _path(place: str, pattern: str, about: tuple[str, ...]) -> Item:
    try:
        pattern_parts = parse(pattern)
    except BadGlob as error:
        return Unsupported(place, str(error))
    return ExcludedPath(pattern_parts.text, about) if pattern_parts else NothingToDo(place, "empty patterns")


def _match(file: str, item: yaml_file.Node, about: tuple[str, ...]) -> Item:
    """An ignored secret: its text, a mapping with its name, or a digest of one of these."""
    secret = item.text if item.is_text else item.get("match").text
    name = "" if item.is_text else item.get("name").text
    if not secret:
        return Unsupported(f"{file}:{item.line}", "an ignored match without its match")
    digest = secret if _SHA256.match(secret) else hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()
    words = " ".join(filter(None, (name, *about)))
    reason = f"{words} (from {file})" if words else f"from {file}"
    return AcceptedFinding(f"{file}:{item.line}", "", digests=(digest,), reason=reason)


def _detector(place: str, name: str, known: Counterparts) -> Iterator[Item]:
    yield from disabled(place, f"ignored detector {name!r}", known.of(name))
