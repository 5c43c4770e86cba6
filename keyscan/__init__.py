"""keyscan: a secret scanner for people who build with AI.

The names in `__all__` are the public API; they are imported when they are first used.
"""

from keyscan._version import __version__

__all__ = [
    "Finding",
    "KeyscanError",
    "Redactor",
    "Report",
    "Scanner",
    "Severity",
    "__version__",
    "redact",
    "scan_bytes",
    "scan_path",
    "scan_text",
]

TYPE_CHECKING = False
if TYPE_CHECKING:  # `typing` costs 5 ms to import, and type checkers know this name too
    from keyscan.agents.redactor import Redactor, redact
    from keyscan.api import Scanner, scan_bytes, scan_path, scan_text
    from keyscan.errors import KeyscanError
    from keyscan.model.finding import Finding
    from keyscan.model.report import Report
    from keyscan.model.rule import Severity

# Public name -> the module that it is from.
_EXPORTS = {
    "Finding": "keyscan.model.finding",
    "KeyscanError": "keyscan.errors",
    "Redactor": "keyscan.agents.redactor",
    "Report": "keyscan.model.report",
    "Scanner": "keyscan.api",
    "Severity": "keyscan.model.rule",
    "redact": "keyscan.agents.redactor",
    "scan_bytes": "keyscan.api",
    "scan_path": "keyscan.api",
    "scan_text": "keyscan.api",
}


def __getattr__(name: str) -> object:
    if name not in _EXPORTS:
        raise AttributeError(f"module 'keyscan' has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(_EXPORTS[name]), name)


def __dir__() -> list[str]:
    return sorted(__all__)
