"""YAML of known tools: Docker Compose, Kubernetes, GitHub Actions, GitLab CI, Spring; each by its own reference."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from keyscan.catalog.agents import client_of
from keyscan.remediation.rewrite.interface import (
    COMMENT,
    ESCAPED,
    UNPARSED,
    LeftAlone,
    Rewrite,
    Splice,
    line_end,
    spliced,
)
from keyscan.remediation.rewrite.references import reference
from keyscan.remediation.rewrite.yaml_places import Scalar, scalar_at

if TYPE_CHECKING:
    from collections.abc import Callable

    from keyscan.remediation.rewrite.interface import Target

_COMPOSE = re.compile(r"(?:^|/)(?:docker-)?compose(?:[.-][\w.-]+)?\.ya?ml\Z", re.IGNORECASE)
_ACTIONS = re.compile(r"(?:^|/)\.(?:github|gitea|forgejo)/workflows/[^/]+\.ya?ml\Z")
_GITLAB = re.compile(r"(?:^|/)\.gitlab-ci\.ya?ml\Z|(?:^|/)\.gitlab/.+\.ya?ml\Z")
_SPRING = re.compile(r"(?:^|/)(?:application|bootstrap)(?:-[\w-]+)?\.ya?ml\Z")
_SAFE = re.compile(rb"[\w.+/=:@%-]+\Z")
_KEY = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")


def rewrite(target: Target) -> Rewrite | LeftAlone:
    """The replacement of a secret in a YAML file of a tool that is known."""
    place = scalar_at(target.text, target.start, target.end)
    if isinstance(place, str):
        return LeftAlone(COMMENT if place else UNPARSED.format(language="YAML"))
    value = _written_plainly(target, place)
    if value is None:
        return LeftAlone(ESCAPED)
    rewritten = _writer(target, place)(target, place)
    if isinstance(rewritten, LeftAlone):
        return rewritten
    if isinstance(scalar_at(spliced(target.text, rewritten.splices), 0, 0), str) and not _still_yaml(target, rewritten):
        return LeftAlone("no rewrite of this place parses: move the key by hand")
    return rewritten


def _still_yaml(target: Target, rewritten: Rewrite) -> bool:
    return scalar_at(spliced(target.text, rewritten.splices), 0, 0) != ""


def _written_plainly(target: Target, place: Scalar) -> bytes | None:
    """The secret's value, when it is written as it is meant."""
    value = target.written
    escapes = {'"': b"\\", "'": b"''"}.get(place.style)
    if b"\n" in value or (escapes and escapes in value):
        return None
    return value if value.decode("utf-8", "replace") in place.value else None


def _writer(target: Target, place: Scalar) -> Callable[[Target, Scalar], Rewrite | LeftAlone]:
    path = target.path
    if _COMPOSE.search(path) or ("services" in _top(target) and place.path[:1] == ("services",)):
        return _compose
    if _ACTIONS.search(path):
        return _actions
    if _GITLAB.search(path):
        return _gitlab
    if {"apiVersion", "kind"} <= place.document.keys():
        return _kubernetes
    if _SPRING.search(path):
        return _spring
    if client_of(path):
        return _agent
    return _unknown


def _top(target: Target) -> set[str]:
    return {key.decode() for key in re.findall(rb"(?m)^([A-Za-z_]\w*):", target.text[:65536])}


def _whole(target: Target, place: Scalar) -> bool:
    return place.value.encode() == target.written


def _replaced(target: Target, place: Scalar, new: str, variable: str = "") -> Rewrite | LeftAlone:
    """The secret replaced by `new`; a plain scalar gets quotes where `new` needs them."""
    text = new.encode()
    name = variable or target.name
    if _whole(target, place) and place.style in {"", "'", '"'}:
        text = (
            text
            if place.style == "" and not place.flow and not re.search(r"[:#]\s|^[{\[&*!|>%@`]", new)
            else b'"' + text + b'"'
        )
        return Rewrite((Splice(place.start, place.end, text),), target.written, name)
    if place.flow and place.style == "":
        return LeftAlone("it is part of an unquoted value in brackets: quote it first")
    return Rewrite((Splice(target.start, target.end, text),), target.written, name)


def _compose(target: Target, place: Scalar) -> Rewrite | LeftAlone:
    """Compose replaces ${X:?} itself, from the shell and the .env beside the file."""
    if "build" in place.path:
        return LeftAlone("build arguments stay in the image: use build.secrets and RUN --mount=type=secret instead")
    if place.path[:1] == ("secrets",):
        return LeftAlone("a Compose secret takes a file or an environment entry: write environment: NAME there")
    return _replaced(target, place, f"${{{target.name}:?}}")


def _kubernetes(target: Target, place: Scalar) -> Rewrite | LeftAlone:
    """A container's variable comes from a Secret by `secretKeyRef`."""
    kind = str(place.document.get("kind"))
    if kind == "Secret":
        return LeftAlone(
            "a Secret's manifest holds the value itself: keep it out of git (External Secrets, Sealed Secrets "
            "or SOPS) and create it with kubectl create secret"
        )
    if kind == "ConfigMap":
        return LeftAlone("a ConfigMap is not the place for a key: put it into a Secret and refer to that")
    named = place.siblings.get("name")
    in_env = place.path[-1:] == ("value",) and place.path[-3:-2] == ("env",)
    if not in_env or named is None or place.pair is None:
        return LeftAlone("Kubernetes takes secrets in env, envFrom and volumes only: move the key by hand")
    if not _whole(target, place):
        return LeftAlone("it is part of a value: give the key a variable of its own and refer to it as $(NAME)")
    owner = re.sub(r"[^a-z0-9.-]", "-", str(place.document.get("name", "app")).lower()).strip("-.") or "app"
    secret = f"{owner}-secrets"
    start, end = place.pair
    if place.flow:
        new = f"valueFrom: {{secretKeyRef: {{name: {secret}, key: {target.name}}}}}".encode()
    else:
        column = start - target.text.rfind(b"\n", 0, start) - 1
        pad = line_end(target.text) + b" " * column
        lines = ("valueFrom:", "  secretKeyRef:", f"    name: {secret}", f"    key: {target.name}")
        new = pad.join(line.encode() for line in lines)
    command = (
        f"kubectl create secret generic {secret} --from-env-file=.env     # or add {target.name} to the one there is"
    )
    return Rewrite((Splice(start, end, new),), target.written, target.name, (command,))


def _actions(target: Target, place: Scalar) -> Rewrite | LeftAlone:
    """A workflow reads `secrets.X`; the value goes to the repository's secrets."""
    if place.path[-1:] in {("if",), ("uses",), ("runs-on",)} or place.path[:1] == ("on",):
        return LeftAlone("secrets cannot be used here: give the key to a step by env")
    # GitHub reserves names that begin with GITHUB_.
    name = f"GH_{target.name.removeprefix('GITHUB_')}" if target.name.startswith("GITHUB_") else target.name
    if not _whole(target, place) and not _SAFE.match(target.written):
        return LeftAlone("its characters would mean something to the shell: give it to the step by env")
    rewritten = _replaced(target, place, f"${{{{ secrets.{name} }}}}", name)
    if isinstance(rewritten, LeftAlone):
        return rewritten
    command = f'(set -a; . ./.env; printf %s "${name}") | gh secret set {name}'
    return Rewrite(rewritten.splices, rewritten.value, rewritten.variable, (command,))


def _gitlab(target: Target, place: Scalar) -> Rewrite | LeftAlone:
    """A masked CI/CD variable of the project; an entry of `variables` goes."""
    variables = len(place.path) > 1 and place.path[-2] == "variables"
    key = place.path[-1]
    command = '(set -a; . ./.env; printf %s "${0}") | glab variable set {0} --masked'
    if not variables:
        rewritten = _replaced(target, place, f"${target.name}")
        follow = (command.format(target.name),)
        return (
            rewritten
            if isinstance(rewritten, LeftAlone)
            else Rewrite(rewritten.splices, rewritten.value, rewritten.variable, follow)
        )
    if not _whole(target, place) or not _KEY.match(key):
        return _replaced(target, place, f"${{{target.name}}}")
    if key != target.name:
        rewritten = _replaced(target, place, f"${target.name}")
        follow = (command.format(target.name),)
        return (
            rewritten
            if isinstance(rewritten, LeftAlone)
            else Rewrite(rewritten.splices, rewritten.value, rewritten.variable, follow)
        )
    if place.flow or place.pair is None or len(place.siblings) < 2:  # noqa: PLR2004 - an empty mapping is no mapping
        return LeftAlone(f"delete this entry and set {key} as a masked CI/CD variable of the project")
    start = target.text.rfind(b"\n", 0, place.pair[0]) + 1
    end = (target.text.find(b"\n", place.pair[1]) + 1) or len(target.text)
    return Rewrite((Splice(start, end, b""),), target.written, key, (command.format(key),))


def _spring(target: Target, place: Scalar) -> Rewrite | LeftAlone:
    return _replaced(target, place, f"${{{target.name}}}")


def _agent(target: Target, place: Scalar) -> Rewrite | LeftAlone:
    new = reference(target.path, target.name)
    return new if isinstance(new, LeftAlone) else _replaced(target, place, new)


def _unknown(_target: Target, _place: Scalar) -> Rewrite | LeftAlone:
    return LeftAlone("it is not known which program reads this file: make that read the key from the environment")
