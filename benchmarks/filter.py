"""What `keyscan filter` replaces in text that was given: by rule and per megabyte, with speed.

    python benchmarks/filter.py FILE... [--show]

`--show` prints the lines with a token in them, so that each can be judged.
"""

from __future__ import annotations

import sys
import time
from collections import Counter
from pathlib import Path

from keyscan import Redactor


def main() -> None:
    """Filter each file as a stream; print counts."""
    files = [name for name in sys.argv[1:] if name != "--show"]
    redactor = Redactor.default()
    total, count = 0, 0
    rules: Counter[str] = Counter()
    started = time.perf_counter()
    for name in files:
        stream = redactor.stream()
        with Path(name).open("rb") as file:
            while block := file.read(1 << 20):
                total += len(block)
                shown(stream.feed(block))
        shown(stream.close())
        count += len(stream.secrets)
        rules.update(secret.rule.id for secret in stream.secrets)
    seconds = time.perf_counter() - started
    megabytes = total / 1e6
    print(f"{megabytes:.0f} MB in {seconds:.1f} s; {count} redactions, {count / max(megabytes, 1e-9):.2f} per MB")
    for rule, number in rules.most_common():
        print(f"{number:6} {rule}")


def shown(data: bytes) -> None:
    """Print the lines with a token, if asked to."""
    if "--show" in sys.argv and b"[keyscan:" in data:
        for line in data.split(b"\n"):
            if b"[keyscan:" in line:
                print(line.decode("utf-8", "replace")[:200])


if __name__ == "__main__":
    main()
