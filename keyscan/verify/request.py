"""A request template and the values of its variables to a request."""

from __future__ import annotations

import json
import re
import secrets
from base64 import b64encode
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlsplit

from keyscan.errors import UsageError
from keyscan.ruleset.request_schema import HOST, VARIABLE
from keyscan.support.http import Request
from keyscan.verify.draft import CannotBuild, Draft, encoded

if TYPE_CHECKING:
    from collections.abc import Mapping

    from keyscan.ruleset.live_tables import RequestTemplate

_LABELS = re.compile(r"[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63})*\Z")


@dataclass(frozen=True, slots=True)
class Target:
    """Where a request goes when not to the host in its rule: a region's host, or an endpoint that the user named."""

    host: str = ""
    endpoint: str = ""
    suffixes: tuple[str, ...] = ()


def build(template: RequestTemplate, variables: Mapping[str, str], target: Target | None = None) -> Request:
    """The request of a template, signed; CannotBuild when a value does not fit its place."""
    draft = drafted(template, variables, target)
    if not draft.sign:
        return draft.request
    from keyscan.verify import signers

    return signers.signed(draft)


def drafted(template: RequestTemplate, variables: Mapping[str, str], target: Target | None = None) -> Draft:
    """The request of a template, with the arguments of its signer filled in and not signed yet."""
    target = target or Target()
    url, shown = _address(template.url, variables, target)
    headers = {name: filled(value, variables) for name, value in template.headers}
    if template.basic:
        pair = f"{filled(template.basic[0], variables)}:{filled(template.basic[1], variables)}"
        headers["Authorization"] = f"Basic {b64encode(pair.encode()).decode()}"
    form = tuple((name, filled(value, variables)) for name, value in template.form)
    body = _json_filled(template.json, variables)
    data: bytes | None = None
    if template.multipart:
        kind, data = _multipart(form)
        headers["Content-Type"] = kind
    elif form:
        data = encoded(form)
        headers["Content-Type"] = "application/x-www-form-urlencoded"
    elif body is not None:
        data = json.dumps(body, separators=(",", ":")).encode()
        headers["Content-Type"] = "application/json"
    elif template.method in {"POST", "PUT", "PATCH"}:
        data = b""
    sign = {name: filled(value, variables, missing="") for name, value in template.sign.items()}
    fixed = "{" not in template.host or bool(target.endpoint)
    return Draft(Request(template.method, url, shown, headers, data, fixed), sign, form, body)


def filled(text: str, variables: Mapping[str, str], *, missing: str | None = None) -> str:
    """`text` with its variables filled, `{assertion}` left for the signer; CannotBuild for one without a value."""

    def value(variable: re.Match[str]) -> str:
        if variable[1] == "assertion":
            return variable[0]
        content = variables.get(variable[1], missing)
        if content is None:
            raise CannotBuild(f"its {variable[1].replace('_', ' ')} is not known")
        return content

    return VARIABLE.sub(value, text)


def endpoint_of(text: str) -> tuple[str, str]:
    """NAME=https://HOST[:PORT][/PATH] as a name and an address without a slash at its end; UsageError otherwise."""
    name, _, url = text.partition("=")
    parts = urlsplit(url)
    try:
        port = parts.port
    except ValueError:
        port = -1
    host = (parts.hostname or "").lower()
    good = parts.scheme == "https" and _LABELS.match(host) and port != -1 and not parts.query and not parts.fragment
    if not name or not good or parts.username is not None or ".." in parts.path or "{" in url:
        raise UsageError(f"--endpoint {name or 'NAME'}: write NAME=https://HOST, without user, query or fragment")
    return name, f"https://{host}{f':{port}' if port else ''}{parts.path.rstrip('/')}"


def _address(url: str, variables: Mapping[str, str], target: Target) -> tuple[str, str]:
    """The address to ask, and the same with its variables unfilled."""
    host, slash, path = url.removeprefix("https://").partition("/")
    shown_path = slash + path
    path = VARIABLE.sub(lambda variable: _path_value(variable[1], variables), path)
    if target.endpoint:
        return f"{target.endpoint}{slash}{path}", f"{target.endpoint}{shown_path}"
    if target.host:
        return f"https://{target.host}{slash}{path}", f"https://{target.host}{shown_path}"
    if "{" not in host:
        return f"https://{host}{slash}{path}", url
    filled_host = VARIABLE.sub(lambda variable: _host_value(variable[1], variables), host)
    bare = filled_host.split(":", 1)[0]
    if not HOST.match(filled_host) or (target.suffixes and not bare.endswith(target.suffixes)):
        raise CannotBuild("the host beside it is not one of its provider's")
    return f"https://{filled_host}{slash}{path}", f"https://{filled_host}{shown_path}"


def _path_value(name: str, variables: Mapping[str, str]) -> str:
    value = variables.get(name)
    if value is None:
        raise CannotBuild(f"its {name.replace('_', ' ')} is not known")
    if any(step in {".", ".."} for step in value.split("/")):
        raise CannotBuild("it contains characters that would change the URL")
    return quote(value, safe="/:@,~")


def _host_value(name: str, variables: Mapping[str, str]) -> str:
    value = variables.get(name, "").lower()
    if not _LABELS.match(value):
        raise CannotBuild(f"its {name.replace('_', ' ')} is not a host name")
    return value


def _json_filled(value: Any, variables: Mapping[str, str]) -> Any:
    if isinstance(value, str):
        return filled(value, variables)
    if isinstance(value, dict):
        return {name: _json_filled(one, variables) for name, one in value.items()}
    return [_json_filled(one, variables) for one in value] if isinstance(value, list) else value


def _multipart(form: tuple[tuple[str, str], ...]) -> tuple[str, bytes]:
    boundary = secrets.token_hex(16)
    parts = (
        f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n' for name, value in form
    )
    return f"multipart/form-data; boundary={boundary}", ("".join(parts) + f"--{boundary}--\r\n").encode()
