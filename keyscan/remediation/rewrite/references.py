"""How the configuration of an agent or editor refers to an environment variable, by `catalog/agents.py`."""

from __future__ import annotations

import re

from keyscan.catalog.agents import client_of
from keyscan.remediation.rewrite.interface import LeftAlone

_REFERENCE = re.compile(r"write (\$\{\{ secrets\.NAME \}\}|[^\s,]*NAME[^\s,]*)")


def reference(path: str, name: str) -> str | LeftAlone:
    """The text that stands for the variable `name` in the file at `path`, or why there is none."""
    client = client_of(path)
    if client is None:
        return LeftAlone("it is not known which program reads this file: make that read the key from the environment")
    match = _REFERENCE.search(client.instead)
    if match is None:
        return LeftAlone(f"{client.what}: {client.instead}")
    written = match[1] if not match[1].startswith("$NAME") else "${NAME}"
    return written.replace("NAME", name)
