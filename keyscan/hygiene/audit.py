"""Audits how repositories keep their secrets files: gathers what is known of each and runs all checks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from keyscan.catalog.secret_files import Kind, kind_of
from keyscan.git.command import Git
from keyscan.hygiene import dotenv_readers, env_key_checks, file_history, git_exposure
from keyscan.hygiene.git_exposure import SecretFile
from keyscan.hygiene.repository import MAX_BYTES, TreeReader, repositories
from keyscan.hygiene.secret_values import real_values
from keyscan.model.blob import Skip
from keyscan.scan.result import ScanResult, joined

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from keyscan.engine.matcher import Matcher
    from keyscan.hygiene.repository import RepositoryAudit
    from keyscan.model.blob import Blob
    from keyscan.model.finding import Finding


@dataclass(frozen=True, slots=True)
class HygieneAudit:
    """The repositories that were audited, the outermost first, and what was found and covered."""

    repositories: tuple[RepositoryAudit, ...]
    result: ScanResult


def audit(root: str, matcher: Matcher, salt: str, *, history: bool = True) -> HygieneAudit:
    """Audit the repository at `root` and its submodules, their histories too unless `history` is false."""
    # The search of the outermost history runs while the rest is looked at.
    search = file_history.Search(Git(root)) if history else None
    results: list[ScanResult] = []
    audited: list[RepositoryAudit] = []
    try:
        for repository in repositories(root, matcher):
            if isinstance(repository, Skip):
                results.append(ScanResult(skipped=(repository,)))
            else:
                audited.append(repository)
                findings = tuple(_check(repository, matcher, salt))
                results.append(
                    ScanResult(findings, tuple(repository.skips), files=repository.count, bytes=repository.bytes)
                )
        everything = [file for one in audited for file in one.files]
        results.append(ScanResult(tuple(env_key_checks.shared(everything, salt))))
        for one in audited if search else ():
            walk = search.result() if search and one is audited[0] else file_history.Search(one.tree.git).result()
            results.append(file_history.check(walk, one.tree, matcher, salt))
    finally:
        if search:
            search.close()
    return HygieneAudit(tuple(audited), joined(results))


def _check(one: RepositoryAudit, matcher: Matcher, salt: str) -> Iterator[Finding]:
    """All findings on one repository that need neither its history nor another repository."""
    for file in one.files:
        yield from git_exposure.check(file, salt)
        if file.kind is not Kind.TEMPLATE:
            yield from env_key_checks.browser_exposed(file, salt)
            yield from env_key_checks.wrong_provider(file, matcher.rules, salt)
    yield from _agents(one, matcher, salt)
    if one.with_values:
        yield from _built(one, salt)
    if one.dotenv_reader:
        rule = one.rules.get(".env")
        yield dotenv_readers.finding_of(one.tree.prefix, one.dotenv_reader, rule.text if rule else "", salt)


def _agents(one: RepositoryAudit, matcher: Matcher, salt: str) -> Iterator[Finding]:
    """Literal keys in agents' configuration."""
    for name, data in one.agents.items():
        from keyscan.hygiene import agent_config

        rule = one.rules.get(name)
        exposure = agent_config.Exposure(name in one.tree.family, rule is not None and not rule.negated)
        yield from agent_config.check(one.tree.prefix + name, data, matcher, exposure, salt)


def _built(one: RepositoryAudit, salt: str) -> Iterator[Finding]:
    """What images and packages would include."""
    from keyscan.hygiene import docker_context, packages

    tree = one.tree
    paths = [*tree.tracked, *tree.untracked]
    # A file that is tracked and not on disk is not built, so what the reader skips is not reported.
    reader = TreeReader(tree.root, tree.prefix)
    yield from docker_context.check(one.with_values, paths, reader, tree.prefix, salt)
    yield from packages.check(one.with_values, set(paths), reader, tree.prefix, salt)


def staged(blobs: Iterable[Blob | Skip], matcher: Matcher, salt: str, disabled: Collection[str]) -> Iterator[Finding]:
    """Findings on the secrets files among the blobs of the index; what the engine reports itself is left out."""
    for blob in blobs:
        kind = None if isinstance(blob, Skip) else kind_of(blob.origin.path)
        if isinstance(blob, Skip) or kind is None:
            continue
        values = real_values(kind, blob.data[:MAX_BYTES], matcher)
        if kind is Kind.TEMPLATE:
            values = [value for value in values if value.match is None]
        file = SecretFile(blob.origin.path, kind, tuple(values), blob.data, tracked=True, staged=True)
        yield from (one for one in git_exposure.check(file, salt) if one.rule_id not in disabled)
