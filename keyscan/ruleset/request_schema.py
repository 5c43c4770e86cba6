"""The request in a `[[verify]]` or `[[revoke]]` table: its value, and the proof that it goes to a fixed HTTPS host."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from keyscan.errors import RuleError
from keyscan.ruleset.fields import Fields
from keyscan.ruleset.live_tables import RequestTemplate, RevokeTable, VerifyTable

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
SIGNERS = (
    "aws-sigv4", "azure-shared-key", "google-jwt", "livekit-jwt", "aliyun", "tc3", "volcengine", "ovh", "digest",
)  # fmt: skip
# Parts that a named function reads out of the secret: function -> variables.
DERIVED = {"bedrock-region": ("region",), "supabase-ref": ("ref",)}
VARIABLE = re.compile(r"\{([a-z][a-z0-9_]*)\}")
HOST = re.compile(r"[a-z0-9-]+(?:\.[a-z0-9-]+)+(?::\d{1,5})?\Z")
_SUFFIX = re.compile(r"\.[a-z0-9-]+(?:\.[a-z0-9-]+)+\Z")
_REST = re.compile(r"\.[a-z0-9-]+(?:\.[a-z0-9-]+)+(?::\d{1,5})?\Z")
_URL = re.compile(r"https://([^/?#@\s]+)(/[^\s#]*)?\Z")


def check_request(
    request: RequestTemplate, variables: Iterable[str], table: VerifyTable | RevokeTable, fields: Fields
) -> None:
    """Raise RuleError unless the request goes to a fixed HTTPS host and every variable is known."""
    known = set(variables)
    for name in (name for text in _strings(request) for name in VARIABLE.findall(text)):
        if name not in known:
            fields.fail(f"request: unknown variable {{{name}}}")
    match = _URL.match(request.url)
    if not match:
        fields.fail("request: url must begin with https:// and a host, without user or fragment")
    host, path = match.group(1), match.group(2) or ""
    if {"secret", "companion"} & set(VARIABLE.findall(host)):
        fields.fail("request: the host may not hold the secret")
    if set(VARIABLE.findall(path)) & {"secret", "companion", *groups(table.pattern)} and not request.url_secret:
        fields.fail("request: the secret is in the address; send it in a header, or say url_secret = true")
    if host == "{endpoint}":
        if not table.endpoint:
            fields.fail("request: {endpoint} needs endpoint = 'NAME'")
    elif "{" in host:
        _check_host_hole(host, table, fields)
    elif not HOST.match(host):
        fields.fail(f"request: {host!r} is not a host name")


def _check_host_hole(host: str, table: VerifyTable | RevokeTable, fields: Fields) -> None:
    """Raise RuleError unless what fills a variable in a host can only lead to the issuer's own domain."""
    rest = re.sub(r"\A(?:[a-z0-9-]+\.)*\{[a-z0-9_]+\}", "", host)
    if not rest or rest.startswith(":"):
        suffixes = table.suffixes if isinstance(table, VerifyTable) else ()
        if not suffixes or not all(_SUFFIX.match(suffixe) for suffixe in suffixes):
            fields.fail("request: a variable that is the whole host needs suffixes = ['.issuer.example', ...]")
    elif not _REST.match(rest):
        fields.fail("request: a host with a variable must end in the issuer's domain")
    hosts = {part.name for part in table.parts if part.host} | set(groups(table.pattern))
    hosts |= set(DERIVED.get(table.derive, ())) if isinstance(table, VerifyTable) else set()
    for name in VARIABLE.findall(host):
        if name not in hosts:
            fields.fail(f"request: {{{name}}} is in the host, so its part needs host = true")


def request_template(entry: dict[str, Any], where: str) -> RequestTemplate:
    """The value of a `request` table."""
    fields = Fields(entry, where)
    basic = fields.raw("basic", list, "a list of two strings")
    if basic is not None and (len(basic) != 2 or not all(isinstance(one, str) for one in basic)):  # noqa: PLR2004
        fields.fail("basic must be a list of two strings: user and password")
    sign = dict(pairs(fields.table("sign"), where))
    if sign and sign.get("name") not in SIGNERS:
        fields.fail(f"sign: name must be one of {', '.join(SIGNERS)}")
    template = RequestTemplate(
        method=fields.one_of("method", METHODS),
        url=fields.text("url", required=True),
        headers=pairs(fields.table("headers"), where),
        json=fields.raw("json", (dict, list), "a table or a list"),
        form=pairs(fields.table("form"), where),
        basic=(basic[0], basic[1]) if basic else None,
        sign=sign,
        multipart=fields.flag("multipart"),
        url_secret=fields.flag("url_secret"),
    )
    fields.done()
    if template.json is not None and template.form:
        fields.fail("give json or form, not both")
    return template


def pairs(table: dict[str, Any], where: str) -> tuple[tuple[str, str], ...]:
    """The entries of a table of strings."""
    for name, value in table.items():
        if not isinstance(value, str):
            raise RuleError(f"{where}: {name} must be a string")
    return tuple(table.items())


def groups(pattern: str) -> tuple[str, ...]:
    """The named groups of an expression."""
    return tuple(re.compile(pattern).groupindex) if pattern else ()


def _strings(request: RequestTemplate) -> Iterator[str]:
    """All texts of a request that may hold variables."""
    yield request.url
    yield from (value for _, value in (*request.headers, *request.form, *request.sign.items()))
    yield from request.basic or ()
    yield from leaves(request.json)


def leaves(value: Any) -> Iterator[str]:
    """The texts in a JSON value."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for one in value.values():
            yield from leaves(one)
    elif isinstance(value, list):
        for one in value:
            yield from leaves(one)
