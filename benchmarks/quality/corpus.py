"""Files with and without secrets, made from the rules themselves: the same on every machine."""

from __future__ import annotations

import base64
import json
import random
import re
from typing import TYPE_CHECKING

from contexts import CONTEXTS

from keyscan.ruleset import templates

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from keyscan.model.rule import Rule

BAD = "!"


def names_of(rule: Rule) -> dict[str, str]:
    """The name of a rule's secret in each style."""
    word = (rule.context[0] if rule.context else rule.provider).upper()
    env = rule.env[0] if rule.env else re.sub(r"[^A-Z0-9]+", "_", word).strip("_") + "_API_KEY"
    parts = env.lower().split("_")
    camel = parts[0] + "".join(part.title() for part in parts[1:])
    return {"@ENV@": env, "@lower@": env.lower(), "@camel@": camel, "@kebab@": "-".join(parts)}


def fill(context: str, names: dict[str, str], secret: str) -> str:
    """`context` with a name and a secret in it."""
    for mark, text in names.items():
        context = context.replace(mark, text)
    return context.replace("@S@", secret)


def usable(rule: Rule) -> bool:
    """Rules whose secret is a value of one line, that a name and a value are enough to find."""
    alone = not (rule.companion and rule.companion.required)
    return bool(rule.template and rule.value) and "\n" not in templates.expand(rule.template, "x") and alone


def positives(rules: list[Rule], target: Path) -> dict[str, tuple[Rule, str]]:
    """One file a rule and context below `target`; which rule and context each name stands for."""
    made = {}
    for rule in filter(usable, rules):
        for number, (label, context) in enumerate(CONTEXTS.items()):
            secret = templates.expand(rule.template, f"quality/{rule.id}/{number}")
            name = f"{rule.id}-{number}.txt"
            (target / name).write_text(fill(context, names_of(rule), secret), encoding="utf-8", newline="")
            made[name] = (rule, label)
    return made


def near_misses(rules: list[Rule], target: Path) -> dict[str, tuple[Rule, str]]:
    """Secrets that are not quite: a character short, one from no alphabet, inside a longer run.

    Only those that the rule's own value does not match as a whole.
    """
    made = {}
    for rule in filter(usable, rules):
        value = re.compile(rule.value)
        for kind in ("short", "alphabet", "longer"):
            secret = templates.expand(rule.template, f"miss/{rule.id}/{kind}")
            middle = (len(rule.prefix) + len(secret)) // 2 + 1
            changed = {
                "short": secret[:middle] + secret[middle + 1 :],
                "alphabet": secret[:middle] + BAD + secret[middle + 1 :],
                "longer": "q7" * 4 + secret + "Zk3" * 14,
            }[kind]
            if value.fullmatch(changed) or (kind == "alphabet" and value.search(changed)):
                continue
            name = f"{rule.id}-{kind}.txt"
            text = fill(CONTEXTS["dotenv quoted"], names_of(rule), changed)
            (target / name).write_text(text, encoding="utf-8")
            made[name] = (rule, kind)
    return made


def noise(target: Path) -> list[str]:
    """Files full of random text that is no secret; their names."""
    rng = random.Random("noise")
    made = {name: "".join(lines) for name, lines in _noise(rng)}
    for name, text in made.items():
        (target / name).parent.mkdir(parents=True, exist_ok=True)
        (target / name).write_text(text, encoding="utf-8")
    return list(made)


def _noise(rng: random.Random) -> Iterator[tuple[str, list[str]]]:
    def b64(size: int) -> str:
        return base64.b64encode(rng.randbytes(size)).decode()

    def hexes(size: int) -> str:
        return rng.randbytes(size).hex()

    many = range(2000)
    yield "package-lock.json", [f'"node_modules/p{n}": {{"integrity": "sha512-{b64(64)}"}},\n' for n in many]
    yield (
        "yarn.lock",
        [f'p@^{n}:\n  resolved "https://r.example/p.tgz#{hexes(20)}"\n  integrity {b64(64)}\n' for n in many],
    )
    yield "poetry.lock", [f'{{file = "p-{n}.whl", hash = "sha256:{hexes(32)}"}},\n' for n in many]
    yield "go.sum", [f"example.org/m{n} v1.0.{n} h1:{b64(32)}\n" for n in many]
    yield "__snapshots__/a.snap", [f'exports[`k {n}`] = `"token": "{b64(24)}"`;\n' for n in many]
    yield "app.min.js", [f'var t{n}={{token:e.t,key:"{b64(6)[:6]}",h:"{hexes(10)}"}};' for n in many]
    yield "locales/de.json", [f'"password{n}": "Bitte geben Sie Ihr Passwort ein",\n' for n in many]
    yield "ca.pem", ["-----BEGIN CERTIFICATE-----\n", *(b64(48) + "\n" for _ in many), "-----END CERTIFICATE-----\n"]
    yield "commits.txt", [f"commit {hexes(20)}\n    token: rename {n}\n" for n in many]
    yield "ids.json", [f'{{"id": "{templates.expand("{uuid}", str(n))}", "etag": "{hexes(16)}"}},\n' for n in many]
    cells = [{"cell_type": "code", "source": [], "outputs": [{"data": {"image/png": b64(9000)}}]} for _ in range(20)]
    yield "plot.ipynb", [json.dumps({"cells": cells, "nbformat": 4})]
