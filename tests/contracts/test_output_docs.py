"""`docs/output.md` tells what is true: every format, an example that obeys the schema, and no figure that differs."""

from __future__ import annotations

import json
import re
from importlib import resources

import jsonschema
from helpers import reports
from helpers.paths import ROOT

from keyscan.model.blob import Skip
from keyscan.reporters import sarif
from keyscan.reporters.html import page as html
from keyscan.reporters.registry import REPORTERS, render

TEXT = (ROOT / "docs" / "output.md").read_text("utf-8")


def test_every_format_has_a_section():
    """No format is missing, none is described that is not there."""
    heads = {name.strip() for head in re.findall("^## ([a-z].*)$", TEXT, re.MULTILINE) for name in head.split(",")}
    assert heads - {"version 1"} == set(REPORTERS)


def test_the_json_example_obeys_the_schema():
    """The document that the page shows is valid, and names every field."""
    schema = json.loads(resources.files("keyscan.reporters").joinpath("schema-v1.json").read_text("utf-8"))
    example = json.loads(re.search(r"```json\n(\{\n  \"version.*?)```", TEXT, re.DOTALL)[1])
    jsonschema.Draft202012Validator(schema).validate(example)
    assert all(
        f"`{name}`" in TEXT or name in example["findings"][0] for name in schema["$defs"]["finding"]["properties"]
    )


def test_the_examples_are_real():
    """The console's, the annotations' and Code Quality's examples are what the formats write."""
    made = reports.report(reports.historic(4, related=()), skipped=(Skip("big.bin", "too large"),))
    for name in ("console", "github", "codequality"):
        assert render(name, made) in TEXT, name


def test_the_limits_are_those_of_the_code():
    """The figures of the text are the constants."""
    assert f"{sarif.MAX_RESULTS:,} results" in TEXT
    assert f"{sarif.MAX_PACKED // 1_000_000} MB packed" in TEXT
    assert f"{html.MAX_ROWS:,} of" in TEXT
