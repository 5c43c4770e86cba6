"""Real agents against a stand-in model on loopback: no key in a request, and on disk only where the table says.

Run where the programs are: on PATH, or below the npm prefix that KEYSCAN_AGENT_PROGRAMS names.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import time
from pathlib import Path

import pytest
from helpers.agent_events import key
from helpers.model_server import ModelServer

from keyscan.agents import entries, install, targets

PREFIX = os.environ.get("KEYSCAN_AGENT_PROGRAMS")
# Agent -> (program, its arguments, the files that hold what a command printed although the model did not see it).
AGENTS = {
    "claude-code": ("claude", ["-p", "go", "--permission-mode", "acceptEdits", "--allowedTools", "Bash", "Read"], ()),
    "codex": ("codex", ["exec", "--dangerously-bypass-hook-trust", "--dangerously-bypass-approvals-and-sandbox",
                        "--skip-git-repo-check", "go"], ()),
    "gemini-cli": ("gemini", ["-y", "-p", "go"], ()),
    "qwen-code": ("qwen", ["-y", "-p", "go"], ()),
    "copilot-cli": ("copilot", ["-p", "go", "--allow-all"], ("events.jsonl", "session-store.db")),
    "opencode": ("opencode", ["run", "go"], ()),
    "mistral-vibe": ("vibe", ["-p", "go", "--auto-approve", "--trust"], ("0000000000000001.jsonl",)),
}  # fmt: skip


_CODEX = """
model = "mock"
model_provider = "x"
[model_providers.x]
name = "x"
base_url = "{url}/v1"
wire_api = "responses"
env_key = "OPENAI_API_KEY"
"""


_VIBE = """
active_model = "mock"
enable_telemetry = false
enable_update_checks = false
[[providers]]
name = "x"
api_base = "{url}/v1"
api_key_env_var = "MISTRAL_API_KEY"
backend = "generic"
api_style = "openai"
[[models]]
name = "mock"
provider = "x"
alias = "mock"
"""


def program(name):
    """The path of an agent's program, None where it is not."""
    found = Path(PREFIX or "") / "node_modules/.bin" / name
    return str(found) if PREFIX and found.exists() else shutil.which(name)


def configure(agent, home, url):
    """What an agent needs to talk to the stand-in."""
    files = {
        "codex": (".codex/config.toml", _CODEX.format(url=url)),
        "mistral-vibe": (".vibe/config.toml", _VIBE.format(url=url)),
        "gemini-cli": (".gemini/settings.json", json.dumps({
            "security": {"auth": {"selectedType": "gemini-api-key"}}, "privacy": {"usageStatisticsEnabled": False}})),
        "qwen-code": (".qwen/settings.json", json.dumps({
            "security": {"auth": {"selectedType": "openai"}}, "privacy": {"usageStatisticsEnabled": False}})),
        "opencode": (".config/opencode/opencode.json", json.dumps({"model": "mock/mock", "provider": {"mock": {
            "npm": "@ai-sdk/openai-compatible", "options": {"baseURL": f"{url}/v1", "apiKey": "x"},
            "models": {"mock": {}}}}})),
    }  # fmt: skip
    if agent in files:
        name, text = files[agent]
        (home / name).parent.mkdir(parents=True, exist_ok=True)
        (home / name).write_text(text)


def environment(home, url):
    """The agent's environment: made-up keys, and nothing but loopback to talk to."""
    return {
        "PATH": os.environ["PATH"], "HOME": str(home), "TERM": "dumb", "NO_PROXY": "127.0.0.1",
        "HTTPS_PROXY": "http://127.0.0.1:9", "KEYSCAN_CACHE_DIR": os.environ["KEYSCAN_CACHE_DIR"],
        "ANTHROPIC_BASE_URL": url, "ANTHROPIC_API_KEY": "made-up", "DISABLE_TELEMETRY": "1",
        "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC": "1", "GOOGLE_GEMINI_BASE_URL": url, "GEMINI_API_KEY": "made-up",
        "GEMINI_CLI_TRUST_WORKSPACE": "true", "OPENAI_BASE_URL": f"{url}/v1", "OPENAI_API_KEY": "made-up",
        "OPENAI_MODEL": "mock", "COPILOT_PROVIDER_BASE_URL": f"{url}/v1", "COPILOT_MODEL": "mock",
        "MISTRAL_API_KEY": "made-up",
    }  # fmt: skip


@pytest.mark.timeout(600)
@pytest.mark.parametrize("agent", list(AGENTS))
def test_no_key_reaches_the_model(agent, tmp_path, monkeypatch):
    """A command that prints a key, one that fails while doing so and a read: no request holds the key afterwards."""
    name, arguments, kept = AGENTS[agent]
    path = program(name)
    if path is None:
        pytest.skip(f"{name} is not installed: npm install it, and set KEYSCAN_AGENT_PROGRAMS to the prefix")
    secret = key(str(time.time()))
    home, project = tmp_path / "home", tmp_path / "project"
    home.mkdir()
    project.mkdir()
    subprocess.run(["git", "init", "-q", str(project)], check=True)
    (project / "conf.txt").write_text(f"OPENAI_API_KEY={secret}\nOTHER=1\n")
    server = ModelServer(
        [("shell", "cat conf.txt"), ("shell", "cat conf.txt; exit 3"), ("read", str(project / "conf.txt"))]
    )
    try:
        configure(agent, home, server.url)
        monkeypatch.setenv("HOME", str(home))
        install.install(targets.place(targets.target(agent), None), entries.this_caller())
        done = subprocess.run(
            [path, *arguments], cwd=project, env=environment(home, server.url), stdin=subprocess.DEVNULL,
            capture_output=True, check=False, timeout=500,
        )  # fmt: skip
    finally:
        server.close()
    assert len(server.requests) >= 3, done.stderr.decode(errors="replace")[-2000:]
    assert not [raw for raw in server.requests if secret.encode() in raw]
    assert [raw for raw in server.requests if b"[keyscan:" in raw]
    left = {
        file.name
        for file in tmp_path.rglob("*")
        if file.is_file() and file != project / "conf.txt" and secret.encode() in file.read_bytes()
    }
    assert {name for name in left if not name.startswith(tuple(kept) or "\0")} == set(), left
