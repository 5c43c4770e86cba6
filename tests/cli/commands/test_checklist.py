"""`keyscan checklist`: each item passes, fails, or cannot be verified from the repository, with its evidence."""

from __future__ import annotations

import json
import os
import time

import pytest


@pytest.fixture
def items(run):
    """Run `keyscan checklist`: id -> item."""

    def items(repo, *args):
        result = run("checklist", "--format", "json", *args, cwd=repo.path)
        assert not result.err, result.err
        found = {item["id"]: item for item in json.loads(result.out)["items"]}
        assert result.code == (1 if any(item["status"] == "fail" for item in found.values()) else 0)
        return found

    return items


def in_order(repo):
    """A repository that does what the guides ask, as far as files can."""
    repo.stage(".gitignore", ".env*\n!.env.example\n")
    repo.stage(".env.example", "ANTHROPIC_API_KEY=\n")
    repo.stage("app.py", "import os\nkey = os.environ['ANTHROPIC_API_KEY']\n")
    repo.stage(".github/workflows/ci.yml", "steps:\n  - run: keyscan ci\n")
    repo.stage(".sops.yaml", "creation_rules: []\n")
    repo.commit()
    hook = repo.path / ".git/hooks/pre-commit"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\nexec keyscan staged\n")


def test_a_repository_in_order(repo, items):
    """What files can show passes; what they can't is said to be so, and never passes."""
    in_order(repo)
    found = items(repo)
    seen = {name for name, item in found.items() if item["status"] == "pass"}
    assert seen == {
        "keys-in-source", "env-ignored", "templates", "server-side", "logs", "artifacts", "agents", "history", "hook",
        "ci", "secret-manager",
    }  # fmt: skip
    assert {item["status"] for name, item in found.items() if name not in seen} == {"unseen"}
    assert all(item["evidence"] for item in found.values())


BREAKS = {
    "keys-in-source": ("app.py", "key = '{key}'\n"),
    "env-ignored": (".gitignore", "*.log\n"),
    "templates": (".env.example", "ANTHROPIC_API_KEY={key}\n"),
    "server-side": ("src/ai.ts", "new OpenAI({{ dangerouslyAllowBrowser: true }})\n"),
    "logs": ("app.py", "print(api_key)\n"),
    "agents": (".mcp.json", '{{"env": {{"KEY": "{key}"}}}}'),
    "ci": (".github/workflows/ci.yml", "steps: []\n"),
}


@pytest.mark.parametrize("name", BREAKS)
def test_each_item_fails_for_its_own_reason(repo, items, anthropic_key, name):
    """One thing out of order fails its item, and the evidence names the file and no key."""
    in_order(repo)
    path, text = BREAKS[name]
    repo.stage(path, text.format(key=anthropic_key))
    found = items(repo)
    assert found[name]["status"] == "fail"
    assert anthropic_key[13:] not in json.dumps(found)
    failed = {key for key, item in found.items() if item["status"] == "fail"}
    # A key in an agent's file or a template is a key in the source too.
    assert failed <= {name, "keys-in-source"}


def test_keys_for_each_environment(repo, items, anthropic_key):
    """Two environments with one key fail, with two keys pass."""
    in_order(repo)
    repo.write(".env", f"ANTHROPIC_API_KEY={anthropic_key}\n")
    assert items(repo)["one-key-per-environment"]["status"] == "unseen"
    repo.write(".env.production", f"ANTHROPIC_API_KEY={anthropic_key}\n")
    assert items(repo)["one-key-per-environment"]["status"] == "fail"
    repo.write(".env.production", f"ANTHROPIC_API_KEY={anthropic_key[:30] + anthropic_key[30:-2][::-1]}AA\n")
    assert items(repo)["one-key-per-environment"]["status"] == "pass"


def test_rotation(repo, items, anthropic_key):
    """A file of keys that has not changed within the period fails; a fresh one says nothing about its keys."""
    in_order(repo)
    file = repo.write(".env", f"ANTHROPIC_API_KEY={anthropic_key}\n")
    assert items(repo)["rotation"]["status"] == "unseen"
    os.utime(file, (time.time() - 95 * 86400,) * 2)
    assert items(repo)["rotation"]["evidence"] == [".env has not changed for 95 days"]
    assert items(repo, "--rotation-days", "100")["rotation"]["status"] == "unseen"


def test_the_history(repo, items, anthropic_key, tmp_path, run):
    """A key in an old commit fails; a shallow clone can't tell."""
    in_order(repo)
    repo.stage("old.py", f"k = '{anthropic_key}'\n")
    repo.commit()
    repo.git("rm", "-q", "old.py")
    repo.commit()
    found = items(repo)
    assert (found["history"]["status"], found["keys-in-source"]["status"]) == ("fail", "pass")
    repo.git("clone", "-q", "--depth", "1", f"file://{repo.path}", str(tmp_path / "shallow"))
    assert "a shallow clone" in run("checklist", cwd=tmp_path / "shallow").out


def test_the_hook(repo, items):
    """pre-commit's configuration counts only with its hook installed."""
    in_order(repo)
    hook = repo.path / ".git/hooks/pre-commit"
    hook.unlink()
    assert items(repo)["hook"]["status"] == "fail"
    repo.stage(".pre-commit-config.yaml", "repos:\n  - repo: x\n    hooks: [{id: keyscan}]\n")
    assert "pre-commit install" in items(repo)["hook"]["evidence"][0]
    hook.write_text("#!/bin/sh\n# File generated by pre-commit\n")
    assert items(repo)["hook"]["status"] == "pass"


def test_formats(repo, run, tmp_path):
    """Console and Markdown tell the same items, in a file when asked for."""
    in_order(repo)
    out = run("checklist", cwd=repo.path).out
    assert "pass  The history contains no key" in out
    assert out.endswith("cannot be verified from the repository\n")
    result = run("checklist", "-f", "markdown", "-o", str(tmp_path / "list.md"), cwd=repo.path)
    assert (result.code, result.out) == (0, "")
    assert "- [x] CI runs keyscan" in (tmp_path / "list.md").read_text()


def test_a_name_with_control_characters_is_harmless(repo, run):
    """Names in the evidence are escaped in every format."""
    repo.stage(b"\x1b[31m\n.py", "print(api_key)\n")
    for form in ("console", "markdown", "json"):
        assert "\x1b" not in run("checklist", "-f", form, cwd=repo.path).out
