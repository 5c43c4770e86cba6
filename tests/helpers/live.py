"""Candidates made up for the kinds in the rules' tables, with their second parts beside them."""

from __future__ import annotations

import base64
import random
import string
from functools import cache
from re import _parser

from helpers.paths import ROOT

from keyscan.ruleset import loader, templates, verification
from keyscan.verify.candidate import Candidate

RULES = {rule.id: rule for rule in loader.load([ROOT / "rules"])}
TABLES = verification.load([ROOT / "rules"])
ASKED = {table.kind: table for table in TABLES.verify if table.request}


def matching(pattern, rng):
    """A text that an expression matches: of literals, classes, branches and repeats."""
    return "".join(_one(op, argument, rng) for op, argument in _parser.parse(pattern))


def _one(op, argument, rng):
    name = str(op)
    if name == "LITERAL":
        return chr(argument)
    if name == "IN":
        return _of_class(argument, rng)
    if name in {"MAX_REPEAT", "MIN_REPEAT"}:
        low, high, items = argument
        count = max(low, min(int(high), low + 8))
        return "".join(_one(*item, rng) for _ in range(count) for item in items)
    if name == "SUBPATTERN":
        return "".join(_one(*item, rng) for item in argument[3])
    if name == "BRANCH":
        return "".join(_one(*item, rng) for item in rng.choice(argument[1]))
    if name == "ANY":
        return "x"
    assert name in {"ASSERT", "ASSERT_NOT", "AT"}, name
    return ""


def _of_class(items, rng):
    allowed = [c for c in string.ascii_letters + string.digits + "_" if _in_class(items, ord(c))]
    return rng.choice(allowed)


def _in_class(items, code):
    negated = str(items[0][0]) == "NEGATE"
    for op, argument in items[1:] if negated else items:
        name = str(op)
        hit = (
            argument == code
            if name == "LITERAL"
            else argument[0] <= code <= argument[1]
            if name == "RANGE"
            else chr(code).isdigit()
            if "DIGIT" in str(argument)
            else True
        )
        if hit:
            return not negated
    return negated


def beside(part, rng):
    """Text in which a part stands as it does in files."""
    value = matching(part.value, rng)
    if part.names:
        return f'{part.names[0].upper()} = "{value}"\n'
    for mark in ("(?=\\", "(?="):
        if mark in part.value:
            value += matching(part.value.split("(?=", 1)[1].rsplit(")", 1)[0], rng)
            break
    if "(?<=" in part.value:
        value = matching(part.value.split("(?<=", 1)[1].split(")", 1)[0], rng) + value
    return f"found: {value}\n"


def secret_for(rule, rng, seed):
    """A secret of a rule."""
    if rule.id in _SECRETS:
        return _SECRETS[rule.id](rng)
    return templates.expand(rule.template or "{alnum:40}", seed)


def candidate_for(table, seed="seed"):
    """A candidate of a kind's first rule, with everything round it that its request needs."""
    rng = random.Random(f"{table.kind}{seed}")  # noqa: S311 - fakes have to be the same each time
    rule = RULES[table.rules[0]]
    secret = secret_for(rule, rng, f"{table.kind}{seed}")
    companion = matching(_value_of(rule.companion.pattern), rng) if rule.companion else ""
    before = "".join(beside(part, rng) for part in table.parts)
    return Candidate(
        f"{rule.id}:{rng.randbytes(10).hex()}", rule.id, secret, companion, before, "", rule.template, rule.prefix
    )


def _value_of(pattern):
    """The expression of the secret in a companion's pattern."""
    inside = pattern.split("(?P<secret>", 1)[1]
    depth = 1
    for at, character in enumerate(inside):
        depth += (character == "(") - (character == ")")
        if not depth:
            return inside[:at]
    raise AssertionError(pattern)


def bedrock_key(date="20990101T000000Z"):
    """A short Bedrock key: a presigned address in base64."""
    text = (
        "bedrock.amazonaws.com/?Action=CallWithBearerToken&X-Amz-Credential=ASIAAAAAAAAAAAAAAAAA%2F20990101%2F"
        f"eu-west-1%2Fbedrock%2Faws4_request&X-Amz-Date={date}&X-Amz-Expires=43200&Version=1"
    )
    return "bedrock-api-key-" + base64.b64encode(text.encode()).decode()


_SECRETS = {
    "aws-bedrock-api-key-short": lambda _rng: bedrock_key(),
    "gcp-service-account": lambda _rng: _rsa(),
    "azure-storage-key": lambda _rng: "QUFB" * 22,
}


@cache
def _rsa():
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import rsa

    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    kind = serialization.PrivateFormat.PKCS8
    return key.private_bytes(serialization.Encoding.PEM, kind, serialization.NoEncryption()).decode()
