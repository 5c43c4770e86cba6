"""Cursor: blocks prompts and reads, rewrites inputs, replaces outputs of MCP tools only."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from keyscan.agents.events import Action, Answer
from keyscan.agents.protocols.interface import json_answer
from keyscan.catalog import agent_events

if TYPE_CHECKING:
    from keyscan.agents.events import Decision, Event


class Cursor:
    """Answers as Cursor's SDK 1.1 takes them; a clean answer is `{}`, since empty output blocks with `failClosed`."""

    def replaces(self, event: Event) -> bool:
        """Inputs at `preToolUse`, outputs of MCP tools at `postToolUse`."""
        if event.name == "preToolUse":
            return True
        return event.name == "postToolUse" and event.tool_kind == agent_events.MCP

    def withholds(self, event: Event) -> bool:
        """Prompts, reads and tool calls can be stopped."""
        return event.is_before

    def answer(self, event: Event, decision: Decision) -> Answer:
        """What the hook's process prints and returns for a decision."""
        if decision.action is Action.ALLOW:
            return Answer("{}\n")
        if event.kind == agent_events.PROMPT:
            stopped = decision.action is not Action.WARN
            return json_answer({"continue": not stopped, "user_message": decision.reason})
        if event.kind == agent_events.PRE_TOOL:
            return json_answer(self._permission(event, decision))
        if decision.action is Action.REPLACE and self.replaces(event):
            return json_answer({"updated_mcp_tool_output": _parsed(decision.value)})
        return json_answer({"additional_context": decision.reason} if event.name == "postToolUse" else {})

    def _permission(self, event: Event, decision: Decision) -> dict[str, Any]:
        if decision.action is Action.REPLACE:
            return {"permission": "allow", "updated_input": decision.value}
        if decision.action is Action.WARN:
            return {"permission": "allow", "user_message": decision.reason}
        answer = {"permission": "deny", "user_message": decision.reason}
        if event.name not in {"beforeReadFile", "beforeTabFileRead"}:
            answer["agent_message"] = decision.reason
        return answer


def _parsed(output: Any) -> Any:
    """Cursor sends an output as JSON in a string and takes it back as a value."""
    if isinstance(output, str):
        try:
            return json.loads(output)
        except ValueError:
            return output
    return output
