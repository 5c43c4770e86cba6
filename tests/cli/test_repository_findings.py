"""Findings of a repository by rule and fingerprint, from its files and its history."""

from __future__ import annotations

import pytest

from keyscan.cli.options import SharedOptions
from keyscan.cli.repository_findings import all_findings, findings_of, history_findings, rule_of, tree_findings
from keyscan.cli.settings import resolve
from keyscan.errors import UsageError


@pytest.fixture
def settings(repo, monkeypatch, anthropic_key):
    """The settings in a repository with a key in a committed file."""
    monkeypatch.chdir(repo.path)
    repo.stage("a.py", f'k = "{anthropic_key}"\n')
    repo.commit()
    return resolve(SharedOptions(), str(repo.path))


def test_a_fingerprint_is_looked_for_in_both_places(settings, repo):
    """Files first or the history first; the other one where there is nothing."""
    (found,) = tree_findings(settings)
    rule = rule_of(settings, found.fingerprint)
    assert rule.id == found.rule_id
    assert [one.provenance for one in findings_of(settings, rule, found.fingerprint)] == [None]
    assert all(one.provenance for one in findings_of(settings, rule, found.fingerprint, history_first=True))
    (repo.path / "a.py").write_text("")
    assert all(one.provenance for one in findings_of(settings, rule, found.fingerprint))
    assert findings_of(settings, rule, f"{rule.id}:{'0' * 16}") == []


def test_history_is_added_on_request(settings):
    """Without `history` only the files count."""
    assert len(all_findings(settings, history=False)) == 1
    assert len(all_findings(settings, history=True)) == 2


def test_without_a_repository_there_is_no_history(tmp_path):
    """A directory outside of git has none."""
    assert history_findings(resolve(SharedOptions(), str(tmp_path))) == []


@pytest.mark.parametrize(
    ("target", "message"),
    [
        ("antropic-api-key", "did you mean"),
        ("anthropic-api-key:xyz", "neither a rule nor a fingerprint"),
        ("zzz", "keyscan rules list"),
    ],
)
def test_what_is_no_rule_and_no_fingerprint_is_refused(settings, target, message):
    """The message suggests a rule, or says where they are listed."""
    with pytest.raises(UsageError, match=message):
        rule_of(settings, target)
