"""Python files as libcst reads them: what is parsed, where the import goes, and under which name it is used."""

from __future__ import annotations

import pytest

from keyscan.remediation.rewrite.interface import spliced
from keyscan.remediation.rewrite.python_syntax import MAX_DEPTH, environment_reader, parsed


def with_import(text):
    """The file after its import is added, and the name under which it reaches the environment."""
    source = parsed(text)
    reader = environment_reader(source)
    return spliced(text, reader.splices(text, source)), reader.name


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (b"x = 1\n", b"import os\n\nx = 1\n"),
        (b"import re\nx = 1\n", b"import os\nimport re\nx = 1\n"),
        (b'"""Doc."""\n\nimport re\n', b'"""Doc."""\n\nimport os\nimport re\n'),
        (b"from __future__ import annotations\nx = 1\n", b"from __future__ import annotations\nimport os\n\nx = 1\n"),
        (b"def f():\n    pass\n", b"import os\n\n\ndef f():\n    pass\n"),
        (b"@d\ndef f():\n    pass\n", b"import os\n\n\n@d\ndef f():\n    pass\n"),
        (b"x = 1\r\n", b"import os\r\n\r\nx = 1\r\n"),
        (b"#!/usr/bin/env python\nx = 1\n", b"#!/usr/bin/env python\nimport os\n\nx = 1\n"),
    ],
)
def test_the_import_is_the_first_statement_that_may_be_one(text, expected):
    """Behind docstring and future imports, before decorators, in the file's own line ends."""
    assert with_import(text) == (expected, "os.environ")
    compile(expected, "a.py", "exec")


@pytest.mark.parametrize(
    ("text", "name", "adds"),
    [
        (b"import os\nx = 1\n", "os.environ", False),
        (b"import os as system\nx = 1\n", "system.environ", False),
        # One that runs later, or in a function only, does not count.
        (b"x = 1\nimport os\n", "os.environ", True),
        (b"def f():\n    import os\n", "_environ", True),
        # The name is taken.
        (b"os = 1\n", "_environ", True),
        (b"def f(os):\n    pass\n", "_environ", True),
        (b"for os in ():\n    pass\n", "_environ", True),
    ],
)
def test_the_file_s_own_import_is_used_where_it_holds(text, name, adds):
    """Else a new one under a name that is free."""
    new, reached = with_import(text)
    assert reached == name
    assert (new != text) is adds


@pytest.mark.parametrize(
    "text",
    [
        b"def (:\n",
        b"x = " + b"(" * (MAX_DEPTH * 2) + b")" * (MAX_DEPTH * 2) + b"\n",
        b"x = '\x00'\n",
        b"# coding: klingon\nx = 1\n",
    ],
)
def test_what_cannot_be_parsed_is_none(text):
    """A syntax error, nesting that would end the parser, a NUL, an encoding that nobody knows."""
    assert parsed(text) is None


def test_byte_ranges_count_in_utf_8():
    """A node's range and its parents are those in the bytes."""
    import libcst

    text = "ä = 'ü'\n".encode()
    source = parsed(text)
    (literal,) = (node for node in source.spans if isinstance(node, libcst.SimpleString))
    low, high = source.span(literal)
    assert text[low:high] == "'ü'".encode()
    assert [type(node).__name__ for node in source.above(literal)][:2] == ["Assign", "SimpleStatementLine"]
