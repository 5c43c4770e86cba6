"""Reports as text: each reporter is a pure function of a `Report`, imported when it is asked for.

A format is one module with `render(report) -> str` and one line here.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from keyscan.model.report import Report

REPORTERS = {
    "console": "keyscan.reporters.console",
    "concise": "keyscan.reporters.concise",
    "statistics": "keyscan.reporters.statistics",
    "json": "keyscan.reporters.json",
    "jsonl": "keyscan.reporters.jsonl",
    "sarif": "keyscan.reporters.sarif",
    "gitlab": "keyscan.reporters.gitlab",
    "codequality": "keyscan.reporters.codequality",
    "github": "keyscan.reporters.github",
    "github-summary": "keyscan.reporters.github_summary",
    "junit": "keyscan.reporters.junit",
    "csv": "keyscan.reporters.csv",
    "markdown": "keyscan.reporters.markdown",
    "html": "keyscan.reporters.html.page",
}
# The formats for a terminal.
COLORED = frozenset({"console", "concise", "statistics"})
# The formats that show where the repository is: its root, revision, branch and remote.
LOCATED = frozenset({"sarif", "gitlab", "codequality", "github", "github-summary", "markdown", "html"})

# The formats that show secrets when --show-secrets asks for it; all others promise to hold none.
PLAINTEXT = frozenset({"console", "json", "jsonl"})


def render(name: str, report: Report, *, color: bool = False) -> str:
    """The report in the format `name`; `color` counts for those for a terminal."""
    module = importlib.import_module(REPORTERS[name])
    text: str = module.render(report, color=color) if name in COLORED else module.render(report)
    return text
