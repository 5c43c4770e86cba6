"""Candidates to validities: who may be asked, each distinct secret once, a dummy key first, within bounds."""

from __future__ import annotations

import re
import time
from collections import Counter
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from keyscan.model.finding import Validity
from keyscan.verify import control, offline
from keyscan.verify.conversation import Question, ask, control_ask
from keyscan.verify.draft import CannotBuild
from keyscan.verify.parts import variables_of
from keyscan.verify.request import Target, drafted
from keyscan.verify.schedule import RateLimits, Schedule

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable, Iterator, Mapping

    from keyscan.ruleset.live_tables import LiveTables, VerifyTable
    from keyscan.support.http import Request, Response
    from keyscan.verify.candidate import Candidate
    from keyscan.verify.schedule import Outcome
    from keyscan.verify.store import Store

    Audit = Callable[[str, Request, Outcome, float], None]


@dataclass(frozen=True, slots=True)
class VerifyOptions:
    """What the user allows: kinds that need a second consent ("all" for every one), endpoints by name, the limits."""

    asked: frozenset[str] = frozenset()
    endpoints: Mapping[str, str] = field(default_factory=dict)
    limits: RateLimits = field(default_factory=RateLimits)


@dataclass(frozen=True, slots=True)
class VerifyPlan:
    """What will be asked, by digest of the question, and what is known without asking, by fingerprint."""

    questions: Mapping[str, Question]
    names: Mapping[str, str]
    known: Mapping[str, Validity]

    @property
    def hosts(self) -> dict[str, int]:
        """How many keys go to each host, by its name; regions are asked only after the first host refuses."""
        return dict(sorted(Counter(question.host for question in self.questions.values()).items()))


@dataclass(frozen=True, slots=True)
class VerifyResult:
    """Validities by fingerprint; how many keys were asked about in how many requests; whether it was interrupted."""

    validities: Mapping[str, Validity]
    keys: int = 0
    requests: int = 0
    hosts: int = 0
    interrupted: bool = False

    @property
    def complete(self) -> bool:
        """Whether every key that was to be asked about has an answer."""
        return not self.interrupted and not any(validity.reason in _UNFINISHED for validity in self.validities.values())


_UNFINISHED = frozenset({"time", "stopped", "interrupted"})


class Verifier:
    """Asks issuers about keys, by the tables of trusted rule files only."""

    def __init__(
        self, tables: LiveTables, store: Store, options: VerifyOptions, clock: Callable[[], float] = time.time
    ) -> None:
        self._tables, self._store, self._options, self._clock = tables, store, options, clock

    def plan(self, candidates: Iterable[Candidate]) -> VerifyPlan:
        """What is to be asked about these candidates; nothing is sent."""
        questions: dict[str, Question] = {}
        names: dict[str, str] = {}
        known: dict[str, Validity] = {}
        for candidate in candidates:
            if candidate.fingerprint in names or candidate.fingerprint in known:
                continue
            question = self._question(candidate)
            if isinstance(question, Validity):
                known[candidate.fingerprint] = question
                continue
            name = self._store.digest(
                question.table.kind, question.url, *(f"{k}={v}" for k, v in sorted(question.variables.items()))
            )
            stored = self._store.answer(name)
            if stored is not None:
                known[candidate.fingerprint] = stored
                continue
            names[candidate.fingerprint] = name
            questions.setdefault(name, question)
        return VerifyPlan(questions, names, known)

    def run(self, plan: VerifyPlan, send: Callable[[Request], Response], audit: Audit | None = None) -> VerifyResult:
        """Ask what the plan says; an interruption (Ctrl-C) keeps the answers that are there."""
        labels = {name: question.candidate.fingerprint for name, question in plan.questions.items()}

        def on_outcome(name: str, request: Request, outcome: Outcome, milliseconds: float) -> None:
            if audit:
                audit(labels.get(name, name), request, outcome, milliseconds)

        schedule: Schedule[Validity] = Schedule(send, self._options.limits, on_outcome)
        interrupted = False
        try:
            controls = self._controls(plan)
            sound = schedule.run((name, control_ask(question, self._now())) for name, question in controls.items())
            self._remember(controls, sound)
            schedule.run(self._conversations(plan, controls, sound))
        except KeyboardInterrupt:
            interrupted = True
        validities = dict(plan.known)
        for fingerprint, name in plan.names.items():
            validities[fingerprint] = schedule.finished.get(name, _INTERRUPTED)
        for name in plan.questions:
            if name in schedule.finished:
                self._store.keep(name, schedule.finished[name])
        return VerifyResult(validities, len(plan.questions), schedule.requests, len(plan.hosts), interrupted)

    def _now(self) -> float:
        return self._clock()

    def _question(self, candidate: Candidate) -> Question | Validity:
        """What is to be asked about a candidate, or why nothing is."""
        decided = offline.decided(candidate.secret, self._now())
        if decided:
            return decided
        if candidate.withheld:
            return Validity("not-checked", "not-sent", candidate.withheld)
        table = self._table(candidate.rule_id)
        if isinstance(table, Validity):
            return table
        request = table.request
        if request is None:
            return Validity("not-checked", "never", table.why)
        endpoint = self._options.endpoints.get(table.endpoint, "") if table.endpoint else ""
        if request.host == "{endpoint}" and not endpoint:
            return Validity(
                "unknown", "host", f"self-hosted: name the server with --endpoint {table.endpoint}=https://HOST"
            )
        if table.elsewhere and not endpoint and re.search(table.elsewhere, candidate.before[-400:]):
            return Validity("unknown", "host", "the key belongs to another server; nothing was sent")
        variables = variables_of(table, candidate)
        if variables.missing:
            return Validity("unknown", "pair", f"{variables.missing} was not found near the key")
        target = Target(endpoint=endpoint, suffixes=table.suffixes)
        try:
            draft = drafted(request, variables.values, target)
        except CannotBuild as reason:
            return Validity("unknown", "malformed", str(reason))
        return Question(table, candidate, variables.values, target, draft.request.url)

    def _table(self, rule_id: str) -> VerifyTable | Validity:
        """The table for a rule, if what the user allows covers it."""
        tables = [one for one in self._tables.verify if rule_id in one.rules]
        if not tables:
            return Validity("not-checked", "no-probe", "this kind of key cannot be checked")
        asked = self._options.asked
        second = next((table for table in tables if table.default == "ask"), None)
        if second and ("all" in asked or second.kind in asked or self._named(second)):
            return second
        first = next((table for table in tables if table.default == "run"), None)
        if first:
            return first
        if second and _self_hosted(second):
            return Validity(
                "unknown", "host", f"self-hosted: name the server with --endpoint {second.endpoint}=https://HOST"
            )
        if second:
            return Validity("not-checked", "not-asked", f"{second.why} (--ask {second.kind} checks it)")
        return Validity("not-checked", "never", tables[0].why)

    def _named(self, table: VerifyTable) -> bool:
        """Whether the user named the server of a self-hosted product, which is all the consent that it needs."""
        return _self_hosted(table) and table.effect == "none" and table.endpoint in self._options.endpoints

    def _controls(self, plan: VerifyPlan) -> dict[str, Question]:
        """One question with a dummy key for each table and host that is asked and was not tried within a day."""
        questions: dict[str, Question] = {}
        for question in plan.questions.values():
            table = question.table
            if table.control == "never" or (table.control == "daily" and not self._store.lasting):
                continue
            name = self.control_name(question)
            if name not in questions and self._store.control(name) is None:
                variables = control.dummy_variables(table, question.candidate, question.variables)
                questions[name] = replace(question, variables=variables)
        return questions

    def control_name(self, question: Question) -> str:
        """The name under which the control probe of a question is remembered."""
        return f"control:{self._store.digest('control', question.table.kind, question.host)}"

    def _remember(self, controls: Mapping[str, Question], sound: Mapping[str, Validity]) -> None:
        for name in controls:
            if name in sound and (_accepted(sound[name]) or _refused(sound[name])):
                self._store.keep_control(name, refused=_refused(sound[name]))

    def _conversations(
        self, plan: VerifyPlan, controls: Mapping[str, Question], sound: Mapping[str, Validity]
    ) -> Iterator[tuple[str, Generator[Request, Outcome, Validity]]]:
        """The conversations about real keys: with tables whose dummy key was accepted there are none."""
        for name, question in plan.questions.items():
            control_name = self.control_name(question)
            tried = sound.get(control_name)
            if control_name in controls:
                accepted = tried is not None and _accepted(tried)
                refused = tried is not None and _refused(tried)
            else:
                stored = self._store.control(control_name)
                accepted, refused = stored is False, stored is True
            if accepted or (question.table.control == "required" and not refused):
                yield name, _not_believed(accepted=accepted)
            else:
                yield name, ask(question, self._now())


def _self_hosted(table: VerifyTable) -> bool:
    """Whether a product has no server of its provider's own."""
    return table.request is not None and table.request.host == "{endpoint}"


def _accepted(control_answer: Validity) -> bool:
    return control_answer.status in {"live", "limited"}


def _refused(control_answer: Validity) -> bool:
    """Whether a dummy key was turned away; an answer that proves nothing of a real key does prove that."""
    return control_answer.status == "dead" or control_answer.reason in {"ambiguous", "404", "pair"}


_INTERRUPTED = Validity("unknown", "interrupted", "interrupted")


def _not_believed(*, accepted: bool) -> Generator[Request, Outcome, Validity]:
    """A conversation that ends before it begins."""
    why = (
        "the provider reports a dummy key as active"
        if accepted
        else "it is unknown whether the provider rejects a dummy key"
    )
    yield from ()
    return Validity("unknown", "control", f"{why}, so its answers are not reliable; the key was not sent")
