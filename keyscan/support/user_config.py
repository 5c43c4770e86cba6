"""Where a user's own configuration is, for commands that take none from a repository; imports next to nothing."""

from __future__ import annotations

import os
import sys


def agents_file() -> str:
    """The path of the configuration for agents, `run` and `filter`, whether it is there or not."""
    home = os.path.expanduser("~")  # noqa: PTH111
    if sys.platform == "win32":
        base = os.environ.get("APPDATA") or home
    elif sys.platform == "darwin":
        base = home + "/Library/Application Support"
    else:
        chosen = os.environ.get("XDG_CONFIG_HOME", "")
        base = chosen if chosen.startswith("/") else home + "/.config"
    return base + "/keyscan/agents.toml"
