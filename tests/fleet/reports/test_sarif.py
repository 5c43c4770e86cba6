"""One SARIF document for each repository that was audited."""

from __future__ import annotations

import json

import pytest
from helpers import reports
from helpers.fleet import store_of

from keyscan.fleet.model import OwnedFinding, Repository, RepositoryResult, Status
from keyscan.fleet.reports import sarif
from keyscan.model.blob import Skip


def test_a_document_for_each_with_findings_and_gaps(tmp_path):
    """Clean ones too; what failed has none."""
    store = store_of(tmp_path)
    names = ("a/one", "A-one", "b/two", "c/failed")
    every = [Repository(name, f"https://forge.example/{number}") for number, name in enumerate(names)]
    store.begin(every, [])
    store.record(RepositoryResult(every[0], Status.AUDITED, findings=(OwnedFinding(reports.historic(1)),)))
    store.record(RepositoryResult(every[1], Status.AUDITED))
    store.record(RepositoryResult(every[2], Status.INCOMPLETE, skipped=(Skip("big", "too large", incomplete=True),)))
    store.record(RepositoryResult(every[3], Status.FAILED, "gone"))
    made = {name: json.loads(text)["runs"][0] for name, text in sarif.documents(store, {})}
    assert sorted(name.lower() for name in made) == ["a-one-2.sarif", "a-one.sarif", "b-two.sarif"]
    assert sum(len(run["results"]) for run in made.values()) == 1
    assert [run["invocations"][0]["executionSuccessful"] for run in made.values()].count(False) == 1


@pytest.mark.parametrize(
    ("name", "file"), [("a/b", "a-b"), ("../../etc", "etc"), ("", "repository"), ("ü", "repository")]
)
def test_file_names_stay_in_their_directory(name, file):
    """And none is used twice, whatever the case."""
    assert sarif._file_name(name, set()) == file
    assert sarif._file_name(name.upper(), {file}).lower() == f"{file}-2"
