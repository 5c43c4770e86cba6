"""The unit of work: one repository cloned, audited and described. Runs in a separate process (`process.py`)."""

from __future__ import annotations

import os
import time
from collections import Counter
from dataclasses import replace
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING

from keyscan._version import __version__
from keyscan.engine import build
from keyscan.errors import KeyscanError, is_out_of_memory
from keyscan.fleet import clone, inventory, owners
from keyscan.fleet.model import OwnedFinding, RepositoryResult, Status
from keyscan.git import repository as git_repository
from keyscan.git.command import Git
from keyscan.history import audit, clean_objects, scope
from keyscan.history.batch import HistoryJob
from keyscan.history.provenance import ProvenanceOptions
from keyscan.ruleset.cache import load_rules
from keyscan.scan.report import make_report, timed
from keyscan.scan.result import ScanOptions
from keyscan.support import process_pool

if TYPE_CHECKING:
    from collections.abc import Iterable

    from keyscan.fleet.model import FleetOptions, Repository, Task
    from keyscan.model.blob import Skip
    from keyscan.model.report import Report

# Repositories after which the store of clean objects is read again, to learn what other processes added.
_REFRESH = 50


class Auditor:
    """Audits repositories in sequence with the same matcher; repository errors are results, never exceptions."""

    def __init__(self, options: FleetOptions) -> None:
        self._options = options
        self._state = Path(options.state)
        os.environ["KEYSCAN_CACHE_DIR"] = str(self._state / "cache")
        rules = load_rules([Path(path) for path in options.rules])
        kept = tuple(rule for rule in rules if rule.category != "practice" and rule.id not in options.disable)
        self._matcher = build.matcher(kept, options.engine)
        self._scan = ScanOptions(min_severity=options.min_severity, salt=options.salt)
        self._rules = clean_objects.digest(kept, options.engine)
        self._stores: dict[int, clean_objects.CleanObjects] = {}
        self._count = 0

    def audit(self, task: Task) -> RepositoryResult:
        """Clone or update, audit, remove the clone unless it is kept; what went wrong is in the result."""
        started = time.monotonic()
        repository = task.repository
        result = RepositoryResult(repository, Status.FAILED)
        target = clone.place(self._state, repository)
        try:
            result = self._audit(task, target)
        except clone.CloneError as error:
            gone = repository.optional and error.unreachable
            status = Status.EMPTY if gone else Status.UNREACHABLE if error.unreachable else Status.FAILED
            result = replace(result, status=status, reason="has no wiki" if gone else str(error))
        except KeyscanError as error:
            result = replace(result, reason=str(error))
        except OSError as error:
            result = replace(result, reason=f"{type(error).__name__}: {error.strerror}")
        except Exception as error:  # noqa: BLE001 - one repository must not stop the rest; a message could hold a secret
            reason = "not enough memory" if is_out_of_memory(error) else f"internal error: {type(error).__name__}"
            result = replace(result, reason=reason)
        finally:
            if not repository.local and not self._options.keep and target.exists():
                clone.remove(target)
        return replace(result, seconds=time.monotonic() - started)

    def _audit(self, task: Task, target: Path) -> RepositoryResult:
        repository = task.repository
        if repository.local:
            if not Path(repository.location).is_dir():
                return RepositoryResult(repository, Status.UNREACHABLE, "no such directory")
            return self._audit_at(task, repository.location, 0)
        if task.known:
            said = clone.remote_tips(repository)
            if said is not None and self._digest(_tips_of_remote(said), repository) == task.known:
                return RepositoryResult(repository, Status.UNCHANGED, digest=task.known)
        size = clone.mirror(repository, target)
        return self._audit_at(task, str(target), size)

    def _audit_at(self, task: Task, directory: str, size: int) -> RepositoryResult:
        repository, git = task.repository, Git(directory)
        facts = git_repository.inspect(git)
        digest = self._digest(_tips_of(git), repository)
        if task.known and task.known == digest:
            return RepositoryResult(repository, Status.UNCHANGED, digest=digest, disk=size)
        # A shallow repository without commits is not empty: it is reported as incomplete below.
        if git.ask("rev-list", "--all", "--max-count=1") == b"" and not facts.shallow:
            if inventory.has_packs(Path(directory)):
                reason = "there are packs of objects, but no refs: damaged, or being deleted"
                return RepositoryResult(repository, Status.INCOMPLETE, reason, disk=size)
            return RepositoryResult(repository, Status.EMPTY, digest=digest, disk=size)
        report, known = self._report(git, facts.id_width, task)
        rules = owners.read(git)
        emails = self._options.emails
        findings = tuple(
            OwnedFinding(finding, owners.owners_of(finding, rules, emails=emails)) for finding in report.findings
        )
        reasons = _reasons(report.skipped)
        return RepositoryResult(
            repository,
            Status.INCOMPLETE if reasons else Status.AUDITED,
            reason=reasons,
            digest=digest,
            findings=findings,
            skipped=report.skipped[:1000],
            blobs=report.stats.blobs,
            commits=report.stats.commits,
            bytes=report.stats.bytes,
            known=known,
            disk=size,
        )

    def _report(self, git: Git, width: int, task: Task) -> tuple[Report, int]:
        """The report on a repository's whole history, and how many objects were cached."""
        store = self._store(width)
        before, started = store.known_count, time.perf_counter()
        job = HistoryJob(git, self._matcher, self._scan, jobs=min(task.jobs, process_pool.cores()), store=store)
        branch = task.repository.branch
        query = scope.HistoryQuery(branches=(branch,) if branch else ())
        options = ProvenanceOptions(email=self._options.emails, rotation_days=self._options.rotation_days)
        try:
            result = audit.audit_history(job, scope.resolve(git, query), query, options)
        finally:
            store.save()
        report = make_report(result, self._matcher, self._scan, timed(started, "fleet"))
        return report, store.known_count - before

    def _store(self, width: int) -> clean_objects.CleanObjects:
        """The clean objects of this machine's state directory, shared by all repositories: forks are read once."""
        self._count += 1
        if width not in self._stores or self._count % _REFRESH == 0:
            self._stores[width] = clean_objects.CleanObjects(self._rules, width)
        return self._stores[width]

    def _digest(self, tips: bytes, repository: Repository) -> str:
        options = self._options
        parts = (__version__, self._rules, options.min_severity, options.emails, repository.branch)
        return blake2b(repr(parts).encode() + b"\0" + tips, digest_size=16).hexdigest()


def _reasons(skips: Iterable[Skip]) -> str:
    """Why something was not read, the most frequent reason first, with how often; empty if everything was."""
    counted = Counter(skip.reason for skip in skips if skip.incomplete)
    return "; ".join(f"{reason} ({count})" if count > 1 else reason for reason, count in counted.most_common())[:500]


def _tips_of(git: Git) -> bytes:
    """Each ref and what it points to, and a detached HEAD, sorted."""
    refs = git.run("for-each-ref", "--format=%(objectname)%09%(refname)").splitlines()
    return b"\n".join(sorted(refs))


def _tips_of_remote(said: bytes) -> bytes:
    """The same from what `git ls-remote` says: without HEAD and peeled tags."""
    lines = (line for line in said.splitlines() if not line.endswith((b"^{}", b"\tHEAD")))
    return b"\n".join(sorted(lines))
