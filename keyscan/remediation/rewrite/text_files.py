"""Spring properties, and files that are left alone with advice: Dockerfiles, documents, secrets files."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from keyscan.remediation.rewrite.interface import COMMENT, ESCAPED, LeftAlone, Rewrite, Splice

if TYPE_CHECKING:
    from keyscan.remediation.rewrite.interface import Target

_SPRING = re.compile(r"(?:^|/)(?:application|bootstrap)(?:-[\w-]+)?\.properties\Z")


def line_of(target: Target) -> bytes:
    """The line before the target."""
    return target.text[target.text.rfind(b"\n", 0, target.start) + 1 : target.start]


def rewrite_properties(target: Target) -> Rewrite | LeftAlone:
    """`key=${X}` in Spring's properties, which Spring fills from the environment."""
    if not _SPRING.search(target.path):
        return LeftAlone("it is not known which program reads this file: make that read the key from the environment")
    before = line_of(target).lstrip()
    if before.startswith((b"#", b"!")):
        return LeftAlone(COMMENT)
    if b"\\" in target.written:
        return LeftAlone(ESCAPED)
    if not re.search(rb"[=:\s]", before):
        return LeftAlone("it is the name of a property: move the key by hand")
    new = b"${" + target.name.encode() + b"}"
    return Rewrite((Splice(target.start, target.end, new),), target.written, target.name)


def rewrite_dockerfile(target: Target) -> Rewrite | LeftAlone:
    """Advice by instruction: what an image's file says stays in the image, so no rewrite can be enough."""
    text = target.text[: target.start]
    start = max((match.start() for match in re.finditer(rb"(?m)^[ \t]*(?!#)\w", text)), default=0)
    words = text[start:].split(None, 1)
    word = words[0].decode("ascii", "replace").upper() if words else ""
    name = target.name
    if line_of(target).lstrip().startswith(b"#"):
        return LeftAlone(COMMENT)
    if word == "RUN":
        return LeftAlone(
            f"write RUN --mount=type=secret,id={name},env={name} ... and build with "
            f"docker build --secret id={name},env={name}"
        )
    if word in {"ENV", "ARG"}:
        return LeftAlone(
            f"delete it: image layers keep it. At run time: docker run --env-file .env; "
            f"while building: RUN --mount=type=secret,id={name},env={name}"
        )
    return LeftAlone("delete it: image layers keep it, and pass the key at run time: docker run --env-file .env")


def rewrite_secrets_file(_target: Target) -> LeftAlone:
    """A file that is meant to hold keys is not changed."""
    return LeftAlone("the file is made for keys: keep it out of git (keyscan env --fix)")


def rewrite_document(_target: Target) -> LeftAlone:
    """A text for people: the key is deleted, nothing reads it."""
    return LeftAlone("it is in a text, not in code: delete it there")
