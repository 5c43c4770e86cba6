"""An agent's event and the decision on it, whatever the agent: what protocols read and answer."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING, Any

from keyscan.catalog import agent_events

if TYPE_CHECKING:
    from collections.abc import Mapping


class Mode(Enum):
    """What to do about a secret: replace it where the agent allows that, block the event, or only warn."""

    REDACT = "redact"
    BLOCK = "block"
    WARN = "warn"


class Action(Enum):
    """What a hook decides."""

    ALLOW = "allow"
    BLOCK = "block"
    REPLACE = "replace"
    WARN = "warn"


@dataclass(frozen=True, slots=True)
class Event:
    """One event: `dialect` is the agent whose protocol it speaks, `name` that agent's name of it."""

    dialect: str
    name: str
    kind: str
    payload: Mapping[str, Any] = field(repr=False)
    tool: str = ""
    tool_kind: str = agent_events.OTHER_TOOL
    prompt: Any = field(default=None, repr=False)
    input: Any = field(default=None, repr=False)
    output: Any = field(default=None, repr=False)
    cwd: str = ""

    @property
    def is_before(self) -> bool:
        """Whether nothing has happened yet, so that a block prevents it."""
        return self.kind in {agent_events.PROMPT, agent_events.MODEL, agent_events.PRE_TOOL}


@dataclass(frozen=True, slots=True)
class Decision:
    """What to do with an event; `value` replaces its prompt, request, input or output, `reason` is for people.

    `failed`: the decision was made because keyscan failed, not because of what the event holds.
    """

    action: Action = Action.ALLOW
    reason: str = ""
    value: Any = field(default=None, repr=False)
    failed: bool = False


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer of the hook's process: standard output, standard error, exit status."""

    stdout: str = ""
    stderr: str = ""
    status: int = 0


def event_from(payload: Mapping[str, Any], named: str, given: str = "") -> Event:
    """The event in a payload; `named` is the agent on the command line, `given` the event there."""
    fields = dict(payload)
    dialect = agent_events.dialect_of(fields, named)
    name, kind = agent_events.event_of(fields, dialect, given)
    spec = agent_events.DIALECTS.get(dialect, agent_events.DIALECTS["claude-code"])
    tool = str(agent_events.first_at(fields, spec["tool"]) or "")
    return Event(
        dialect=dialect,
        name=name,
        kind=kind,
        payload=payload,
        tool=tool,
        tool_kind=agent_events.tool_kind(tool, name),
        prompt=agent_events.first_at(fields, spec["prompt"]),
        input=_input(fields, spec, name),
        output=agent_events.first_at(fields, spec["failed"] if kind == agent_events.FAILED else spec["output"]),
        cwd=_directory(fields),
    )


def _input(fields: dict[str, Any], spec: dict[str, Any], name: str) -> Any:
    """The input of a tool; Cursor's narrow events have it beside the other fields."""
    if name in {"beforeShellExecution", "afterShellExecution"}:
        return {"command": fields.get("command")}
    if name in {"beforeReadFile", "beforeTabFileRead"}:
        return {"file_path": fields.get("file_path"), "content": fields.get("content")}
    return agent_events.first_at(fields, spec["input"])


def _directory(fields: dict[str, Any]) -> str:
    """The directory that the event's paths start from; empty when the agent does not say."""
    for key in ("cwd", "working_dir"):
        if isinstance(fields.get(key), str) and fields[key]:
            return str(fields[key])
    for key in ("workspace_roots", "workspaceRoots"):
        roots = fields.get(key)
        if isinstance(roots, list) and roots and isinstance(roots[0], str):
            return roots[0]
    return ""
