"""Notebooks: the Python of a cell changes inside its JSON strings, every other byte stays."""

from __future__ import annotations

import json

import pytest
from helpers.rewriting import KEY, NAME, reason, rewritten


def notebook(*lines, kind="code", outputs=(), **dump):
    """A notebook with a text cell and one cell of these lines."""
    cell = {"cell_type": kind, "metadata": {}, "source": list(lines)}
    if kind == "code":
        cell |= {"execution_count": None, "outputs": list(outputs)}
    cells = [{"cell_type": "markdown", "metadata": {}, "source": ['# ü "x"\n', "text"]}, cell]
    data = {"cells": cells, "metadata": {"a": "b"}, "nbformat": 4, "nbformat_minor": 5}
    return json.dumps(data, **{"indent": 1, "ensure_ascii": False, **dump}) + "\n"


@pytest.mark.parametrize(
    ("lines", "code"),
    [
        (['k = "@@"\n', "print(k)"], f'import os\n\nk = os.environ["{NAME}"]\nprint(k)'),
        (["import os\n", "k = 'Bearer @@'"], f"import os\nk = f'Bearer {{os.environ[\"{NAME}\"]}}'"),
        (
            ["%pip install x\n", "!ls\n", 'k = "@@" # "ü\\n"'],
            f'%pip install x\n!ls\nimport os\n\nk = os.environ["{NAME}"] # "ü\\n"',
        ),
    ],
)
@pytest.mark.parametrize("dump", [{}, {"indent": None}, {"ensure_ascii": True, "indent": 2}])
def test_cell_reads_the_environment(lines, code, dump):
    """The code is rewritten, the JSON stays valid, and the other cells and the layout stay as they are."""
    text = notebook(*lines, **dump)
    new = rewritten("a.ipynb", text)
    assert "".join(json.loads(new)["cells"][1]["source"]) == code
    before, after = json.loads(text.replace("@@", KEY)), json.loads(new)
    before["cells"][1]["source"] = after["cells"][1]["source"] = []
    assert before == after
    start = text.index("@@") - 40
    assert new.startswith(text[:start].rpartition('"code"')[0])
    assert new.endswith(text[-60:])


def test_source_that_is_one_string_is_rewritten_too():
    """The format allows a cell's source as one string."""
    text = notebook('k = "@@"\n').replace('[\n    "k = \\"@@\\"\\n"\n   ]', '"k = \\"@@\\"\\n"')
    assert '"source": "k' in text
    assert (
        "".join(json.loads(rewritten("a.ipynb", text))["cells"][1]["source"])
        == f'import os\n\nk = os.environ["{NAME}"]\n'
    )


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (notebook("x = 1", outputs=[{"output_type": "stream", "name": "stdout", "text": ["@@\n"]}]), "output"),
        (notebook("the key is @@", kind="markdown"), "without code"),
        (notebook("# @@\n"), "comment"),
        (notebook("%env K=@@\n"), "comment"),
        (notebook("x = 1").replace('"b"', '"@@"'), "metadata"),
    ],
)
def test_other_places_are_left_alone_by_name(text, words):
    """Outputs, texts, magics and metadata are named, not changed."""
    assert words in reason("a.ipynb", text)
