"""What to do about a report, by what was scanned: a commit that is blocked, a push, a history, files.

A key that is only staged has not left the machine, one in unpushed commits neither: nothing else is claimed.
"""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

from keyscan.catalog.secret_files import Kind, kind_of
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
# pre-commit installs `.` of its clone of the hook's repository, and then these.
_FIX_MISSING_IN_PRE_COMMIT = (
    "keyscan fix can do this once the hook has its parsers, in .pre-commit-config.yaml:",
    '  additional_dependencies: [".[fix]"]',
)
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
_READ = "read it from the environment instead"
# Endings of files that people read, which no program reads variables from.
_TEXTS = frozenset(("md", "mdx", "markdown", "rst", "adoc", "txt", "text", "log", "out", "csv", "tsv", "html", "htm"))
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
    environment = _instead(finding)
    url = finding.help.revoke_url
    revoke = f"revoke it: {url}" if url else "replace it where it was created"
    if command in _UNPUBLISHED:
        if environment:
            yield environment
        yield f"if it ever left this machine, {revoke}"
    elif environment == _READ and not url:
        yield "replace it where it was created, and read the new one from the environment or a secret manager"
    else:
        yield revoke
        if environment:
            yield environment


def _instead(finding: Finding) -> str:
    """What takes the place of a secret where it stands: a file of secrets or a text cannot read a variable."""
    kind, ending = kind_of(finding.origin.file), finding.origin.file.rpartition(".")[2].lower()
    if finding.origin.kind == "commit-message":
        return ""
    if kind is Kind.TEMPLATE:
        return "leave the value empty in this template"
    if _is_secrets_file(finding):
        return f"keep {clean(finding.origin.file.rpartition('/')[2])} out of git: keyscan env --fix"
    if ending in _TEXTS:
        return "write a placeholder in its place"
    return f"{_READ}: {finding.env[0]}" if finding.env else _READ


def _is_secrets_file(finding: Finding) -> bool:
    """Whether its file is one that is meant to hold secrets, outside git; npm's may read variables."""
    kind = kind_of(finding.origin.file)
    return kind not in {None, Kind.TEMPLATE} and not finding.origin.file.lower().endswith(".npmrc")


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
    away = {finding.origin.file for finding in files}
    code = [one for one in report.findings if one.provider != "keyscan" and one.origin.file not in away]
    yield f"keyscan: this commit is blocked: {count} staged, not published yet. To continue:"
    if code:
        yield from _removal("  1. remove it: ", code, report.run, " --staged", f", then: git add {_paths(code)}")
    if files:
        yield f"  {2 if code else 1}. keep the file out of git: {run} env --fix"
    yield f"  {1 + bool(code) + bool(files)}. commit again. Rotate a key only if it ever left this machine."


def _removal(step: str, findings: Sequence[Finding], run: RunInfo, options: str = "", then: str = "") -> Iterator[str]:
    """How secrets leave their files: with `keyscan fix` where it can do that, or by hand and `then`."""
    by_hand = _by_hand(findings) + then
    if not _fixable(findings):
        yield step + by_hand
    elif run.can_fix:
        yield f"{step}{run.invocation} fix{options}"
        yield f"     or by hand: {by_hand}"
    else:
        yield step + by_hand
        missing = _FIX_MISSING_IN_PRE_COMMIT if run.pre_commit else (_FIX_MISSING,)
        yield from (f"     {line}" for line in missing)


def _fixable(findings: Sequence[Finding]) -> bool:
    """Whether some of them are where a program can read a variable instead."""
    return any(_instead(finding).startswith(_READ) for finding in findings)


def _by_hand(findings: Sequence[Finding]) -> str:
    """What to do in an editor about secrets in code, or in files that cannot read a variable."""
    ways = dict.fromkeys(filter(None, map(_instead, findings)))
    if any(way.startswith(f"{_READ}:") for way in ways):
        return "read the variable named below instead"
    return " or ".join(ways) or "take it out of the commit's message"


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
        yield from _removal("  1. remove it: ", report.findings, run)
        yield f"  2. git add {paths} && git commit --amend --no-edit, and push again."
    elif commits:
        yield f"  1. on the branch that you push: {_rebase(commits[0], run)}"
        yield f"     and mark as edit: {_commits(commits)}"
        yield from _removal("  2. at each stop remove the key: ", report.findings, run)
        yield f"     git add {paths} && git commit --amend --no-edit && git rebase --continue"
        yield "     If a later commit changes the same lines, git stops again: resolve, git add,"
        yield "     git rebase --continue."
        yield "  3. push again."
    yield "  A later commit that removes a key is not enough."
    yield "  Rotate a key only if it ever left this machine."


def _rebase(first: str, run: RunInfo) -> str:
    """The command that edits the commits from `first` on; the first commit of all has no parent to start from."""
    return "git rebase -i --root" if first == run.first_commit else f"git rebase -i {clean(first[:12])}^"


def _commits(commits: Sequence[str]) -> str:
    more = f" and {len(commits) - _NAMED} more" if len(commits) > _NAMED else ""
    return ", ".join(clean(commit[:12]) for commit in commits[:_NAMED]) + more


def _paths(findings: Sequence[Finding]) -> str:
    """The findings' files as arguments of `git add`; one that leaves git is not added again."""
    paths = list(dict.fromkeys(finding.origin.file for finding in findings))
    leave = any(map(_is_secrets_file, findings))
    if leave or len(paths) > _NAMED or any(clean(path) != path for path in paths):
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
        yield f"  on or above its line:  {comment}"
    yield "  in .keyscan.toml:      [[ignore]]"
    yield f'                         fingerprint = "{fingerprint}"'
    yield '                         reason = "..."'
    if run.command != "commit-msg":  # a review looks for findings in files and in the history
        yield f"  in the baseline:       {run.invocation} baseline review"
