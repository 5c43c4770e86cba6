"""The interface of protocols, and the forms of answers that several agents share."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Protocol

from keyscan.agents.events import Action, Answer
from keyscan.catalog import agent_events

if TYPE_CHECKING:
    from keyscan.agents.events import Decision, Event


class AgentProtocol(Protocol):
    """The form in which one agent receives a decision."""

    def replaces(self, event: Event) -> bool:
        """Whether the agent can be made to use another prompt, request, input or output for this event."""

    def withholds(self, event: Event) -> bool:
        """Whether a block keeps what the event holds from the model or from being done."""

    def answer(self, event: Event, decision: Decision) -> Answer:
        """What the hook's process prints and returns for a decision; only keys that this agent knows."""


def json_answer(value: dict[str, Any], status: int = 0) -> Answer:
    """An answer as one line of JSON."""
    return Answer(stdout=json.dumps(value, separators=(",", ":")) + "\n", status=status)


def specific(event: Event, **fields: Any) -> dict[str, Any]:
    """Claude's `hookSpecificOutput`, which names the event."""
    return {"hookSpecificOutput": {"hookEventName": event.name, **fields}}


def denied(event: Event, reason: str) -> Answer:
    """Claude's answer that stops a tool call."""
    return json_answer(specific(event, permissionDecision="deny", permissionDecisionReason=reason))


def plain_text(value: Any) -> str:
    """An output as the text that the model would see: strings of several known shapes joined, else JSON."""
    if isinstance(value, str):
        return value
    if isinstance(value, dict):
        for key in ("llmContent", "content", "output", "text"):
            if isinstance(value.get(key), str):
                return str(value[key])
        streams = [value[key] for key in ("stdout", "stderr") if isinstance(value.get(key), str) and value[key]]
        if streams:
            return "\n".join(streams)
    return json.dumps(value, ensure_ascii=False)


class ClaudeLike:
    """The protocol of Claude Code, of which other agents use parts.

    `replaces_input`: a rewritten input is used. `clean`: what is printed when there is nothing to say.
    """

    replaces_input = True
    clean = ""

    def replaces(self, event: Event) -> bool:
        """Inputs only; what a subclass adds stands there."""
        return event.kind == agent_events.PRE_TOOL and self.replaces_input

    def withholds(self, event: Event) -> bool:
        """Prompts and tool calls can be stopped, what has happened cannot."""
        return event.is_before

    def answer(self, event: Event, decision: Decision) -> Answer:
        """What the hook's process prints and returns for a decision."""
        if decision.action is Action.ALLOW:
            return Answer(self.clean)
        if decision.action is Action.WARN:
            return self.warned(decision.reason)
        if event.kind == agent_events.PROMPT:
            return self.stopped(event, decision.reason)
        if event.kind == agent_events.PRE_TOOL:
            if decision.action is Action.REPLACE:
                return self.input_replaced(event, decision)
            return denied(event, decision.reason)
        if decision.action is Action.REPLACE:
            return self.output_replaced(event, decision)
        return self.warned(decision.reason)

    def warned(self, reason: str) -> Answer:
        """A message for the user."""
        return json_answer({"systemMessage": reason})

    def stopped(self, event: Event, reason: str) -> Answer:
        """A prompt that is not sent."""
        del event
        return json_answer({"decision": "block", "reason": reason})

    def input_replaced(self, event: Event, decision: Decision) -> Answer:
        """Another input for a tool; says nothing on whether the call is allowed."""
        return json_answer(specific(event, updatedInput=decision.value))

    def output_replaced(self, event: Event, decision: Decision) -> Answer:
        """Another output for the model; not reached where `replaces` says no."""
        del event
        return self.warned(decision.reason)


class ExitTwo:
    """The protocol of agents that know only exit status 2 with a reason on standard error, before a tool or prompt."""

    def replaces(self, event: Event) -> bool:
        """Nothing can be replaced."""
        del event
        return False

    def withholds(self, event: Event) -> bool:
        """Prompts and tool calls can be stopped, what has happened cannot."""
        return event.is_before

    def answer(self, event: Event, decision: Decision) -> Answer:
        """What the hook's process prints and returns for a decision."""
        if decision.action is Action.ALLOW:
            return Answer()
        stops = event.is_before and decision.action is Action.BLOCK
        return Answer(stderr=decision.reason + "\n", status=2 if stops else 0)
