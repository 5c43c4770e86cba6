"""trufflehog's files: expressions on paths for --exclude-paths, and custom detectors for --config."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from keyscan.migrate import comments, yaml_file
from keyscan.migrate.own_rules import imported
from keyscan.migrate.result import AllowedFor, NothingToDo, Unsupported
from keyscan.ruleset.gitleaks import rule_id
from keyscan.ruleset.go_regex import Untranslatable, search_pattern
from keyscan.suppressions.ignore import Ignore

if TYPE_CHECKING:
    from collections.abc import Iterator

    from keyscan.migrate.result import Item

_EXCLUDES = {"exclude_regexes_match": "lines", "exclude_regexes_capture": "values", "exclude_words": "stopwords"}
_KNOWN = {"name", "keywords", "regex", "verify", "entropy", "description", *_EXCLUDES}


def read_exclude_paths(file: str, data: bytes) -> Iterator[Item]:
    """One ignore with all expressions that can be translated, one per line in the file."""
    patterns = []
    text = data.decode("utf-8-sig", "replace")
    for number, line in enumerate(text.splitlines(), 1):
        written = line.strip()
        if not written or written.startswith("#"):
            continue
        try:
            patterns.append(search_pattern(written))
        except Untranslatable as error:
            yield Unsupported(f"{file}:{number}", f"{written!r}: {error}")
    if patterns:
        ignore = Ignore(f"{file}:1", path_patterns=tuple(patterns), reason="excluded for trufflehog")
        about = [line.lstrip("# ").rstrip() for line in text.splitlines() if line.lstrip().startswith("#")]
        yield AllowedFor(ignore, "", tuple(filter(None, about)))


@yaml_file.reader
def read_config(file: str, data: bytes) -> Iterator[Item]:
    """Custom detectors as rules; requests that verify them, and sources to scan, stay behind."""
    document = yaml_file.compose(data)
    remarks = comments.of_yaml(data.decode("utf-8-sig", "replace"))
    for key, node in document.entries():
        if key == "detectors":
            for detector in node.items():
                yield from _detector(file, detector, remarks)
        else:
            yield Unsupported(f"{file}:{node.line}", f"{key}: name what to scan on the command line of keyscan")


def _detector(file: str, detector: yaml_file.Node, remarks: dict[int, str]) -> Iterator[Item]:
    name = detector.get("name").text or "detector"
    place = f"{file}:{detector.line}"
    about = comments.between(remarks, detector.line, detector.end())
    keywords = [item.text for item in detector.get("keywords").items() if item.text]
    regexes = list(detector.get("regex").entries())
    items = []
    for label, regex in regexes:
        table: dict[str, Any] = {
            "id": f"{name}-{label}" if len(regexes) > 1 else name,
            "description": name,
            "regex": regex.text,
        }
        entropy = _number(detector.get("entropy").text)
        table |= {key: value for key, value in (("keywords", keywords), ("entropy", entropy)) if value}
        items.append(rule_id(str(table["id"])))
        yield from imported(table, f"{file}:{regex.line}", about if label == regexes[0][0] else ())
    for key, node in detector.entries():
        if key == "verify":
            yield Unsupported(f"{file}:{node.line}", f"verify of {name}: describe the request as in docs/live.md")
        elif key in _EXCLUDES:
            yield from _excluded(f"{file}:{node.line}", _EXCLUDES[key], node, items)
        elif key not in _KNOWN:
            yield Unsupported(f"{file}:{node.line}", f"{key} of {name}: keyscan has no such condition")
    if not regexes:
        yield NothingToDo(place, "detectors without an expression")


def _excluded(place: str, key: str, node: yaml_file.Node, rules: list[str]) -> Iterator[Item]:
    good = []
    for item in node.items():
        try:
            good.append(item.text if key == "stopwords" else search_pattern(item.text))
        except Untranslatable as error:
            yield Unsupported(place, f"{item.text!r}: {error}")
    good = [one for one in good if one]
    if good:
        named = tuple(name for rule in rules for name in (rule, f"{rule}-custom"))
        fields = {"rules": named, key: tuple(good), "reason": "excluded for a detector of trufflehog"}
        yield AllowedFor(Ignore(place, **fields), rules[0] if rules else "")  # type: ignore[arg-type]


def _number(text: str) -> float:
    return float(text) if re.fullmatch(r"\d{1,3}(?:\.\d{1,6})?", text) else 0.0
