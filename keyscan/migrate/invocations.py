"""A call of another scanner, in a hook or a pipeline: the files that its flags name, and what they exclude."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from keyscan.migrate import detect_secrets
from keyscan.migrate.result import DisabledRule, ExcludedPath, FurtherFile, Note, Unsupported
from keyscan.support.globs import BadGlob, parse

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from keyscan.migrate.counterparts import Counterparts
    from keyscan.migrate.result import Item

# Word in a repository's address, an image or a command -> the tool that it means.
TOOLS = {
    "gitleaks": "gitleaks", "betterleaks": "gitleaks", "trufflehog": "trufflehog", "detect-secrets": "detect-secrets",
    "secretlint": "secretlint", "ggshield": "ggshield", "talisman": "talisman", "git-secrets": "git-secrets",
}  # fmt: skip
# Tool -> flag -> kind of the file that the flag names.
_FILES = {
    "gitleaks": {
        "--config": "gitleaks", "-c": "gitleaks", "--baseline-path": "gitleaks baseline", "-b": "gitleaks baseline",
        "--gitleaks-ignore-path": "gitleaks ignore", "-i": "gitleaks ignore", "GITLEAKS_CONFIG": "gitleaks",
    },
    "trufflehog": {
        "--exclude-paths": "trufflehog excludes", "--exclude_paths": "trufflehog excludes",
        "-x": "trufflehog excludes", "--config": "trufflehog",
    },
    "detect-secrets": {"--baseline": "detect-secrets", "--word-list": "detect-secrets wordlist"},
    "secretlint": {"--secretlintrc": "secretlint", "--secretlintignore": "secretlint ignore"},
    "ggshield": {"--config-path": "ggshield", "-c": "ggshield"},
}  # fmt: skip
_GLOBS = {"--exclude-globs", "--exclude"}
_DETECTORS = {"--exclude-detectors", "--banlist-detector", "--ignored-detector"}
_EXCLUDES = {"--exclude-files", "--exclude-lines", "--exclude-secrets"}
# A word of a list, between commas, and one of a shell's command line, in which quotes may begin anywhere.
_ITEM = re.compile(r"'([^']*)'|\"((?:\\.|[^\"\\])*)\"|([^\s,\[\]'\"]+)")
_WORD = re.compile(r"(?>'[^']*'|\"(?:\\.|[^\"\\])*\"|[^\s'\"]|['\"])+")


def tool_of(text: str) -> str:
    """The scanner that an address, an image or a command means; "" for none."""
    lower = text.lower()
    return next((tool for word, tool in TOOLS.items() if word in lower), "")


def words_of(text: str) -> list[str]:
    """The words of a command line, or of a list in YAML or JSON."""
    if text.lstrip().startswith("[") or "\n" in text:
        return [one or two.replace('\\"', '"') or three for one, two, three in _ITEM.findall(text)]
    words = [re.sub(r"(?<!\\)['\"]", "", word) for word in _WORD.findall(text)]
    # A whole command in quotes.
    return [part for word in words for part in (word.split() if " -" in word else [word])]


def read(place: str, tool: str, words: Sequence[str], known: Counterparts) -> Iterator[Item]:
    """What the flags among `words` say for keyscan; flags that say nothing about findings are passed over."""
    for flag, value in _flags(words):
        kind = _FILES.get(tool, {}).get(flag)
        if kind and _is_path(value):
            yield FurtherFile(kind, value.removeprefix("./"), place)
        elif flag in _GLOBS:
            yield from _globs(place, value)
        elif flag in _EXCLUDES and tool == "detect-secrets":
            yield from detect_secrets.read_arguments(place, {flag: [value]})
        elif flag in _DETECTORS:
            yield from _detectors(place, value, known)
        elif flag in {"--include-paths", "-i", "--include-detectors", "--enable-rule"}:
            yield Unsupported(place, f"{flag} {value}: keyscan scans everything; name paths or `disable` rules")


def _flags(words: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Each flag with its value, which follows it or an equals sign."""
    for number, word in enumerate(words):
        flag, separator, value = word.partition("=")
        if separator:
            yield flag, value.strip("'\"")
        elif word.startswith("-"):
            following = words[number + 1] if number + 1 < len(words) else ""
            yield word, "" if following.startswith("-") else following


def _is_path(value: str) -> bool:
    return bool(value) and "$" not in value and not value.startswith(("http:", "https:"))


def _globs(place: str, value: str) -> Iterator[Item]:
    for pattern in filter(None, value.split(",")):
        try:
            if parse(pattern):
                yield ExcludedPath(pattern)
        except BadGlob as error:
            yield Unsupported(place, str(error))


def _detectors(place: str, value: str, known: Counterparts) -> Iterator[Item]:
    for name in filter(None, value.split(",")):
        rules = known.of(name)
        if not rules:
            yield Unsupported(place, f"excluded detector {name!r} has no counterpart in keyscan")
            continue
        yield Note(f"{place}: excluded detector {name!r} is here: {', '.join(rules)}")
        yield from (DisabledRule(rule_id) for rule_id in rules)
