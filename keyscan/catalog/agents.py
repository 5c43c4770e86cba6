"""Configuration of agents, editors and gateways, and what to write there instead of a key; by their documents.

Sources: the documentation of Claude Code, VS Code, Cursor, Codex, Gemini CLI, Aider, Continue, LiteLLM, LibreChat,
Windsurf, Zed, Cline and OpenCode.
"""

from __future__ import annotations

import re
from typing import NamedTuple


class Client(NamedTuple):
    """A program's configuration: which paths, what it is called, how it refers to the environment."""

    pattern: str
    what: str
    instead: str


def _client(pattern: str, what: str, instead: str) -> Client:
    return Client(rf"(?:^|/)(?:{pattern})\Z", what, instead)


CLIENTS = (
    _client(r"\.mcp\.json", "a project's MCP configuration", "write ${NAME}, which Claude Code expands"),
    _client(r"\.vscode/mcp\.json|[^/]+\.code-workspace", "VS Code's MCP configuration",
            "write ${input:name} with an `inputs` entry of type promptString and password: true, or use envFile"),
    _client(r"\.cursor/mcp\.json", "Cursor's MCP configuration", "write ${env:NAME}"),
    _client(r"claude_desktop_config\.json", "Claude Desktop's configuration",
            "it expands no variables: start the server by a script that reads the key from the keychain"),
    _client(r"\.claude/settings(?:\.local)?\.json|\.claude\.json", "Claude Code's settings",
            "export the variable in the shell or use apiKeyHelper; approved commands keep what they were typed with"),
    _client(r"\.aider\.conf\.ya?ml", "Aider's configuration", "use the environment or an ignored .env"),
    _client(r"\.continue/(?:config\.(?:json|ya?ml|ts)|.+\.ya?ml)", "Continue's configuration",
            "write ${{ secrets.NAME }}"),
    _client(r"(?:[\w.-]*litellm[\w.-]*|proxy_config)\.ya?ml", "LiteLLM's configuration", "write os.environ/NAME"),
    _client(r"librechat\.ya?ml", "LibreChat's configuration", "write ${NAME}"),
    _client(r"\.codex/config\.toml", "Codex's configuration", "use env_key, env_vars or bearer_token_env_var"),
    _client(r"\.gemini/settings\.json", "Gemini CLI's settings", "write $NAME or ${NAME}"),
    _client(r"\.codeium/windsurf/mcp_config\.json|mcp_config\.json", "Windsurf's MCP configuration",
            "write ${env:NAME}"),
    _client(r"cline_mcp_settings\.json|\.roo/mcp\.json", "Cline's MCP configuration", "write ${env:NAME}"),
    _client(r"opencode\.jsonc?", "OpenCode's configuration", "write {env:NAME}"),
    _client(r"\.zed/settings\.json", "Zed's settings", "set the provider's variable in the environment"),
    _client(r"mcp\.json", "an MCP configuration", "refer to the environment in the client's way: ${NAME} in most"),
    _client(r"\.(?:bash|zsh|sh|ash|ksh|fish|python|node_repl|psql|mysql|rediscli|irb)_history|fish_history|"
            r"consolehost_history\.txt", "a shell's or program's history",
            "remove the line, and pass keys in the environment or at a prompt (read -s)"),
    _client(r"\.claude/projects/.+\.jsonl|\.codex/(?:sessions/.+|history)\.jsonl?|\.gemini/tmp/.+\.json|"
            r"\.aider\.(?:chat|input)\.history(?:\.md)?|\.specstory/history/.+\.md", "an agent's transcript",
            "the key was shown to a model: revoke it, and keep keys out of what agents can read"),
)  # fmt: skip

# Git's patterns for those that lie in projects, for finding them untracked.
PATTERNS = (
    ".mcp.json", "mcp.json", "claude_desktop_config.json", "settings.json", "settings.local.json", ".aider.conf.yml",
    ".aider.conf.yaml", "config.json", "config.yaml", "config.yml", "*litellm*.yaml", "*litellm*.yml",
    "proxy_config.yaml",
    "librechat.yaml", "librechat.yml", "config.toml", "mcp_config.json", "cline_mcp_settings.json", "opencode.json",
    "opencode.jsonc", ".aider.chat.history.md", ".aider.input.history",
)  # fmt: skip
# What every path above has in it: a first sieve over all paths of a repository.
MARKS = ("mcp", "claude", ".aider", ".continue/", "litellm", "proxy_config", "librechat", ".codex/", ".gemini/",
         "opencode",
         ".roo/", ".zed/", "code-workspace", "history")  # fmt: skip


def client_of(path: str) -> Client | None:
    """The program whose configuration, history or transcript the file at `path` is."""
    lower = path.lower()
    if not any(mark in lower for mark in MARKS):
        return None
    return next((client for client in CLIENTS if re.search(client.pattern, lower)), None)
