"""The examples of docs/api.md run, and the names that it promises are those that there are."""

from __future__ import annotations

import json
import logging
import re

import anyio
import pytest
from helpers.agent_events import key
from helpers.paths import ROOT

import keyscan

TEXT = (ROOT / "docs/api.md").read_text(encoding="utf-8")
EXAMPLES = dict(
    zip(re.findall(r"^## (.+)$", TEXT, re.MULTILINE), re.findall(r"```python\n(.*?)```", TEXT, re.DOTALL), strict=True)
)


def names_of(title):
    """The names that an example defines."""
    made: dict[str, object] = {}
    exec(compile(EXAMPLES[title], "docs/api.md", "exec"), made)  # noqa: S102 - our own document
    return made


@pytest.mark.parametrize("title", list(EXAMPLES))
def test_examples_run(title, tmp_path, monkeypatch):
    """Each example runs as it stands."""
    monkeypatch.chdir(tmp_path)
    handlers = logging.getLogger().handlers[:]
    try:
        names_of(title)
    finally:
        logging.getLogger().handlers[:] = handlers


def test_the_gateway_redacts():
    """The middleware's app gets the request without the key, with the right length."""
    secret = key()
    body = json.dumps({"messages": [{"role": "user", "content": f"use {secret}"}]}).encode()
    seen = {}

    async def app(scope, receive, _send):
        seen["body"] = (await receive())["body"]
        seen["length"] = dict(scope["headers"])[b"content-length"]

    parts = [
        {"type": "http.request", "body": body[:20], "more_body": True},
        {"type": "http.request", "body": body[20:]},
    ]

    async def receive():
        return parts.pop(0)

    middleware = names_of("A gateway in front of a model's API (ASGI)")["RedactRequests"](app)
    anyio.run(middleware, {"type": "http", "headers": [(b"Content-Length", b"9")]}, receive, None)
    assert secret.encode() not in seen["body"]
    assert b"[keyscan:" in seen["body"]
    assert int(seen["length"]) == len(seen["body"])


def test_the_chat_client_redacts(capsys):
    """The client gets the conversation without the key, the user is told which."""
    secret = key()
    sent = names_of("A chat client")["ask"](lambda messages: messages, [{"role": "user", "content": secret}])
    assert secret not in json.dumps(sent)
    assert "replaced: Anthropic API key [keyscan:" in capsys.readouterr().out


def test_every_exported_name_is_promised():
    """The table names each exported name."""
    for name in set(keyscan.__all__) - {"__version__"}:
        assert f"`{name}" in TEXT or f"{name}(" in TEXT, name
