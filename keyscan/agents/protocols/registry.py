"""Protocols by the names that commands and configurations use."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

from keyscan.errors import UsageError

if TYPE_CHECKING:
    from keyscan.agents.protocols.interface import AgentProtocol

# Name -> class in the module of that name (with underscores), imported when asked for.
_CLASSES = {
    "claude-code": "ClaudeCode",
    "codex": "Codex",
    "gemini-cli": "GeminiCli",
    "qwen-code": "QwenCode",
    "copilot-cli": "CopilotCli",
    "cursor": "Cursor",
    "vscode": "VsCode",
    "opencode": "OpenCode",
    "cline": "Cline",
    "windsurf": "Windsurf",
    "kiro": "Kiro",
    "factory-droid": "FactoryDroid",
    "augment": "Augment",
    "goose": "Goose",
    "mistral-vibe": "MistralVibe",
    "junie": "Junie",
}
NAMES = tuple(_CLASSES)


def protocol(name: str) -> AgentProtocol:
    """The protocol of an agent; UsageError for a name that is none's."""
    if name not in _CLASSES:
        raise UsageError(f"{name}: no such agent; one of {', '.join(NAMES)}")
    module = importlib.import_module(f"keyscan.agents.protocols.{name.replace('-', '_')}")
    instance: AgentProtocol = getattr(module, _CLASSES[name])()
    return instance
