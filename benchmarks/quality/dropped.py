"""How many random well-formed keys all filters together drop, or take for invented and lower, by rule.

python benchmarks/quality/dropped.py [KEYS_A_RULE]
"""

from __future__ import annotations

import sys
from collections import Counter

from keyscan.engine.filters.context import Context
from keyscan.engine.filters.placeholders import is_in_order, is_typed, rejection_reason
from keyscan.model.match import Match
from keyscan.ruleset import templates
from keyscan.ruleset.cache import load_rules


def main() -> None:
    """Draw keys for every rule that has a template and print what was dropped, and why."""
    draws = int(sys.argv[1]) if len(sys.argv) > 1 else 2000
    rules = [rule for rule in load_rules() if rule.template and rule.filters == "provider"]
    dropped: Counter[tuple[str, str]] = Counter()
    for rule in rules:
        for number in range(draws):
            key = templates.expand(rule.template, f"drawn/{number}").encode()
            match = Match(rule, 0, len(key), 0, len(key), key)
            why = rejection_reason(match, Context(b"", b""))
            if not why and (is_typed(match) or is_in_order(match)):
                why = "lowered: invented"
            if why:
                dropped[rule.id, why] += 1
    print(f"{len(rules) * draws:,} keys of {len(rules)} rules, {sum(dropped.values())} dropped")
    for (rule_id, why), count in dropped.most_common():
        print(f"{count:6} {rule_id}: {why}")


if __name__ == "__main__":
    main()
