"""Literal secrets in the configuration of agents, editors and gateways -> findings."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from keyscan.catalog.agents import client_of
from keyscan.catalog.secret_files import Kind
from keyscan.hygiene.finding import Detail, finding
from keyscan.hygiene.secret_values import SecretValue, looks_secret, matches
from keyscan.hygiene.variables import Variable, variables
from keyscan.model.finding import Location
from keyscan.model.rule import Severity
from keyscan.scan.line_index import Lines

if TYPE_CHECKING:
    from collections.abc import Iterator

    from keyscan.engine.matcher import Matcher
    from keyscan.model.finding import Finding

_SCHEME = re.compile(rb"\A(?:Bearer|Basic|Token|token|bearer) +")
_FLAG = re.compile(
    rb"""["']--?(?:api[-_]?key|token|secret|password|auth[-_]?token)["']\s*,\s*["'](?P<value>[^"'\s]{12,300})["']"""
)


class Exposure(NamedTuple):
    """What git does with a file."""

    tracked: bool
    ignored: bool


def check(path: str, data: bytes, matcher: Matcher, exposure: Exposure, salt: str) -> Iterator[Finding]:
    """A finding for each literal secret; what a program refers to in its own way is none."""
    client = client_of(path)
    if client is None:
        return
    lines = Lines(data)
    kept = "tracked by git" if exposure.tracked else "ignored by git" if exposure.ignored else "not ignored by git"
    for value in literals(path, data, matcher):
        only_here = exposure.ignored and not exposure.tracked
        start, end = value.variable.start, value.variable.end
        yield finding(
            "agent-config-key",
            path,
            Detail(
                severity=Severity.MEDIUM if only_here else max(value.severity, Severity.HIGH),
                evidence=(f"in {client.what}, {kept}", f"the value looks real: {value.what}"),
                shown=value.variable.name or value.what,
                secret=value.variable.value,
                location=lines.location(start, end) if end else Location(1, 1, 1, 1),
                steps=(f"Instead: {client.instead}.", "Revoke the key if others could read the file."),
            ),
            salt=salt,
        )


def literals(path: str, data: bytes, matcher: Matcher) -> list[SecretValue]:
    """The literal secrets in a configuration file, each once."""
    secrets = matches(data, matcher)
    out = [SecretValue(Variable("", m.secret, m.secret_start, m.secret_end), m) for m in secrets]
    taken = [(m.secret_start, m.secret_end) for m in secrets]
    for variable in _variables(path, data):
        scheme = _SCHEME.match(variable.value)
        value = variable.value[scheme.end() :] if scheme else variable.value
        known = any(low < variable.end and variable.start < high for low, high in taken) or any(
            m.secret in variable.value for m in secrets
        )
        if not known and looks_secret(variable.name, value):
            out.append(SecretValue(variable._replace(value=value), None))
    for flag in _FLAG.finditer(data):
        span = flag.span("value")
        value = flag.group("value")
        known = any(low < span[1] and span[0] < high for low, high in taken)
        if not known and looks_secret("api_key", value):
            out.append(SecretValue(Variable("", value, *span), None))
    return sorted(out, key=lambda value: value.variable.start)


def _variables(path: str, data: bytes) -> list[Variable]:
    """Names and values by the file's own language; histories and transcripts have none."""
    lower = path.lower()
    if lower.endswith((".json", ".jsonc", ".code-workspace")):
        return variables(Kind.JSON, data)
    if lower.endswith(".toml"):
        return variables(Kind.TOML, data)
    return variables(Kind.ENV, data) if lower.endswith((".yml", ".yaml")) else []
