"""An agent's event answered with next to no imports when nothing in it is secret.

An agent waits for its hook at each prompt and tool call, and nearly all of them are clean. This path decodes the
payload, asks the stored engine about every string in it, and gives the agent's answer for "nothing to say". Anything
else (a possible match, a file to look at, a cache that is not
there) makes it answer None: the whole command then decides on the same payload.
"""

from __future__ import annotations

import os
import sys

from keyscan.catalog import agent_events
from keyscan.support.user_config import agents_file

# More than this is worth the whole engine, which works in pieces.
_MOST_BYTES = 16 * 1024 * 1024
_KEYED = 512
_MODES = ("redact", "block")
# Files that these events name have to be looked at.
_NAMES_FILES = ("attachments",)


def answer(arguments: list[str]) -> bool:
    """Whether the event on standard input was answered; if not, standard input is as it was."""
    options = _options(arguments)
    if options is None or not hasattr(os, "posix_spawnp"):
        return False
    raw = _read()
    try:
        reply = _answer(raw, options) if len(raw) <= _MOST_BYTES else None
    except Exception:  # noqa: BLE001 - whatever it is, the whole command says it better
        reply = None
    if reply is None:
        from io import BytesIO, TextIOWrapper

        sys.stdin = TextIOWrapper(BytesIO(raw), encoding="utf-8", errors="surrogateescape")
        return False
    if reply:
        sys.stdout.write(reply + "\n")
        sys.stdout.flush()
    return True


def _options(arguments: list[str]) -> dict[str, str] | None:
    """The hook's arguments, None for any that this path does not know."""
    options = {"agent": "", "--mode": "redact", "--on-failure": "block", "--event": ""}
    at = 0
    while at < len(arguments):
        word = arguments[at]
        if word in options and word != "agent" and at + 1 < len(arguments):
            options[word] = arguments[at + 1]
            at += 2
            continue
        if word.startswith("-") or options["agent"]:
            return None
        options["agent"] = word
        at += 1
    return options if options["agent"] in agent_events.DIALECTS and options["--mode"] in _MODES else None


def _read() -> bytes:
    parts = []
    size = 0
    while part := os.read(0, 1 << 20):
        parts.append(part)
        size += len(part)
        if size > _MOST_BYTES:
            # The rest is read by the whole command, which also bounds it.
            parts.append(sys.stdin.buffer.read(_MOST_BYTES * 8 + 1))
            break
    return b"".join(parts)


def _answer(raw: bytes, options: dict[str, str]) -> str | None:
    """What to print for a clean event; None for the whole command to decide."""
    if os.path.lexists(agents_file()):
        return None
    payload = _decoded(raw)
    if not isinstance(payload, dict):
        return None
    dialect = agent_events.dialect_of(payload, options["agent"])
    name, kind = agent_events.event_of(payload, dialect, options["--event"])
    if kind in (agent_events.SESSION_START, agent_events.SESSION_END, agent_events.MODEL) or any(
        file in payload for file in _NAMES_FILES
    ):
        return None
    spec = agent_events.DIALECTS[dialect]
    reply = str(spec["clean"])
    if kind == agent_events.PROMPT:
        prompt = agent_events.first_at(payload, spec["prompt"])
        if not isinstance(prompt, str) or "@" in prompt:
            return None
    elif kind == agent_events.PRE_TOOL:
        answer = _tool_answer(payload, dialect, name, spec)
        if answer is None:
            return None
        reply = answer or reply
    text = "\n".join(_strings(_judged(payload, kind, name, spec), "", 0))
    if (kind == agent_events.PRE_TOOL and agent_events.TOKEN_START in text) or not _is_clean(text):
        return None
    _note(options["agent"])
    return reply


def _tool_answer(payload: dict[str, object], dialect: str, name: str, spec: dict[str, object]) -> str | None:
    """The answer before a tool: "" for nothing to say, None where files are to be looked at."""
    tool = str(agent_events.first_at(payload, spec["tool"]) or "")
    what = agent_events.tool_kind(tool, name)
    if what not in (agent_events.SHELL, agent_events.READ):
        return ""
    if what == agent_events.READ:
        # Where an output can be replaced, a read is judged by what it gives.
        return "" if dialect in _REPLACES_OUTPUTS else None
    if dialect == "claude-code":
        # Filtered by the program that its setting names; without it, files that the command names are looked at.
        return "" if os.environ.get("CLAUDE_CODE_SHELL_PREFIX", "").endswith(agent_events.SHELL_PREFIX) else None
    if dialect == "codex" and payload.get("permission_mode") == "bypassPermissions":
        return None
    # Qwen's failing commands are looked at, opencode's commands are rewritten.
    return "" if dialect in _REPLACES_OUTPUTS and dialect not in ("qwen-code", "opencode") else None


_REPLACES_OUTPUTS = ("claude-code", "codex", "gemini-cli", "copilot-cli", "mistral-vibe", "opencode", "qwen-code")


def _judged(payload: dict[str, object], kind: str, name: str, spec: dict[str, object]) -> object:
    """The part of an event that is judged: ids, paths and times beside it are not."""
    if kind == agent_events.PRE_TOOL:
        # Cursor's narrow events have their input beside the other fields.
        return agent_events.first_at(payload, spec["input"]) if name not in _NARROW else payload
    field = {agent_events.PROMPT: "prompt", agent_events.POST_TOOL: "output", agent_events.FAILED: "failed"}.get(kind)
    return agent_events.first_at(payload, spec[field]) if field else None


_NARROW = ("beforeShellExecution", "beforeReadFile", "beforeTabFileRead")


def _is_clean(text: str) -> bool:
    """Whether the stored engine is sure that the text holds no secret."""
    from keyscan.fastpath.engine import open_stored

    return not open_stored().doubtful(text.encode("utf-8", "surrogatepass"))


def _strings(value: object, key: str, depth: int):  # type: ignore[no-untyped-def]  # noqa: ANN202 - typing costs time
    """The strings of a JSON value, short ones also with their key before them; ValueError for one nested too deep."""
    if isinstance(value, str):
        yield value
        if key and len(value) <= _KEYED:
            yield f'{key} = "{value}"'
    elif isinstance(value, dict):
        if depth > _DEEPEST:
            raise ValueError
        for name, inner in value.items():
            yield name
            yield from _strings(inner, name, depth + 1)
    elif isinstance(value, list):
        if depth > _DEEPEST:
            raise ValueError
        for inner in value:
            yield from _strings(inner, key, depth + 1)


_DEEPEST = 100


def _decoded(raw: bytes) -> object:
    """A JSON text, by the scanner behind the `json` package, which itself takes 15 ms to import."""
    import _json

    text = raw.decode("utf-8").lstrip(" \t\r\n")
    value, end = _json.make_scanner(_ScannerOptions())(text, 0)  # type: ignore[arg-type]
    if text[end:].strip(" \t\r\n"):
        raise ValueError
    return value


class _ScannerOptions:
    """What `_json.make_scanner` asks of a decoder: as `json.loads` has it."""

    strict = True
    object_hook = None
    object_pairs_hook = None
    parse_float = float
    parse_int = int
    parse_constant = float
    memo: dict[str, str] = {}  # noqa: RUF012 - read by the scanner only


def _note(agent: str) -> None:
    """Record that an event came, where `agents/journal.py` looks for it."""
    from keyscan.support.storage import cache_directory

    try:
        place = cache_directory() + "/agents"
        if not os.path.isdir(place):  # noqa: PTH112
            os.mkdir(place, 0o700)  # noqa: PTH102
        os.close(os.open(f"{place}/{agent}.seen", os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600))
        os.utime(f"{place}/{agent}.seen")
    except OSError:
        return
