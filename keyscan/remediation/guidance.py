"""What a finding means and what to do about it, step by step, as lines of text."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from keyscan.model.finding import Finding
    from keyscan.model.rule import Rule

_CHECKS = {
    "provider": "placeholders, runs and repetitions of characters",
    "generic": "placeholders, runs and repetitions of characters, identifiers, hashes and paths",
    "entropy": "",
    "none": "",
}
# Files that hold nothing but secrets: they leave the history whole.
_WHOLE = (".env", ".pem", ".key", ".p12", ".pfx", "credentials.json", "service-account.json", ".npmrc", ".pypirc")


def why(rule: Rule, findings: Sequence[Finding]) -> Iterator[str]:
    """Why a rule fires, and, for findings, each piece of evidence."""
    yield f"Looks for: {', '.join(rule.keywords[:8])}{' ...' if len(rule.keywords) > 8 else ''}"  # noqa: PLR2004
    if rule.context:
        yield "The value has no format of its own: it is reported only next to one of these names."
    if rule.checks:
        yield f"Verified offline by: {', '.join(rule.checks)} (if that fails, the severity is low)"
    if rule.min_entropy:
        yield f"Minimum entropy: {rule.min_entropy:g} bits per character"
    if _CHECKS.get(rule.filters):
        yield f"Never reported: {_CHECKS[rule.filters]}"
    if rule.companion:
        word = "Reported only with" if rule.companion.required else "More severe with"
        yield f"{word} its {rule.companion.name} within {rule.companion.distance} bytes"
    evidence = dict.fromkeys(text for finding in findings for text in finding.evidence)
    for text in evidence:
        yield f"Here: {text}"


def steps(rule: Rule, paths: Sequence[str]) -> Iterator[str]:
    """What to do about a key of this rule that stands in `paths`, in order."""
    where = rule.help.revoke_url or "the provider's console"
    name = rule.env[0] if rule.env else "the application's own variable"
    if rule.public:
        yield "This kind of key is public by design: check what it may do, and restrict it there. Nothing to revoke."
        return
    yield f"Create a new key: {where}"
    yield f"Store it where the program reads it: {name} in the environment, or your secret manager, not git."
    yield "Deploy, and restart all that has read the old key."
    yield f"Verify that the new key is used: {rule.help.link or 'a call that needs it succeeds'}"
    yield f"Revoke the old key, now and before any cleaning: {where}"
    yield "Check the usage and the bill since the key was first committed, for calls that are not yours."
    if paths:
        yield f"Remove the old key from {', '.join(paths[:5])}{' and more' if len(paths) > 5 else ''}."  # noqa: PLR2004
    yield "When `keyscan scan` is clean, and if it was ever pushed, clean the history (below)."


WHY_FIRST = (
    "Why revoking comes first: what was pushed has been copied - clones, forks, caches, and bots that watch",
    "public pushes. Rewriting the history takes nothing back from them; only a revoked key is harmless.",
)


def cleaning(paths: Sequence[str]) -> Iterator[str]:
    """The exact commands that take a secret out of a history; the secret itself never stands in them."""
    whole = [path for path in paths if path.rsplit("/", 1)[-1].startswith(".env") or path.endswith(_WHOLE)]
    yield "git clone --mirror URL clean.git && cd clean.git     # a fresh clone: filter-repo refuses others"
    if whole:
        names = " ".join(f"--path {shlex.quote(path)}" for path in whole)
        yield f"git filter-repo --invert-paths {names}"
    if not whole or len(whole) < len(paths):
        yield "read -rs OLD     # paste the old key: so it is in no shell history"
        yield """printf 'literal:%s==>REMOVED\\n' "$OLD" > ../replace.txt"""
        yield "git filter-repo --replace-text ../replace.txt"
        yield "rm ../replace.txt; unset OLD     # a key of several lines: one such line for each"
    yield "keyscan history     # must be clean"
    yield "git push --mirror --force URL"


AFTERWARDS = (
    "Everyone must clone again: a push from an old clone brings the secret back. Ask the hosting platform to remove",
    "cached views and pull requests that contain it; only their owners can change forks.",
)
