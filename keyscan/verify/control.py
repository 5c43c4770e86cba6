"""A dummy key of the same shape: an issuer that calls it live says yes to anything, and is not believed."""

from __future__ import annotations

import re
import secrets
import string
from typing import TYPE_CHECKING

from keyscan.ruleset import templates

if TYPE_CHECKING:
    from collections.abc import Mapping

    from keyscan.ruleset.live_tables import VerifyTable
    from keyscan.verify.candidate import Candidate

_CLASSES = (string.ascii_lowercase, string.ascii_uppercase, string.digits)


def dummy_variables(table: VerifyTable, candidate: Candidate, variables: Mapping[str, str]) -> dict[str, str]:
    """The variables of a request with a random key of the same shape in the place of the real one.

    By the rule's template where there is one, since that gets checksums right; else letter by letter. What stands
    in the address stays, so that the same host is asked; every other second part is made up too.
    """
    secret = ""
    if candidate.template:
        try:
            secret = templates.expand(candidate.template, secrets.token_hex(16))
        except (ValueError, IndexError):
            secret = ""
    if not secret or secret == candidate.secret:
        secret = scrambled(candidate.secret, len(candidate.prefix))
    url = table.request.url if table.request else ""
    scrambled_values = {
        name: value if f"{{{name}}}" in url else scrambled(value, 0) for name, value in variables.items()
    }
    scrambled_values["secret"] = secret
    if table.pattern:
        match = re.search(table.pattern, secret)
        host = table.request.host if table.request else ""
        for name in re.compile(table.pattern).groupindex:
            if name in variables and f"{{{name}}}" not in host:
                scrambled_values[name] = match[name] if match and match[name] else scrambled(variables[name], 0)
    return scrambled_values


def scrambled(text: str, keep: int) -> str:
    """`text` with all letters and digits behind the first `keep` characters replaced by random ones of their class."""

    def other(character: str) -> str:
        members = next((classe for classe in _CLASSES if character in classe), "")
        if character in string.hexdigits.lower() and _hex_only(text[keep:]):
            members = "0123456789abcdef"
        return secrets.choice(members) if members else character

    return text[:keep] + "".join(other(character) for character in text[keep:])


def _hex_only(text: str) -> bool:
    return all(character in "0123456789abcdef-" for character in text)
