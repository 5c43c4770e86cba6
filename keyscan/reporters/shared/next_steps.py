"""What to do about a report, by what was scanned: a commit that is blocked, a push, a history, files.

A key that is only staged has not left the machine, one in unpushed commits neither: nothing else is claimed.
"""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

from keyscan.reporters.shared.escape import clean

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from keyscan.model.finding import Finding
    from keyscan.model.report import Report, RunInfo

# Commands that scan changes before they are committed or pushed.
_UNPUBLISHED = frozenset({"staged", "commit-msg", "pre-push"})
# Paths and commits that are named in a command; with more it says so.
_NAMED = 4
_FIX_MISSING = "keyscan fix can do this once its parsers are installed: pip install 'keyscan-linter[fix]'"
# How a comment begins and ends, by the ending of a file's name; JSON and CSV have none.
_COMMENTS = {
    ("#", ""): "py rb sh bash zsh fish yml yaml toml cfg conf ini properties env tf hcl r pl pm mk cmake ps1 nix",
    ("//", ""): "js mjs cjs jsx ts tsx mts cts go java kt kts c h cc cpp hpp cs rs php swift scala dart groovy gradle "
    "proto jsonc json5 sol zig",
    ("--", ""): "sql lua hs elm ada",
    ("<!--", " -->"): "html htm xml md vue svelte svg xhtml",
    ("/*", " */"): "css scss less",
    (";", ""): "clj el lisp asm",
    ("%", ""): "tex erl m",
}
_BY_ENDING = {ending: comment for comment, endings in _COMMENTS.items() for ending in endings.split()}
_BY_NAME = {"dockerfile": ("#", ""), "makefile": ("#", ""), ".env": ("#", ""), ".envrc": ("#", ""), ".npmrc": ("#", "")}


def before(report: Report) -> Iterator[str]:
    """What to do now, for a hook that blocks: the first thing that a report says."""
    if not report.findings:
        return
    command = report.run.command
    if command == "staged" and not any(finding.origin.commit for finding in report.findings):
        yield from _commit(report)
    elif command == "commit-msg":
        yield from _message(report)
    elif command == "pre-push":
        yield from _push(report)
    elif command == "pre-receive":
        yield "keyscan: this push is refused: its commits contain secrets, and this server does not have them yet."
        yield "  Remove each key from the commit that adds it (git commit --amend, or git rebase -i), and push again;"
        yield "  a later commit that removes it is not enough. Revoke a key that was pushed anywhere else before."


def after(report: Report) -> Iterator[str]:
    """What else there is to do: revoking where something was published, and how to accept what is no secret."""
    if not report.findings:
        return
    run, command = report.run.invocation, report.run.command
    secrets = [finding for finding in report.findings if finding.provider != "keyscan"]
    if secrets and command in {"history", "ci"}:
        yield "Revoke first: what was pushed has been copied. Step by step:"
        yield f"  {run} explain {clean(_worst(secrets).fingerprint)}"
    elif secrets and command == "scan":
        if report.run.can_fix:
            yield f"To move keys from code into .env: {run} fix"
        yield "If a key was ever committed or shared, revoke it first. Step by step:"
        yield f"  {run} explain {clean(_worst(secrets).fingerprint)}"
    yield from _acceptance(_worst(secrets or report.findings), report.run)


def about(finding: Finding, command: str = "") -> Iterator[str]:
    """What to do about the findings of a rule that `command` reports."""
    if finding.provider == "keyscan":  # not a secret but what is done with one
        yield from finding.help.steps
        return
    in_code = finding.env and finding.origin.kind != "commit-message"
    environment = f"read it from the environment instead: {finding.env[0]}" if in_code else ""
    url = finding.help.revoke_url
    revoke = f"revoke it: {url}" if url else "replace it where it was created"
    if command in _UNPUBLISHED:
        if environment:
            yield environment
        yield f"if it ever left this machine, {revoke}"
    elif environment or url:
        yield revoke
        if environment:
            yield environment
    else:
        yield "replace it where it was created, and read the new one from the environment or a secret manager"


def marker(path: str, rule_id: str) -> str:
    """The inline marker for a file, as a comment of its language; empty where it has none."""
    name = path.rpartition("/")[2].lower()
    comment = _BY_NAME.get(name) or _BY_ENDING.get(name.rpartition(".")[2])
    if comment is None and name.startswith(".env"):
        comment = ("#", "")
    return f"{comment[0]} keyscan:allow[{rule_id}] REASON{comment[1]}" if comment else ""


def _commit(report: Report) -> Iterator[str]:
    run = report.run.invocation
    secrets = {finding.fingerprint for finding in report.findings if finding.provider != "keyscan"}
    files = [finding for finding in report.findings if finding.rule_id.startswith("env-")]
    count = f"{len(secrets)} secret{'s' * (len(secrets) != 1)}" if secrets else "a secrets file"
    paths = _paths(report.findings)
    yield f"keyscan: this commit is blocked: {count} staged, not published yet. To continue:"
    if secrets:
        by_hand = f"read the variable named below instead, then: git add {paths}"
        if report.run.can_fix:
            yield f"  1. remove it: {run} fix --staged   (or by hand: {by_hand})"
        else:
            yield f"  1. remove it: {by_hand}"
            yield f"     ({_FIX_MISSING})"
    if files:
        yield f"  {2 if secrets else 1}. keep the file out of git: {run} env --fix"
    yield f"  {1 + bool(secrets) + bool(files)}. commit again. Rotate a key only if it ever left this machine."


def _message(report: Report) -> Iterator[str]:
    """Git keeps the message of a commit that its hook blocks."""
    count = len({finding.fingerprint for finding in report.findings})
    what = f"{count} secret{'s' * (count != 1)}"
    yield f"keyscan: this commit is blocked: its message contains {what}, and nothing was committed. To continue:"
    yield "  1. edit the message, with the options that you gave to git commit before:"
    yield '     git commit -e -F "$(git rev-parse --git-dir)/COMMIT_EDITMSG"'
    yield "  2. rotate a key only if it ever left this machine."


def _push(report: Report) -> Iterator[str]:
    run = report.run
    ordered = sorted(report.findings, key=lambda finding: finding.origin.date or "")
    commits = list(dict.fromkeys(finding.origin.commit for finding in ordered if finding.origin.commit))
    count = len({finding.fingerprint for finding in report.findings})
    yield (
        f"keyscan: this push is blocked: {count} secret{'s' * (count != 1)} in {len(commits)} "
        f"commit{'s' * (len(commits) != 1)} that the remote does not have yet. To continue:"
    )
    paths = _paths(report.findings)
    if commits == [run.revision]:
        by_hand = "read the variable named below instead"
        yield f"  1. remove it: {f'{run.invocation} fix   (or by hand: {by_hand})' if run.can_fix else by_hand}"
        yield f"  2. git add {paths} && git commit --amend --no-edit, and push again."
    elif commits:
        yield f"  1. on the branch that you push: {_rebase(commits[0], run)}   and mark as edit: {_commits(commits)}"
        how = f"{run.invocation} fix, or by hand" if run.can_fix else "read the variable named below instead"
        yield f"  2. at each stop remove the key ({how}), then:"
        yield f"     git add {paths} && git commit --amend --no-edit && git rebase --continue"
        yield "     If a later commit changes the same lines, git stops again: resolve, git add, git rebase --continue."
        yield "  3. push again."
    yield "  A later commit that removes a key is not enough. Rotate a key only if it ever left this machine."


def _rebase(first: str, run: RunInfo) -> str:
    """The command that edits the commits from `first` on; the first commit of all has no parent to start from."""
    return "git rebase -i --root" if first == run.first_commit else f"git rebase -i {clean(first[:12])}^"


def _commits(commits: Sequence[str]) -> str:
    more = f" and {len(commits) - _NAMED} more" if len(commits) > _NAMED else ""
    return ", ".join(clean(commit[:12]) for commit in commits[:_NAMED]) + more


def _paths(findings: Sequence[Finding]) -> str:
    """The findings' files as arguments of a command."""
    paths = list(dict.fromkeys(finding.origin.file for finding in findings))
    if len(paths) > _NAMED or any(clean(path) != path for path in paths):
        return "-u"
    return " ".join(shlex.quote(path) for path in paths)


def _worst(findings: Sequence[Finding]) -> Finding:
    """The first of the most severe findings: the one that a report shows first."""
    return max(findings, key=lambda finding: finding.severity)


def _acceptance(finding: Finding, run: RunInfo) -> Iterator[str]:
    """How to ignore a finding that is not a secret."""
    rule_id, fingerprint = clean(finding.rule_id), clean(finding.fingerprint)
    comment = marker(finding.origin.path, rule_id)
    yield "Not a secret? Accept it with a reason, in one of these places:"
    if comment and not finding.origin.member:
        yield f"  on its line, or on the line above:  {comment}"
    yield f'  in .keyscan.toml:                   [[ignore]] with fingerprint = "{fingerprint}" and reason = "..."'
    if run.command != "commit-msg":  # a review looks for findings in files and in the history
        yield f"  in the baseline, one by one:        {run.invocation} baseline review"
