"""The requests about one key, in order: the first host, its regions after a refusal, then who the key belongs to."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from keyscan.model.finding import Validity
from keyscan.support.http import RequestFailed, Response
from keyscan.verify import answers, signers
from keyscan.verify.draft import CannotBuild
from keyscan.verify.request import Target, build, drafted

if TYPE_CHECKING:
    from collections.abc import Generator, Mapping

    from keyscan.ruleset.live_tables import RequestTemplate, VerifyTable
    from keyscan.support.http import Request
    from keyscan.verify.candidate import Candidate
    from keyscan.verify.schedule import Outcome

    Conversation = Generator[Request, Outcome, Validity]

# After these a further host may know the key; after any other answer it is not asked.
_ASK_ON = frozenset({"region", "ambiguous", "404", "host"})
_URL_HOST = re.compile(r"[a-z][a-z0-9+]{1,10}://([a-z0-9.-]{3,200})", re.IGNORECASE)

REASONS = {
    "scope": "active, but without permission for this request",
    "credit": "active, but the account has no credit",
    "rate": "active, but rate limited",
    "ip": "active, but restricted to other IP addresses",
    "region": "active, but not served in this region",
    "service": "active, but the service is disabled",
    "referrer": "active, but restricted to its own site or app",
    "suspended": "active, but the account is suspended",
    "account": "active, but the account is restricted",
    "project": "active, but the project is restricted",
    "plan": "active, but the plan does not include this request",
    "sso": "active, but single sign-on is required",
    "2fa": "active, but a second factor is required",
    "invalid": "rejected by the provider",
    "revoked": "revoked",
    "expired": "expired",
    "disabled": "disabled",
    "gone": "the resource it belongs to no longer exists",
}
UNKNOWN = {
    "ambiguous": "the provider refused, which does not prove that the key is dead",
    "malformed": "the provider rejected the request as malformed",
    "region": "the key may belong to another region",
    "rate": "rate limited by the provider",
    "server": "server error at the provider",
    "edge": "a firewall answered instead of the provider",
    "pair": "the second part of the credential does not match or was not found",
    "other": "unexpected answer",
    "host": "the key may belong to another server",
    "404": "not found at the provider",
    "timing": "the clock of this machine differs from the provider's",
    "refused-address": "the host resolves to a private network (--allow-private HOST permits it)",
    "dns": "the host name cannot be resolved",
    "connect": "the host cannot be reached",
    "timeout": "timed out",
    "tls": "invalid TLS certificate",
    "proxy": "the proxy cannot be used for this host",
    "protocol": "invalid HTTP response",
    "time": "the time limit of the run was reached",
    "stopped": "skipped after repeated failures of this host",
}


@dataclass(frozen=True, slots=True)
class Question:
    """A candidate to check: its table, the values of the variables, the target, and the first address."""

    table: VerifyTable
    candidate: Candidate
    variables: Mapping[str, str] = field(repr=False)
    target: Target
    url: str = field(repr=False)

    @property
    def host(self) -> str:
        """The host that is asked first."""
        return (urlsplit(self.url).hostname or "").lower()


def ask(question: Question, now: float) -> Conversation:
    """The conversation about a key: live or limited anywhere decides, dead only where all hosts say so."""
    table = question.table
    request = table.request
    if request is None:
        return Validity("not-checked", "never", table.why)
    regions = () if question.target.endpoint else table.regions
    states: list[Validity] = []
    for host in ("", *regions):
        target = Target(host, question.target.endpoint, question.target.suffixes)
        outcome = yield from _exchange(request, question.variables, target)
        judgement = _judged(question, outcome, host or question.host, now)
        if judgement.status in {"live", "limited"} and isinstance(outcome, Response):
            more = yield from _identity(question, outcome, target)
            return Validity(
                judgement.status, judgement.reason, judgement.detail, judgement.host, judgement.checked, more
            )
        states.append(judgement)
        if judgement.status == "unknown" and judgement.reason not in _ASK_ON:
            return judgement
    undecided = next((state for state in states if state.status != "dead"), None)
    if undecided is None:
        return _elsewhere(question) or states[0]
    return undecided


def control_ask(question: Question, now: float) -> Conversation:
    """The same conversation with a dummy key in the variables."""
    conversation = yield from ask(question, now)
    return conversation


def _exchange(
    template: RequestTemplate, variables: Mapping[str, str], target: Target
) -> Generator[Request, Outcome, Outcome | CannotBuild]:
    """One answer; for Digest the challenge is fetched first, without the secret."""
    try:
        draft = drafted(template, variables, target)
        request = build(template, variables, target)
    except CannotBuild as reason:
        return reason
    outcome = yield request
    if draft.sign.get("name") != "digest" or not isinstance(outcome, Response) or outcome.status != 401:  # noqa: PLR2004
        return outcome
    try:
        second = signers.digest(draft, outcome.headers.get("www-authenticate", ""))
    except CannotBuild as reason:
        return reason
    return (yield second)


def _judged(question: Question, outcome: Outcome | CannotBuild, host: str, now: float) -> Validity:
    checked = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(now))
    if isinstance(outcome, CannotBuild):
        return Validity("unknown", "malformed", str(outcome))
    if isinstance(outcome, RequestFailed):
        return Validity("unknown", outcome.reason, UNKNOWN.get(outcome.reason, ""), host, checked)
    verdict = answers.evaluate(question.table, outcome, question.candidate.secret, question.variables)
    words = UNKNOWN if verdict.status == "unknown" else REASONS
    detail = words.get(verdict.reason, "")
    if verdict.status == "unknown":
        detail = f"{detail} (HTTP {outcome.status})"
    return Validity(verdict.status, verdict.reason, detail, host, checked)


def _identity(
    question: Question, outcome: Response, target: Target
) -> Generator[Request, Outcome, tuple[tuple[str, str], ...]]:
    """The named facts of the answer, and those of a second read-only request where the table has one."""
    table = question.table
    hidden = [value for name, value in question.variables.items() if name not in _PUBLIC]
    facts = () if table.discard_body else answers.identity(table.identity, outcome, hidden)
    if table.discard_body:
        heads = tuple(pair for pair in table.identity if pair[1].startswith("header:"))
        facts = answers.identity(heads, outcome, hidden)
    if table.extra:
        more = yield from _exchange(table.extra.request, question.variables, target)
        if isinstance(more, Response) and more.status == 200:  # noqa: PLR2004
            names = {name for name, _ in facts}
            facts += tuple(one for one in answers.identity(table.extra.identity, more, hidden) if one[0] not in names)
    return facts


# Parts that are names, not secrets: an answer may repeat them.
_PUBLIC = frozenset({"client_id", "account_sid", "email", "username", "cloud_name", "app_id", "account", "key_id"})


def _elsewhere(question: Question) -> Validity | None:
    """Unknown in place of dead, when a server of the same product that is not the provider's own stands near."""
    name = question.table.endpoint
    if not name or question.target.endpoint:
        return None
    own = {question.host, *question.table.regions}
    text = f"{question.candidate.before}\n{question.candidate.after}"
    for match in _URL_HOST.finditer(text):
        host = match[1].lower().rstrip(".")
        if name in host and host not in own and not any(one.endswith(host) or host.endswith(f".{one}") for one in own):
            return Validity("unknown", "host", f"it may belong to {host}: --endpoint {name}=https://{host} asks there")
    return None
