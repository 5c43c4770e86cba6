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
from keyscan.verify.request import CannotBuild, Target, build, drafted

if TYPE_CHECKING:
    from collections.abc import Generator, Mapping

    from keyscan.ruleset.verification import RequestTemplate, VerifyTable
    from keyscan.support.http import Request
    from keyscan.verify.candidate import Candidate
    from keyscan.verify.schedule import Outcome

    Talk = Generator[Request, Outcome, Validity]

# After these a further host may know the key; after any other answer it is not asked.
_ASK_ON = frozenset({"region", "ambiguous", "404", "host"})
_URL_HOST = re.compile(r"[a-z][a-z0-9+]{1,10}://([a-z0-9.-]{3,200})", re.IGNORECASE)

REASONS = {
    "scope": "it lives, without permission for what was asked",
    "credit": "it lives, without credit",
    "rate": "it lives, and has used up what it may ask for now",
    "ip": "it lives, for other network addresses than this one",
    "region": "the provider does not serve it in this region",
    "service": "it lives, the service behind it is switched off",
    "referrer": "it lives, for its own site or app only",
    "suspended": "it lives, its account is suspended",
    "account": "it lives, its account needs attention",
    "project": "it lives, its project needs attention",
    "plan": "it lives, its plan does not include what was asked",
    "sso": "it lives, for who signs in at its organisation",
    "2fa": "it lives, with a second factor",
    "invalid": "the provider does not accept it",
    "revoked": "it was revoked",
    "expired": "it has expired",
    "disabled": "it was disabled",
    "gone": "what it belonged to is gone",
}
UNKNOWN = {
    "ambiguous": "the provider refused, which does not prove that it is dead",
    "malformed": "the provider did not understand the question",
    "region": "another region of the provider may know it",
    "rate": "the provider asks for patience",
    "server": "the provider has a fault",
    "edge": "a firewall answered in the provider's place",
    "pair": "its second part does not fit it, or was not found",
    "other": "the answer is none that keyscan knows",
    "host": "it may belong to another server",
    "404": "the provider knows no such place",
    "timing": "this machine's clock differs from the provider's",
    "refused-address": "the host leads into a private network (--allow-private HOST asks all the same)",
    "dns": "the host's name is not known here",
    "connect": "the host cannot be reached",
    "timeout": "no answer came in time",
    "tls": "the host's certificate is not valid here",
    "proxy": "the proxy cannot be used for it",
    "protocol": "the answer is no HTTP",
    "time": "the run ended before it was asked about",
    "stopped": "the host was not asked any more after repeated failures",
}


@dataclass(frozen=True, slots=True)
class Question:
    """What is to be asked about a candidate: its table, the values of the holes, where to, and the first address."""

    table: VerifyTable
    candidate: Candidate
    holes: Mapping[str, str] = field(repr=False)
    target: Target
    url: str = field(repr=False)

    @property
    def host(self) -> str:
        """The host that is asked first."""
        return (urlsplit(self.url).hostname or "").lower()


def ask(question: Question, now: float) -> Talk:
    """The conversation about a key: live or limited anywhere decides, dead only where all hosts say so."""
    table = question.table
    request = table.request
    if request is None:
        return Validity("not-checked", "never", table.why)
    regions = () if question.target.endpoint else table.regions
    seen: list[Validity] = []
    for host in ("", *regions):
        target = Target(host, question.target.endpoint, question.target.suffixes)
        outcome = yield from _exchange(request, question.holes, target)
        found = _judged(question, outcome, host or question.host, now)
        if found.status in {"live", "limited"} and isinstance(outcome, Response):
            more = yield from _identity(question, outcome, target)
            return Validity(found.status, found.reason, found.detail, found.host, found.checked, more)
        seen.append(found)
        if found.status == "unknown" and found.reason not in _ASK_ON:
            return found
    undecided = next((one for one in seen if one.status != "dead"), None)
    if undecided is None:
        return _elsewhere(question) or seen[0]
    return undecided


def control_ask(question: Question, now: float) -> Talk:
    """The same conversation with a made-up key in the holes."""
    found = yield from ask(question, now)
    return found


def _exchange(
    template: RequestTemplate, holes: Mapping[str, str], target: Target
) -> Generator[Request, Outcome, Outcome | CannotBuild]:
    """One answer; for Digest the challenge is fetched first, without the secret."""
    try:
        draft = drafted(template, holes, target)
        request = build(template, holes, target)
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
    verdict = answers.evaluate(question.table, outcome, question.candidate.secret, question.holes)
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
    hidden = [value for name, value in question.holes.items() if name not in _PUBLIC]
    found = () if table.discard_body else answers.identity(table.identity, outcome, hidden)
    if table.discard_body:
        heads = tuple(pair for pair in table.identity if pair[1].startswith("header:"))
        found = answers.identity(heads, outcome, hidden)
    if table.extra:
        more = yield from _exchange(table.extra.request, question.holes, target)
        if isinstance(more, Response) and more.status == 200:  # noqa: PLR2004
            names = {name for name, _ in found}
            found += tuple(one for one in answers.identity(table.extra.identity, more, hidden) if one[0] not in names)
    return found


# Parts that are names, not secrets: an answer may repeat them.
_PUBLIC = frozenset({"client_id", "account_sid", "email", "username", "cloud_name", "app_id", "account", "key_id"})


def _elsewhere(question: Question) -> Validity | None:
    """Unknown in place of dead, when a server of the same product that is not the provider's own stands near."""
    name = question.table.endpoint
    if not name or question.target.endpoint:
        return None
    own = {question.host, *question.table.regions}
    text = f"{question.candidate.before}\n{question.candidate.after}"
    for found in _URL_HOST.finditer(text):
        host = found[1].lower().rstrip(".")
        if name in host and host not in own and not any(one.endswith(host) or host.endswith(f".{one}") for one in own):
            return Validity("unknown", "host", f"it may belong to {host}: --endpoint {name}=https://{host} asks there")
    return None
