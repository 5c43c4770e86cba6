"""Steps, jobs and scripts that start another scanner: where they are, and what replaces them.

The files are the user's to edit: nothing in them is changed.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from keyscan.migrate import invocations
from keyscan.migrate.result import FurtherFile, Note

if TYPE_CHECKING:
    from collections.abc import Iterator

    from keyscan.migrate.counterparts import Counterparts
    from keyscan.migrate.result import Item

_USES = re.compile(r"\s*+(?:-\s*+)?uses:\s*+['\"]?([\w./-]++)(@\S+?)?['\"]?\s*+(?:#.*)?$")
_TEMPLATE = re.compile(r"Secret-Detection(?:\.latest)?\.gitlab-ci\.yml")
# A command of one of the scanners, or an image of it; words after it that only a call has.
_CALL = re.compile(
    r"(?<![\w@-])(?:(?:gitleaks|betterleaks)(?=\s+(?:detect|protect|dir|git|stdin|directory|file|-))"
    r"|trufflehog3?(?=\s+(?:git|github|gitlab|filesystem|docker|s3|--))"
    r"|detect-secrets(?:-hook)?(?=\s+(?:scan|audit|--|\S))|secretlint(?=\s+\S|['\"]\s*[\],}]|$)"
    r"|ggshield(?=\s+(?:secret|scan|auth|-))|git[ -]secrets(?=\s+--)|talisman(?=\s+(?:--|-)))"
    r"|(?:zricethezav|ghcr\.io/gitleaks|gitleaks)/gitleaks(?=[:@\s'\"])|trufflesecurity/trufflehog(?=[:@\s'\"])"
    r"|gitguardian/ggshield(?=[:@\s'\"])|secretlint/secretlint(?=[:@\s'\"])"
)
_ARGUMENTS = re.compile(r"\s*+(?:-\s*+)?['\"]?(?:extra_args|args|GITLEAKS_CONFIG)['\"]?\s*+:\s*+(.*)$")
_VARIABLE = re.compile(r"GITLEAKS_CONFIG['\"]?\s*[:=]\s*['\"]?([^\s'\"]+)")
# Longer lines are generated.
_LONGEST = 2000
WORKFLOW = """\
      # actions/checkout before it needs `fetch-depth: 0`
      - uses: OWNER/keyscan@COMMIT # a full commit id"""
GITLAB = """\
keyscan:
  image: python:3.13
  variables:
    GIT_DEPTH: "0"
  script:
    - pip install git+https://github.com/OWNER/keyscan@v0.1.0
    - keyscan ci --report gitlab=gl-secret-detection-report.json
  artifacts:
    when: always
    reports:
      secret_detection: gl-secret-detection-report.json"""
_HOOKS = (".husky/", "lefthook", "package.json", ".lintstagedrc")


def read(file: str, data: bytes, known: Counterparts) -> Iterator[Item]:
    """The lines of a pipeline or script that start another scanner, and the files that these lines name."""
    tool = ""
    snippet = ""
    for number, line in enumerate(data.decode("utf-8-sig", "replace").splitlines(), 1):
        if len(line) > _LONGEST or line.lstrip().startswith(("#", "//")):
            continue
        place = f"{file}:{number}"
        what = _scanner(line)
        if what:
            tool = invocations.tool_of(what) or "gitlab"
            snippet = WORKFLOW if "/workflows/" in file else GITLAB if "gitlab" in file else ""
            yield Note(f"{place}: replace {what} by {_replacement(file)}")
            yield from invocations.read(place, tool, invocations.words_of(line), known)
            continue
        arguments = _ARGUMENTS.match(line) if tool else None
        if arguments:
            yield from invocations.read(place, tool, invocations.words_of(arguments[1]), known)
        variable = _VARIABLE.search(line)
        if variable and "$" not in variable[1]:
            yield FurtherFile("gitleaks", variable[1].removeprefix("./"), place)
    if snippet:
        yield Note(snippet)


def _scanner(line: str) -> str:
    """The action, template, image or command of a scanner on a line; "" for none."""
    uses = _USES.match(line)
    if uses:
        return uses[1] + (uses[2] or "") if invocations.tool_of(uses[1]) else ""
    match = _TEMPLATE.search(line) or _CALL.search(line)
    return match[0] if match else ""


def _replacement(file: str) -> str:
    if "/workflows/" in file:
        return "the step below"
    if "gitlab" in file:
        return "the job below"
    return "`keyscan staged`" if file.startswith(_HOOKS) else "`keyscan ci`"
