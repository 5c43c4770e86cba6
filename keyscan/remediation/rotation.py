"""The plan for rotating one key without downtime, from the data of its rule; and the inventory of keys by age."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from keyscan.remediation import dual_key
from keyscan.remediation.managers import managers

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from keyscan.model.finding import Finding
    from keyscan.model.rule import Rule
    from keyscan.ruleset.live_tables import RevokeTable, VerifyTable

_PATHS = 5


@dataclass(frozen=True, slots=True)
class Step:
    """One step: what to do, the details, commands to paste, and programs by language."""

    title: str
    details: tuple[str, ...] = ()
    commands: tuple[str, ...] = ()
    programs: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class RotationPlan:
    """The steps for one key; `first_seen` and `exposed_days` are what the history says of its exposure."""

    rule_id: str
    name: str
    provider: str
    variable: str
    fingerprint: str = ""
    first_seen: str = ""
    exposed_days: int | None = None
    paths: tuple[str, ...] = ()
    steps: tuple[Step, ...] = ()


@dataclass(frozen=True, slots=True)
class KeyAge:
    """One key of a repository: how long it has been exposed, where, and whether it is past its time."""

    fingerprint: str
    rule_id: str
    redacted: str
    first_seen: str
    days: int | None
    overdue: bool
    in_head: bool
    status: str
    paths: tuple[str, ...] = field(default=())


def plan(
    rule: Rule,
    findings: Sequence[Finding],
    verify: VerifyTable | None,
    revoke: RevokeTable | None,
    fingerprint: str = "",
) -> RotationPlan:
    """The plan for a key of `rule`; `fingerprint` is its fingerprint, `findings` are its places."""
    known = next(
        (finding.provenance for finding in findings if finding.provenance and finding.provenance.first_seen), None
    )
    variable = rule.env[0] if rule.env else rule.id.upper().replace("-", "_")
    draft = RotationPlan(
        rule.id,
        rule.name,
        rule.provider,
        variable,
        fingerprint,
        (known.first_seen or "") if known else "",
        known.exposed_days if known else None,
        tuple(dict.fromkeys(path for finding in findings for path in _paths(finding))),
    )
    if rule.public:
        advice = "This kind of key is public by design: check what it may do, and restrict it."
        return replace(draft, steps=(Step(advice, (_console(rule),)),))
    steps = (
        _new_key(rule),
        _side_by_side(variable, verify),
        _store(variable),
        Step("Deploy, and restart all that has read the old key", ("No instance may run with the old key alone.",)),
        _check(draft, verify),
        _revoke(rule, draft, revoke),
        _confirm(verify),
        _usage(rule, draft),
        _clean_up(draft),
    )
    return replace(draft, steps=steps)


def _paths(finding: Finding) -> tuple[str, ...]:
    return (finding.origin.path, *(finding.provenance.paths if finding.provenance else ()))


def _console(rule: Rule) -> str:
    return rule.help.revoke_url or f"the console of {rule.provider}"


def _new_key(rule: Rule) -> Step:
    details = [
        f"Where: {_console(rule)}",
        "Scope: only what this program needs; a key of its own for each environment.",
    ]
    details.append("Expiry: set one if the provider can; a spending limit as well.")
    if rule.help.opens:
        details.append(f"The old key gives access to: {rule.help.opens}")
    return Step("Create the new key", tuple(details))


def _side_by_side(variable: str, verify: VerifyTable | None) -> Step:
    use = dual_key.key_use(verify)
    details = (
        f"{variable}_PRIMARY is the new key, {variable}_BACKUP the old one: the client falls back to it on 401.",
        "Where the provider allows one key only, choose a quiet time, and complete all steps without a break.",
    )
    programs = tuple((title, dual_key.client(key, variable, use)) for key, title in dual_key.LANGUAGES.items())
    return Step("Keep both keys valid for a while", details, programs=programs)


def _store(variable: str) -> Step:
    forms = ", ".join(manager.form for manager in managers().values())
    details = (f"{variable}_PRIMARY and {variable}_BACKUP go where the program reads them, never into git.",)
    return Step("Put both into the secret manager", (*details, f"keyscan fix --to STORE prints the commands: {forms}"))


def _check(draft: RotationPlan, verify: VerifyTable | None) -> Step:
    details = ["A call that needs the key succeeds, and the logs show no use of the backup."]
    if verify is not None and verify.request is not None:
        details.append(f"A harmless call: {verify.request.method} {verify.request.url}")
    return Step(f"Check that {draft.variable}_PRIMARY is used", tuple(details))


def _revoke(rule: Rule, draft: RotationPlan, revoke: RevokeTable | None) -> Step:
    details = [f"Where: {_console(rule)}"]
    if revoke is not None:
        details.append(revoke.summary)
        details += [f"More: {revoke.docs}"] if revoke.docs else []
        details += [] if revoke.reversible else ["It cannot be undone."]
    details += list(rule.help.steps)
    automatic = revoke is not None and revoke.automatic and bool(draft.fingerprint)
    commands = (f"keyscan revoke {draft.fingerprint}",) if automatic else ()
    return Step(f"Revoke the old key, and remove {draft.variable}_BACKUP", tuple(details), commands)


def _confirm(verify: VerifyTable | None) -> Step:
    if verify is None or verify.default == "never":
        return Step("Confirm that the old key is dead", ("A call with it is refused (401).",))
    return Step(
        "Confirm that the old key is dead",
        ("The old key is sent to its own provider, and to nobody else.",),
        ("keyscan verify",),
    )


def _usage(rule: Rule, draft: RotationPlan) -> Step:
    since = f"since {draft.first_seen}" if draft.first_seen else "since the key was first committed or sent"
    details = [f"Look at the provider's usage and billing {since}, for calls that are not yours."]
    details += [f"About this provider: {rule.help.link}"] if rule.help.link else []
    return Step("Check what the old key was used for", tuple(details))


def _clean_up(draft: RotationPlan) -> Step:
    shown = ", ".join(draft.paths[:_PATHS]) + (" and more" if len(draft.paths) > _PATHS else "")
    secrets = f" --secrets {draft.fingerprint}" if draft.fingerprint else ""
    return Step(
        "Take the old key out of the code, then out of the history",
        (f"It is in {shown}.",) if draft.paths else (),
        ("keyscan fix", f"keyscan clean-history{secrets}"),
    )


def inventory(findings: Iterable[Finding], rotation_days: int) -> list[KeyAge]:
    """The keys of a repository, oldest first, one entry a key; keys of unknown age are at the end."""
    keys: dict[str, KeyAge] = {}
    for finding in findings:
        provenance = finding.provenance
        days = provenance.exposed_days if provenance else None
        age = KeyAge(
            finding.fingerprint,
            finding.rule_id,
            finding.redacted,
            (provenance.first_seen or "") if provenance else "",
            days,
            days is not None and days > rotation_days,
            bool(provenance and provenance.in_head),
            finding.status,
            tuple(dict.fromkeys(_paths(finding))),
        )
        keys.setdefault(age.fingerprint, age)
    return sorted(keys.values(), key=lambda one: (one.days is None, -(one.days or 0), one.fingerprint))
