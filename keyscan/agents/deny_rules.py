"""Agents' own rules against reading environment and key files: a second fence, which shell commands may pass."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keyscan.agents.config_files import Change, read_text, written
from keyscan.agents.install import edited, value_of
from keyscan.errors import ConfigError
from keyscan.support import jsonc

if TYPE_CHECKING:
    from pathlib import Path

    from keyscan.agents.targets import Place

# What Claude Code is told never to read with its file tools; a template of an environment file may be read.
DENIED = (
    "Read(**/.env)", "Read(**/.env.local)", "Read(**/.env.*.local)", "Read(**/.env.production)",
    "Read(**/.env.development)", "Read(**/.envrc)", "Read(**/*.pem)", "Read(**/.npmrc)", "Read(**/.pypirc)",
    "Read(~/.ssh/**)", "Read(~/.aws/credentials)", "Read(~/.netrc)", "Read(~/.config/gcloud/**)",
    "Read(~/.kube/config)",
)  # fmt: skip
_IGNORED = (".env", ".env.*", "!.env.example", "!.env.sample", "!.env.template", ".envrc", "*.pem", ".npmrc", ".pypirc")


def deny(where: Place, root: Path | None) -> list[Change]:
    """Write the agent's own rules against reading environment and key files; ConfigError where it has none."""
    target = where.target
    if target.agent == "claude-code":
        text = read_text(where.path) or "{}\n"
        present = value_of(text, where).get("permissions", {})
        denied = present.get("deny", []) if isinstance(present, dict) else []
        for rule in DENIED:
            if rule not in denied:
                text = edited(where, lambda text=text, rule=rule: jsonc.appended(text, ("permissions", "deny"), rule))
        return written(where.path, text)
    if not target.ignore_file:
        raise ConfigError(f"{target.title} has no rules against reading files")
    if root is None:
        raise ConfigError(f"{target.title} reads {target.ignore_file} of a project: add --project")
    file = root / target.ignore_file
    text = file.read_text(encoding="utf-8") if file.exists() else ""
    missing = [line for line in _IGNORED if line not in text.splitlines()]
    lead = text if not text or text.endswith("\n") else text + "\n"
    return written(file, lead + "\n".join(missing) + "\n") if missing else []
