"""Coverage-guided fuzzing of one target with atheris, from the corpus in the repository.

    python tests/fuzz/run.py TARGET --seconds 60 [--found DIR]

Exits 0 when the time is over, else with the input that broke a promise below `--found` and a traceback. New inputs that
reach new code stay in that directory too; `--merge` adds a small set of them to the corpus.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
# What an input may take: seconds, megabytes, bytes.
_SECONDS, _MEGABYTES, _LONGEST = 20, 2048, 4096


def main() -> None:
    """Fuzz until the time is over."""
    import atheris

    # Before keyscan is imported, so that its modules are instrumented when they are.
    sys.path.insert(0, str(HERE.parent))
    with atheris.instrument_imports(include=["keyscan", "fuzz"], enable_loader_override=False):
        from fuzz.targets import TARGETS

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("target", choices=TARGETS)
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--found", help="a directory for new inputs and for those that broke a promise")
    parser.add_argument("--merge", action="store_true", help="add to the corpus what reaches new code, and end")
    args = parser.parse_args()
    corpus = str(HERE / "corpus" / args.target)
    with tempfile.TemporaryDirectory() as scratch:
        found = args.found or scratch
        Path(found).mkdir(parents=True, exist_ok=True)
        options = [
            f"-timeout={_SECONDS}",
            f"-rss_limit_mb={_MEGABYTES}",
            f"-max_len={_LONGEST}",
            "-print_final_stats=1",
        ]
        options += [f"-seed={args.seed}", f"-artifact_prefix={found}/"]
        options += ["-merge=1", corpus, found] if args.merge else [f"-max_total_time={args.seconds}", found, corpus]
        atheris.Setup([sys.argv[0], *options], TARGETS[args.target])
        atheris.Fuzz()


if __name__ == "__main__":
    main()
