"""A request whose template is filled in and which is not signed yet, shared by the builder and the signers."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any
from urllib.parse import quote_plus

if TYPE_CHECKING:
    from collections.abc import Mapping

    from keyscan.support.http import Request


@dataclass(frozen=True, slots=True)
class Draft:
    """A request before it is signed; `form` and `json` are filled in already."""

    request: Request
    sign: Mapping[str, str] = field(default_factory=dict, repr=False)
    form: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    json: Any = field(default=None, repr=False)


class CannotBuild(Exception):  # noqa: N818 - no error of ours: this key cannot be asked about
    """A value that does not fit its place in a request; the text holds no value."""


def with_assertion(draft: Draft, assertion: str) -> Request:
    """The request of a draft with `{assertion}` filled in, in headers or form: for signers that make a token."""
    headers = {name: value.replace("{assertion}", assertion) for name, value in draft.request.headers.items()}
    body = draft.request.body
    if draft.form:
        body = encoded(tuple((name, value.replace("{assertion}", assertion)) for name, value in draft.form))
    return replace(draft.request, headers=headers, body=body)


def encoded(form: tuple[tuple[str, str], ...]) -> bytes:
    """A form as its body."""
    return "&".join(f"{quote_plus(name)}={quote_plus(value)}" for name, value in form).encode()
