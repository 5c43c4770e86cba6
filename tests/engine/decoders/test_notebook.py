"""Jupyter notebooks: pictures are left out, and a finding names its cell."""

from __future__ import annotations

import base64
import json
import re
import time

import pytest
from helpers.tokens import token

from keyscan.engine.decoders import notebook

KEY = token("sk-ant-api03-{b64url:93}AA", "contents")
SOURCE = f"# größer\nkey = '{KEY}'\n"
PNG = b"\x89PNG\r\n\x1a\n"
MARKS = {"utf-16-le": b"\xff\xfe", "utf-16-be": b"\xfe\xff", "utf-32-le": b"\xff\xfe\0\0", "utf-32-be": b"\0\0\xfe\xff"}


def scanned(run, directory, data, name="a.py", *options):
    """The JSON document of a scan of one file."""
    (directory / name).write_bytes(data)
    return json.loads(run("scan", "-f", "json", *options, name, cwd=directory).out)


def places(document):
    """(line, column, end column) of every finding."""
    return [(one["line"], one["column"], one["end_column"]) for one in document["findings"]]


def written(*cells, **more):
    """A notebook of these cells."""
    return json.dumps({"cells": list(cells), "metadata": {}, "nbformat": 4, "nbformat_minor": 5, **more}, indent=1)


def code(source, outputs=()):
    """A code cell."""
    return {"cell_type": "code", "metadata": {}, "source": source.splitlines(keepends=True), "outputs": list(outputs)}


class TestNotebooks:
    def test_pictures_are_silent_and_fast(self, run, tmp_path):
        """Megabytes of a picture that happens to hold a token take no time and give no finding."""
        picture = base64.b64encode(PNG + bytes(range(256)) * 16384).decode() + KEY.replace("-", "/").replace("_", "+")
        output = {"output_type": "display_data", "data": {"image/png": picture, "text/plain": ["<Figure>"]}}
        data = written(code("plot()", [output])).encode()
        started = time.process_time()
        assert b"iVBOR" not in notebook.without_pictures(data)
        assert time.process_time() - started < 1
        assert len(notebook.without_pictures(data)) == len(data)
        assert scanned(run, tmp_path, data, "a.ipynb")["findings"] == []

    @pytest.mark.parametrize(
        "text",
        [
            '"image/png": "not a picture, {key}"',
            '"image/png": ["iVBORw0KGgo=", "{key}"]',
            '"text/plain": "iVBORw0K {key}"',
            '"text/html": "<img src=\\"data:image/png;base64,iVBORw0KGgo=\\"> {key}"',
        ],
    )
    def test_nothing_hides_as_a_picture(self, text):
        """Only base64 that begins like a picture is left out."""
        text = text.replace("{key}", "left-in")
        assert b"left-in" in notebook.without_pictures(text.encode())

    def test_the_cell_is_named(self, run, tmp_path):
        """Source, outputs and tracebacks are scanned, and the finding names the cell, from 1."""
        other = token("sk-ant-api03-{b64url:93}AA", "other")
        third = token("sk-ant-api03-{b64url:93}AA", "third")
        stream = {"output_type": "stream", "name": "stdout", "text": [f"using {other}\n"]}
        error = {"output_type": "error", "ename": "E", "evalue": "", "traceback": [f"\x1b[0;31mkey {third} refused"]}
        data = written(code("x = 1"), code(f'client("a", key="{KEY}")', [stream]), code("y", [error]))
        document = scanned(run, tmp_path, data.encode(), "a.ipynb")
        shown = run("scan", "a.ipynb", cwd=tmp_path).out
        assert re.findall(r"\(cell \d\)", shown) == ["(cell 2)", "(cell 2)", "(cell 3)"]
        lines = data.splitlines()
        for one, secret in zip(document["findings"], [KEY, other, third], strict=True):
            assert one["column"] == lines[one["line"] - 1].index(secret) + 1

    def test_outside_of_cells(self, run, tmp_path):
        """A key in the metadata belongs to no cell."""
        document = scanned(run, tmp_path, written(code("x"), other=KEY).encode(), "a.ipynb")
        assert len(document["findings"]) == 1
        assert "(cell" not in run("scan", "a.ipynb", cwd=tmp_path).out
