"""The plan for taking secrets out of a history: what changes, what cannot be reached, what to push; writes nothing.

Rotation comes first: what was pushed may have been copied, which no rewriting can undo.
"""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from keyscan.git import rewriting
from keyscan.support.plural import plural
from keyscan.support.remote_url import without_credentials

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from keyscan.engine.matcher import Matcher
    from keyscan.git.command import Git
    from keyscan.git.rewriting import Ref
    from keyscan.model.finding import Finding

MARK = b"***REMOVED***"
# Why a place is not reached by a replacement of text.
BINARY = "in a binary file: git-filter-repo replaces in texts only; remove the file with --path NAME --invert-paths"
ARCHIVE = "in an archive: remove the file with --path NAME --invert-paths, or create the archive again"
ENCODED = "encoded ({encoding}): the text that holds it differs from the key; remove the file or edit it by hand"
NAMED = "in the name of a file or ref: rename it with --path-rename or git branch -m"
_PROBE = 8192
_SHOWN = 12


@dataclass(frozen=True, slots=True)
class Exposure:
    """One secret in the history: where it is, which commits brought it in, what a replacement cannot reach."""

    fingerprint: str
    rule_id: str
    redacted: str
    paths: tuple[str, ...]
    commits: tuple[str, ...]
    unreached: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class CleanupPlan:
    """The changes that a rewriting would make, and the places that it cannot change.

    `secrets` are the texts to replace, in plain bytes. `tags` and `commits` with signatures lose them. `remote` is
    where `origin` is, without credentials.
    """

    exposures: tuple[Exposure, ...]
    secrets: tuple[bytes, ...] = field(repr=False, default=())
    changed: int = 0
    total: int = 0
    refs: tuple[Ref, ...] = ()
    signed_commits: tuple[str, ...] = ()
    signed_tags: tuple[str, ...] = ()
    pull_requests: int = 0
    submodules: bool = False
    large_files: bool = False
    remote: str = ""
    remote_heads: tuple[tuple[str, str], ...] = ()

    @property
    def unreached(self) -> list[tuple[Exposure, str, str]]:
        """Places that a replacement of text does not reach: the secret, the path, why."""
        return [(exposure, path, why) for exposure in self.exposures for path, why in exposure.unreached]


def plan(git: Git, findings: Sequence[Finding], matcher: Matcher) -> CleanupPlan:
    """The plan for these findings of a history, every occurrence of each, with plaintext in `secret`."""
    blobs = {finding.origin.blob for finding in findings if finding.origin.blob}
    contents = _contents(git, blobs)
    by_mark: dict[str, list[Finding]] = {}
    for finding in findings:
        by_mark.setdefault(finding.fingerprint, []).append(finding)
    exposures = tuple(
        _exposure(fingerprint, occurrences, contents) for fingerprint, occurrences in sorted(by_mark.items())
    )
    secrets = {finding.secret.encode() for finding in findings if finding.secret and not finding.location.decoded}
    secrets |= _second_halves(findings, contents, matcher)
    commits = {commit for exposure in exposures for commit in exposure.commits}
    changed = rewriting.with_descendants(git, commits)
    refs = rewriting.refs(git)
    moved = tuple(ref for ref in refs if ref.commit in changed or ref.oid in commits)
    tags = [ref.oid for ref in moved if ref.kind == "tag"]
    names = {ref.oid: ref.name for ref in refs}
    tree = (git.ask("ls-tree", "--name-only", "HEAD") or b"").split(b"\n")
    attributes = git.ask("cat-file", "blob", "HEAD:.gitattributes") or b""
    return CleanupPlan(
        exposures=exposures,
        secrets=tuple(sorted((secret for secret in secrets if secret), key=len, reverse=True)),
        changed=len(changed),
        total=rewriting.commit_count(git),
        refs=moved,
        signed_commits=tuple(rewriting.signed(git, sorted(changed))),
        signed_tags=tuple(names[oid] for oid in rewriting.signed(git, tags)),
        pull_requests=sum(ref.name.startswith(("refs/pull/", "refs/merge-requests/")) for ref in refs),
        submodules=b".gitmodules" in tree,
        large_files=b"filter=lfs" in attributes,
        remote=_remote(git),
        remote_heads=tuple(
            (ref.name.removeprefix("refs/remotes/origin/"), ref.oid)
            for ref in refs
            if ref.name.startswith("refs/remotes/origin/") and not ref.name.endswith("/HEAD")
        ),
    )


def _remote(git: Git) -> str:
    url = git.ask("config", "--get", "remote.origin.url") or b""
    return without_credentials(url.decode("utf-8", "replace"))


def _contents(git: Git, blobs: Iterable[str | None]) -> dict[str, bytes]:
    wanted = sorted(oid for oid in blobs if oid)
    answers = git.objects([oid.encode() for oid in wanted])
    return {oid: answer[1] for oid, answer in zip(wanted, answers, strict=True) if answer is not None}


def _exposure(fingerprint: str, findings: Sequence[Finding], contents: dict[str, bytes]) -> Exposure:
    unreached = {}
    for finding in findings:
        origin = finding.origin
        if origin.member:
            unreached[origin.path] = ARCHIVE
        elif origin.kind == "ref":
            unreached[origin.path] = NAMED
        elif finding.location.decoded:
            unreached[origin.path] = ENCODED.format(encoding=finding.location.decoded)
        elif b"\0" in contents.get(origin.blob or "", b"")[:_PROBE]:
            unreached[origin.path] = BINARY
    first = findings[0]
    paths = tuple(dict.fromkeys(finding.origin.path for finding in findings))
    commits = tuple(dict.fromkeys(finding.origin.commit for finding in findings if finding.origin.commit))
    return Exposure(fingerprint, first.rule_id, first.redacted, paths, commits, tuple(sorted(unreached.items())))


def _second_halves(findings: Sequence[Finding], contents: dict[str, bytes], matcher: Matcher) -> set[bytes]:
    """Second halves of pairs (an AWS secret access key beside its id), which no finding holds."""
    paired = {rule.id for rule in matcher.rules if rule.companion}
    secrets = set()
    for finding in findings:
        data = contents.get(finding.origin.blob or "")
        if data is not None and finding.rule_id in paired and not finding.origin.member:
            secrets |= {match.companion_secret for match in matcher.scan(data, path=finding.origin.path).matches}
    return secrets - {b""}


def replacements(secrets: Iterable[bytes]) -> bytes:
    """The file of replacements that git-filter-repo reads: one expression a line, whatever the secrets hold.

    The separator of the file cannot be in an escaped expression; line ends match in either form.
    """
    lines = []
    for secret in secrets:
        rows = (re.escape(row) for row in secret.replace(b"\r\n", b"\n").split(b"\n"))
        pattern = b"\\r?\\n".join(rows).replace(b"=", b"\\x3d").replace(b"\\\r", b"\\r")
        lines.append(b"regex:" + pattern + b"==>" + MARK + b"\n")
    return b"".join(lines)


def describe(plan: CleanupPlan) -> Iterator[str]:
    """The plan as lines of text."""
    for exposure in plan.exposures:
        places = plural(len(exposure.paths), "path")
        commits = plural(len(exposure.commits), "commit")
        yield f"{exposure.fingerprint}: {exposure.redacted} in {places}, introduced by {commits}"
        yield from (f"  {path}" for path in exposure.paths[:_SHOWN])
        if len(exposure.paths) > _SHOWN:
            yield f"  and {len(exposure.paths) - _SHOWN} more paths"
    yield f"Commits whose id changes: {plan.changed} of {plan.total}"
    names = [ref.name for ref in plan.refs]
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    yield f"Refs that move: {', '.join(names[:_SHOWN])}{more}"
    if plan.signed_commits:
        shown = ", ".join(oid[:12] for oid in plan.signed_commits[:_SHOWN])
        yield f"Lost signatures: {plural(len(plan.signed_commits), 'commit')} ({shown})"
    if plan.signed_tags:
        yield f"Lost signatures: tags {', '.join(plan.signed_tags[:_SHOWN])}"
    for one, path, why in plan.unreached:
        yield f"Not reached: {one.redacted} in {path}, {why}"
    yield ""
    yield from _order(plan)


def _order(plan: CleanupPlan) -> Iterator[str]:
    rotate = ", ".join(f"keyscan rotate {rule}" for rule in sorted({exposure.rule_id for exposure in plan.exposures}))
    yield "In this order:"
    yield f"  1. Rotate: {rotate}. Rewriting the history does not undo a leak."
    yield "  2. Fix the code at the tip of every branch: keyscan fix"
    yield "  3. Tell everybody who has a clone to push their work, then to stop; merge or note open pull requests."
    yield "  4. keyscan clean-history --apply --into DIR, then the push commands that it prints."
    yield "  5. Everyone must clone again. A push or merge from an old clone brings the secrets back."
    yield "What stays, wherever the history was pushed:"
    yield "  forks and other people's clones"
    yield "  the host's caches and views of old commits: ask its support to remove them"
    if plan.pull_requests:
        yield f"  {plan.pull_requests} refs of pull requests, which only the host can change"
    yield "  packages, images and releases that were built from it; CI logs and artifacts"
    if plan.large_files:
        yield "  Git LFS: files of its store are not rewritten"
    if plan.submodules:
        yield "  submodules: their histories are their own; other repositories that pin old commits of this one break"


def push_commands(plan: CleanupPlan, directory: str) -> Iterator[str]:
    """The commands that publish the result, branch by branch, each refused when the remote has moved meanwhile."""
    url = shlex.quote(plan.remote) if plan.remote else "URL"
    at = shlex.quote(directory)
    remote = dict(plan.remote_heads)
    done = set()
    for ref in plan.refs:
        if ref.name.startswith("refs/heads/"):
            branch = ref.name.removeprefix("refs/heads/")
            old, source = remote.get(branch, ref.oid), ref.name
        elif ref.name.startswith("refs/tags/"):
            old, source = ref.oid, ref.name
        else:
            continue
        done.add(source)
        lease = shlex.quote(f"--force-with-lease={source}:{old}")
        yield f"git -C {at} push {lease} {url} {shlex.quote(f'{source}:{source}')}"
    moved = {ref.name for ref in plan.refs}
    for branch, old in plan.remote_heads:
        # git-filter-repo makes branches that only the remote had branches of the mirror.
        target = f"refs/heads/{branch}"
        if target not in done and f"refs/remotes/origin/{branch}" in moved:
            lease = shlex.quote(f"--force-with-lease={target}:{old}")
            yield f"git -C {at} push {lease} {url} {shlex.quote(f'{target}:{target}')}"
