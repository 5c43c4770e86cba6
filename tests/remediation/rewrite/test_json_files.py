"""Configuration of agents and .NET refers to the environment in the program's own way."""

from __future__ import annotations

import json

import pytest
from helpers.rewriting import NAME, fix, reason, rewritten

MCP = '{\n  "mcpServers": {\n    "a": {"command": "x", "env": {"K": "@@"}}\n  }\n}\n'


@pytest.mark.parametrize(
    ("path", "text", "written"),
    [
        (".mcp.json", MCP, f"${{{NAME}}}"),
        (".cursor/mcp.json", MCP, f"${{env:{NAME}}}"),
        (".codeium/windsurf/mcp_config.json", MCP, f"${{env:{NAME}}}"),
        (".roo/mcp.json", MCP, f"${{env:{NAME}}}"),
        ("opencode.json", '{"provider": {"a": {"options": {"apiKey": "@@"}}}}', f"{{env:{NAME}}}"),
        (".gemini/settings.json", MCP, f"${{{NAME}}}"),
        ("opencode.jsonc", '{\n  // a remark\n  "k": "Bearer @@",\n}\n', f"Bearer {{env:{NAME}}}"),
    ],
)
def test_reference_is_the_clients_own(path, text, written):
    """Each client gets the form that its documents give, and nothing else changes."""
    new = rewritten(path, text)
    assert new == text.replace("Bearer @@", "@@").replace("@@", written)


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("claude_desktop_config.json", "expands no variables"),
        (".vscode/mcp.json", "input"),
        ("config.json", "which program"),
        (".codex/config.toml", "env_key"),
    ],
)
def test_client_without_a_reference_gets_advice(path, words):
    """Where the client expands nothing, its own way is named."""
    assert words in reason(path, MCP)


def test_appsettings_value_is_emptied_and_named_as_dotnet_names_it():
    """.NET overrides the empty value by Section__Key."""
    text = '{\r\n  "OpenAI": { "ApiKey": "@@", "Model": "m" }\r\n}\r\n'
    new = rewritten("src/appsettings.Development.json", text)
    assert new == text.replace("@@", "")
    assert json.loads(new)["OpenAI"]["Model"] == "m"
    assert fix("appsettings.json", text).variable == "OpenAI__ApiKey"
    assert "part of a value" in reason("appsettings.json", '{"C": {"D": "Server=x;Password=@@"}}')
