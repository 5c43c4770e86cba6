"""Tokens for tests of encodings, and what both engines find in a text."""

from __future__ import annotations

from helpers.tokens import token

TEMPLATES = {
    "anthropic": "sk-ant-api03-{b64url:93}AA",
    "openai": "sk-proj-{alnum:74}T3BlbkFJ{alnum:74}",
    "github": "ghp_{alnum:30}{crc32-base62:ghp_}",
    "groq": "gsk_{alnum:52}",
    "huggingface": "hf_{alpha:34}",
}


TOKENS = {name: token(template, "decode") for name, template in TEMPLATES.items()}
ANTHROPIC = TOKENS["anthropic"]


def found(engines, text, path=""):
    """What both engines find of medium severity and more: (secret, text at its place, what was looked through)."""
    data = text if isinstance(text, bytes) else text.encode()
    told = []
    for matcher in engines.values():
        matches = [match for match in matcher.scan(data, path=path).matches if match.severity >= 2]
        told.append([(m.secret.decode(), data[m.secret_start : m.secret_end].decode(), m.decoded) for m in matches])
    assert told[0] == told[1]
    return told[0]


def secrets(engines, text, path=""):
    """The secrets alone."""
    return [secret for secret, _, _ in found(engines, text, path)]
