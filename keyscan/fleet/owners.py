"""The owners of a finding: CODEOWNERS in the repository's HEAD, otherwise the author who introduced it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from keyscan.support.globs import BadGlob, Globs

if TYPE_CHECKING:
    from collections.abc import Sequence

    from keyscan.git.command import Git
    from keyscan.model.finding import Finding

# Where forges look for it, in their order (GitHub: .github, root, docs; GitLab: root, docs, .gitlab).
PLACES = (".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS", ".gitlab/CODEOWNERS")
_LARGEST = 1 << 20
_MOST = 5000
_OWNER = re.compile(r"@?[\w.+-]+(?:[@/][\w.+-]+)*\Z")


class CodeOwners:
    """The rules of a CODEOWNERS file; the last one that matches a path decides."""

    def __init__(self, text: str) -> None:
        self._rules: list[tuple[Globs, tuple[str, ...]]] = []
        for line in text.splitlines()[:_MOST]:
            words = re.sub(r"(?<!\\)#.*", "", line).split()
            if not words or words[0].startswith(("[", "^[", "!")):  # GitLab's section headings
                continue
            try:
                globs = Globs([words[0]])
            except BadGlob:
                continue
            self._rules.append((globs, tuple(word for word in words[1:] if _OWNER.match(word))))

    def of(self, path: str) -> tuple[str, ...]:
        """The owners of `path`; empty when no rule matches, or the last matching rule has no owners."""
        return next((owners for globs, owners in reversed(self._rules) if globs.match(path)), ())


def read(git: Git) -> CodeOwners:
    """The CODEOWNERS of HEAD; without rules when there is none."""
    names = [f"HEAD:{place}".encode() for place in PLACES]
    for content in git.objects(names):
        if content is not None and content[0] == b"blob" and len(content[1]) <= _LARGEST:
            return CodeOwners(content[1].decode("utf-8", "replace"))
    return CodeOwners("")


def owners_of(finding: Finding, rules: CodeOwners, *, emails: bool) -> tuple[str, ...]:
    """The owners of a finding: by path, otherwise its author. Addresses are omitted unless `emails`."""
    named: Sequence[str] = rules.of(finding.origin.file) or ((finding.origin.author,) if finding.origin.author else ())
    return tuple(name for name in named if emails or "@" not in name.lstrip("@"))
