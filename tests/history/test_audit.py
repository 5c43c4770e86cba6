"""An audit from its resolved scope to findings with provenance."""

from __future__ import annotations

import pytest
from helpers.tokens import token

from keyscan.engine import build
from keyscan.git import repository
from keyscan.git.command import Git
from keyscan.history import audit, scope
from keyscan.history.batch import HistoryJob
from keyscan.history.scope import HistoryQuery
from keyscan.ruleset.cache import load_rules
from keyscan.scan.result import ScanOptions


def key(seed: str) -> str:
    """A well-formed fake key."""
    return token("sk-ant-api03-{b64url:93}AA", seed)


@pytest.fixture
def audited(repo):
    """Audit the repository: audited(HistoryQuery) -> ScanResult."""
    matcher = build.matcher(load_rules())

    def audited(query=HistoryQuery(), **changes):  # noqa: B008 - frozen
        git = Git(repo.path)
        job = HistoryJob(git, matcher, ScanOptions(), jobs=1, **changes)
        return audit.audit_history(job, scope.resolve(git, query), query)

    return audited


def test_one_finding_a_secret_with_its_first_commit(repo, audited):
    """However many versions hold it, it is reported once, where it came from."""
    repo.stage("a.py", key("a"))
    first = repo.commit()
    repo.stage("a.py", f"x\n{key('a')}\n{key('b')}")
    second = repo.commit()
    found = {finding.origin.commit: finding.provenance.commits for finding in audited().findings}
    assert found == {first: 2, second: 1}


def test_what_nothing_reaches(repo, audited):
    """Only where the whole store is wanted."""
    repo.commit()
    repo.git("hash-object", "-w", "--stdin", stdin=key("lost").encode())
    assert audited().findings == ()
    (finding,) = audited(HistoryQuery(all_objects=True)).findings
    assert finding.provenance is None


def test_names_of_branches(repo, audited):
    """A key in a ref's name is found; no file is counted for it."""
    repo.commit()
    repo.git("branch", key("name"))
    (finding,) = audited().findings
    assert finding.origin.kind == "ref"
    assert audited().files == 0


def test_net_keeps_what_is_still_there(repo, audited):
    """Of a range, only what its end still holds counts."""
    repo.commit()
    repo.stage("gone.py", key("gone"))
    repo.stage("kept.py", key("kept"))
    repo.commit()
    repo.git("rm", "-qf", "gone.py")
    repo.commit()
    paths = [finding.origin.path for finding in audited(HistoryQuery(range="HEAD~2..HEAD")).findings]
    assert sorted(paths) == ["gone.py", "kept.py"]
    net = audited(HistoryQuery(range="HEAD~2..HEAD", net=True)).findings
    assert [finding.origin.path for finding in net] == ["kept.py"]


def test_gaps_are_accepted_when_they_are_known(repo, audited):
    """A graft stays named with --allow-shallow, and no longer makes the audit incomplete."""
    first = repo.commit()
    repo.commit()
    repo.write(".git/info/grafts", f"{repo.git('rev-parse', 'HEAD').decode().strip()} {first}\n")
    for accepted in (False, True):
        result = audited(HistoryQuery(allow_shallow=accepted))
        gaps = [skip.incomplete for skip in result.skipped if skip.reason == repository.GRAFTED]
        assert gaps == [not accepted]


def test_an_interruption_is_a_result(repo, audited):
    """What was found until then, one finding a secret, marked as interrupted."""
    repo.stage("a.py", key("a"))
    repo.stage("b.py", key("a"))
    repo.commit()

    def progress(*_, **__):
        raise KeyboardInterrupt

    result = audited(progress=progress)
    assert result.interrupted
    assert len(result.findings) == 1
    assert result.findings[0].provenance is None


def test_other_places_of_one_commit_are_named(repo, audited):
    """The first path in order is the finding's; the others stand beside it, each with its line."""
    repo.stage("b.py", f"x\n{key('a')}\n")
    repo.stage("a.py", f"{key('a')}\n")
    repo.commit()
    (found,) = audited().findings
    assert (found.origin.path, found.location.line) == ("a.py", 1)
    assert [(one.path, one.location.line) for one in found.related] == [("b.py", 2)]
