"""A `[[verify]]` or `[[revoke]]` table to its value, every field checked; nothing is sent to check it."""

from __future__ import annotations

import re
from typing import Any

from keyscan.errors import RuleError
from keyscan.ruleset.fields import Fields
from keyscan.ruleset.live_tables import (
    CONFIDENCES,
    CONSENTS,
    CONTROLS,
    REVOKERS,
    VERDICTS,
    AnswerRow,
    Condition,
    Extra,
    Part,
    RevokeStep,
    RevokeTable,
    VerifyTable,
)
from keyscan.ruleset.request_schema import DERIVED, HOST, check_request, groups, pairs, request_template

OPS = ("exists", "null", "equals", "differs", "contains", "lacks", "above", "below")
REASONS = {
    "live": ("",),
    "limited": (
        "scope", "credit", "rate", "ip", "region", "service", "referrer", "suspended", "account", "project", "plan",
        "sso", "2fa",
    ),
    "dead": ("invalid", "revoked", "expired", "disabled", "gone"),
    "unknown": ("ambiguous", "malformed", "region", "rate", "server", "edge", "pair", "other", "host", "404", "timing"),
}  # fmt: skip
EFFECTS = ("none", "counts-usage", "mints-token", "write-endpoint", "costs")
_KIND = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*\Z")
_FORBIDDEN = 403


def verify_table(entry: dict[str, Any], file: str, provider: str) -> VerifyTable:
    """The value of one `[[verify]]` table; RuleError names the file, the kind and the field."""
    fields = Fields(entry, f"{file}: [[verify]] {entry.get('kind') or '(no kind)'}")
    default = fields.one_of("default", CONSENTS)
    asked = default != "never"
    request = fields.table("request")
    extra = fields.table("extra")
    confidence = Fields(fields.table("confidence"), f"{fields.where}: confidence")
    table = VerifyTable(
        kind=_kind(fields),
        rules=fields.texts("rules"),
        default=default,
        source=fields.text("source", required=True),
        file=file,
        provider=provider,
        why=fields.text("why", required=default != "run"),
        request=request_template(request, f"{fields.where}: request") if asked else None,
        effect=fields.one_of("effect", EFFECTS, "none"),
        regions=fields.texts("regions"),
        suffixes=fields.texts("suffixes"),
        endpoint=fields.text("endpoint"),
        elsewhere=fields.text("elsewhere"),
        parts=_parts(fields.table("parts"), fields.where),
        pattern=fields.text("pattern"),
        derive=fields.one_of("derive", DERIVED, ""),
        answers=tuple(_answer(one, f"{fields.where}: answer {n}") for n, one in enumerate(fields.tables("answers"), 1)),
        identity=pairs(fields.table("identity"), fields.where),
        extra=_extra(extra, fields.where) if extra else None,
        discard_body=fields.flag("discard_body"),
        control=fields.one_of("control", CONTROLS, "always"),
        probe_confidence=confidence.one_of("probe", CONFIDENCES, "low"),
        answers_confidence=confidence.one_of("answers", CONFIDENCES, "low"),
        notes=fields.texts("notes"),
    )
    forbidden, undead = fields.flag("forbidden_is_dead"), fields.flag("never_dead")
    confidence.done()
    fields.done()
    _check_verify(table, fields, forbidden_is_dead=forbidden, never_dead=undead)
    return table


def _check_verify(table: VerifyTable, fields: Fields, *, forbidden_is_dead: bool, never_dead: bool) -> None:
    if not table.rules:
        fields.fail("rules is missing: name the rules whose keys it is for")
    if table.default == "never":
        return
    if table.default == "run" and table.effect != "none":
        fields.fail(f"effect is {table.effect}: only a request without an effect may have default = 'run'")
    request = table.request
    if request is None:
        fields.fail("request is missing")
    _check_pattern(table.pattern, fields)
    _check_pattern(table.elsewhere, fields)
    variables = {"secret", "companion", "assertion", "endpoint", *DERIVED.get(table.derive, ())}
    variables |= {part.name for part in table.parts} | set(groups(table.pattern))
    check_request(request, variables, table, fields)
    if table.extra:
        check_request(table.extra.request, variables, table, fields)
    _check_answers(table, fields, forbidden_is_dead=forbidden_is_dead, never_dead=never_dead)


def _check_answers(table: VerifyTable, fields: Fields, *, forbidden_is_dead: bool, never_dead: bool) -> None:
    for host in table.regions:
        if not HOST.match(host):
            fields.fail(f"regions: {host!r} is not a host name")
    verdicts = {row.verdict for row in table.answers}
    if "live" not in verdicts:
        fields.fail("answers has no row that says live")
    if "dead" not in verdicts and not never_dead:
        fields.fail("answers has no row that says dead; say never_dead = true if no answer proves that")
    bare = [row for row in table.answers if row.verdict == "dead" and _FORBIDDEN in row.status and not row.when]
    if bare and not forbidden_is_dead:
        fields.fail(
            "403 without a condition says dead: most issuers mean 'no permission'; else forbidden_is_dead = true"
        )


def revoke_table(entry: dict[str, Any], file: str, provider: str) -> RevokeTable:
    """The value of one `[[revoke]]` table; RuleError names the file, the kind and the field."""
    fields = Fields(entry, f"{file}: [[revoke]] {entry.get('kind') or '(no kind)'}")
    steps = tuple(_step(one, f"{fields.where}: step {n}") for n, one in enumerate(fields.tables("steps"), 1))
    table = RevokeTable(
        kind=_kind(fields),
        rules=fields.texts("rules"),
        way=fields.one_of("way", REVOKERS),
        summary=fields.text("summary"),
        file=file,
        provider=provider,
        steps=steps,
        reversible=fields.flag("reversible"),
        admin=fields.texts("admin"),
        endpoint=fields.text("endpoint"),
        parts=_parts(fields.table("parts"), fields.where),
        pattern=fields.text("pattern"),
        docs=fields.text("docs"),
        notes=fields.text("notes"),
        delay=fields.whole("delay", 0, 3600) if "delay" in entry else 0,
        confidence=fields.one_of("confidence", CONFIDENCES, "low"),
    )
    fields.done()
    if not table.rules:
        fields.fail("rules is missing: name the rules whose keys it is for")
    if steps and table.way not in {"anyone", "self", "owner"}:
        fields.fail(f"way is {table.way}: steps are for anyone, self and owner")
    _check_pattern(table.pattern, fields)
    variables = {"secret", "companion", "endpoint", *(part.name for part in table.parts), *groups(table.pattern)}
    if table.admin:
        variables.add("admin")
    for step in steps:
        check_request(step.request, variables, table, fields)
        variables |= {name for name, _ in step.take}
    return table


def _step(entry: dict[str, Any], where: str) -> RevokeStep:
    fields = Fields(entry, where)
    success = fields.raw("success", list, "a list of statuses") or []
    if not success or not all(isinstance(one, int) and not isinstance(one, bool) for one in success):
        fields.fail("success must be a list of HTTP statuses")
    step = RevokeStep(
        request=request_template(fields.table("request"), f"{where}: request"),
        success=tuple(success),
        purpose=fields.text("purpose"),
        expect=tuple(_condition(table, where) for table in fields.tables("expect")),
        each=fields.text("each"),
        match=dict(pairs(fields.table("match"), where)),
        take=pairs(fields.table("take"), where),
        page=dict(pairs(fields.table("page"), where)),
    )
    fields.done()
    return step


def _kind(fields: Fields) -> str:
    kind = fields.text("kind", required=True)
    if not _KIND.match(kind):
        fields.fail("kind must be lower-case letters, digits and single hyphens")
    return kind


def _answer(entry: dict[str, Any], where: str) -> AnswerRow:
    fields = Fields(entry, where)
    status = fields.raw("status", list, "a list of statuses") or []
    if not status or not all(one == "any" or (isinstance(one, int) and 100 <= one <= 599) for one in status):  # noqa: PLR2004
        fields.fail('status must be a list of HTTP statuses or "any"')
    verdict = fields.one_of("is", VERDICTS)
    row = AnswerRow(
        status=tuple(status),
        verdict=verdict,
        reason=fields.one_of("reason", REASONS[verdict], "" if verdict == "live" else None),
        when=tuple(_condition(table, where) for table in fields.tables("when")),
    )
    fields.done()
    return row


def _condition(entry: dict[str, Any], where: str) -> Condition:
    at, ops = entry.get("at"), [op for op in OPS if op in entry]
    if not isinstance(at, str) or len(ops) != 1 or len(entry) != 2:  # noqa: PLR2004
        raise RuleError(f"{where}: a condition is a table of at and one of {', '.join(OPS)}")
    if not (at.startswith(("/", "header:", "xml:")) or at in {"body", "key"}):
        raise RuleError(f"{where}: at must be /a/json/pointer, header:Name, xml:Path, body or key")
    return Condition(at, ops[0], entry[ops[0]])


def _parts(table: dict[str, Any], where: str) -> tuple[Part, ...]:
    parts = []
    for name, entry in table.items():
        fields = Fields(entry if isinstance(entry, dict) else {}, f"{where}: part {name}")
        part = Part(
            name=name,
            value=fields.text("value", required=True),
            names=fields.texts("names"),
            required="required" not in fields or fields.flag("required"),
            host=fields.flag("host"),
        )
        fields.done()
        _check_pattern(part.value, fields)
        parts.append(part)
    return tuple(parts)


def _extra(entry: dict[str, Any], where: str) -> Extra:
    fields = Fields(entry, f"{where}: extra")
    extra = Extra(request_template(fields.table("request"), where), pairs(fields.table("identity"), where))
    fields.done()
    return extra


def _check_pattern(pattern: str, fields: Fields) -> None:
    try:
        re.compile(pattern)
    except (re.error, OverflowError, RecursionError) as error:
        fields.fail(f"{pattern!r} does not compile: {error}")
