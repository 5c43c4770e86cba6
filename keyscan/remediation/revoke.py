"""Revocation of one key at its issuer: planned and shown, then each request sent once, never again.

A plan holds the key in plain text, which `repr` hides. What is shown of a request is its template.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from keyscan.support.http import RequestFailed, Response
from keyscan.verify import answers
from keyscan.verify.draft import CannotBuild
from keyscan.verify.parts import variables_of
from keyscan.verify.request import Target, build

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from keyscan.ruleset.live_tables import RevokeStep, RevokeTable
    from keyscan.support.http import Request
    from keyscan.verify.candidate import Candidate

    Send = Callable[[Request], Response]
    OnOutcome = Callable[[RevokeStep, Request, Response | RequestFailed], None]

# Pages of a list and items that are looked through for the key.
_MOST_PAGES = 50
_MOST_ITEMS = 20_000
# Characters that a hint has to show at its ends together, so that a match means something.
_LEAST_HINT = 6
_GAP = re.compile(r"\.{2,}|\*+|\u2026+|\u2022+")


@dataclass(frozen=True, slots=True)
class RevokePlan:
    """How a key would be revoked; `why_not` says why keyscan cannot do it; the other fields are then empty."""

    table: RevokeTable
    candidate: Candidate
    variables: Mapping[str, str] = field(default_factory=dict, repr=False)
    target: Target = field(default_factory=Target)
    why_not: str = ""


@dataclass(frozen=True, slots=True)
class RevokeResult:
    """The outcome: `revoked`, `accepted` (the issuer has accepted the report), `refused`, `failed` or `not-found`."""

    status: str
    detail: str = ""

    @property
    def done(self) -> bool:
        """Whether the issuer has revoked the key or accepted the report."""
        return self.status in {"revoked", "accepted"}


def plan(table: RevokeTable, candidate: Candidate, environ: Mapping[str, str], endpoint: str = "") -> RevokePlan:
    """The plan for a candidate; an owner's key is taken from the variables that the table names."""
    empty = RevokePlan(table, candidate)
    if not table.automatic:
        return replace(empty, why_not=_instructions_only(table))
    variables = variables_of(table, candidate)
    if variables.missing:
        return replace(empty, why_not=f"{variables.missing} was not found near it")
    values = dict(variables.values)
    if table.admin:
        admin = next((environ[name].strip() for name in table.admin if environ.get(name, "").strip()), "")
        if not admin:
            return replace(empty, why_not=f"revoking needs an administrator's key: set {' or '.join(table.admin)}")
        if admin == candidate.secret:
            return replace(empty, why_not=f"{table.admin[0]} holds this very key: use another administrator's key")
        values["admin"] = admin
    target = Target(endpoint=endpoint)
    try:
        build(table.steps[0].request, values, target)
    except CannotBuild as reason:
        return replace(empty, why_not=str(reason))
    return RevokePlan(table, candidate, values, target)


def _instructions_only(table: RevokeTable) -> str:
    if table.way == "console":
        return "it is revoked by hand, in the provider's console"
    if table.way == "none":
        return "there is nothing to revoke at a provider"
    if not table.steps:
        return "no reliable API for revoking this kind is known"
    return "the API for revoking this kind has not been confirmed"


def shown(plan: RevokePlan) -> Iterator[str]:
    """The requests of a plan as their templates: no line holds a value."""
    for number, step in enumerate(plan.table.steps, 1):
        request = step.request
        url = request.url
        if plan.target.endpoint:
            url = plan.target.endpoint + "/" + url.removeprefix("https://").partition("/")[2]
        yield f"{number}. {step.purpose or 'request'}: {request.method} {url}"
        for name, value in request.headers:
            yield f"   {name}: {value}"
        if request.json is not None:
            import json

            yield f"   {json.dumps(request.json)}"
        if request.form:
            yield f"   {'&'.join(f'{name}={value}' for name, value in request.form)}"


def carry_out(plan: RevokePlan, send: Send, on_outcome: OnOutcome) -> RevokeResult:
    """Send the requests of a plan, in order, each once; the last one changes state.

    Lookups before it have to lead to exactly one key, else nothing is changed.
    """
    variables: list[dict[str, str]] = [dict(plan.variables)]
    *lookups, last = plan.table.steps
    for step in lookups:
        following: list[dict[str, str]] = []
        for values in variables:
            outcome = _looked_up(step, values, plan, (send, on_outcome))
            if isinstance(outcome, RevokeResult):
                return outcome
            following += outcome
        variables = following
    if len(variables) != 1:
        many = (
            f"{len(variables)} keys of the account fit its hint" if variables else "no key of the account fits its hint"
        )
        return RevokeResult("not-found", f"{many}: nothing was changed")
    return _changed(last, variables[0], plan, (send, on_outcome))


def _sent(step: RevokeStep, request: Request, calls: tuple[Send, OnOutcome]) -> Response | RequestFailed:
    send, on_outcome = calls
    outcome: Response | RequestFailed
    try:
        outcome = send(request)
    except RequestFailed as failure:
        outcome = failure
    on_outcome(step, request, outcome)
    return outcome


def _changed(
    step: RevokeStep, values: Mapping[str, str], plan: RevokePlan, calls: tuple[Send, OnOutcome]
) -> RevokeResult:
    try:
        request = build(step.request, values, plan.target)
    except CannotBuild as reason:
        return RevokeResult("failed", str(reason))
    outcome = _sent(step, request, calls)
    if isinstance(outcome, RequestFailed):
        return RevokeResult("failed", f"no answer ({outcome.reason}): it is unknown whether the key was revoked")
    if outcome.status not in step.success or not answers.fits(step.expect, outcome):
        return RevokeResult("refused", f"the provider refused (HTTP {outcome.status})")
    if outcome.status == 202:  # noqa: PLR2004 - taken, and not done yet
        return RevokeResult("accepted", "the provider accepted the report")
    return RevokeResult("revoked", "the provider confirmed it")


def _looked_up(
    step: RevokeStep, values: dict[str, str], plan: RevokePlan, calls: tuple[Send, OnOutcome]
) -> list[dict[str, str]] | RevokeResult:
    """The values for the next step, one set for each item of the list that fits; or why the list could not be read."""
    variables: list[dict[str, str]] = []
    cursor = ""
    for _ in range(_MOST_PAGES):
        try:
            request = build(step.request, values, plan.target)
        except CannotBuild as reason:
            return RevokeResult("failed", str(reason))
        if cursor:
            separator = "&" if "?" in request.url else "?"
            request = replace(request, url=f"{request.url}{separator}{step.page['parameter']}={quote(cursor, safe='')}")
        outcome = _sent(step, request, calls)
        if isinstance(outcome, RequestFailed):
            return RevokeResult("failed", f"no answer ({outcome.reason}) to: {step.purpose}; nothing was changed")
        if outcome.status not in step.success or outcome.cut:
            why = "its answer is too long" if outcome.cut else f"HTTP {outcome.status}"
            return RevokeResult("failed", f"{step.purpose}: {why}; nothing was changed")
        variables += _taken(step, values, plan.candidate.secret, outcome)
        cursor = _next(step, outcome)
        if not cursor:
            return variables
    return RevokeResult("failed", f"{step.purpose}: the list does not end; nothing was changed")


def _taken(step: RevokeStep, values: dict[str, str], secret: str, response: Response) -> list[dict[str, str]]:
    items = [
        item
        for entry in answers.values_at(response, step.each)
        for item in (entry if isinstance(entry, list) else [entry])
    ]
    result = []
    for item in items[:_MOST_ITEMS]:
        if step.match and not any(
            matches(step.match["by"], value, secret) for value in answers.values_in(item, step.match["at"])
        ):
            continue
        taken: dict[str, str] = {}
        for name, at in step.take:
            value = next(iter(answers.values_in(item, at)), None)
            if isinstance(value, (str, int)) and not isinstance(value, bool) and str(value):
                taken[name] = str(value)
        if len(taken) == len(step.take):
            result.append({**values, **taken})
    return result


def _next(step: RevokeStep, response: Response) -> str:
    """The cursor of the next page; empty at the end."""
    if not step.page:
        return ""
    more = answers.values_at(response, step.page["more"]) if "more" in step.page else [True]
    value = next(iter(answers.values_at(response, step.page["at"])), None)
    return str(value) if more == [True] and isinstance(value, (str, int)) and str(value) else ""


def matches(by: str, value: Any, secret: str) -> bool:
    """Whether a value of a list stands for the secret: `equals`, its `sha256`, or a `hint` of its start and end."""
    if not isinstance(value, str) or not value:
        return False
    if by == "equals":
        return value == secret
    if by == "sha256":
        return value.lower() == hashlib.sha256(secret.encode()).hexdigest()
    parts = _GAP.split(value)
    if by != "hint" or len(parts) != 2:  # noqa: PLR2004 - a start and an end
        return False
    start, end = parts
    enough = len(start) + len(end) >= _LEAST_HINT and len(end) >= 3 and len(start) + len(end) < len(secret)  # noqa: PLR2004
    return enough and secret.startswith(start) and secret.endswith(end)
