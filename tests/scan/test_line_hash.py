"""GitHub's line hash: its own vectors, and a direct reading of its definition."""

from __future__ import annotations

import json
import time

import pytest
from helpers.paths import DATA
from hypothesis import given
from hypothesis import strategies as st

from keyscan.scan.line_hash import line_hashes

VECTORS = json.loads((DATA / "linehash-vectors.json").read_text("utf-8"))


def direct(text: str) -> list[str]:
    """Every line's hash, unit by unit, as the definition reads."""
    units: list[int] = []
    starts: list[int] = []
    at_start, after_cr = True, False
    raw = text.encode("utf-16-le", "surrogatepass")
    for unit in [*(int.from_bytes(raw[at : at + 2], "little") for at in range(0, len(raw), 2)), 65535]:
        if unit in (32, 9) or (after_cr and unit == 10):
            after_cr = False
            continue
        after_cr = unit == 13
        char = 10 if after_cr else unit
        if at_start:
            starts.append(len(units))
        at_start = char == 10
        units.append(char)
    units += [0] * 100
    seen: dict[int, int] = {}
    out = []
    for start in starts:
        value = 0
        for unit in units[start : start + 100]:
            value = (value * 37 + unit) % (1 << 64)
        seen[value] = seen.get(value, 0) + 1
        out.append(f"{value:x}:{seen[value]}")
    return out


def everything(text: str) -> list[str]:
    """Every line's hash as keyscan gives it."""
    return list(line_hashes(text.encode("utf-8"), range(1, 10_000)).values())


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: repr(vector["text"][:20]))
def test_githubs_vectors(vector):
    """Each vector's lines have exactly the hashes that GitHub's upload step gives them."""
    assert everything(vector["text"]) == vector["hashes"]
    assert direct(vector["text"]) == vector["hashes"]


@given(st.text(st.sampled_from("ab \t\r\n\ufeff\uffffé🔑") | st.characters(exclude_categories=["Cs"]), max_size=400))
def test_it_is_the_definition(text):
    """Any text's hashes are those of a direct reading of the definition."""
    assert everything(text) == direct(text)


def test_only_the_lines_asked_for():
    """A subset of lines has the hashes that it has among all; a line past the end has none."""
    text = b"x = 1\nx = 1\n\xff\n"
    whole = line_hashes(text, range(1, 99))
    assert line_hashes(text, [2]) == {2: whole[2]}
    assert line_hashes(text, [5, 99]) == {}
    assert line_hashes(text, []) == {}


@pytest.mark.parametrize("text", [b"a" * 4_000_000, b"\n" * 1_000_000, b"\r" * 1_000_000, b" \n" * 500_000])
def test_hostile_text_costs_no_more(text):
    """One endless line and a million empty ones are both done in seconds on a slow machine."""
    started = time.process_time()
    assert line_hashes(text, [1])
    line_hashes(text, [10**9])
    assert time.process_time() - started < 10
