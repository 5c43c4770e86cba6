"""The commands by name, each a module in `keyscan/cli/commands/` that is imported when it is needed."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import click

# Name -> the one-line help that the list of commands shows without importing the command.
COMMANDS = {
    "staged": "Scan staged changes (the pre-commit hook).",
    "scan": "Scan files and directories, or standard input.",
    "env": "Check .env files: ignored by git, not in images or packages, one key per environment.",
    "fix": "Replace keys in code with reads of environment variables.",
    "history": "Scan a repository's whole history, or a range of it.",
    "rotate": "Print the steps that rotate a key; list keys by age.",
    "clean-history": "Plan the removal of secrets from history; rewrite a fresh mirror.",
    "commit-msg": "Scan the message of the commit being made (the commit-msg hook).",
    "pre-push": "Scan what a push would publish (the pre-push hook).",
    "pre-receive": "Scan what is pushed to this server (the pre-receive hook).",
    "machine": "Search this machine for secrets that agents, shells and tools left behind.",
    "fleet": "Audit the history of many repositories, distributed and resumable.",
    "ci": "Scan the commits of a CI run: a pull request's or a push's, or the whole history.",
    "cache": "Show or clear what is cached on this machine.",
    "checklist": "The security checklist for AI keys: pass, fail, or cannot be verified from the repository.",
    "verify": "Check whether found keys are still active, and who owns them.",
    "revoke": "Revoke found keys at their providers, or print instructions.",
    "rules": "List, show and validate rules.",
    "config": "Show and validate the effective configuration.",
    "explain": "Explain why a rule or a finding fired, and what to do.",
    "migrate": "Migrate configuration from gitleaks, detect-secrets and others.",
    "baseline": "Accept findings as known; review, update and prune them.",
    "install": "Install keyscan as this repository's git hook.",
    "run": "Run a command with the secrets in its output replaced.",
    "filter": "Copy standard input to standard output with secrets replaced.",
    "agent": "Keep secrets out of coding agents: install, check and test their hooks.",
    "mcp": "Serve scans to an agent over standard input and output (Model Context Protocol).",
    "completion": "Print the completion script of a shell.",
    "man": "Print the manual page.",
}


def load(name: str) -> click.Command:
    """The command `name`, one of COMMANDS, imported now."""
    module = importlib.import_module(f"keyscan.cli.commands.{name.replace('-', '_')}")
    command: click.Command = module.command
    return command
