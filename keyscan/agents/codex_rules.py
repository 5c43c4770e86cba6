"""Codex's own rules on commands: where there are some, a command is left as it is, so that they still see it."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING

from keyscan.agents.config_files import may_contain

if TYPE_CHECKING:
    from collections.abc import Iterator

    from keyscan.agents.events import Event

_DECIDES = re.compile(rb"forbidden|prompt")
_SYSTEM = Path("/etc/codex")


def none_decide(event: Event) -> bool:
    """Whether no rule and no approval of Codex can depend on a command's text, so that it may be rewritten.

    A rewritten command starts with keyscan: a rule that forbids `rm` would not see it any more (observed in 0.171), and
    in modes with approvals a command that is known to be harmless would be asked for.
    """
    if event.payload.get("permission_mode") != "bypassPermissions":
        return False
    return not any(may_contain(file, _DECIDES) for file in _files(event.cwd))


def _files(directory: str) -> Iterator[Path]:
    """The files of rules, and of managed requirements, that Codex would read."""
    home = Path(os.environ.get("CODEX_HOME") or Path.home() / ".codex")
    places = [home, _SYSTEM]
    if directory:
        here = Path(directory)
        places += [above / ".codex" for above in (here, *here.parents)]
    for place in places:
        yield from sorted(place.glob("rules/*.rules"))
        yield place / "requirements.toml"
