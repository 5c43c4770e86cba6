"""Precision of generic rules on labelled findings of public repositories, on the half that nothing was tuned on.

python benchmarks/quality/labels.py

`labels.jsonl` holds one finding a line: `half` (by repository: tune or report), `secret` (a literal credential, set
where programs read it), the end of its path, and its surroundings as a template: every value was replaced by a random
one of the same shape.
"""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

from keyscan.engine.matcher import Matcher
from keyscan.engine.prefilter.hyperscan import HyperscanPrefilter
from keyscan.model.rule import Severity
from keyscan.ruleset import templates
from keyscan.ruleset.cache import load_rules


def main() -> None:
    """Scan every labelled text again and print, for each half, what medium and above holds."""
    rules = load_rules()
    matcher = Matcher(rules, HyperscanPrefilter.of(rules))
    told: Counter[tuple[str, bool, bool]] = Counter()
    lines = (Path(__file__).parent / "labels.jsonl").read_text(encoding="utf-8").splitlines()
    for number, line in enumerate(lines):
        entry = json.loads(line)
        text = templates.expand(entry["text"], f"label/{number}").encode()
        loud = any(match.severity >= Severity.MEDIUM for match in matcher.scan(text, path=entry["path"]).matches)
        told[entry["half"], entry["secret"], loud] += 1
    print("| half | labelled | true among medium and above | secrets kept at medium |\n|---|---|---|---|")
    for half in ("tune", "report"):
        right, wrong = told[half, True, True], told[half, False, True]
        secrets = right + told[half, True, False]
        total = sum(count for (name, _, _), count in told.items() if name == half)
        shares = f"{right} of {right + wrong} ({right / max(1, right + wrong):.0%}) | {right} of {secrets}"
        print(f"| {half} | {total} | {shares} ({right / max(1, secrets):.0%}) |")


if __name__ == "__main__":
    main()
