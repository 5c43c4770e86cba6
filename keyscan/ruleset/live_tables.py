"""The values of `[[verify]]` and `[[revoke]]` tables: how a provider is asked about a key, and how a key is revoked.

`docs/live.md` describes the tables as users write them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

CONSENTS = ("run", "ask", "never")
VERDICTS = ("live", "limited", "dead", "unknown")
CONTROLS = ("always", "required", "daily", "never")
REVOKERS = ("anyone", "self", "owner", "console", "none")
CONFIDENCES = ("high", "medium", "low")


@dataclass(frozen=True, slots=True)
class Condition:
    """One test on an answer: the value `at` a place compared by `op` with `value`.

    `at`: a JSON pointer (`*` is any member), `header:Name`, `xml:Path.To`, `body`, or `key` (the secret itself).
    """

    at: str
    op: str
    value: Any = True


@dataclass(frozen=True, slots=True)
class AnswerRow:
    """One row of an answer table: HTTP statuses (or "any") and conditions that must all hold."""

    status: tuple[int | str, ...]
    verdict: str
    reason: str = ""
    when: tuple[Condition, ...] = ()


@dataclass(frozen=True, slots=True)
class Part:
    """A second part of a credential, looked for round the secret: `value` is its expression, `names` its names.

    `host`: it becomes a part of the address, so it is lower-cased and must look like a host name.
    """

    name: str
    value: str
    names: tuple[str, ...] = ()
    required: bool = True
    host: bool = False


@dataclass(frozen=True, slots=True)
class RequestTemplate:
    """A request with variables (`{secret}`); `url_secret` says that a secret stands in the address.

    At most one of `json` and `form` is set. `sign` names a function of `verify/signers.py` and its arguments.
    """

    method: str
    url: str
    headers: tuple[tuple[str, str], ...] = ()
    json: Any = None
    form: tuple[tuple[str, str], ...] = ()
    basic: tuple[str, str] | None = None
    sign: Mapping[str, str] = field(default_factory=dict)
    multipart: bool = False
    url_secret: bool = False

    @property
    def host(self) -> str:
        """The host of the address, variables included."""
        return self.url.removeprefix("https://").split("/", 1)[0].split("?", 1)[0].split(":", 1)[0]


@dataclass(frozen=True, slots=True)
class Extra:
    """A second, read-only request whose answer only adds to the identity; its failure means nothing."""

    request: RequestTemplate
    identity: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class VerifyTable:
    """How the issuer of one kind of key is asked whether it is live.

    `default`: `run` with `--verify`, `ask` needs the kind named as well, `never` is not asked; `why` says why.
    `regions`: hosts that are asked when the first one refuses. `endpoint`: the name under which a user may set
    another host. `suffixes`: what a host made of a part must end in. `control`: whether a dummy key is tried.
    `elsewhere`: an expression on the text right before a secret that says that it belongs to another host.
    """

    kind: str
    rules: tuple[str, ...]
    default: str
    source: str
    file: str
    provider: str
    why: str = ""
    request: RequestTemplate | None = None
    effect: str = "none"
    regions: tuple[str, ...] = ()
    suffixes: tuple[str, ...] = ()
    endpoint: str = ""
    elsewhere: str = ""
    parts: tuple[Part, ...] = ()
    pattern: str = ""
    derive: str = ""
    answers: tuple[AnswerRow, ...] = ()
    identity: tuple[tuple[str, str], ...] = ()
    extra: Extra | None = None
    discard_body: bool = False
    control: str = "always"
    probe_confidence: str = "low"
    answers_confidence: str = "low"
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RevokeStep:
    """One request of a revocation.

    `each`: a JSON pointer to a list in the answer; every item that `match` accepts gives the variables of `take`.
    `page`: the query parameter, and the pointer to its next value. `expect`: conditions on a good answer.
    """

    request: RequestTemplate
    success: tuple[int, ...]
    purpose: str = ""
    expect: tuple[Condition, ...] = ()
    each: str = ""
    match: Mapping[str, str] = field(default_factory=dict)
    take: tuple[tuple[str, str], ...] = ()
    page: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RevokeTable:
    """How keys of one kind are revoked, and by whom: `way` is one of REVOKERS, `admin` the variables of an owner."""

    kind: str
    rules: tuple[str, ...]
    way: str
    summary: str
    file: str
    provider: str
    steps: tuple[RevokeStep, ...] = ()
    reversible: bool = False
    admin: tuple[str, ...] = ()
    endpoint: str = ""
    parts: tuple[Part, ...] = ()
    pattern: str = ""
    docs: str = ""
    notes: str = ""
    delay: int = 0
    confidence: str = "low"

    @property
    def automatic(self) -> bool:
        """Whether keyscan itself may carry it out: there are steps, and the facts behind them are sure."""
        return bool(self.steps) and self.confidence == "high" and self.way in {"anyone", "self", "owner"}


@dataclass(frozen=True, slots=True)
class LiveTables:
    """All tables of some rule files."""

    verify: tuple[VerifyTable, ...] = ()
    revoke: tuple[RevokeTable, ...] = ()

    def verifier(self, rule_id: str, *, asked: bool = False) -> VerifyTable | None:
        """The table for a rule; with `asked`, one that needs a second consent wins over one that does not."""
        tables = [table for table in self.verify if rule_id in table.rules]
        tables.sort(key=lambda table: (table.default == "ask") != asked)
        return tables[0] if tables else None

    def revoker(self, rule_id: str) -> RevokeTable | None:
        """The table that says how a rule's keys are revoked."""
        return next((table for table in self.revoke if rule_id in table.rules), None)

    @property
    def hosts(self) -> tuple[str, ...]:
        """All hosts that may be asked, sorted; those with a variable as they stand in the rules."""
        names = {host for table in self.verify if table.request for host in (table.request.host, *table.regions)}
        return tuple(sorted(names))
