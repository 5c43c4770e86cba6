"""What other tools accepted is found again by its place or its digest, in files, blobs and the history."""

from __future__ import annotations

import hashlib
from dataclasses import replace

import pytest
from helpers.tokens import token

from keyscan.cli.migration_findings import accepted
from keyscan.cli.options import SharedOptions
from keyscan.cli.repository_findings import all_findings
from keyscan.cli.settings import resolve
from keyscan.migrate.result import AcceptedFinding, MigrationResult, NothingToDo, Unsupported

ONE, TWO = (token("ghp_{alnum:30}{crc32-base62}", seed) for seed in ("one", "two"))
SHA1 = hashlib.sha1(ONE.encode(), usedforsecurity=False).hexdigest()
SHA256 = hashlib.sha256(TWO.encode()).hexdigest()


@pytest.fixture
def looked_up(repo, monkeypatch):
    """Two keys in app/a.py, one of them also in old.py of the first commit; looks accepted findings up."""
    repo.stage("old.py", f'K = "{ONE}"\n')
    repo.commit()
    repo.git("rm", "-q", "old.py")
    repo.stage("app/a.py", f'A = "{ONE}"\nB = "{TWO}"\n')
    repo.commit()
    monkeypatch.chdir(repo.path)

    def look(*wanted):
        settings = replace(resolve(SharedOptions(), str(repo.path)), salt="s")
        result = MigrationResult(tuple(AcceptedFinding("tool.json:1", **one) for one in wanted))
        return accepted(settings, result, lambda given: all_findings(given, history=True))

    return look


@pytest.mark.parametrize(
    ("wanted", "count"),
    [
        ({"path": "app/a.py"}, 2),
        ({"path": "app/a.py", "line": 2}, 1),
        ({"path": "app/*.py"}, 2),
        ({"path": "", "digests": (SHA1,)}, 1),
        ({"path": "app/a.py", "digests": (SHA256,)}, 1),
        # Another digest is another secret, unless the line says which one is meant.
        ({"path": "app/a.py", "digests": ("0" * 40,)}, 0),
        ({"path": "app/a.py", "digests": ("0" * 40,), "line": 1}, 1),
        ({"path": "app/a.py", "line": 9}, 0),
        ({"path": "none.py"}, 0),
        ({"path": "../outside.py"}, 0),
    ],
)
def test_a_place_or_a_digest_is_found_again(looked_up, wanted, count):
    """An entry for each secret that is meant, or the remark that keyscan finds none; reasons become one line."""
    entries, missing = looked_up({**wanted, "reason": "a test\nkey"})
    assert len(entries) == count
    assert [type(item) for item in missing] == [] if count else [NothingToDo]
    assert {entry.reason for entry in entries} <= {"a test key"}
    assert ONE not in repr((entries, missing))


def test_a_place_in_the_history_is_accepted_there(looked_up, repo):
    """The entry's path begins with the commit; a commit that this clone lacks is named with what to do."""
    first = repo.git("rev-list", "--max-parents=0", "HEAD").decode().strip()
    (entry,), missing = looked_up({"path": "old.py", "commit": first})
    assert entry.path == f"{first[:12]}:old.py"
    assert missing == []
    entries, (missing,) = looked_up(*({"path": f"{number}.py", "commit": "0" * 40} for number in range(3)))
    assert entries == []
    assert isinstance(missing, Unsupported)
    assert missing.why.startswith("3 name commits that are not in this clone")
