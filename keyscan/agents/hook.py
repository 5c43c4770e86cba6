"""The hook that agents call: it answers every payload, and a failure blocks.

What goes wrong (a payload that is no JSON, an error of ours, a deadline) stops prompts and tool calls and replaces
outputs by a notice, unless the user asked for `--on-failure warn`.
"""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from keyscan.agents import messages
from keyscan.agents.events import Action, Answer, Decision, Event, Mode, event_from
from keyscan.agents.policy import Policy, withheld
from keyscan.agents.protocols.registry import NAMES, protocol
from keyscan.agents.redactor import Redactor
from keyscan.catalog import agent_events
from keyscan.errors import IncompleteError, KeyscanError, is_out_of_memory

if TYPE_CHECKING:
    from collections.abc import Callable

    from keyscan.agents.protocols.interface import AgentProtocol

# A payload above this is refused: it could not be decoded and scanned before agents stop waiting.
LARGEST_PAYLOAD = 128 * 1024 * 1024
# Seconds after which the answer is that of a failure; below the time-out of every agent's configuration that we write.
DEADLINE = 20.0
# Agents whose answers must be JSON, or are known by their exit status whatever the event is.
_JSON_FAILURES = frozenset(("cline", "mistral-vibe", "opencode", "goose"))


@dataclass(frozen=True, slots=True)
class HookOptions:
    """The options of a hook's command line; `event` names the event where the payload does not."""

    agent: str
    mode: Mode = Mode.REDACT
    block_on_failure: bool = True
    event: str = ""
    shell_is_filtered: bool = False


@dataclass
class Hook:
    """Answers one payload; `event` is known as soon as the payload is decoded, for the answer of a failure.

    `broken`: why nothing can be judged, when that is known before.
    """

    options: HookOptions
    redactor: Redactor = field(default_factory=Redactor)
    rewrite: Callable[[Event], Any] = lambda _event: None
    environment: str = field(default="", repr=False)
    event: Event | None = None
    broken: str = ""

    def respond(self, raw: bytes) -> tuple[Answer, str]:
        """The answer to a payload, and what went wrong (empty: nothing did)."""
        try:
            self.event = event = event_from(decoded(raw), self.options.agent, self.options.event)
            if self.broken:
                return self.failure(self.broken), self.broken
            speaks = protocol(event.dialect)
            policy = self._policy(speaks)
            decision = policy.decide(event)
            return speaks.answer(event, replace(decision, reason=self._shown(decision.reason))), ""
        except KeyscanError as error:
            why = self._shown(str(error))
            return self.failure(why), why
        except Exception as error:  # noqa: BLE001 - nothing may pass because of an error of ours
            # The message of a foreign error may hold text of the payload.
            why = "out of memory" if is_out_of_memory(error) else f"{type(error).__name__} in {_place(error)}"
            return self.failure(why), why

    def _shown(self, text: str) -> str:
        """A message as it may be shown and logged: names of tools and files in it may hold secrets, too."""
        with suppress(Exception):  # an engine that does not work is what the message is about
            text = self.redactor.redact(text).text if text else ""
        return messages.printable(text)

    def _policy(self, speaks: AgentProtocol) -> Policy:
        options = self.options
        return Policy(speaks, options.mode, self.redactor, self.rewrite, self.environment, options.shell_is_filtered)

    def failure(self, why: str) -> Answer:
        """The answer when the event could not be judged."""
        notice = messages.failure(why)
        event = self.event
        if not self.options.block_on_failure:
            return self._warned(event, messages.failure_let_through(why))
        if event is None or event.dialect not in NAMES:
            return self._failure_of_unknown(notice)
        speaks = protocol(event.dialect)
        if event.kind == agent_events.POST_TOOL and speaks.replaces(event):
            return speaks.answer(event, Decision(Action.REPLACE, notice, withheld(event.output, notice), failed=True))
        if event.kind == agent_events.MODEL:
            return speaks.answer(event, Decision(Action.BLOCK, notice, failed=True))
        if event.is_before and speaks.withholds(event):
            reason = f"keyscan: stopped, since it could not be checked: keyscan failed ({why})"
            return speaks.answer(event, Decision(Action.BLOCK, reason, failed=True))
        if event.kind in {agent_events.POST_TOOL, agent_events.FAILED} and speaks.withholds(event):
            return speaks.answer(event, Decision(Action.BLOCK, notice, failed=True))
        return Answer(stderr=f"keyscan: {messages.failure_let_through(why)}\n")

    def _failure_of_unknown(self, notice: str) -> Answer:
        """The answer where not even the event is known: as for a tool call, which most events are."""
        agent = self.options.agent
        if agent in _JSON_FAILURES:
            event = Event(agent, self.options.event, agent_events.PRE_TOOL, {})
            return protocol(agent).answer(event, Decision(Action.BLOCK, f"keyscan: {notice}", failed=True))
        return Answer(stderr=f"keyscan: {notice}\n", status=2)

    def _warned(self, event: Event | None, notice: str) -> Answer:
        if event is None or event.dialect not in NAMES:
            return Answer(stderr=f"keyscan: {notice}\n")
        answer = protocol(event.dialect).answer(event, Decision(Action.WARN, f"keyscan: {notice}", failed=True))
        return Answer(answer.stdout, answer.stderr or f"keyscan: {notice}\n", answer.status)


def decoded(raw: bytes) -> dict[str, Any]:
    """The payload, an object in JSON; IncompleteError for anything else, without quoting it."""
    if len(raw) > LARGEST_PAYLOAD:
        raise IncompleteError(f"the event is larger than {LARGEST_PAYLOAD >> 20} MB")
    try:
        payload = json.loads(raw)
    except UnicodeDecodeError as error:
        raise IncompleteError(f"the event is not UTF-8, at byte {error.start}") from None
    except RecursionError:
        raise IncompleteError("the event is nested too deeply") from None
    except ValueError as error:
        place = f", at character {error.pos}" if isinstance(error, json.JSONDecodeError) else ""
        raise IncompleteError(f"the event is not JSON{place}") from None
    if not isinstance(payload, dict):
        raise IncompleteError("the event is not a JSON object")
    return payload


def _place(error: Exception) -> str:
    """The module and line that an error comes from."""
    place = error.__traceback__
    while place is not None and place.tb_next is not None:
        place = place.tb_next
    if place is None:
        return "keyscan"
    name = place.tb_frame.f_globals.get("__name__", "keyscan")
    return f"{name}:{place.tb_lineno}"
