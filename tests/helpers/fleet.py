"""A fleet's state and options for tests."""

from __future__ import annotations

from keyscan.fleet.model import FleetOptions
from keyscan.fleet.store import Store
from keyscan.model.rule import Severity

_OPEN: dict = {}


def store_of(path):
    """A state in `path`, opened as if the process that had it before were gone."""
    if path in _OPEN:
        _OPEN[path].close()
    _OPEN[path] = Store(path / "state")
    return _OPEN[path]


def options_of(path, **fields):
    """Options of a run with its state in `path`."""
    return FleetOptions(**{"state": str(path / "state"), "salt": "s", "min_severity": Severity.MEDIUM, **fields})
