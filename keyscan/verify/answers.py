"""An issuer's answer to a verdict: the first row of the table that fits decides, anything else is unknown."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from keyscan.ruleset.request_schema import VARIABLE
from keyscan.support.http import Response

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from keyscan.ruleset.live_tables import AnswerRow, Condition, VerifyTable

# Statuses that a firewall in front of the issuer gives too.
_EDGE = frozenset({401, 403, 404, 429})
LONGEST_FIELD = 200
_MOST_FIELDS = 20
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]+")


@dataclass(frozen=True, slots=True)
class Verdict:
    """What an answer says: live, limited, dead or unknown, why, and the number of the row that said so (-1: none)."""

    status: str
    reason: str = ""
    row: int = -1


class Answer:
    """A response with its body parsed when a condition first asks for that."""

    def __init__(self, response: Response, key: str = "", variables: Mapping[str, str] | None = None) -> None:
        self._response, self._key, self._holes = response, key, variables or {}

    @cached_property
    def text(self) -> str:
        """The body as text."""
        return self._response.body.decode("utf-8", "replace")

    @cached_property
    def document(self) -> Any:
        """The body as JSON; None when it is not."""
        try:
            return json.loads(self.text)
        except (ValueError, RecursionError):
            return None

    @property
    def html(self) -> bool:
        """Whether a page for people came back, or a firewall's mark."""
        kind = self._response.headers.get("content-type", "").lower()
        start = self.text[:200].lstrip().lower()
        return (
            "cf-mitigated" in self._response.headers
            or "text/html" in kind
            or start.startswith(("<!doctype html", "<html"))
        )

    def values(self, at: str) -> list[Any]:
        """The values at a place: several where a `*` stands for any member, none where there is none."""
        if at == "body":
            return [self.text.strip()]
        if at == "key":
            return [self._key]
        if at.startswith("header:"):
            value = self._response.headers.get(at[7:].lower())
            return [] if value is None else [value]
        if at.startswith("xml:"):
            return _xml(self.text, at[4:])
        steps = [VARIABLE.sub(lambda variable: self._holes.get(variable[1], ""), step) for step in at.split("/")[1:]]
        return list(_pointed(self.document, [step.replace("~1", "/").replace("~0", "~") for step in steps]))


def evaluate(
    table: VerifyTable, response: Response, key: str = "", variables: Mapping[str, str] | None = None
) -> Verdict:
    """The verdict of a table on an answer.

    Dead is said only where the facts behind the rows are sure enough; a page for people in place of an API's
    answer is a firewall's word, unless a row knows that very text.
    """
    answer = Answer(response, key, variables)
    for number, row in enumerate(table.answers):
        if not _status_fits(row, response.status) or not all(_is_met(one, answer) for one in row.when):
            continue
        if answer.html and response.status in _EDGE and not row.when:
            return Verdict("unknown", "edge")
        if row.verdict == "dead" and table.answers_confidence == "low":
            return Verdict("unknown", "ambiguous", number)
        return Verdict(row.verdict, row.reason, number)
    return Verdict("unknown", _fallback(response.status, html=answer.html))


def fits(conditions: Sequence[Condition], response: Response) -> bool:
    """Whether all conditions hold of a response."""
    answer = Answer(response)
    return all(_is_met(condition, answer) for condition in conditions)


def values_at(response: Response, at: str) -> list[Any]:
    """The values at a place in a response; all members of a list at a pointer that ends in one."""
    return Answer(response).values(at)


def values_in(value: Any, at: str) -> list[Any]:
    """The values at a JSON pointer in a parsed value."""
    return list(_pointed(value, at.split("/")[1:]))


def _status_fits(row: AnswerRow, status: int) -> bool:
    return status in row.status or "any" in row.status


def _fallback(status: int, *, html: bool) -> str:
    if html and status in _EDGE:
        return "edge"
    if status == 451:  # noqa: PLR2004 - unavailable for legal reasons
        return "region"
    return "server" if status >= 500 else "other"  # noqa: PLR2004


def _is_met(condition: Condition, answer: Answer) -> bool:
    values = answer.values(condition.at)
    op, wanted = condition.op, condition.value
    if op == "exists":
        return bool(values and any(value is not None for value in values)) is bool(wanted)
    if op == "null":
        return any(value is None for value in values) is bool(wanted)
    if op == "differs":
        return any(not _same(value, wanted) for value in values)
    if op == "lacks":
        return all(str(wanted).lower() not in _text(value).lower() for value in values)
    if op == "contains":
        return any(str(wanted).lower() in _text(value).lower() for value in values)
    if op == "equals":
        return any(_same(value, wanted) for value in values)
    numbers = [value for value in values if isinstance(value, (int, float)) and not isinstance(value, bool)]
    return any(value > wanted if op == "above" else value < wanted for value in numbers)


def _same(value: Any, wanted: Any) -> bool:
    """Equal, of one kind; a code that is a number in one answer may be text in the next."""
    if isinstance(value, bool) or isinstance(wanted, bool):
        return value is wanted
    return value == wanted or (isinstance(value, (str, int)) and str(value) == str(wanted))


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _pointed(value: Any, steps: Sequence[str]) -> Iterator[Any]:
    if not steps:
        yield value
        return
    first, rest = steps[0], steps[1:]
    if isinstance(value, dict):
        members = list(value.values()) if first == "*" else [value[first]] if first in value else []
    elif isinstance(value, list):
        members = (
            value if first == "*" else value[int(first) : int(first) + 1] if first.isascii() and first.isdigit() else []
        )
    else:
        members = []
    for member in members[:1000]:
        yield from _pointed(member, rest)


def _xml(text: str, path: str) -> list[str]:
    """The texts of the elements at a dotted path; namespaces and attributes are passed over, entities left alone."""
    for name in path.split(".")[:-1]:
        match = re.search(
            rf"<(?:\w+:)?{re.escape(name)}(?:\s[^<>]*)?>(.*)</(?:\w+:)?{re.escape(name)}\s*>", text, re.DOTALL
        )
        if not match:
            return []
        text = match.group(1)
    last = re.escape(path.rsplit(".", 1)[-1])
    return re.findall(rf"<(?:\w+:)?{last}(?:\s[^<>]*)?>([^<]*)</(?:\w+:)?{last}\s*>", text)[:100]


def identity(
    places: Sequence[tuple[str, str]], response: Response, secrets: Sequence[str]
) -> tuple[tuple[str, str], ...]:
    """The named fields of an answer as short texts; a field that repeats a secret is left out."""
    answer = Answer(response)
    facts = []
    for name, at in places[:_MOST_FIELDS]:
        values = [value for value in answer.values(at) if value is not None and value not in ("", [], {})]
        text = ", ".join(_plain(value) for value in values[:10])
        text = _CONTROL.sub(" ", text)[:LONGEST_FIELD].strip()
        if text and not any(secret and (secret in text or text in secret) for secret in secrets if len(text) > 3):  # noqa: PLR2004
            facts.append((name, text))
    return tuple(facts)


def _plain(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(_plain(one) for one in value[:10])
    if isinstance(value, bool):
        return "yes" if value else "no"
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)[:LONGEST_FIELD]


def example(row: AnswerRow, key: str = "KEY", variables: Mapping[str, str] | None = None) -> tuple[Response, str]:
    """A dummy answer that fits a row, and a key that does."""
    status = next((one for one in row.status if isinstance(one, int)), 400)
    headers: dict[str, str] = {"content-type": "application/json"}
    document: Any = {}
    body: str | None = None
    for one in row.when:
        value = _example_value(one)
        if one.at == "body":
            body = str(value)
        elif one.at == "key":
            key = f"{value}{key}"
        elif one.at.startswith("header:"):
            headers[one.at[7:].lower()] = str(value)
        elif one.at.startswith("xml:"):
            names = one.at[4:].split(".")
            body = "".join(f"<{name}>" for name in names) + str(value) + "".join(f"</{name}>" for name in names[::-1])
        else:
            steps = [
                VARIABLE.sub(lambda variable: (variables or {}).get(variable[1], ""), step)
                for step in one.at.split("/")[1:]
            ]
            document = _placed(document, steps, value)
    if status != 204:  # noqa: PLR2004 - no content
        body = json.dumps(document) if body is None else body
    return Response(status, headers, (body or "").encode()), key


def _example_value(condition: Condition) -> Any:
    if condition.op == "exists":
        return "x"
    if condition.op == "null":
        return None
    if condition.op in {"differs", "above"}:
        return condition.value + 1 if isinstance(condition.value, (int, float)) else f"{condition.value}x"
    if condition.op == "below":
        return condition.value - 1
    return "other" if condition.op == "lacks" else condition.value


def _placed(document: Any, steps: Sequence[str], value: Any) -> Any:
    if not steps:
        return value
    first, rest = steps[0], steps[1:]
    if first == "*" or (first.isdigit() and not isinstance(document, dict)) or (first.isdigit() and not document):
        items = document if isinstance(document, list) else []
        return [_placed(items[0] if items else {}, rest, value), *items[1:]]
    members = document if isinstance(document, dict) else {}
    return {**members, first: _placed(members.get(first, {}), rest, value)}


def unreachable(table: VerifyTable) -> list[int]:
    """The numbers, from 1, of rows that an answer made to fit them does not reach: an earlier row takes it."""
    variables = {part.name: "x" for part in table.parts}
    missed = []
    for number, row in enumerate(table.answers):
        response, key = example(row, variables=variables)
        if evaluate(table, response, key, variables).row != number:
            missed.append(number + 1)
    return missed
