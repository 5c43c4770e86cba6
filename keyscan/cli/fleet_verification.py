"""`--verify` for a fleet: each secret once, however many repositories hold it, read again from one of them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from keyscan.cli import verification
from keyscan.cli.sending import no_core_dumps
from keyscan.errors import ExitCode
from keyscan.model.finding import Validity

if TYPE_CHECKING:
    from keyscan.cli.verify_options import VerifySettings
    from keyscan.fleet.model import FleetOptions
    from keyscan.fleet.store import Store
    from keyscan.fleet.summary import Summary
    from keyscan.model.finding import Finding
    from keyscan.verify.candidate import Candidate

_NO_CLONE = Validity("unknown", "not-found", "no clone of a repository that contains it was kept (use --keep)")


def verify(store: Store, options: FleetOptions, choices: VerifySettings) -> str:
    """Ask about every secret of the state, and store what its issuer says; the line on what was sent."""
    from keyscan.ruleset import loader
    from keyscan.ruleset.verification import load
    from keyscan.support import http

    http.require()
    tables = load([loader.builtin_dir(), *map(Path, options.rules)])
    verification.check_kinds(choices, tables)
    candidates, states = _candidates(store, options)
    with no_core_dumps():
        plan, result = verification.asked(candidates, tables, choices)
    store.set_validities({**states, **result.validities})
    if result.interrupted:
        raise KeyboardInterrupt
    return verification.summary_line(plan, result)


def _candidates(store: Store, options: FleetOptions) -> tuple[list[Candidate], dict[str, Validity]]:
    """The secrets in plain text, and what is known of the others without asking."""
    from keyscan.api import Scanner, load_rules
    from keyscan.cli.plaintext import blobs_of
    from keyscan.scan import plaintext

    scanner = Scanner(load_rules([Path(path) for path in options.rules]))
    by_id = {rule.id: rule for rule in scanner.rules}
    trusted = {rule.source for rule in scanner.rules}
    states: dict[str, Validity] = {}
    candidates: dict[str, Candidate] = {}
    for directory, findings in _by_directory(store, options).items():
        chosen: list[Finding] = []
        for finding in findings:
            why = verification.not_sent(finding, by_id.get(finding.rule_id), trusted)
            if why:
                states[finding.fingerprint] = Validity("not-checked", "not-sent", why)
            elif finding.fingerprint not in candidates:
                states.setdefault(finding.fingerprint, _NO_CLONE)
                chosen.append(finding)
        if directory and chosen:
            fingerprints = {finding.fingerprint for finding in chosen}
            blobs = blobs_of(chosen, directory)
            for candidate in plaintext.candidates(blobs, scanner.matches, fingerprints, [options.salt]):
                candidates[candidate.fingerprint] = candidate
    return list(candidates.values()), states


def _by_directory(store: Store, options: FleetOptions) -> dict[str, list[Finding]]:
    """The findings by the directory of a repository that is at hand; under an empty name those of no such."""
    from keyscan.fleet import clone
    from keyscan.fleet.model import Repository

    places: dict[str, str] = {}
    for row in store.repositories():
        repository = Repository(row["name"], row["location"], bool(row["local"]), row["branch"])
        place = Path(row["location"]) if row["local"] else clone.place(Path(options.state), repository)
        places[row["key"]] = str(place) if place.is_dir() else ""
    directories: dict[str, list[Finding]] = {}
    for key, finding, _, _ in store.findings():
        directories.setdefault(places.get(key, ""), []).append(finding)
    return directories


def filtered(summary: Summary, choices: VerifySettings) -> tuple[Summary, ExitCode]:
    """The summary after --only, and its exit code: what could not be asked is not clean."""
    secrets = summary.secrets
    states = [secret.first.validity for secret in secrets]
    if choices.only:
        kept = [secret for secret in secrets if secret.first.validity and secret.first.validity.status in choices.only]
        summary = replace(summary, secrets=tuple(kept))
    code = summary.exit_code
    if code == ExitCode.CLEAN and any(state and state.reason in verification.OPEN | {"not-found"} for state in states):
        code = ExitCode.INCOMPLETE
    return summary, code
