"""Names of environment variables for secrets: the rule's own, else the variable's in the code, each value once."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from keyscan.engine.filters.secret_names import words_of

if TYPE_CHECKING:
    from keyscan.remediation.places import Place

# What stands before a value: a name, perhaps quoted or typed, and an assignment.
_ASSIGNED = re.compile(
    rb"([A-Za-z_][\w-]{0,80})[\"'\]]{0,2}\s{0,9}(?::\s{0,3}[\w.\[\]<>|?&' ]{1,30})?\s{0,9}(?:=>|:=|=|:)[^\n=]{0,24}\Z"
)
_BEFORE = 240
_NAME = re.compile(r"[A-Z_][A-Z0-9_]*\Z")
_WHOLE_URL = re.compile(r"_(?:URL|URI|DSN)\Z")
# Names with a meaning to a shell or system.
_RESERVED = frozenset({"PATH", "HOME", "USER", "SHELL", "PWD", "LANG", "TERM", "IFS", "ENV", "PS1"})
_MOST = 1000


def name_before(text: bytes, start: int) -> str:
    """The name that the value at `start` is assigned to, in the form of a variable; empty when there is none."""
    line = text[max(0, start - _BEFORE) : start].rpartition(b"\n")[2]
    match = _ASSIGNED.search(line)
    name = b"_".join(words_of(match[1])).decode("ascii", "ignore").upper() if match else ""
    return name if _NAME.match(name) and len(name) > 1 else ""


def wanted_name(place: Place, text: bytes, start: int) -> str:
    """The name that the secret of a place, now at `start` of `text`, should have."""
    near = name_before(text, start)
    known = place.rule.env
    if place.half:
        return near or _of_words(place.half)
    name = near if near in known else known[0] if known else near or _of_words(place.rule.id)
    if b"://" not in text[start : start + place.end - place.start]:
        # Of a connection string the password alone is the secret.
        name = _WHOLE_URL.sub("_PASSWORD", name)
    return f"APP_{name}" if name in _RESERVED else name


def _of_words(text: str) -> str:
    return re.sub(r"[^A-Z0-9]+", "_", text.upper()).strip("_") or "SECRET"


@dataclass(slots=True)
class Names:
    """The variables of one plan: `values` are those that `.env` holds, and those that the plan adds.

    The same value with the same wanted name gets the same name; one with another value gets a suffix, and a remark.
    """

    values: dict[str, bytes] = field(default_factory=dict, repr=False)
    remarks: list[str] = field(default_factory=list)

    def choose(self, wanted: str, value: bytes) -> str:
        """A free name like `wanted`, or the one that has this value already."""
        for number in range(1, _MOST):
            name = wanted if number == 1 else f"{wanted}_{number}"
            if self.values.get(name, value) == value:
                return name
        return f"{wanted}_{_MOST}"

    def add(self, variable: str, value: bytes, wanted: str) -> bool:
        """Take `value` in as `variable`; False when that name has another value."""
        if self.values.setdefault(variable, value) != value:
            return False
        if variable != wanted and variable.startswith(f"{wanted}_") and variable[len(wanted) + 1 :].isdigit():
            remark = f"{wanted} has another value already: this one is {variable}"
            if remark not in self.remarks:
                self.remarks.append(remark)
        return True
