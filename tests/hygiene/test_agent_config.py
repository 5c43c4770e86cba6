"""Agents' and editors' configuration with literal keys, and what to write there instead."""

from __future__ import annotations

import json

import pytest
from helpers.tokens import token

from keyscan.catalog.agents import client_of


@pytest.fixture
def env(run):
    """Run `keyscan env`: the findings by path."""

    def env(repo, *args):
        result = run("env", "--format", "json", *args, cwd=repo.path)
        assert not result.err, result.err
        return {entry["path"]: entry for entry in json.loads(result.out)["findings"]}

    return env


def server(**env):
    """An MCP configuration with one server and its environment."""
    return json.dumps({"mcpServers": {"x": {"command": "npx", "args": ["x"], "env": env}}})


REFERENCES = {
    ".mcp.json": server(ANTHROPIC_API_KEY="${ANTHROPIC_API_KEY}", X_TOKEN="${X_TOKEN:-none}"),
    ".vscode/mcp.json": server(API_KEY="${input:perplexity-key}", OTHER_KEY="${env:OTHER_KEY}"),
    ".cursor/mcp.json": server(API_KEY="${env:MY_API_KEY}", TOKEN="<YOUR_TOKEN>"),
    ".claude/settings.json": json.dumps(
        {"permissions": {"allow": ["Bash(npm run test:*)"]}, "apiKeyHelper": "~/bin/key"}
    ),
    ".continue/config.yaml": "models:\n  - apiKey: ${{ secrets.ANTHROPIC_API_KEY }}\n",
    "litellm_config.yaml": "litellm_params:\n  api_key: os.environ/OPENAI_API_KEY\n",
    "librechat.yaml": "endpoints:\n  custom:\n    - apiKey: '${GROQ_API_KEY}'\n    - apiKey: 'user_provided'\n",
    ".codex/config.toml": '[model_providers.x]\nenv_key = "X_API_KEY"\n',
    ".gemini/settings.json": server(TOKEN="$MY_TOKEN"),
    ".aider.conf.yml": "model: sonnet\ndark-mode: true\n",
    "settings.json": server(API_TOKEN="{alnum:40}"),
    "config.json": '{"api_key_name": "x"}',
}


def test_references_are_silent(repo, env):
    """Each program's own way to refer to the environment, and placeholders, are no findings."""
    for path, text in REFERENCES.items():
        repo.stage(path, text)
    assert env(repo, "--min-severity", "info") == {}


@pytest.mark.parametrize("path", [path for path in REFERENCES if client_of(path)])
def test_a_literal_key_is_told_with_what_to_write_instead(repo, run, env, anthropic_key, path):
    """A key in the file is a finding at its place, with the program's own way in the advice."""
    text = {
        "json": server(KEY=anthropic_key),
        "yaml": f"models:\n  - apiKey: {anthropic_key}\n",
        "yml": f"anthropic-api-key: {anthropic_key}\n",
        "toml": f'[x.env]\nKEY = "{anthropic_key}"\n',
    }[path.rpartition(".")[2]]
    repo.stage(path, text)
    assert env(repo)[path]["severity"] == "critical"
    result = run("env", cwd=repo.path)
    assert "Instead: " in result.out
    assert anthropic_key[13:] not in result.out


def test_values_that_only_their_names_give_away(repo, env):
    """A random value under a secret's name, in a header or behind a flag, is a finding too."""
    secret = token("{alnum:40}")
    documents = {
        ".mcp.json": {"mcpServers": {"x": {"headers": {"Authorization": f"Bearer {secret}"}}}},
        ".cursor/mcp.json": {"mcpServers": {"x": {"args": ["--api-key", secret]}}},
        ".vscode/mcp.json": {"servers": {"x": {"env": {"SOME_TOKEN": secret}}}},
    }
    for path, document in documents.items():
        repo.stage(path, json.dumps(document))
    assert set(env(repo)) == set(documents)


def test_approved_commands_are_read(repo, env, anthropic_key):
    """A command that was approved with a key in it keeps the key; ignored by git it is of medium severity."""
    repo.stage(".gitignore", ".claude/settings.local.json\n")
    allowed = {"permissions": {"allow": [f"Bash(ANTHROPIC_API_KEY={anthropic_key} python x.py:*)"]}}
    repo.write(".claude/settings.local.json", json.dumps(allowed))
    found = env(repo)
    assert found[".claude/settings.local.json"]["severity"] == "medium"


def test_untracked_and_not_ignored(repo, env, anthropic_key):
    """A configuration that `git add .` would take counts as much as a tracked one."""
    repo.write(".mcp.json", server(KEY=anthropic_key))
    assert env(repo)[".mcp.json"]["severity"] == "critical"


def test_histories_and_transcripts_are_known_by_their_paths(repo, run, anthropic_key):
    """`keyscan scan` of a shell history or a transcript says what it is and what to do."""
    repo.write("home/.bash_history", f"export ANTHROPIC_API_KEY={anthropic_key}\n")
    other = token("sk-ant-api03-{b64url:93}AA", "another one")
    repo.write("home/.claude/projects/x/1.jsonl", json.dumps({"text": f"my key is {other}"}))
    out = run("scan", "home", cwd=repo.path).out
    assert "in a shell's or program's history: " in out
    assert "in an agent's transcript: " in out
