"""Findings as JSON for the state, and back. A finding with a plaintext secret is refused."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

from keyscan.model.blob import Origin
from keyscan.model.finding import Finding, Location, Provenance, Related, Snippet, Validity
from keyscan.model.rule import Help, Precision, Severity


def finding_to(finding: Finding) -> str:
    """The finding as one line of JSON; bytes of names that are not UTF-8 survive as surrogate escapes."""
    if finding.secret is not None:
        raise ValueError("a finding with a plaintext secret is not stored")
    return json.dumps(asdict(finding))


def finding_from(text: str) -> Finding:
    """The finding that `finding_to` wrote."""
    data: dict[str, Any] = json.loads(text)
    guide = {**data["help"], "steps": tuple(data["help"]["steps"])}
    known, state, line = data["provenance"], data.get("validity"), data.get("snippet")
    return Finding(
        **{
            **data,
            "severity": Severity(data["severity"]),
            "precision": Precision(data["precision"]),
            "origin": Origin(**data["origin"]),
            "location": Location(**data["location"]),
            "help": Help(**guide),
            "evidence": tuple(data["evidence"]),
            "env": tuple(data["env"]),
            "related": tuple(_related(one) for one in data["related"]),
            "provenance": None if known is None else _provenance(known),
            "validity": None if state is None else _validity(state),
            "snippet": None if line is None else Snippet(**line),
        }
    )


def _related(data: dict[str, Any]) -> Related:
    where = data["location"]
    return Related(**{**data, "location": None if where is None else Location(**where)})


def _provenance(data: dict[str, Any]) -> Provenance:
    return Provenance(**{**data, "paths": tuple(data["paths"]), "in_branches": tuple(data["in_branches"])})


def _validity(data: dict[str, Any]) -> Validity:
    return Validity(**{**data, "identity": tuple((str(name), str(value)) for name, value in data["identity"])})
