"""Precision on labelled findings of public repositories, on the half that nothing was tuned on.

python benchmarks/quality/labels.py [--wrong HALF]

`labels.jsonl` holds one finding a line: `half` (by repository: tune or report), `secret` (a literal credential, set
where programs read it), the end of its path, its surroundings as a template in which every value was replaced by a
random one of the same shape, and, where it was one of a named rule's too, the `rule` that reported it.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from pathlib import Path
from typing import Any

from keyscan.engine.matcher import Matcher
from keyscan.engine.prefilter.hyperscan import HyperscanPrefilter
from keyscan.model.rule import Severity
from keyscan.ruleset import templates
from keyscan.ruleset.cache import load_rules

HALVES = ("tune", "report")


def scanned() -> list[tuple[dict[str, Any], str, str]]:
    """Each labelled finding with the severity and the rule that its text has today; empty when nothing is reported."""
    rules = load_rules()
    matcher = Matcher(rules, HyperscanPrefilter.of(rules))
    found = []
    lines = (Path(__file__).parent / "labels.jsonl").read_text(encoding="utf-8").splitlines()
    for number, line in enumerate(lines):
        entry = json.loads(line)
        text = templates.expand(entry["text"], f"label/{number}").encode()
        matches = matcher.scan(text, path=entry["path"]).matches
        # Neighbours in the text may be reported too: the labelled one is that of its rule, else the most severe.
        best = max(matches, key=lambda one: (one.rule.id == entry.get("rule"), one.severity), default=None)
        found.append((entry, best.severity.label if best else "", best.rule.id if best else ""))
    return found


def share(right: int, wrong: int) -> str:
    """`right` of all as text."""
    return f"{right} of {right + wrong} ({right / max(1, right + wrong):.0%})"


def tables(found: list[tuple[dict[str, Any], str, str]]) -> list[str]:
    """Markdown: each half by severity, secrets kept at medium, and the report half by rule."""
    counts: Counter[tuple[str, str, bool]] = Counter()
    rules: Counter[tuple[str, bool]] = Counter()
    levels = [severity.label for severity in sorted(Severity, reverse=True) if severity >= Severity.MEDIUM]
    for entry, severity, rule in found:
        counts[entry["half"], severity, entry["secret"]] += 1
        if entry["half"] == "report" and severity in levels:
            rules[rule, entry["secret"]] += 1
    lines = [
        f"| half | labelled | {' | '.join(f'{level}: true' for level in levels)} | secrets kept at medium |",
        "|---|---|" + "---|" * (len(levels) + 1),
    ]
    for half in HALVES:
        total = sum(count for (name, _, _), count in counts.items() if name == half)
        cells = [share(counts[half, level, True], counts[half, level, False]) for level in levels]
        kept = sum(counts[half, level, True] for level in levels)
        secrets = sum(count for (name, _, secret), count in counts.items() if name == half and secret)
        lines.append(f"| {half} | {total} | {' | '.join(cells)} | {share(kept, secrets - kept)} |")
    lines += ["", "| rule, report half | true |", "|---|---|"]
    for rule in sorted({rule for rule, _ in rules}, key=lambda name: -rules[name, True] - rules[name, False]):
        lines.append(f"| {rule} | {share(rules[rule, True], rules[rule, False])} |")
    return lines


def main() -> None:
    """Scan every labelled text again and print the tables, or what is wrongly reported in one half."""
    found = scanned()
    if "--wrong" in sys.argv:
        half = sys.argv[sys.argv.index("--wrong") + 1]
        loud = {severity.label for severity in Severity if severity >= Severity.MEDIUM}
        for entry, severity, rule in found:
            if entry["half"] == half and not entry["secret"] and severity in loud:
                print(f"{severity} {rule} {entry['path']}: {entry['text'][:240]!r}")
        return
    print("\n".join(tables(found)))


if __name__ == "__main__":
    main()
