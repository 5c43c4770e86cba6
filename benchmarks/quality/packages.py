"""Findings per million lines in many packages, which are brought, scanned and deleted one after the other.

python benchmarks/quality/packages.py OUT [LIST]

`LIST`, by default packages.txt, names packages as `py:NAME` and `npm:NAME`, in their newest versions. OUT gets a line
of JSON for each: its file, its lines of text, and its findings; packages that stand in it are not scanned again.
Every package is scanned with all its files, and no configuration.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

# As git has it, files with a NUL among their first bytes are no text.
PROBE = 8000
LEVELS = ("critical", "high", "medium", "low")


def lines_of(place: Path) -> int:
    """The lines of all text files below `place`."""
    total = 0
    for top, _, names in os.walk(place):
        for name in names:
            file = Path(top, name)
            data = b"\0" if file.is_symlink() else file.read_bytes()
            total += 0 if b"\0" in data[:PROBE] else data.count(b"\n")
    return total


def bring(package: str, place: Path) -> Path:
    """The archive of a package, downloaded into `place`."""
    kind, name = package.split(":", 1)
    pip = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary", ":all:", "-d", ".", name]
    subprocess.run(pip if kind == "py" else ["npm", "pack", "--silent", name], cwd=place, check=True)
    return next(place.iterdir())


def scanned(package: str) -> dict[str, Any]:
    """What OUT says of a package."""
    with tempfile.TemporaryDirectory() as made:
        archives, place, report = Path(made, "archive"), Path(made, "files"), Path(made, "report.json")
        archives.mkdir()
        archive = bring(package, archives)
        if archive.suffix == ".whl":
            shutil.unpack_archive(archive, place, "zip")
        else:
            shutil.unpack_archive(archive, place, "gztar", filter="data")
        options = ["--isolated", "--all", "--exit-zero", "--min-severity", "low", "--format", "json"]
        subprocess.run([sys.executable, "-m", "keyscan", "scan", *options, "-o", report, "."], cwd=place, check=False)
        findings = json.loads(report.read_bytes())["findings"]
        told = [[one["severity"], one["rule"], one["path"], one["line"]] for one in findings]
        return {"package": package, "file": archive.name, "lines": lines_of(place), "findings": told}


def main(out: Path, names: Path) -> None:
    """Scan what OUT lacks, and print the sums."""
    done = [json.loads(line) for line in out.read_text().splitlines()] if out.exists() else []
    known = {entry["package"] for entry in done}
    for package in names.read_text(encoding="utf-8").split():
        if package in known:
            continue
        try:
            done.append(scanned(package))
        except (subprocess.CalledProcessError, OSError, ValueError) as error:
            print(f"{package}: {type(error).__name__}", file=sys.stderr)
            continue
        with out.open("a", encoding="utf-8") as file:
            file.write(json.dumps(done[-1]) + "\n")
    lines = sum(entry["lines"] for entry in done)
    counts = Counter(finding[0] for entry in done for finding in entry["findings"])
    print(f"{len(done)} packages, {lines:,} lines")
    for level in LEVELS:
        print(f"{level}: {counts[level]}, {counts[level] / max(1, lines) * 1e6:.2f} a million lines")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]) if len(sys.argv) > 2 else Path(__file__).with_name("packages.txt"))
