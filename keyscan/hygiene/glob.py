"""Path patterns without regular expressions: time is bounded by (pattern x path), whatever a repository writes.

`*` and `?` stay within a name, `[...]` is a class, `**` is any number of directories.
"""

from __future__ import annotations

from functools import lru_cache

# A pattern, or a path, longer than this matches nothing.
_LIMIT = 4096


def matches(pattern: str, path: str) -> bool:
    """Whether the whole of `path` matches `pattern`; both are relative, with forward slashes."""
    if len(pattern) > _LIMIT or len(path) > _LIMIT:
        return False
    names = path.split("/")
    # reach: the positions in `names` up to which the pattern's parts so far can have come.
    reach = {0}
    for part in pattern.split("/"):
        if part == "**":
            reach = set(range(min(reach), len(names) + 1))
        else:
            reach = {at + 1 for at in reach if at < len(names) and _name(part, names[at])}
        if not reach:
            return False
    return len(names) in reach


@lru_cache(maxsize=4096)
def _name(pattern: str, name: str) -> bool:
    """One name against one part, by going back to the last star only."""
    p = n = 0
    star = mark = -1
    while n < len(name):
        step = _one(pattern, p, name[n])
        if p < len(pattern) and pattern[p] == "*":
            star, mark = p, n
            p += 1
        elif step:
            p += step
            n += 1
        elif star >= 0:
            mark += 1
            p, n = star + 1, mark
        else:
            return False
    return not pattern[p:].strip("*")


def _one(pattern: str, at: int, char: str) -> int:
    """How much of the pattern at `at` matches `char`: 0 for none."""
    if at >= len(pattern):
        return 0
    head = pattern[at]
    if head == "?":
        return 1
    if head == "\\" and at + 1 < len(pattern):
        return 2 if pattern[at + 1] == char else 0
    if head == "[":
        end = pattern.find("]", at + 2)
        if end > 0:
            return end + 1 - at if _in_class(pattern[at + 1 : end], char) else 0
    return 1 if head == char else 0


def _in_class(text: str, char: str) -> bool:
    negated = text[:1] in {"!", "^"}
    text = text[negated:]
    inside, at = False, 0
    while at < len(text):
        if text[at + 1 : at + 2] == "-" and at + 2 < len(text):
            inside |= text[at] <= char <= text[at + 2]
            at += 3
        else:
            inside |= text[at] == char
            at += 1
    return inside is not negated


def _parents(path: str) -> list[str]:
    """`path` and all directories above it, the outermost first."""
    parts = path.split("/")
    return ["/".join(parts[: count + 1]) for count in range(len(parts))]


def lines(text: str) -> list[str]:
    """The patterns in an ignore file: no comments, no empty lines, at most 10,000."""
    kept = (line.strip() for line in text.splitlines()[:10_000])
    return [line for line in kept if line and not line.startswith("#")]


def docker_ignores(patterns: list[str], path: str) -> bool:
    """Whether a .dockerignore leaves `path` out: the last pattern that matches it or a parent decides."""
    out = False
    for line in patterns:
        keep = line.startswith("!")
        pattern = _cleaned(line[1:] if keep else line)
        if pattern and any(matches(pattern, part) for part in _parents(path)):
            out = not keep
    return out


def _cleaned(pattern: str) -> str:
    return "/".join(part for part in pattern.strip().split("/") if part not in {"", "."})


def git_ignores(patterns: list[str], path: str) -> bool:
    """Whether an ignore file in git's language leaves `path`, relative to it, out (npm speaks it too)."""
    for part in _parents(path):
        out = None
        for line in patterns:
            keep = line.startswith("!")
            if _git_matches(line[1:] if keep else line, part, is_file=part == path):
                out = not keep
        if out:
            return True
    return False


def _git_matches(pattern: str, path: str, *, is_file: bool) -> bool:
    if pattern.endswith("/"):
        if is_file:
            return False
        pattern = pattern.rstrip("/")
    if "/" in pattern:
        return matches(pattern.lstrip("/"), path)
    return matches(pattern, path.rpartition("/")[2])
