"""A fleet's report formats by name."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from keyscan.fleet.summary import Summary

FORMATS = {
    "console": "keyscan.fleet.reports.console",
    "jsonl": "keyscan.fleet.reports.jsonl",
    "csv": "keyscan.fleet.reports.csv",
    "html": "keyscan.fleet.reports.html",
}


def render(name: str, summary: Summary) -> str:
    """The summary in the format `name`."""
    text: str = importlib.import_module(FORMATS[name]).render(summary)
    return text
