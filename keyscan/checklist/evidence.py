"""Gathers the evidence for the checklist: scans, hygiene, history, hook and CI."""

from __future__ import annotations

import os
import re
import time
from typing import TYPE_CHECKING

from keyscan.catalog.secret_files import Kind, environment_of, kind_of
from keyscan.checklist.items import Facts
from keyscan.errors import IncompleteError
from keyscan.git.command import Git
from keyscan.git.repository import inspect
from keyscan.hygiene.audit import audit
from keyscan.hygiene.repository import TreeReader
from keyscan.model.blob import Skip
from keyscan.scan.report import make_report, timed
from keyscan.scan.scanner import targets_kept
from keyscan.sources import files

if TYPE_CHECKING:
    from collections.abc import Sequence

    from keyscan.api import Scanner
    from keyscan.history.batch import Progress
    from keyscan.hygiene.repository import RepositoryAudit
    from keyscan.model.finding import Finding
    from keyscan.model.rule import Rule

# What a CI system runs of its own accord: at the root, except where its settings say which file. Narrower than
# `PathKind.PIPELINE`, which is about where values stand.
_PIPELINE = re.compile(
    r"\A(?:\.(?:github|gitea|forgejo)/workflows/[^/]+\.ya?ml|\.gitlab-ci\.ya?ml|bitbucket-pipelines\.ya?ml|"
    r"\.circleci/config\.ya?ml|\.buildkite/[^/]+\.ya?ml|\.woodpecker(?:/[^/]+)?\.ya?ml|\.drone\.ya?ml|"
    r"\.travis\.ya?ml|\.semaphore/[^/]+\.ya?ml|\.?appveyor\.ya?ml|"
    r"(?:.*/)?(?:azure-pipelines[\w.-]*\.ya?ml|Jenkinsfile|cloudbuild\.ya?ml|buildspec\.ya?ml))\Z"
)
# Files by which a project says that a secret manager holds its keys.
_MANAGERS = {
    ".sops.yaml": "SOPS", "doppler.yaml": "Doppler", "doppler-template.yaml": "Doppler", ".infisical.json": "Infisical",
    ".env.vault": "dotenv-vault", ".envrc.vault": "Vault", "vault.hcl": "Vault", "secretspec.toml": "SecretSpec",
    "chamber.yaml": "Chamber", "teller.yml": "Teller", ".teller.yml": "Teller", "berglas.yaml": "Berglas",
    "external-secret.yaml": "External Secrets", "secretproviderclass.yaml": "Secrets Store CSI",
}  # fmt: skip
_IN_BROWSERS = ("browser-", "direct-browser-access")
_DAY = 86_400


def facts(root: str, scanner: Scanner, rotation_days: int, progress: Progress | None = None) -> Facts:
    """The facts about the repository at `root`; `progress` is called with the history's objects."""
    rules, options, matcher = scanner.rules, scanner.options, scanner.matcher()
    audited = audit(root, matcher, options.salt, history=False)
    hygiene = make_report(audited.result, matcher, options, timed(time.perf_counter())).findings
    report, in_browsers, count = _source(root, scanner)
    habits = [*(one for one in report if _is_habit(one, rules)), *in_browsers]
    source = [one for one in report if not _is_habit(one, rules) and kind_of(one.origin.path) is None]
    old, why = _history(root, scanner, progress)
    repository = audited.repositories[0]
    return Facts(
        source=source,
        habits=habits,
        hygiene=hygiene,
        old=old,
        old_why=why,
        real_files=_real_files(root, audited.repositories),
        rotation_days=rotation_days,
        env_ignored=_env_ignored(repository),
        hook=_hook(root, repository.tree.git),
        pipelines=_pipelines(repository),
        managers=[f"{path} ({_MANAGERS[_name(path)]})" for path in repository.tree.tracked if _name(path) in _MANAGERS],
        files=count,
    )


def _name(path: str) -> str:
    return path.rpartition("/")[2]


def _is_habit(finding: Finding, rules: Sequence[Rule]) -> bool:
    return any(rule.id == finding.rule_id and rule.category == "practice" for rule in rules)


def _source(root: str, scanner: Scanner) -> tuple[tuple[Finding, ...], list[Finding], int]:
    """The findings in the files of the work tree, calls from browsers that are not reported, and how many files.

    The guides forbid such calls whoever the key belongs to. Findings are named from the root.
    """
    targets = [_from_root(target, root) for target in files.targets([root])]
    ignores = scanner.options.ignores
    result = scanner.scan_files(targets_kept(targets, ignores) if ignores else targets)
    least = scanner.options.min_severity
    in_browsers = [
        one
        for one in result.findings
        if one.severity < least and one.status == "new" and one.rule_id.startswith(_IN_BROWSERS)
    ]
    return scanner.report(result, timed(time.perf_counter())).findings, in_browsers, result.files


def _from_root(one: files.Target | Skip, root: str) -> files.Target | Skip:
    """A target named as the repository names it."""
    if isinstance(one, Skip):
        return one
    return one._replace(name=os.path.relpath(one.file, root).replace(os.sep, "/"), outside=0)


def _history(root: str, scanner: Scanner, progress: Progress | None) -> tuple[Sequence[Finding] | None, str]:
    """The history's findings, and what was covered; None and the reason if the history cannot be scanned."""
    from keyscan.engine import build
    from keyscan.history import scope
    from keyscan.history.audit import audit_history
    from keyscan.history.batch import HistoryJob

    git = Git(root)
    if not git.ask("rev-parse", "--verify", "-q", "HEAD"):
        return (), "there is no commit yet"
    if inspect(git).shallow:
        return None, "a shallow clone: the older commits are not here"
    matcher = build.matcher(tuple(rule for rule in scanner.rules if rule.category != "practice"))
    query = scope.HistoryQuery()
    try:
        job = HistoryJob(git, matcher, scanner.options, scanner.jobs, progress)
        result = audit_history(job, scope.resolve(git, query), query)
    except IncompleteError as error:
        return None, str(error)
    report = make_report(result, matcher, scanner.options, timed(time.perf_counter()))
    if report.findings:
        return report.findings, ""
    if not report.complete:
        return None, "parts of it could not be read"
    return (), f"all {result.blobs or result.files} versions of files in it were scanned, no key in them"


def _real_files(root: str, repositories: Sequence[RepositoryAudit]) -> list[tuple[str, str, int]]:
    """Environment files with real values: path, environment, days since the file changed on this disk."""
    files = []
    for repository in repositories:
        for file in repository.files:
            if file.kind is Kind.ENV and file.values:
                try:
                    changed = os.lstat(os.path.join(root, file.path)).st_mtime  # noqa: PTH118 - keeps odd bytes
                except OSError:
                    continue
                days = int(max(0.0, time.time() - changed) // _DAY)
                files.append((file.path, environment_of(file.path), days))
    return files


def _env_ignored(repository: RepositoryAudit) -> str:
    rule = repository.rules.get(".env")
    return rule.text if rule is not None and rule.shared and not rule.negated else ""


def _hook(root: str, git: Git) -> tuple[bool, str]:
    """Whether a commit hook that is installed runs keyscan, and what shows it."""
    _, chosen = git.hooks_path()
    common = os.fsdecode(git.run("rev-parse", "--git-common-dir").removesuffix(b"\n"))
    place = os.path.join(root, os.path.expanduser(chosen)) if chosen else os.path.join(root, common, "hooks")  # noqa: PTH111, PTH118
    hook = _text_of(os.path.join(place, "pre-commit"))  # noqa: PTH118
    configured = "keyscan" in _text_of(os.path.join(root, ".pre-commit-config.yaml"))  # noqa: PTH118
    if "keyscan" in hook:
        return True, "the pre-commit hook runs keyscan"
    if configured and ("pre-commit" in hook or "prek" in hook):
        return True, ".pre-commit-config.yaml names keyscan, and its hook is installed"
    if configured:
        return False, ".pre-commit-config.yaml names keyscan, but no hook is installed here (pre-commit install)"
    return False, "no hook of this clone runs keyscan"


def _text_of(file: str) -> str:
    """The beginning of a plain file; empty when it can't be read."""
    if not os.path.isfile(file):  # noqa: PTH113
        return ""
    try:
        with open(file, "rb") as handle:  # noqa: PTH123
            return handle.read(1 << 18).decode("utf-8", "replace")
    except OSError:
        return ""


def _pipelines(repository: RepositoryAudit) -> list[tuple[str, bool]]:
    """CI's files, and whether each names keyscan."""
    tree = repository.tree
    read = TreeReader(tree.root, tree.prefix)
    return [(path, b"keyscan" in (read(path) or b"")) for path in tree.tracked if _PIPELINE.search(path)]
