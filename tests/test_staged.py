"""`keyscan staged` reads exactly what the next commit would hold."""

from __future__ import annotations


def test_a_staged_key_is_reported_and_fails(repo, run, anthropic_key):
    """A key in a staged file is one finding, exit 1, and its plaintext is nowhere."""
    repo.stage("a.py", f'key = "{anthropic_key}"\n')
    result = run("staged", cwd=repo.path)
    assert result.code == 1
    assert "a.py:1:8" in result.out
    assert anthropic_key[13:] not in result.out + result.err


def test_the_index_counts_not_the_working_tree(repo, run, anthropic_key):
    """A key that is only in the working tree is not staged, one that is only in the index is."""
    repo.stage("a.py", "x = 1\n")
    repo.write("a.py", anthropic_key)
    assert run("staged", cwd=repo.path).code == 0
    repo.stage("a.py", anthropic_key)
    repo.write("a.py", "x = 1\n")
    assert run("staged", cwd=repo.path).code == 1
