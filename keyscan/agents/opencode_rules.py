"""opencode's permissions: where some are configured, a command is left as it is, so that they still decide on it."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING

from keyscan.agents.config_files import may_contain

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_SIGN = re.compile(rb"permission")
_CONFIGURATIONS = ("opencode.json", "opencode.jsonc", "config.json")
_AGENTS = ("agent/*.md", "agents/*.md", "mode/*.md", "modes/*.md")


def none_decide(directory: str, variables: Mapping[str, str] = os.environ) -> bool:
    """Whether nothing that opencode reads for a session in `directory` names permissions: its defaults allow commands.

    With a pattern that asks or forbids, the filter behind a command would be asked for, or forbidden, with it.
    """
    if variables.get("OPENCODE_PERMISSION") or _SIGN.search(os.fsencode(variables.get("OPENCODE_CONFIG_CONTENT", ""))):
        return False
    return not any(may_contain(file, _SIGN) for file in _files(directory, variables))


def _files(directory: str, variables: Mapping[str, str]) -> Iterator[Path]:
    """The configuration files and agents' descriptions that opencode would read."""
    config = Path(variables.get("XDG_CONFIG_HOME") or Path.home() / ".config") / "opencode"
    folders = [config, Path.home() / ".opencode"]
    if variables.get("OPENCODE_CONFIG_DIR"):
        folders.append(Path(variables["OPENCODE_CONFIG_DIR"]))
    if variables.get("OPENCODE_CONFIG"):
        yield Path(variables["OPENCODE_CONFIG"])
    if directory:
        here = Path(directory)
        for above in (here, *here.parents):
            folders += [above, above / ".opencode"]
    for folder in folders:
        yield from (folder / name for name in _CONFIGURATIONS)
        if folder == config or folder.name == ".opencode":
            for pattern in _AGENTS:
                yield from sorted(folder.glob(pattern))
