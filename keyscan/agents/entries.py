"""The entries that keyscan writes into an agent's configuration, and how it recognises them as its own."""

from __future__ import annotations

import json
import shlex
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from keyscan.agents.targets import Hooked, Target

# Part of every command line that keyscan writes, whatever the version and the options.
SIGN = " -m keyscan agent hook "


@dataclass(frozen=True, slots=True)
class Caller:
    """The command line that agents call: this interpreter, with imports from the current directory switched off."""

    python: str
    flags: str
    mode: str = "redact"
    on_failure: str = "block"
    keep_commands: bool = False

    def command(self, agent: str) -> str:
        """The command line for `agent`: the same for every version, since the user's approval is for this text."""
        options = "" if self.mode == "redact" else f" --mode {self.mode}"
        options += "" if self.on_failure == "block" else f" --on-failure {self.on_failure}"
        options += " --keep-commands" if self.keep_commands else ""
        return f"{_word(self.python)} {self.flags}{SIGN}{agent}{options}"


def this_caller(mode: str = "redact", on_failure: str = "block", *, keep_commands: bool = False) -> Caller:
    """The caller for the interpreter that runs now; without user packages only where keyscan is not one of them."""
    import site

    user = site.getusersitepackages() if site.ENABLE_USER_SITE else ""
    flags = "-P" if user and __file__.startswith(user) else "-I"
    return Caller(sys.executable.replace("\\", "/"), flags, mode, on_failure, keep_commands)


def _word(text: str) -> str:
    if sys.platform == "win32":
        return f'"{text}"' if " " in text else text
    return shlex.quote(text)


def is_own(entry: Any) -> bool:
    """Whether an entry of a configuration, of any shape, is one that keyscan wrote."""
    return SIGN in json.dumps(entry, ensure_ascii=False) if isinstance(entry, dict) else False


def entry_for(target: Target, hooked: Hooked, command: str) -> dict[str, Any]:
    """The entry of one event in the shape of the agent."""
    timeout = {target.timeout_key: target.timeout(hooked)} if target.timeout_key else {}
    if target.shape == "claude":
        handler = {"type": "command", "command": command, **timeout, **hooked.extra}
        matcher = {"matcher": hooked.matcher} if hooked.matcher else {}
        return {**matcher, "hooks": [handler]}
    if target.shape == "kiro":
        action = {"type": "command", "command": command}
        return {"name": f"keyscan-{hooked.event}", "trigger": hooked.event, "action": action, **timeout}
    if target.agent == "copilot-cli":
        return {"type": "command", "bash": command, "powershell": f"& {command}", **timeout, **hooked.extra}
    kind = {"type": "command"} if target.agent == "vscode" else {}
    return {**kind, "command": command, **timeout, **hooked.extra}


def script(target: Target, hooked: Hooked, command: str) -> str:
    """The executable for one event of Cline."""
    del target, hooked
    return f"#!/bin/sh\n# Written by keyscan agent install.\nexec {command}\n"


def shell_prefix(caller: Caller) -> str:
    """The program by which Claude Code runs commands, hooks and servers: each in a shell, with its output filtered.

    Our own hook is run as it is: its answer holds nothing that is to be filtered.
    """
    python = _word(caller.python)
    return f"""#!/bin/sh
# Written by keyscan agent install ({SIGN}); keyscan agent uninstall claude-code removes it.
shell=${{CLAUDE_CODE_SHELL:-${{SHELL:-/bin/bash}}}}
if [ "$1" = {shlex.quote(caller.command("claude-code"))} ]; then
    exec "$shell" -c "$1"
fi
if [ -x {python} ]; then
    exec {python} {caller.flags} -m keyscan run --shell "$shell" -- "$1"
fi
echo "keyscan: not installed any more, so the command was not run; keyscan agent uninstall claude-code" >&2
exit 126
"""


def plugin(python: str, flags: str, options: list[str]) -> str:
    """The plugin for opencode: each event goes to the hook, whose answer takes the place of what it holds."""
    arguments = json.dumps([flags, *SIGN.split(), "opencode", *options])
    return _PLUGIN.replace("@PYTHON@", json.dumps(python)).replace("@ARGUMENTS@", arguments)


_PLUGIN = """\
// Written by keyscan agent install ( -m keyscan agent hook opencode ); keyscan agent uninstall opencode removes it.
import { spawnSync } from "node:child_process"

const failed = (why) => new Error(`keyscan: stopped, since it could not be checked (${why})`)

let directory = ""

function ask(event, input, output) {
  const done = spawnSync(@PYTHON@, @ARGUMENTS@, {
    input: JSON.stringify({ event, input, output, cwd: directory }),
    encoding: "utf8", timeout: 60000, maxBuffer: 1 << 28,
  })
  if (done.error || done.status !== 0) throw failed(done.error ? done.error.message : done.stderr)
  let answer
  try {
    answer = JSON.parse(done.stdout)
  } catch {
    throw failed("no answer")
  }
  if (answer.error) throw new Error(answer.error)
  if (answer.warning) console.error(answer.warning)
  return answer.replace
}

export const Keyscan = async (context) => {
  directory = context?.directory ?? ""
  return hooks
}

const hooks = {
  "chat.message": async (input, output) => {
    const parts = ask("chat.message", input, { parts: output.parts })
    if (parts) output.parts.splice(0, output.parts.length, ...parts)
  },
  "tool.execute.before": async (input, output) => {
    const made = ask("tool.execute.before", input, { args: output.args })
    // The tool runs with this very object.
    if (made) Object.assign(output.args, made)
  },
  "tool.execute.after": async (input, output) => {
    try {
      const made = ask("tool.execute.after", input, output)
      if (made) Object.assign(output, made)
    } catch (error) {
      Object.assign(output, { output: error.message, metadata: { output: error.message } })
      throw error
    }
  },
  "experimental.chat.messages.transform": async (input, output) => {
    const messages = ask("experimental.chat.messages.transform", {}, { messages: output.messages })
    if (messages) output.messages.splice(0, output.messages.length, ...messages)
  },
}
"""
