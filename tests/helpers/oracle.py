"""The brute-force oracle: each rule's bare expression over the whole text, and what an engine confirms of it."""

from __future__ import annotations

import functools

import regex

from keyscan.engine.confirm import start_ranges


@functools.cache
def compiled(pattern):
    """A bare expression; the package's own cache is smaller than our rules are many."""
    return regex.compile(pattern.encode())


def candidates(matcher, rules, number, text):
    """What the engine of `matcher` confirms for the rule of this number, before filters and overlaps."""
    spots = start_ranges(matcher._prefilter.hits(text), matcher._prefilter.entries, rules).get(number, [])
    return list(matcher._patterns[number].near(text, spots))


def missed(matcher, rules, text):
    """(rule, span) of each secret that a bare expression finds and that the engine does not confirm."""
    for number, rule in enumerate(rules):
        expected = {found.span("secret") for found in compiled(rule.pattern).finditer(text)}
        if expected:
            confirmed = {(c.secret_start, c.secret_end) for c in candidates(matcher, rules, number, text)}
            yield from ((rule.id, span) for span in sorted(expected - confirmed))
