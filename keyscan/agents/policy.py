"""Decides on an agent's event: what the agent may send, do and see."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from keyscan.agents import codex_rules, messages, named_files, opencode_rules
from keyscan.agents.events import Action, Decision, Event, Mode
from keyscan.agents.redactor import TOKEN, Redactor, strings
from keyscan.catalog import agent_events as catalog
from keyscan.catalog import secret_files

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from keyscan.agents.detector import Secret
    from keyscan.agents.protocols.interface import AgentProtocol

_ALLOW = Decision()
# Agents that hand over every request to the model, so that a prompt need not be blocked.
_REDACTS_REQUESTS = frozenset(("gemini-cli",))
# A refused read is answered with the redacted contents up to this many characters.
_MAX_ANSWERED = 16_000
# Programs that print the environment, where files tell nothing.
_ENVIRONMENT_PROGRAMS = frozenset(("env", "printenv", "set", "export", "declare", "compgen"))


@dataclass(frozen=True)
class Policy:
    """Decides on events of one agent.

    `rewrite`: a shell tool's input -> the same with its command run through the filter, None where it stays.
    `shell_is_filtered`: the agent runs all commands through the filter anyway. `environment`: what `env` would print.
    """

    protocol: AgentProtocol
    mode: Mode = Mode.REDACT
    redactor: Redactor = field(default_factory=Redactor)
    rewrite: Callable[[Event], Any] = lambda _event: None
    environment: str = field(default="", repr=False)
    shell_is_filtered: bool = False

    def decide(self, event: Event) -> Decision:
        """What is to be done with `event`; raises IncompleteError when it cannot be judged."""
        judges: dict[str, Callable[[Event], Decision]] = {
            catalog.PROMPT: self._prompt,
            catalog.MODEL: self._request,
            catalog.PRE_TOOL: self._before,
            catalog.POST_TOOL: self._output,
            catalog.FAILED: self._output,
            catalog.SESSION_END: self._session_end,
        }
        decide = judges.get(event.kind)
        return decide(event) if decide else _ALLOW

    def _prompt(self, event: Event) -> Decision:
        redaction = self.redactor.redact_value(event.prompt)
        if redaction.secrets:
            if self.mode is Mode.WARN:
                return Decision(Action.WARN, messages.warning("the prompt", redaction.secrets))
            if self.mode is Mode.REDACT and event.dialect in _REDACTS_REQUESTS:
                return _ALLOW
            if self.mode is Mode.REDACT and self.protocol.replaces(event):
                return Decision(
                    Action.REPLACE, messages.output_redacted("the prompt", redaction.secrets), redaction.value
                )
            return self._stop(event, messages.prompt_blocked(redaction.secrets, _text(redaction.value)))
        text = _text(event.prompt)
        inlined = event.dialect in {"gemini-cli", "qwen-code"}
        names = [*([] if inlined else named_files.mentions(text)), *named_files.attachments(event)]
        first = self._first_with_secrets(names, event.cwd)
        if first is None:
            return _ALLOW
        name, secrets = first
        if self.mode is Mode.WARN:
            return Decision(Action.WARN, messages.warning(name, secrets))
        return self._stop(event, messages.file_blocked(name, secrets))

    def _request(self, event: Event) -> Decision:
        """A request to the model, which some agents let be rewritten: always redacted, history may hold more."""
        sent = catalog.first_at(dict(event.payload), ("llm_request.messages", "output.messages"))
        redaction = self.redactor.redact_value(sent)
        if not redaction.secrets:
            return _ALLOW
        if self.mode is Mode.WARN:
            return Decision(Action.WARN, messages.warning("the request", redaction.secrets))
        return Decision(Action.REPLACE, messages.output_redacted("the request", redaction.secrets), redaction.value)

    def _before(self, event: Event) -> Decision:
        decision = self._written(event)
        if decision is not None:
            return decision
        if event.tool_kind == catalog.SHELL:
            return self._shell(event)
        if event.tool_kind == catalog.READ:
            return self._read(event)
        return _ALLOW

    def _written(self, event: Event) -> Decision | None:
        """The decision on a tool that would write or send a token or a literal secret; None: it does neither."""
        new = _new_text(event.input)
        token = next((match for text in strings(new) for match in TOKEN.finditer(text)), None)
        if token is not None and not self._is_text_of(event, token.group()):
            reason = messages.token_blocked(event.tool, token.group())
            return Decision(Action.WARN if self.mode is Mode.WARN else Action.BLOCK, reason)
        if event.tool_kind == catalog.READ:
            return None
        paths = list(named_files.of_input(event.input))
        if event.tool_kind == catalog.WRITE and any(_keeps_secrets(path) for path in paths):
            return None
        redaction = self.redactor.redact_value(new, paths[0] if paths and event.tool_kind == catalog.WRITE else "")
        if not redaction.secrets:
            return None
        if self.mode is Mode.WARN:
            return Decision(Action.WARN, messages.warning(f"the input of {event.tool}", redaction.secrets))
        return Decision(Action.BLOCK, messages.literal_blocked(event.tool, redaction.secrets))

    def _is_text_of(self, event: Event, token: str) -> bool:
        """Whether the file that is edited holds the token as text already: a document on keyscan, say."""
        for _, path in named_files.existing(named_files.of_input(event.input), event.cwd):
            if token.encode() in named_files.contents(path):
                return True
        return False

    def _shell(self, event: Event) -> Decision:
        value = self._rewritten(event)
        # Not every agent that takes another input is known to use it: files are looked at there, too.
        if value is not None and event.dialect != "factory-droid":
            return Decision(Action.REPLACE, "", value)
        if self.shell_is_filtered or self._output_is_replaced(event):
            return _ALLOW
        command = named_files.command_of(event.input)
        if catalog.WRAPPED in command or "keyscan run " in command:
            return _ALLOW
        words = list(named_files.operands(command))
        first = self._first_with_secrets(words, event.cwd, texts_only=True)
        if first is None and self.environment and not _ENVIRONMENT_PROGRAMS.isdisjoint(words):
            secrets = self.redactor.redact(self.environment, ".env").secrets
            first = ("the environment", list(secrets)) if secrets else None
        if first is None:
            return Decision(Action.REPLACE, "", value) if value is not None else _ALLOW
        if self.mode is Mode.WARN:
            return Decision(Action.WARN, messages.warning(first[0], first[1]))
        return Decision(Action.BLOCK, messages.shell_refused(*first))

    def _rewritten(self, event: Event) -> Any:
        """The input of a shell tool with its command run through the filter; None where it stays as it is."""
        if self.mode is Mode.WARN or not self.protocol.replaces(event):
            return None
        wanted = event.dialect in catalog.REWRITES_SHELL
        wanted = wanted or (event.dialect == "codex" and codex_rules.none_decide(event))
        wanted = wanted or (event.dialect == "opencode" and opencode_rules.none_decide(event.cwd))
        return self.rewrite(event) if wanted else None

    def _read(self, event: Event) -> Decision:
        if self._output_is_replaced(event):
            return _ALLOW
        given = event.input.get("content") if isinstance(event.input, dict) else None
        paths = list(named_files.of_input(event.input))
        if isinstance(given, str):
            redaction = self.redactor.redact(given, paths[0] if paths else "")
            first = (paths[0] if paths else "the file", list(redaction.secrets)) if redaction.secrets else None
            shown = redaction.text
        else:
            first, shown = self._first_with_secrets(paths, event.cwd), ""
        if first is None:
            return _ALLOW
        if self.mode is Mode.WARN:
            return Decision(Action.WARN, messages.warning(*first))
        if not shown:
            (_, path), *_ = named_files.existing([first[0]], event.cwd)
            data, _ = self.redactor.redact_bytes(named_files.contents(path), path)
            shown = data.decode("utf-8", "replace")
        shown = shown if len(shown) <= _MAX_ANSWERED and self.mode is Mode.REDACT else ""
        return Decision(Action.BLOCK, messages.read_refused(first[0], first[1], shown))

    def _output(self, event: Event) -> Decision:
        paths = list(named_files.of_input(event.input)) if event.tool_kind == catalog.READ else []
        redaction = self.redactor.redact_value(event.output, paths[0] if paths else "")
        if not redaction.secrets:
            return _ALLOW
        if self.mode is Mode.WARN:
            return Decision(Action.WARN, messages.warning(f"the output of {event.tool}", redaction.secrets))
        if not self.protocol.replaces(event):
            if self.protocol.withholds(event):
                return Decision(Action.BLOCK, messages.output_withheld(event.tool, redaction.secrets))
            return Decision(Action.WARN, messages.output_seen(event.tool, redaction.secrets))
        if self.mode is Mode.BLOCK:
            reason = messages.output_withheld(event.tool, redaction.secrets)
            return Decision(Action.REPLACE, reason, withheld(event.output, reason))
        return Decision(Action.REPLACE, messages.output_redacted(event.tool, redaction.secrets), redaction.value)

    def _session_end(self, event: Event) -> Decision:
        """Warn when a session has left secrets on disk."""
        from keyscan.agents import session_end
        from keyscan.agents.targets import TARGETS
        from keyscan.sources.home import Roots

        path = event.payload.get("transcript_path") or event.payload.get("transcriptPath")
        named = os.path.join(event.cwd, os.path.expanduser(path)) if isinstance(path, str) and path else ""  # noqa: PTH111, PTH118
        leftovers = session_end.leftovers(event.dialect, named, self.redactor.detector, Roots.of())
        if not leftovers.count:
            return _ALLOW
        title = TARGETS[event.dialect].title if event.dialect in TARGETS else event.dialect
        return Decision(
            Action.WARN, messages.left_on_disk(title, leftovers.count, leftovers.files, complete=leftovers.complete)
        )

    def _stop(self, event: Event, reason: str) -> Decision:
        """A block where the agent heeds it, else a warning."""
        return Decision(Action.BLOCK if self.protocol.withholds(event) else Action.WARN, reason)

    def _output_is_replaced(self, event: Event) -> bool:
        """Whether what this tool prints can be replaced afterwards, failed or not."""
        after = catalog.FAILED if event.tool_kind == catalog.SHELL and _splits_failures(event.dialect) else None
        sample = Event(
            event.dialect, _after(event), after or catalog.POST_TOOL, event.payload, event.tool, event.tool_kind
        )
        return self.protocol.replaces(sample)

    def _first_with_secrets(
        self, names: Iterable[str], directory: str, *, texts_only: bool = False
    ) -> tuple[str, list[Secret]] | None:
        for name, path in named_files.existing(names, directory):
            if texts_only and named_files.is_binary(path):
                continue
            _, secrets = self.redactor.redact_bytes(named_files.contents(path), path)
            if secrets:
                return name, list(secrets)
        return None


def withheld(value: Any, notice: str) -> Any:
    """A value of the same shape in which the long strings are one notice and the rest is empty."""
    if isinstance(value, str):
        return notice if value.strip() else value
    if isinstance(value, dict):
        return {name: withheld(inner, notice) if _is_text(name) else inner for name, inner in value.items()}
    if isinstance(value, list):
        return [withheld(inner, notice) for inner in value]
    return value


# Fields of outputs that say what the output is, which an agent checks.
_STRUCTURE = frozenset((
    "type", "mode", "filePath", "filename", "filenames", "resultType", "result_type", "path", "query", "title", "id",
    "fileName", "success",
))  # fmt: skip


def _is_text(name: str) -> bool:
    return name not in _STRUCTURE


def _splits_failures(dialect: str) -> bool:
    """Whether a failed tool raises an event of its own in this dialect."""
    return dialect in {"claude-code", "qwen-code", "cursor"}


def _after(event: Event) -> str:
    """The name of the event after the tool, as far as protocols look at it."""
    return "postToolUse" if event.dialect == "cursor" else "PostToolUse"


def _keeps_secrets(path: str) -> bool:
    """Whether a file is where secrets belong: an environment file that is no template."""
    kind = secret_files.kind_of(path.replace("\\", "/"))
    return kind is not None and kind is not secret_files.Kind.TEMPLATE


def _text(value: Any) -> str:
    """A prompt as text; opencode's and Cline's are lists of parts."""
    if isinstance(value, str):
        return value
    if isinstance(value, list):
        return "\n".join(part["text"] for part in value if isinstance(part, dict) and isinstance(part.get("text"), str))
    return ""


def _new_text(value: Any) -> Any:
    """A tool's input without what it replaces or removes: taking a secret out of a file is no fault."""
    if isinstance(value, dict):
        return {name: _new_text(one) for name, one in value.items() if name.lower() not in catalog.OLD_TEXT}
    if isinstance(value, list):
        return [_new_text(one) for one in value]
    if isinstance(value, str) and value.lstrip().startswith(("*** Begin Patch", "diff --git ", "--- ")):
        return "\n".join(line for line in value.split("\n") if not line.startswith("-"))
    return value
