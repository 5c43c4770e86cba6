"""GitHub Copilot CLI: rewrites prompts and inputs, replaces outputs, failed commands' too; two dialects."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keyscan.agents.events import Action, Answer
from keyscan.agents.protocols.interface import json_answer
from keyscan.catalog import agent_events

if TYPE_CHECKING:
    from keyscan.agents.events import Decision, Event


class CopilotCli:
    """Answers as Copilot CLI 1.0.102 takes them."""

    def replaces(self, event: Event) -> bool:
        """Prompts and outputs; a rewritten input would come with an approval that is the user's to give."""
        return event.kind in {agent_events.PROMPT, agent_events.POST_TOOL}

    def withholds(self, event: Event) -> bool:
        """Prompts and tool calls can be stopped."""
        return event.is_before

    def answer(self, event: Event, decision: Decision) -> Answer:
        """What the hook's process prints and returns for a decision."""
        if decision.action is Action.ALLOW:
            return Answer()
        if decision.action is Action.WARN:
            return Answer(stderr=decision.reason + "\n")
        if event.kind == agent_events.PROMPT:
            if decision.action is Action.REPLACE:
                return json_answer({"modifiedPrompt": decision.value})
            return json_answer({"decision": "block", "reason": decision.reason})
        if event.kind == agent_events.PRE_TOOL:
            return json_answer({"permissionDecision": "deny", "permissionDecisionReason": decision.reason})
        if event.kind == agent_events.POST_TOOL and decision.action is Action.REPLACE:
            return json_answer({"modifiedResult": _camel(decision.value)})
        return Answer(stderr=decision.reason + "\n")


def _camel(result: object) -> object:
    """A result of the snake_case dialect by the names that an answer has."""
    if not isinstance(result, dict) or "text_result_for_llm" not in result:
        return result
    names = {"text_result_for_llm": "textResultForLlm", "result_type": "resultType"}
    return {names.get(name, name): value for name, value in result.items()}
