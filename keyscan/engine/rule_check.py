"""The proof of rules: every example hits, every negative stays silent, under both engines."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keyscan.engine.checks.registry import CHECKS
from keyscan.engine.confirm import Pattern
from keyscan.engine.matcher import Matcher
from keyscan.engine.prefilter.hyperscan import HyperscanPrefilter
from keyscan.engine.prefilter.keywords import KeywordPrefilter
from keyscan.ruleset import templates

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from keyscan.engine.prefilter.entries import Prefilter
    from keyscan.model.rule import Rule

# Each template is expanded with this many seeds, so that no lucky draw proves a rule.
_SEEDS = 5


def problems(rules: Sequence[Rule]) -> Iterator[str]:
    """One line for everything that is wrong with `rules`, each naming file and rule."""
    for rule in rules:
        for problem in _problems_of(rule):
            yield f"{rule.source}: rule {rule.id}: {problem}"


def _problems_of(rule: Rule) -> Iterator[str]:
    unknown = [name for name in rule.checks if name not in CHECKS]
    if unknown:
        yield f"no check named {unknown[0]}; there are {', '.join(CHECKS)}"
        return
    passes: dict[str, Prefilter] = {"regex": KeywordPrefilter([rule])}
    try:
        next(Pattern(rule.pattern, rule.max_length, source=rule.source).all(b""), None)
    except Exception as error:  # noqa: BLE001 - regex's errors are not one class
        yield f"pattern does not compile in regex: {error}"
        return
    try:
        passes["hyperscan"] = HyperscanPrefilter.of([rule])
    except ImportError:
        pass
    except Exception as error:  # noqa: BLE001
        yield f"pattern does not compile in Hyperscan: {error}"
        return
    for name, first in passes.items():
        try:
            yield from _examples(rule, Matcher([rule], first), name)
        except (ValueError, IndexError) as error:
            yield f"a template is wrong: {error}"
            return


def _examples(rule: Rule, matcher: Matcher, engine: str) -> Iterator[str]:
    # A rule with neither template nor example has nothing to be proved by.
    own = ("{secret}",) if rule.template else ()
    for number, template in enumerate(rule.examples or own, 1):
        for seed in range(_SEEDS):
            secret, text = example(rule, template, seed)
            matches = [match for match in matcher.scan(text).matches if not secret or match.secret == secret]
            if not matches:
                yield f"example {number} is missed ({engine}, seed {seed})"
                break
            if matches[0].severity not in _expected(rule):
                yield f"example {number} is found with severity {matches[0].severity.label} ({engine}, seed {seed})"
                break
    for number, template in enumerate(rule.negatives, 1):
        for seed in range(_SEEDS):
            text = example(rule, template, seed)[1]
            if any(match.severity >= min(rule.severity, 2) for match in matcher.scan(text).matches):
                yield f"negative {number} hits ({engine}, seed {seed})"
                break


def _expected(rule: Rule) -> set[int]:
    """The severities that an example may have: with its companion beside it, or without."""
    companion = rule.companion
    if companion is None or companion.severity is None:
        return {rule.severity}
    return {companion.severity} if companion.required else {rule.severity, companion.severity}


def example(rule: Rule, template: str, seed: int) -> tuple[bytes, bytes]:
    """The rule's secret and the text of a template, both made from `seed`."""
    secret = templates.expand(rule.template, f"{rule.id}/{seed}")
    return secret.encode(), templates.expand(template, f"{rule.id}/{seed}/{template}", secret).encode()
