"""Texts and JSON values with their secrets replaced by tokens such as `[keyscan:openai-api-key:1e2305c3]`."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any

from keyscan.agents.detector import Detector, Secret, most_confident
from keyscan.agents.replacement import known_values, replaced, replaced_everywhere
from keyscan.errors import IncompleteError
from keyscan.model.rule import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from keyscan.agents.stream_filter import StreamFilter

TOKEN = re.compile(r"\[keyscan:[a-z0-9]+(?:-[a-z0-9]+)*:[0-9a-f]{8}\]")
# Texts above this are redacted in pieces.
_PIECE = 8 * 1024 * 1024
# A value in JSON up to this long is judged together with its key, which may be what says that it is a secret.
_MAX_KEYED = 512
_KEY = re.compile(r"[A-Za-z_][\w.-]{2,63}\Z")
# Levels of a JSON value that are entered; deeper than any agent's, and less than Python's own limit.
_DEEPEST = 200


@dataclass(frozen=True, slots=True)
class Redaction:
    """A value with its secrets replaced, and the distinct secrets that were in it."""

    value: Any
    secrets: tuple[Secret, ...] = ()

    @property
    def text(self) -> str:
        """The value of a redaction of text."""
        return str(self.value)

    @property
    def count(self) -> int:
        """How many distinct secrets there were."""
        return len({secret.fingerprint for secret in self.secrets})


@dataclass(frozen=True)
class Redactor:
    """Replaces secrets by tokens that are the same for the same secret."""

    detector: Detector = field(default_factory=Detector)

    @classmethod
    def default(
        cls, *, min_severity: Severity = Severity.MEDIUM, rules: Sequence[str | os.PathLike[str]] = ()
    ) -> Redactor:
        """A redactor with the built-in rules and those of the files or directories `rules`."""
        return cls(Detector(min_severity, rule_files=tuple(os.fspath(path) for path in rules)))

    def redact(self, text: str, path: str = "") -> Redaction:
        """`text` with every secret replaced; `path` is the file that it is from, if known."""
        data = text.encode("utf-8", "surrogatepass")
        redacted, secrets = self.redact_bytes(data, path)
        return Redaction(redacted.decode("utf-8", "surrogatepass"), secrets) if secrets else Redaction(text)

    def redact_bytes(self, data: bytes, path: str = "") -> tuple[bytes, tuple[Secret, ...]]:
        """`data` with every secret replaced, and the secrets."""
        if len(data) > _PIECE:
            return self._in_pieces(data, path)
        secrets = self.detector.find(data, path)
        if not secrets:
            return data, ()
        values = known_values(data, secrets)
        return replaced_everywhere(replaced(data, secrets), values), tuple(secrets)

    def redact_value(self, value: Any, path: str = "") -> Redaction:
        """A JSON value with every secret in its strings replaced and its shape kept; keys of objects too.

        A secret that one string gives away is replaced in all others. Raises IncompleteError for a value that is
        nested too deeply.
        """
        walker = _Walker(self.detector, path)
        redacted = walker.redacted(value, "", 0)
        if not walker.secrets:
            return Redaction(value)
        walker.settle()
        return Redaction(walker.repeated(redacted), tuple(walker.secrets))

    def stream(self, *, line_buffered: bool = False, path: str = "") -> StreamFilter:
        """A filter for bytes that arrive in pieces."""
        from keyscan.agents.stream_filter import StreamFilter

        return StreamFilter(self.detector, line_buffered=line_buffered, path=path)

    def _in_pieces(self, data: bytes, path: str) -> tuple[bytes, tuple[Secret, ...]]:
        stream = self.stream(path=path)
        parts = [stream.feed(data[at : at + _PIECE]) for at in range(0, len(data), _PIECE)]
        parts.append(stream.close())
        return b"".join(parts), tuple(stream.secrets)


class _Walker:
    """One pass over a JSON value; `secrets` and `values` grow while it goes."""

    def __init__(self, detector: Detector, path: str) -> None:
        self._detector, self._path = detector, path
        self.secrets: list[Secret] = []
        self._values: dict[bytes, str] = {}

    def redacted(self, value: Any, key: str, depth: int) -> Any:
        """`value` with its secrets replaced, where `key` is the nearest object key above it."""
        if isinstance(value, str):
            return self._string(value, key)
        if depth > _DEEPEST:
            raise IncompleteError(f"JSON nested deeper than {_DEEPEST} levels")
        if isinstance(value, dict):
            return {self._string(name, ""): self.redacted(inner, name, depth + 1) for name, inner in value.items()}
        if isinstance(value, list):
            return [self.redacted(inner, key, depth + 1) for inner in value]
        return value

    def settle(self) -> None:
        """Name each secret by its most confident rule, whichever string that rule matched in."""
        names = most_confident(self.secrets)
        named = [secret.named_by(names[secret.digits]) for secret in self.secrets]
        tokens = {old.token: new.token for old, new in zip(self.secrets, named, strict=True) if old.token != new.token}
        self._values = {value: tokens.get(token, token) for value, token in self._values.items()}
        self._values.update((old.encode(), new) for old, new in tokens.items())
        self.secrets = named

    def repeated(self, value: Any) -> Any:
        """`value` with every further occurrence of a found secret replaced."""
        if isinstance(value, str):
            return replaced_everywhere(_bytes(value), self._values).decode("utf-8", "surrogatepass")
        if isinstance(value, dict):
            return {self.repeated(name): self.repeated(inner) for name, inner in value.items()}
        return [self.repeated(inner) for inner in value] if isinstance(value, list) else value

    def _string(self, text: str, key: str) -> str:
        data = _bytes(text)
        if len(data) > _PIECE:
            redacted, secrets = Redactor(self._detector).redact_bytes(data, self._path)
            self.secrets += secrets
            return redacted.decode("utf-8", "surrogatepass") if secrets else text
        matches = self._detector.find(data, self._path)
        if not matches and key and 0 < len(data) <= _MAX_KEYED and b"\n" not in data and _KEY.match(key):
            matches = list(self._keyed(key, data))
        if not matches:
            return text
        self.secrets += matches
        self._values.update(known_values(data, matches))
        return replaced(data, matches).decode("utf-8", "surrogatepass")

    def _keyed(self, key: str, data: bytes) -> Iterator[Secret]:
        """The secrets of a string that its key gives away: `"password": "..."`."""
        lead = f'{key} = "'.encode()
        for one in self._detector.find(lead + data + b'"\n', self._path):
            start, end = max(0, one.start - len(lead)), min(len(data), one.end - len(lead))
            if end > start:
                yield Secret(start, end, one.rule, one.severity, one.fingerprint, one.digits)


def strings(value: Any, depth: int = 0) -> Iterator[str]:
    """All strings of a JSON value, keys of objects included."""
    if depth > _DEEPEST:
        raise IncompleteError(f"JSON nested deeper than {_DEEPEST} levels")
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for name, inner in value.items():
            yield name
            yield from strings(inner, depth + 1)
    elif isinstance(value, list):
        for inner in value:
            yield from strings(inner, depth + 1)


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


@cache
def _shared() -> Redactor:
    return Redactor.default()


def redact(text: str) -> str:
    """`text` with every secret that the built-in rules find replaced by a token."""
    return _shared().redact(text).text
