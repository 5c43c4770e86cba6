"""Names that hold a secret are shown redacted, and nothing else of them changes."""

from __future__ import annotations

import json


def test_a_key_in_a_files_name_is_redacted(repo, run, anthropic_key):
    """The report names the file with its key redacted; another file keeps its name."""
    repo.write("plain name.py", anthropic_key)
    repo.write(f"key-{anthropic_key}.txt", anthropic_key)
    made = json.loads(run("scan", ".", "--format", "json", cwd=repo.path).out)
    paths = [entry["path"] for entry in made["findings"]]
    assert paths[1] == "plain name.py"
    assert paths[0].startswith("key-sk-ant-")
    assert paths[0].endswith("].txt")
    assert anthropic_key[13:] not in json.dumps(made)


def test_a_branch_whose_name_is_a_key_is_redacted(repo, run, anthropic_key):
    """History reports a key in a branch's name without showing it."""
    repo.stage("a", "x")
    repo.commit()
    repo.git("branch", anthropic_key)
    result = run("history", "--format", "json", cwd=repo.path)
    assert result.code == 1
    assert len(json.loads(result.out)["findings"]) == 1
    assert anthropic_key[13:] not in result.out + result.err


def test_the_users_own_wish_shows_it(repo, run, anthropic_key):
    """`--show-secrets` leaves names as they are."""
    repo.write(f"{anthropic_key}.txt", anthropic_key)
    assert f"{anthropic_key}.txt" in run("scan", ".", "--show-secrets", cwd=repo.path).out
