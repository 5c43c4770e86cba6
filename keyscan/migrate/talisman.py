"""`.talismanrc`: files that are accepted until they change, allowed patterns and custom patterns.

Source: Talisman's README. An ignored file's checksum is of its content, so what counts is what the file contains now.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from keyscan.migrate import comments, yaml_file
from keyscan.migrate.own_rules import imported
from keyscan.migrate.result import AcceptedFinding, AllowedFor, NothingToDo, Unsupported
from keyscan.ruleset.go_regex import Untranslatable, search_pattern
from keyscan.suppressions.ignore import Ignore

if TYPE_CHECKING:
    from collections.abc import Iterator

    from keyscan.migrate.result import Item


@yaml_file.reader
def read_config(file: str, data: bytes) -> Iterator[Item]:
    """Ignored files, allowed patterns and custom patterns; severities and scopes have no counterpart."""
    document = yaml_file.compose(data)
    remarks = comments.of_yaml(data.decode("utf-8-sig", "replace"))
    for key, node in document.entries():
        place = f"{file}:{node.line}"
        if key == "fileignoreconfig":
            for entry in node.items():
                yield from _file(file, entry, remarks)
        elif key == "allowed_patterns":
            yield from _allowed(place, node, (), comments.between(remarks, node.line, node.end()))
        elif key == "custom_patterns":
            yield from _patterns(file, node, remarks)
        elif key == "scopeconfig":
            yield NothingToDo(place, "scopes of lock files, which keyscan knows by their names")
        elif key in {"custom_severities", "threshold"}:
            yield Unsupported(place, f"{key}: keyscan's rules have severities of their own; see min-severity")
        elif key != "version":
            yield Unsupported(place, f"{key}: not known to keyscan")


def _patterns(file: str, node: yaml_file.Node, remarks: dict[int, str]) -> Iterator[Item]:
    for number, item in enumerate(node.items(), 1):
        table = {"id": f"talisman-pattern-{number}", "description": "Own pattern", "regex": item.text}
        yield from imported(table, f"{file}:{item.line}", comments.above(remarks, item.line))


def _file(file: str, entry: yaml_file.Node, remarks: dict[int, str]) -> Iterator[Item]:
    place = f"{file}:{entry.line}"
    name = entry.get("filename").text
    about = comments.between(remarks, entry.line, entry.end())
    if not name:
        yield Unsupported(place, "an entry of fileignoreconfig without a filename")
        return
    patterns = entry.get("allowed_patterns")
    if list(patterns.items()):
        yield from _allowed(place, patterns, (name,), about)
    detectors = [item.text for item in entry.get("ignore_detectors").items()]
    if detectors and "filecontent" not in detectors:
        yield NothingToDo(place, "files that are ignored for their name or size only")
    elif entry.get("checksum").text or detectors:
        reason = f"{' '.join(about)} (from {file})" if about else f"from {file}"
        yield AcceptedFinding(place, name, reason=reason)


def _allowed(place: str, node: yaml_file.Node, paths: tuple[str, ...], about: tuple[str, ...]) -> Iterator[Item]:
    """Text that an allowed pattern matches is removed from the line before Talisman checks it."""
    good = []
    for item in node.items():
        try:
            good.append(search_pattern(item.text))
        except Untranslatable as error:
            yield Unsupported(place, f"{item.text!r}: {error}")
    if good:
        ignore = Ignore(place, lines=tuple(good), reason="allowed for Talisman")
        yield AllowedFor(replace(ignore, paths=paths), "", about)
