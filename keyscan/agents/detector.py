"""Where secrets are in a text, as a redactor needs it: spans and the tokens that replace them.

A text is first shown to the stored engine of the fast path, which loads in milliseconds and answers "clean" for
nearly every text; the whole engine is imported and loaded only for a text on which that is not sure.
"""

from __future__ import annotations

from _thread import LockType, allocate_lock
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from keyscan.model.fingerprint import fingerprint, secret_digits
from keyscan.model.rule import Severity

if TYPE_CHECKING:
    from collections.abc import Iterable

    from keyscan.api import Scanner
    from keyscan.fastpath.engine import StoredEngine
    from keyscan.model.match import Match
    from keyscan.model.rule import Precision, Rule
    from keyscan.suppressions.policy import SuppressionPolicy

# Bytes that are searched around a text's own end by the longest rule: what a stream must hold back.
LONGEST_MATCH = 24_576


@dataclass(frozen=True, slots=True)
class Secret:
    """A secret in a text: half-open byte offsets, the most confident rule that found it there, and its fingerprint.

    `digits` stand for the secret whatever rule finds it.
    """

    start: int
    end: int
    rule: Rule
    severity: Severity
    fingerprint: str
    digits: str

    @property
    def token(self) -> str:
        """The replacement for the secret: equal for equal secrets, different for different ones."""
        return f"[keyscan:{self.rule.id}:{self.digits}]"

    @property
    def confidence(self) -> tuple[bool, Precision, Severity]:
        """Sorts the findings of several rules for one secret, the most confident last."""
        return self.rule.filters != "generic", self.rule.precision, self.severity

    def named_by(self, other: Secret) -> Secret:
        """A copy with the rule and the token of `other`, which has the same value."""
        return Secret(self.start, self.end, other.rule, other.severity, other.fingerprint, other.digits)


@dataclass(frozen=True)
class Detector:
    """Finds secrets at or above `min_severity` that `policy` does not accept; None accepts nothing.

    `stores`: what the fast path loads is stored where it is not, which takes a second the first time.
    """

    min_severity: Severity = Severity.MEDIUM
    policy: SuppressionPolicy | None = None
    salt: str = ""
    rule_files: tuple[str, ...] = ()
    disable: tuple[str, ...] = ()
    stores: bool = True
    # The engine is for one thread at a time; loggers and servers have several.
    _lock: LockType = field(default_factory=allocate_lock, init=False, repr=False, compare=False)

    def __reduce__(self) -> tuple[object, ...]:
        """Pickle without the loaded engine, which each process loads itself."""
        return Detector, (self.min_severity, self.policy, self.salt, self.rule_files, self.disable, self.stores)

    def find(self, data: bytes, path: str = "") -> list[Secret]:
        """The secrets of `data`, in order and without overlaps; `path` is the file that it is from, if known.

        Raises IncompleteError where a bound was hit, so that nobody takes the text for clean.
        """
        if not data:
            return []
        with self._lock:
            return self._find(data, path)

    def _find(self, data: bytes, path: str) -> list[Secret]:
        if self._clean(data):
            return []
        secrets: list[Secret] = []
        for match in self._scanner.matches(data, path):
            if self._counts(match, data, path):
                secrets += self._secrets(match)
        return one_name_each(without_overlaps(secrets))

    def warm_up(self) -> None:
        """Store what the fast path loads, so that the next process answers in milliseconds."""
        _ = self._scanner

    def _clean(self, data: bytes) -> bool:
        """Whether the stored engine is sure that no rule matches in `data`."""
        quick = self._quick
        return quick is not None and not quick.doubtful(data)

    def _counts(self, match: Match, data: bytes, path: str) -> bool:
        if match.severity < self.min_severity or match.rule.category == "practice":
            return False
        if self.policy is None:
            return True
        from keyscan.model.blob import Origin

        return self.policy.status(match, data, Origin(path)).status == "new"

    def _secrets(self, match: Match) -> Iterable[Secret]:
        rule = match.rule
        yield Secret(
            match.secret_start,
            match.secret_end,
            rule,
            match.severity,
            fingerprint(rule.id, match.secret, self.salt),
            secret_digits(match.secret, self.salt),
        )
        if match.companion is not None:
            span = match.companion
            mark = fingerprint(rule.id, match.companion_secret, self.salt)
            digits = secret_digits(match.companion_secret, self.salt)
            yield Secret(span.start, span.end, rule, match.severity, mark, digits)

    @cached_property
    def _quick(self) -> StoredEngine | None:
        """The stored engine of the built-in rules; None where there is none, or where other rules count too."""
        if self.rule_files:
            return None
        from keyscan.fastpath.engine import open_stored

        with suppress(Exception):  # the whole engine does not need the stored one
            return open_stored()
        return None

    @cached_property
    def _scanner(self) -> Scanner:
        from keyscan.api import Scanner
        from keyscan.fastpath import artifact

        scanner = Scanner.default(rules=self.rule_files, disable=self.disable)
        if self.stores and not self.rule_files and not self.disable:
            artifact.store_engine(scanner.rules)
        return scanner


def without_overlaps(secrets: Iterable[Secret]) -> list[Secret]:
    """`secrets` in order of place; of two that overlap, the one that begins first and is longer."""
    kept: list[Secret] = []
    for secret in sorted(secrets, key=lambda one: (one.start, -one.end)):
        if not kept or secret.start >= kept[-1].end:
            kept.append(secret)
        elif secret.end > kept[-1].end:
            # The rest of a longer secret may not stay: both are replaced by the first one's token.
            last = kept[-1]
            kept[-1] = Secret(last.start, secret.end, last.rule, last.severity, last.fingerprint, last.digits)
    return kept


def most_confident(secrets: Iterable[Secret]) -> dict[str, Secret]:
    """For the digits of each secret, the finding of the most confident rule; of equally confident ones, the first."""
    by_digits: dict[str, Secret] = {}
    for secret in secrets:
        if secret.digits not in by_digits or secret.confidence > by_digits[secret.digits].confidence:
            by_digits[secret.digits] = secret
    return by_digits


def one_name_each(secrets: list[Secret]) -> list[Secret]:
    """`secrets` of one text, in which a value that several rules found has one token."""
    names = most_confident(secrets)
    return secrets if len(names) == len(secrets) else [secret.named_by(names[secret.digits]) for secret in secrets]
