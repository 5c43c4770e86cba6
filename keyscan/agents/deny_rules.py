"""Agents' own rules against reading environment and key files: they do not cover shell commands."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keyscan.agents.config_files import BACKUP, Change, read_text, removed, written
from keyscan.agents.install import edited, value_of
from keyscan.errors import ConfigError
from keyscan.support import jsonc
from keyscan.support.storage import write_whole

if TYPE_CHECKING:
    from pathlib import Path

    from keyscan.agents.targets import Place

# Paths that Claude Code's file tools must not read; templates of environment files are not among them.
DENIED = (
    "Read(**/.env)", "Read(**/.env.local)", "Read(**/.env.*.local)", "Read(**/.env.production)",
    "Read(**/.env.development)", "Read(**/.envrc)", "Read(**/*.pem)", "Read(**/.npmrc)", "Read(**/.pypirc)",
    "Read(~/.ssh/**)", "Read(~/.aws/credentials)", "Read(~/.netrc)", "Read(~/.config/gcloud/**)",
    "Read(~/.kube/config)",
)  # fmt: skip
_PATH = ("permissions", "deny")
_IGNORED = (".env", ".env.*", "!.env.example", "!.env.sample", "!.env.template", ".envrc", "*.pem", ".npmrc", ".pypirc")


# A file beside the configuration with the rules that keyscan added, one a line: only these are removed again.
_RECORD = ".keyscan-deny"


def deny(where: Place, root: Path | None) -> list[Change]:
    """Write the agent's own rules against reading environment and key files; ConfigError where it has none."""
    file = _file(where, root)
    present = _present(where, file)
    wanted = DENIED if where.target.agent == "claude-code" else _IGNORED
    missing = [rule for rule in wanted if rule not in present]
    if not missing:
        return []
    text = read_text(file) or ""
    if where.target.agent == "claude-code":
        text = text or "{}\n"
        for rule in missing:
            text = edited(where, lambda text=text, rule=rule: jsonc.appended(text, _PATH, rule))
    else:
        text = (text if not text or text.endswith("\n") else text + "\n") + "\n".join(missing) + "\n"
    record = file.with_name(file.name + _RECORD)
    # Recorded first: removing a recorded rule that was not written does no harm.
    write_whole(record, "".join(f"{rule}\n" for rule in [*_recorded(record), *missing]).encode())
    return written(file, text)


def allow(where: Place, root: Path | None) -> list[Change]:
    """Remove the rules that `deny` added; the user's own rules stay."""
    if where.target.agent != "claude-code" and (root is None or not where.target.ignore_file):
        return []
    file = _file(where, root)
    record = file.with_name(file.name + _RECORD)
    own = _recorded(record)
    text = read_text(file)
    if not own or text is None:
        return [removed(record)] if own else []
    if where.target.agent == "claude-code":
        remaining = _without_rules(where, text, own)
        backup = file.with_name(file.name + BACKUP)
        had_backup = backup.exists()
        changes = written(file, remaining)
        if not had_backup:  # the file as it was before keyscan is what the hooks' own backup holds, if any
            backup.unlink(missing_ok=True)
    else:
        remaining = "".join(line for line in text.splitlines(keepends=True) if line.strip("\r\n") not in own)
        changes = written(file, remaining) if remaining.strip() else [removed(file)]
        file.with_name(file.name + BACKUP).unlink(missing_ok=True)
    record.unlink(missing_ok=True)
    return changes


def _file(where: Place, root: Path | None) -> Path:
    """The file that holds the agent's rules against reading files."""
    target = where.target
    if target.agent == "claude-code":
        return where.path
    if not target.ignore_file:
        raise ConfigError(f"{target.title} has no rules against reading files")
    if root is None:
        raise ConfigError(f"{target.title} reads {target.ignore_file} of a project: add --project")
    return root / target.ignore_file


def _present(where: Place, file: Path) -> list[str]:
    """The rules in the file."""
    text = read_text(file) or ""
    if where.target.agent != "claude-code":
        return text.splitlines()
    permissions = value_of(text or "{}", where).get("permissions", {})
    denied = permissions.get("deny", []) if isinstance(permissions, dict) else []
    return denied if isinstance(denied, list) else []


def _recorded(record: Path) -> list[str]:
    return (read_text(record) or "").splitlines()


def _without_rules(where: Place, text: str, own: list[str]) -> str:
    """A configuration without these rules, and without what that leaves empty."""
    for rule in own:
        permissions = value_of(text, where).get("permissions", {})
        denied = permissions.get("deny", []) if isinstance(permissions, dict) else []
        if isinstance(denied, list) and rule in denied:
            number = denied.index(rule)
            text = edited(where, lambda text=text, number=number: jsonc.without(text, _PATH, number))
    return text
