"""Mutated inputs: decoders and loaders answer, or raise an error of ours, whatever the bytes are."""

from __future__ import annotations

import gzip
import io
import json
import tarfile
import tomllib
import zipfile
from random import Random

import pytest

from keyscan.engine.decoders.content import texts
from keyscan.engine.matcher import Matcher
from keyscan.engine.prefilter.keywords import KeywordPrefilter
from keyscan.errors import KeyscanError
from keyscan.ruleset import loader
from keyscan.ruleset.cache import load_rules

RULES = load_rules()
MATCHER = Matcher(RULES, KeywordPrefilter(RULES))
_ROUNDS = 150
_RULE = """provider = "Acme"
[[rules]]
id = "acme-key"
pattern = '(?P<secret>acme_[a-z]{20})'
keywords = ["acme_"]
severity = "high"
max_length = 25
[rules.companion]
name = "id"
pattern = '(?P<secret>id_[0-9]{4})'
distance = 9
"""


def archives():
    """One small text in each kind of file that holds others, and in each encoding."""
    text = b"api_key = '12345abcde'\n" * 4
    zipped, tarred = io.BytesIO(), io.BytesIO()
    with zipfile.ZipFile(zipped, "w", zipfile.ZIP_DEFLATED) as out:
        out.writestr("a/b.txt", text)
    with tarfile.open(fileobj=tarred, mode="w:gz") as out:
        info = tarfile.TarInfo("c.txt")
        info.size = len(text)
        out.addfile(info, io.BytesIO(text))
    cell = {"cell_type": "code", "source": ["x = 1\n"], "outputs": [{"data": {"image/png": "iVBORw0KGgo="}}]}
    yield from (zipped.getvalue(), tarred.getvalue(), gzip.compress(text))
    yield json.dumps({"cells": [cell], "nbformat": 4, "metadata": {}}).encode()
    yield from (text.decode().encode(name) for name in ("utf-16", "utf-32", "utf-16-be", "utf-8-sig"))
    yield b"kind: Secret\ndata:\n  password: c2VjcmV0cGFzc3dvcmQ=\n" + b"\\u0061\\u0070\\u0069%61%70%69" + text


SEEDS = list(archives())


def mutated(data, random):
    """`data` with a few bytes changed, taken out, doubled, or cut off."""
    made = bytearray(data)
    for _ in range(random.randint(1, 6)):
        at = random.randrange(len(made) + 1)
        kind = random.randrange(4)
        if kind == 0 and at < len(made):
            made[at] = random.randrange(256)
        elif kind == 1:
            del made[at : at + random.randrange(20)]
        elif kind == 2:
            made[at:at] = made[max(0, at - random.randrange(60)) : at] or b"\0"
        elif random.random() < 0.2:
            del made[at:]
    return bytes(made)


@pytest.mark.parametrize("seed", range(len(SEEDS)))
def test_no_file_breaks_the_decoders(seed):
    """Archives, notebooks and encodings, damaged at random, are read or named with a reason, and then scanned."""
    random = Random(seed)  # noqa: S311
    for _ in range(_ROUNDS):
        for name, content, reason in texts(mutated(SEEDS[seed], random), "file"):
            assert isinstance(reason, str)
            MATCHER.scan(content.data, path=name)


def test_no_rule_file_breaks_the_loader():
    """A damaged rule file is read, or raises an error of ours that names it."""
    told: list[str] = []
    random = Random(1)  # noqa: S311
    for _ in range(_ROUNDS * 6):
        try:
            document = tomllib.loads(mutated(_RULE.encode(), random).decode("utf-8", "replace"))
        except tomllib.TOMLDecodeError:
            continue
        try:
            loader.parse(document, "acme.toml")
        except KeyscanError as error:
            told.append(str(error))
    assert len(told) > _ROUNDS // 5
    assert all("acme.toml" in line for text in told for line in text.splitlines())
