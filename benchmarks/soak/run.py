"""A soak: random histories audited in every way that must not matter, for as long as is asked.

    python benchmarks/soak/run.py --minutes 120 --compiled /path/to/venv/bin/python

Each history grows, is merged, rewritten, packed, and cloned shallow and partial. After each step it is audited with and
without cache, by each interpreter (`--compiled` names the Python of an environment in which keyscan was installed with
KEYSCAN_COMPILE=1), with packs and through git, in one process and in two; some audits are killed. Findings, skips and
exit codes must be equal, nothing may be left behind, and the memory of a process that audits again and again must not
grow. Prints a line per history and a summary; exits 1 if anything differs, with the history kept below `--keep`.
"""

from __future__ import annotations

import argparse
import json
import random
import shutil
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from audits import Audits, Outcome, Resident
from histories import RandomHistory

_STEPS = (6, 14, 30)
_ALLOWED_GROWTH = 8.0  # megabytes, of the resident process from the second quarter to the last


class Soak:
    """The histories of one run, what was done and what was wrong."""

    def __init__(self, args: argparse.Namespace, scratch: Path) -> None:
        """Start the resident process."""
        self.args, self.scratch = args, scratch
        self.pythons = [sys.executable, *([args.compiled] if args.compiled else [])]
        self.audits = Audits(scratch / "audits")
        self.residents = [Resident(python, self.audits) for python in self.pythons]
        self.counts: Counter[str] = Counter()
        self.faults: list[str] = []
        self.largest = 0.0

    def history(self, seed: int) -> None:
        """One random history, from nothing to its last step."""
        place = self.scratch / f"history-{seed}"
        made, rng, done = RandomHistory(place, seed), random.Random(seed), []
        before = len(self.faults)
        for _ in range(self.args.steps or rng.choice(_STEPS)):
            done.append(made.step())
            self.counts[done[-1]] += 1
            for repo in (made.main, *made.clones[-1:]):
                self._kill(repo, rng)
                self._compare(repo, rng, f"seed {seed} after {' '.join(done)}, {repo.name}")
            for resident in self.residents:
                resident.run(made.main)
            if len(self.faults) > before:
                break
        self.counts["histories"] += 1
        if len(self.faults) > before and self.args.keep:
            shutil.move(place, Path(self.args.keep) / place.name)
            shutil.copytree(self.audits.cache, Path(self.args.keep) / f"cache-{seed}", dirs_exist_ok=True)
        shutil.rmtree(place, ignore_errors=True)

    def _kill(self, repo: Path, rng: random.Random) -> None:
        """Start an audit and kill it, sometimes."""
        if rng.random() < 0.7:
            return
        wrong = self.audits.kill(rng.choice(self.pythons), repo, self._way(rng), rng)
        self.counts["kills"] += 1
        if wrong:
            self._fault(wrong)

    def _compare(self, repo: Path, rng: random.Random, where: str) -> None:
        """Audit in several ways and compare."""
        expected: Outcome | None = None
        for python in self.pythons:
            for cached in (True, False):
                way = (*(() if cached else ("--no-cache",)), *self._way(rng))
                got = self.audits.run(python, repo, *way)
                self.counts["audits"] += 1
                self.counts["findings"] += len(got.document.get("findings", ()))
                self.largest = max(self.largest, got.megabytes)
                expected = expected or got
                if "Traceback" in got.errors or got.facts != expected.facts:
                    self._fault(
                        f"{where}: {Path(python).parent.parent.name} {way} differs: {_difference(expected, got)}"
                    )
        left = self.audits.remains("audit")
        if left:
            self._fault(f"{where}: {left}")

    @staticmethod
    def _way(rng: random.Random) -> tuple[str, ...]:
        """Options that must not change what is found."""
        packs = rng.choice(((), ("--packs",), ("--no-packs",)))
        engine = rng.choice(((), (), (), ("--engine", "hyperscan")))
        return (*packs, *engine, "--jobs", rng.choice("12"))

    def _fault(self, text: str) -> None:
        self.faults.append(text)
        print(f"FAULT {text}", flush=True)


def _difference(expected: Outcome, got: Outcome) -> str:
    """Where two outcomes differ, in short."""
    if got.code != expected.code:
        return f"exit code {got.code}, not {expected.code}: {got.errors[-600:]}"
    parts = []
    for name in ("complete", "skipped", "findings"):
        first, second = expected.document.get(name), got.document.get(name)
        if isinstance(first, list) and isinstance(second, list):
            ours, theirs = ({json.dumps(item, sort_keys=True) for item in side} for side in (first, second))
            parts += [f"{name}: only first {sorted(ours - theirs)[:3]}, only now {sorted(theirs - ours)[:3]}"]
        elif first != second:
            parts.append(f"{name}: {first} {second}")
    return "; ".join(parts)


def main() -> int:
    """Run until the time is over."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=120)
    parser.add_argument("--seed", type=int, default=1, help="of the first history; each next one's is higher by one")
    parser.add_argument("--histories", type=int, default=1_000_000, help="at most so many")
    parser.add_argument("--steps", type=int, help="of each history; otherwise 6, 14 or 30")
    parser.add_argument("--compiled", help="the Python of an environment with the compiled modules")
    parser.add_argument("--keep", help="a directory for histories in which something differed")
    args = parser.parse_args()
    begun = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="keyscan-soak-") as scratch:
        soak = Soak(args, Path(scratch))
        for seed in range(args.seed, args.seed + args.histories):
            if time.monotonic() - begun > args.minutes * 60:
                break
            soak.history(seed)
            memory = ", ".join(f"{resident.megabytes[-1]:.0f}" for resident in soak.residents)
            print(
                f"{time.monotonic() - begun:7.0f} s  seed {seed}: {dict(soak.counts)}, resident {memory} MB", flush=True
            )
        for resident in soak.residents:
            resident.stop()
            if resident.grown() > _ALLOWED_GROWTH:
                soak.faults.append(f"a resident process grew by {resident.grown():.1f} MB")
        grown = ", ".join(f"{resident.grown():+.1f}" for resident in soak.residents)
        print(f"\n{(time.monotonic() - begun) / 60:.1f} minutes: {dict(soak.counts)}")
        print(
            f"largest process {soak.largest:.0f} MB; resident processes grew by {grown} MB; {len(soak.faults)} faults"
        )
        for fault in soak.faults:
            print(fault)
    return 1 if soak.faults else 0


if __name__ == "__main__":
    sys.exit(main())
