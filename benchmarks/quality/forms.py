"""Ways to bind a value to a name: `forms.toml` as data, filled with random values and with values that are no secrets.

python benchmarks/quality/forms.py [VALUES_A_FORM]
python benchmarks/quality/forms.py --named [PART_OF_A_FORM]

`--named` fills the forms with a value of every named rule instead, all forms or those that hold a text.
"""

from __future__ import annotations

import json
import re
import sys
import tomllib
from collections import defaultdict
from pathlib import Path
from urllib.parse import quote

from keyscan.engine.matcher import Matcher
from keyscan.engine.prefilter.hyperscan import HyperscanPrefilter
from keyscan.model.rule import Severity
from keyscan.ruleset import templates
from keyscan.ruleset.cache import load_rules

HERE = Path(__file__).parent
# Marks in a form: the value, and the name in each style.
STYLES = ("@ENV@", "@lower@", "@camel@", "@kebab@", "@Pascal@")
# Marks for a value that is written with the escapes of its form: Markdown, an address, a string in JSON in JSON.
ESCAPED = {
    "@S:markdown@": lambda value: re.sub(r"[_*]", r"\\\g<0>", value),
    "@S:address@": lambda value: quote(value, safe=""),
    "@S:json@": lambda value: json.dumps(value)[1:-1].replace("/", "\\/"),
}


def named(form: str, name: str, value: str) -> str:
    """`form` with `name`, words joined by `_`, in every style, and `value`."""
    parts = name.split("_")
    pascal = "".join(part.title() for part in parts)
    styles = (name.upper(), name, pascal[0].lower() + pascal[1:], "-".join(parts), pascal)
    for mark, text in zip(STYLES, styles, strict=True):
        form = form.replace(mark, text)
    for mark, escaped in ESCAPED.items():
        if mark in form:
            form = form.replace(mark, escaped(value))
    return form.replace("@S@", value)


def cases(document: dict[str, object], values: int) -> list[tuple[str, str, str, str, str, bool]]:
    """(group, form's path, text, name, value, whether it is a secret) for each form, name and kind of value."""
    found = []
    names, kinds, wrong = document["names"], document["values"], document["negatives"]
    for group, forms in document["forms"].items():  # type: ignore[attr-defined]
        for index, (path, form) in enumerate(forms):
            fixed = not any(mark in form for mark in STYLES)
            for number in range(values):
                name = names[(index + number) % len(names)]  # type: ignore[index]
                for kind in kinds if not fixed else kinds[:3]:  # type: ignore[index]
                    value = templates.expand(kind, f"{group}/{index}/{number}/{kind}")
                    found.append((group, path, named(form, name, value), form, value, True))
                for text in wrong:  # type: ignore[attr-defined]
                    value = templates.expand(text, f"{group}/{index}/{number}")
                    found.append((group, path, named(form, name, value), form, value, False))
    return found


def measure(values: int) -> tuple[dict[str, list[int]], dict[str, list[int]], list[int], list[str]]:
    """Found and all by form and by group; false alarms and all; the false alarms' texts."""
    rules = load_rules()
    matcher = Matcher(rules, HyperscanPrefilter.of(rules))
    document = tomllib.loads((HERE / "forms.toml").read_text(encoding="utf-8"))
    forms: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    groups: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    wrong, texts = [0, 0], []
    for group, path, text, form, value, secret in cases(document, values):
        data = text.encode()
        matches = [match for match in matcher.scan(data, path=path).matches if match.severity >= Severity.MEDIUM]
        if secret:
            hit = any(value.encode() in match.secret or match.secret in value.encode() for match in matches)
            for counts in (forms[f"{path}: {form}"], groups[group]):
                counts[0] += hit
                counts[1] += 1
        else:
            wrong[0] += bool(matches)
            wrong[1] += 1
            texts += [f"{path}: {text!r}"] if matches else []
    return forms, groups, wrong, texts


def of_named_rules(part: str) -> list[str]:
    """The report on values of named rules in the forms that hold `part`."""
    import named_forms

    rules = load_rules()
    forms = tomllib.loads((HERE / "forms.toml").read_text(encoding="utf-8"))["forms"]
    chosen = {group: [entry for entry in entries if part in entry[1]] for group, entries in forms.items()}
    matcher = Matcher(rules, HyperscanPrefilter.of(rules))
    return named_forms.report(*named_forms.measure(matcher, rules, chosen, named))


def main() -> None:
    """Measure and print: recall by group, the forms below 95%, false alarms."""
    if "--named" in sys.argv:
        print("\n".join(of_named_rules(" ".join(sys.argv[sys.argv.index("--named") + 1 :]))))
        return
    values = int(sys.argv[1]) if len(sys.argv) > 1 and sys.argv[1].isdigit() else 20
    forms, groups, wrong, texts = measure(values)
    hits, total = (sum(counts[at] for counts in forms.values()) for at in (0, 1))
    print(f"{len(forms)} forms, {total} values: {100 * hits / total:.2f}% found at medium and above")
    print(f"false alarms on values that are no secrets: {wrong[0]} of {wrong[1]} ({100 * wrong[0] / wrong[1]:.2f}%)")
    print("\n| group | found |\n|---|---|")
    for group, (hit, count) in groups.items():
        print(f"| {group} | {100 * hit / count:.1f}% |")
    print("\nforms below 95%:")
    for form, (hit, count) in sorted(forms.items(), key=lambda item: item[1][0] / item[1][1]):
        if hit < 0.95 * count:
            print(f"{100 * hit / count:5.1f}% {form!r}")
    for text in texts[:40]:
        print("false alarm:", text)


if __name__ == "__main__":
    main()
