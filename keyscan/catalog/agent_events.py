"""The payloads that coding agents send to a hook: the agent, the event, and the places of prompt, input and output.

Sources: payloads recorded from released agents, their bundles and their documents (see `docs/agents.md`). Imports
nothing: the fast path reads it too.
"""

from __future__ import annotations

# Kinds of events.
PROMPT, MODEL, PRE_TOOL, POST_TOOL, FAILED, SESSION_START, SESSION_END, OTHER = (
    "prompt", "model-request", "pre-tool", "post-tool", "failed-tool", "session-start", "session-end", "other",
)  # fmt: skip
# Kinds of tools.
SHELL, READ, WRITE, MCP, OTHER_TOOL = "shell", "read", "write", "mcp", "other"

_CLAUDE_EVENTS = {
    "UserPromptSubmit": PROMPT, "PreToolUse": PRE_TOOL, "PostToolUse": POST_TOOL, "PostToolUseFailure": FAILED,
    "SessionStart": SESSION_START, "SessionEnd": SESSION_END,
}  # fmt: skip
_CLAUDE: dict[str, object] = {
    "events": _CLAUDE_EVENTS, "prompt": ("prompt",), "tool": ("tool_name",), "input": ("tool_input",),
    "output": ("tool_response",), "failed": ("error",), "clean": "",
}  # fmt: skip
# For each dialect: its events, the paths of its fields, and its answer for "no decision".
DIALECTS: dict[str, dict[str, object]] = {
    "claude-code": _CLAUDE,
    "codex": _CLAUDE,
    "qwen-code": _CLAUDE,
    "factory-droid": _CLAUDE,
    "junie": _CLAUDE,
    "kiro": _CLAUDE,
    "vscode": _CLAUDE,
    "copilot-cli": {
        "events": {
            **_CLAUDE_EVENTS, "userPromptSubmitted": PROMPT, "preToolUse": PRE_TOOL, "postToolUse": POST_TOOL,
            "postToolUseFailure": FAILED, "permissionRequest": OTHER, "sessionStart": SESSION_START,
            "sessionEnd": SESSION_END,
        },
        "prompt": ("prompt",), "tool": ("toolName", "tool_name"), "input": ("toolArgs", "tool_input"),
        "output": ("toolResult", "tool_result"), "failed": ("error",), "clean": "",
    },
    "gemini-cli": {
        "events": {
            "BeforeAgent": PROMPT, "BeforeModel": MODEL, "BeforeTool": PRE_TOOL, "AfterTool": POST_TOOL,
            "SessionStart": SESSION_START, "SessionEnd": SESSION_END,
        },
        "prompt": ("prompt",), "tool": ("tool_name",), "input": ("tool_input",), "output": ("tool_response",),
        "failed": (), "clean": "{}",
    },
    "cursor": {
        "events": {
            "beforeSubmitPrompt": PROMPT, "preToolUse": PRE_TOOL, "postToolUse": POST_TOOL,
            "postToolUseFailure": FAILED, "beforeShellExecution": PRE_TOOL, "afterShellExecution": POST_TOOL,
            "beforeMCPExecution": PRE_TOOL, "afterMCPExecution": POST_TOOL, "beforeReadFile": PRE_TOOL,
            "beforeTabFileRead": PRE_TOOL, "sessionStart": SESSION_START, "sessionEnd": SESSION_END,
        },
        "prompt": ("prompt",), "tool": ("tool_name",), "input": ("tool_input",),
        "output": ("tool_output", "result_json", "output"), "failed": ("error_message", "error"), "clean": "{}",
    },
    "windsurf": {
        "events": {
            "pre_user_prompt": PROMPT, "pre_read_code": PRE_TOOL, "post_read_code": POST_TOOL,
            "pre_write_code": PRE_TOOL, "post_write_code": POST_TOOL, "pre_run_command": PRE_TOOL,
            "post_run_command": POST_TOOL, "pre_mcp_tool_use": PRE_TOOL, "post_mcp_tool_use": POST_TOOL,
        },
        "prompt": ("tool_info.user_prompt",), "tool": ("tool_info.mcp_tool_name", "agent_action_name"),
        "input": ("tool_info",), "output": ("tool_info",), "failed": (), "clean": "",
    },
    "cline": {
        "events": {
            "prompt_submit": PROMPT, "tool_call": PRE_TOOL, "tool_result": POST_TOOL, "agent_start": SESSION_START,
            "session_shutdown": SESSION_END,
        },
        "prompt": ("userPromptSubmit.prompt",), "tool": ("tool_call.name", "tool_result.name", "preToolUse.toolName",
                                                         "postToolUse.toolName"),
        "input": ("tool_call.input", "tool_result.input", "preToolUse.parameters"),
        "output": ("tool_result.output", "postToolUse.result"), "failed": (), "clean": "{}",
    },
    "augment": {
        "events": {**_CLAUDE_EVENTS, "PromptSubmit": PROMPT},
        "prompt": ("user_prompt",), "tool": ("tool_name",), "input": ("tool_input",), "output": ("tool_output",),
        "failed": ("tool_error",), "clean": "",
    },
    "goose": {
        "events": _CLAUDE_EVENTS, "prompt": ("message",), "tool": ("tool_name",), "input": ("tool_input",),
        "output": (), "failed": (), "clean": "",
    },
    "mistral-vibe": {
        "events": {
            "pre_tool": PRE_TOOL, "before_tool": PRE_TOOL, "post_tool": POST_TOOL, "after_tool": POST_TOOL,
        },
        "prompt": (), "tool": ("tool_name",), "input": ("tool_input",),
        "output": ("tool_output_text", "tool_error"), "failed": (), "clean": "{}",
    },
    "opencode": {
        "events": {
            "chat.message": PROMPT, "tool.execute.before": PRE_TOOL, "tool.execute.after": POST_TOOL,
            "experimental.chat.messages.transform": MODEL,
        },
        "prompt": ("output.parts",), "tool": ("input.tool",), "input": ("output.args", "input.args"),
        "output": ("output",), "failed": (), "clean": "{}",
    },
}  # fmt: skip
_SHELLS = frozenset((
    "bash", "shell", "execute", "run_shell_command", "run_in_terminal", "run_commands", "run_command", "terminal",
    "execute_bash", "execute_command", "launch-process", "local_shell", "exec_command", "unified_exec",
    "developer__shell", "powershell", "pre_run_command", "post_run_command", "runterminalcommand", "run_terminal_cmd",
))  # fmt: skip
_READS = frozenset((
    "read", "read_file", "read_files", "read_many_files", "view", "fs_read", "readfile", "notebookread",
    "pre_read_code", "post_read_code", "open_file", "cat",
))  # fmt: skip
_WRITES = frozenset((
    "write", "edit", "multiedit", "create", "write_file", "replace", "edit_file", "apply_patch", "editor", "patch",
    "notebookedit", "str_replace", "str_replace_editor", "str-replace-editor", "save-file", "insert", "create_file",
    "fs_write", "insert_edit_into_file", "replace_string_in_file", "multi_replace_string_in_file",
    "pre_write_code", "post_write_code", "search_replace", "delete", "write_to_file", "replace_in_file",
))  # fmt: skip
# Keys of an input for text that is replaced or removed: the old text may contain a secret, which is why it goes.
OLD_TEXT = frozenset((
    "old_string", "old_str", "oldstring", "oldtext", "old_text", "old", "search", "originalcontent", "original",
))  # fmt: skip
# The text that agents get in front of a token; an agent that writes a token back overwrites the real value.
TOKEN_START = "[keyscan:"  # noqa: S105 - what stands in a secret's place
# Where a shell command was rewritten already.
WRAPPED = " -m keyscan run "
PIPED = " -m keyscan filter"
# Dialects in which a shell command is rewritten, so that its output is filtered before the agent has it: those where
# neither an answer afterwards nor a setting does that. The agent's own rules on commands then see the rewritten one.
REWRITES_SHELL = frozenset(("vscode", "cursor", "cline", "factory-droid"))
# The program by which Claude Code runs every command when a setting tells it to (CLAUDE_CODE_SHELL_PREFIX).
SHELL_PREFIX = "keyscan-shell"


def at(payload: object, path: str) -> object:
    """The value at a dotted path of a payload; None if it is not there."""
    value = payload
    for name in path.split("."):
        if not isinstance(value, dict):
            return None
        value = value.get(name)
    return value


def first_at(payload: object, paths: object) -> object:
    """The first value that is there of several paths."""
    for path in paths:  # type: ignore[attr-defined]
        value = at(payload, path)
        if value is not None:
            return value
    return None


def dialect_of(payload: dict[str, object], named: str) -> str:
    """Whose payload this is; `named` (what the configuration calls) counts only where the payload does not tell.

    An event that the agent of the payload's signs does not have, and the named one has, is the named one's: a sign that
    several agents share must not make an event unknown, since unknown events pass.
    """
    event = payload.get("hook_event_name") or payload.get("hookEventName") or payload.get("event")
    dialect = _by_signs(payload, event, named)
    if isinstance(event, str) and named in DIALECTS and event not in _events(dialect) and event in _events(named):
        return named
    return dialect


def _events(dialect: str) -> dict[str, str]:
    return DIALECTS.get(dialect, _CLAUDE)["events"]  # type: ignore[return-value]


def _by_signs(payload: dict[str, object], event: object, named: str) -> str:
    for dialect in ("gemini-cli", "mistral-vibe", "opencode"):
        if event in DIALECTS[dialect]["events"] and event not in _CLAUDE_EVENTS:  # type: ignore[operator]
            return dialect
    for key, dialect in _SIGNS:
        if key in payload:
            return dialect
    if "sessionId" in payload and "hook_event_name" not in payload:
        return "copilot-cli"
    if "event" in payload and "working_dir" in payload:
        return "goose"
    if "conversation_id" in payload and "workspace_roots" in payload:
        return "augment"
    return _by_transcript(payload, event in _CLAUDE_EVENTS, named)


def _by_transcript(payload: dict[str, object], claude_event: bool, named: str) -> str:
    """Whose payload this is, by the place of the transcript; several agents send nothing else that tells."""
    transcript = str(payload.get("transcript_path") or "").replace("\\", "/").lower()
    for part, dialect in _TRANSCRIPTS:
        if part in transcript:
            return dialect
    if "timestamp" in payload:
        if transcript:
            return "qwen-code"
        # Copilot's events with Claude's names have no transcript.
        return "copilot-cli" if claude_event and named != "qwen-code" else named
    if "prompt_id" in payload or "/projects/" in transcript:
        return "claude-code"
    return named


_TRANSCRIPTS = (
    ("github.copilot-chat", "vscode"), ("/.factory/", "factory-droid"), ("/.gemini/", "gemini-cli"),
    ("/.codex/", "codex"), ("/rollout-", "codex"),
)  # fmt: skip
_SIGNS = (
    ("cursor_version", "cursor"), ("agent_action_name", "windsurf"), ("clineVersion", "cline"), ("turn_id", "codex"),
    ("toolArgs", "copilot-cli"), ("toolResult", "copilot-cli"), ("tool_result", "copilot-cli"),
    ("submitted_prompt", "qwen-code"), ("tool_call_id", "qwen-code"),
)  # fmt: skip


def event_of(payload: dict[str, object], dialect: str, given: str = "") -> tuple[str, str]:
    """(the agent's own name of the event, its kind); `given` names it where the payload does not."""
    spec = DIALECTS.get(dialect, _CLAUDE)
    events: dict[str, str] = spec["events"]  # type: ignore[assignment]
    if dialect == "cline":
        name = str(payload.get("hookName") or ("prompt_submit" if "userPromptSubmit" in payload else given))
        return name, events.get(name, PROMPT if "userPromptSubmit" in payload else OTHER)
    given_name = (
        payload.get("hook_event_name") or payload.get("hookEventName") or payload.get("agent_action_name")
        or payload.get("event") or payload.get("hookName") or given
    )  # fmt: skip
    name = str(given_name or "")
    if not name and dialect == "copilot-cli":
        name = _copilot_event(payload)
    return name, events.get(name, OTHER)


def _copilot_event(payload: dict[str, object]) -> str:
    """The event of a camelCase payload of Copilot, which does not name it."""
    if "toolResult" in payload:
        return "postToolUse"
    if "toolArgs" in payload:
        return "preToolUse"
    if "prompt" in payload:
        return "userPromptSubmitted"
    return "sessionStart" if "source" in payload else "sessionEnd" if "reason" in payload else ""


def tool_kind(name: str, event: str = "") -> str:
    """The kind of a tool by its name, else by `event`."""
    lower = name.lower().removeprefix("file_system.")  # Mistral Vibe 3 has its tools in groups
    if lower.startswith(("mcp__", "mcp_", "mcp:", "@")) or "mcp" in event.lower():
        return MCP
    if lower in _SHELLS or "ShellExecution" in event:
        return SHELL
    if lower in _READS or event in {"beforeReadFile", "beforeTabFileRead"}:
        return READ
    return WRITE if lower in _WRITES else OTHER_TOOL


def quoted(text: str) -> str:
    """`text` as one word of a POSIX shell."""
    return "'" + text.replace("'", "'\"'\"'") + "'"


def wrapped(command: str, python: str, flags: str) -> str:
    """A shell command that runs `command` with its output filtered, its exit status kept."""
    return f'{quoted(python)} {flags}{WRAPPED}--shell "$0" -- {quoted(command)}'


def piped(command: str, python: str, flags: str) -> str:
    """A shell command that runs `command` as it stands with its output piped through the filter, its status kept.

    For agents that look at the parts of a command: those of `command` are still there. POSIX shells only; line ends
    round the command keep its comments and here-documents whole.
    """
    run = f"{{ (\n{command}\n) 2>&1 3>&- 4>&-; echo $? >&3; }}"
    filtered = f"{quoted(python)} {flags}{PIPED} --line-buffered >&4 3>&-"
    return f'{{ {{ {run} | {filtered}; }} 3>&1 | {{ read -r code; exit "$code"; }}; }} 4>&1'


def piped_input(tool_input: object, python: str, flags: str) -> object:
    """A shell tool's input with its command piped; None where there is nothing to pipe or it was piped."""
    if not isinstance(tool_input, dict):
        return None
    command = tool_input.get("command")
    if isinstance(command, str) and command.strip() and PIPED not in command:
        return {**tool_input, "command": piped(command, python, flags)}
    return None


def rewritten_input(tool_input: object, python: str, flags: str) -> object:
    """A shell tool's input with its command wrapped; None where there is nothing to wrap or it was wrapped."""
    if not isinstance(tool_input, dict):
        return None
    command = tool_input.get("command")
    if isinstance(command, str) and command.strip() and WRAPPED not in command:
        return {**tool_input, "command": wrapped(command, python, flags)}
    commands = tool_input.get("commands")
    if isinstance(commands, list) and commands and all(isinstance(command, str) for command in commands):
        rewritten = [command if WRAPPED in command else wrapped(command, python, flags) for command in commands]
        return {**tool_input, "commands": rewritten} if rewritten != commands else None
    return None
