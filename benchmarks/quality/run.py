"""Recall and false alarms of keyscan and its peers, side by side, on the same files.

    python benchmarks/quality/run.py --work DIR [--packages DIR]... [--peer gitleaks=PATH]... [--output docs/quality.md]

`--packages` are directories of installed packages; `install.sh DIR` beside this file fills one with pinned ones.
Peers run offline with their own rules, without verification.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from collections import Counter, defaultdict
from pathlib import Path

import corpus

from keyscan.ruleset.cache import load_rules

TEXT = {
    ".py", ".pyi", ".rst", ".md", ".txt", ".json", ".yml", ".yaml", ".js", ".mjs", ".cjs", ".ts", ".tsx", ".html",
    ".xml", ".toml", ".cfg", ".ini", ".sh", ".ps1", ".po", ".css", ".j2", ".c", ".h", ".pyx", ".map", ".ipynb",
}  # fmt: skip
ORDER = ("critical", "high", "medium", "low")


def keyscan(place: Path, _binary: str, _out: Path) -> list[tuple[str, str, str]]:
    """(path, rule, severity) of what keyscan reports below `place`."""
    done = subprocess.run(
        [sys.executable, "-m", "keyscan", "scan", ".", "--format", "json", "--min-severity", "info", "--exit-zero"],
        cwd=place,
        capture_output=True,
        check=False,
    )
    return [(f["path"], f["rule"], f["severity"]) for f in json.loads(done.stdout)["findings"]]


def loud(hits: list[tuple[str, str, str]]) -> list[tuple[str, str, str]]:
    """What is reported without asking: keyscan's low and info are not."""
    return [hit for hit in hits if hit[2] not in {"low", "info"}]


def gitleaks(place: Path, binary: str, out: Path) -> list[tuple[str, str, str]]:
    """What gitleaks reports; it knows no severities."""
    options = ["--no-banner", "--log-level", "error", "--report-format", "json", "--exit-code", "0"]
    subprocess.run([binary, "dir", *options, "--report-path", str(out), "."], cwd=place, check=False)
    return [(f["File"], f["RuleID"], "any") for f in json.loads(out.read_text() or "[]")]


def betterleaks(place: Path, binary: str, out: Path) -> list[tuple[str, str, str]]:
    """What betterleaks reports."""
    subprocess.run(
        [binary, "fs", ".", "--no-banner", "-s", "-o", str(out), "--exit-code", "0"],
        cwd=place,
        check=False,
        capture_output=True,
    )
    return [(path_in(finding), rule_in(finding), "any") for finding in items(json.loads(out.read_text() or "[]"))]


def kingfisher(place: Path, binary: str, out: Path) -> list[tuple[str, str, str]]:
    """What kingfisher reports, without validation."""
    options = ["--no-validate", "--no-update-check", "--no-dedup", "-q", "--format", "json", "--output", str(out)]
    subprocess.run(
        [binary, "scan", ".", *options, "--git-history", "none"], cwd=place, check=False, capture_output=True
    )
    return [(path_in(finding), rule_in(finding), "any") for finding in items(json.loads(out.read_text() or "[]"))]


def items(report: object) -> list[object]:
    """The findings of a report, which is a list or holds one."""
    if isinstance(report, dict):
        report = next((value for key, value in report.items() if key in {"findings", "results"}), [])
    return list(report) if isinstance(report, list) else []


def path_in(finding: object) -> str:
    """The first path that a finding names, wherever it stands in it."""
    if isinstance(finding, dict):
        for key, value in finding.items():
            if key.lower() in {"file", "path", "filepath", "file_path"} and isinstance(value, str):
                return value
        return next(filter(None, map(path_in, finding.values())), "")
    return next(filter(None, map(path_in, finding)), "") if isinstance(finding, list) else ""


def rule_in(finding: object) -> str:
    """The id of the rule that a finding names."""
    if not isinstance(finding, dict):
        return ""
    rule = finding.get("rule")
    return str(finding.get("rule_id") or (rule.get("id") if isinstance(rule, dict) else rule) or "")


TOOLS = {"keyscan": keyscan, "gitleaks": gitleaks, "betterleaks": betterleaks, "kingfisher": kingfisher}


def lines_below(places: list[Path]) -> int:
    """Lines of the text files below `places`."""
    total = 0
    for place in places:
        for top, _, names in os.walk(place):
            for name in names:
                if Path(name).suffix in TEXT:
                    total += Path(top, name).read_bytes().count(b"\n")
    return total


def recall(found: set[str], made: dict[str, tuple[object, str]], by: str) -> dict[str, tuple[int, int]]:
    """Found and all files, by the rule's provider or by context."""
    counts: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for name, (rule, label) in made.items():
        key = rule.provider if by == "provider" else label
        counts[key][0] += name in found
        counts[key][1] += 1
    return {key: (hit, total) for key, (hit, total) in counts.items()}


def percent(part: int, whole: int) -> str:
    """`part` of `whole` in per cent."""
    return f"{100 * part / max(1, whole):.1f}%"


def main() -> None:
    """Make the files, run the tools, print the tables."""
    options = arguments()
    work = Path(options.work)
    rules = list(load_rules())
    places = {}
    for name in ("positives", "near-misses", "noise"):
        places[name] = work / name
        places[name].mkdir(parents=True, exist_ok=True)
    made = corpus.positives(rules, places["positives"])
    misses = corpus.near_misses(rules, places["near-misses"])
    corpus.noise(places["noise"])
    peers = dict(peer.split("=", 1) for peer in options.peer)
    tools = {"keyscan": "", **peers}
    packages = [Path(place) for place in options.packages]
    million = lines_below(packages) / 1e6
    text = report(tools, places, made, misses, packages, million, work)
    print(text)
    if options.output:
        Path(options.output).write_text(text, encoding="utf-8")


def arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--work", required=True)
    parser.add_argument("--packages", action="append", default=[])
    parser.add_argument("--peer", action="append", default=[])
    parser.add_argument("--output")
    return parser.parse_args()


def report(tools, places, made, misses, packages, million, work) -> str:  # noqa: ANN001
    """All tables as Markdown."""
    whole, alarms, details = [], [], {}
    for tool, binary in tools.items():
        run = TOOLS[tool]
        started = time.perf_counter()
        out = work / f"{tool}.json"
        hits = run(places["positives"], binary, out)
        found = {Path(path).name for path, _, _ in hits}
        own = {Path(path).name for path, rule, _ in hits if made[Path(path).name][0].id == rule}
        wrong = loud(run(places["near-misses"], binary, out))
        # What is no provider's key may still be somebody's password: generic rules are counted apart.
        bad = {Path(path).name for path, rule, _ in wrong if "generic" not in rule}
        either = {Path(path).name for path, _, _ in wrong}
        quiet = loud(run(places["noise"], binary, out))
        right = percent(len(own), len(made)) if tool == "keyscan" else ""
        missed = " | ".join(percent(len(names & set(misses)), len(misses)) for names in (bad, either))
        whole.append(f"| {tool} | {percent(len(found), len(made))} | {right} | {missed} | {len(quiet)} |")
        details[tool] = found
        counts = Counter(severity for place in packages for _, _, severity in run(place, binary, out))
        counts.pop("info", None)
        per = " | ".join(f"{counts[level] / max(million, 1e-9):.1f}" if tool == "keyscan" else "" for level in ORDER)
        alarms.append(f"| {tool} | {per} | {sum(counts.values()) / max(million, 1e-9):.1f} |")
        print(f"{tool}: {time.perf_counter() - started:.0f} s", file=sys.stderr, flush=True)
    return "\n".join(
        [
            "# Detection quality",
            "",
            "`benchmarks/quality/run.py` produced these figures; the same seeds generate the same files.",
            "Positives are random keys in the format of every rule",
            f"in {len(corpus.CONTEXTS)} contexts ({len(made)} files): they measure recall per context,",
            "and the other scanners' coverage of formats.",
            f"Near misses: {len(misses)} files. Noise: lock files, snapshots, bundles, certificates, a notebook.",
            "",
            "| tool | recall | with the right rule | near misses by a named rule | by any rule | findings in noise |",
            "|---|---|---|---|---|---|",
            *whole,
            "",
            f"Findings per million lines in {million:.1f} million lines of installed packages.",
            "The findings were not labelled; some may be real secrets or samples in documentation:",
            "",
            "| tool | critical | high | medium | low | all |",
            "|---|---|---|---|---|---|",
            *alarms,
            "",
            "## Recall by context, keyscan",
            "",
            "| context | recall |",
            "|---|---|",
            *(
                f"| {key} | {percent(*pair)} |"
                for key, pair in sorted(recall(details["keyscan"], made, "context").items())
            ),
            "",
            "## Recall by provider",
            "",
            f"| provider | {' | '.join(tools)} |",
            "|---|" + "---|" * len(tools),
            *by_provider(details, made),
            "",
        ]
    )


def by_context(found, made) -> list[str]:  # noqa: ANN001
    """One row a context."""
    return [f"| {key} | {percent(*pair)} |" for key, pair in sorted(recall(found, made, "context").items())]


def by_provider(details, made) -> list[str]:  # noqa: ANN001
    """One row a provider."""
    columns = [recall(found, made, "provider") for found in details.values()]
    return [
        f"| {provider} | {' | '.join(percent(*column[provider]) for column in columns)} |"
        for provider in sorted(columns[0], key=str.lower)
    ]


if __name__ == "__main__":
    main()
