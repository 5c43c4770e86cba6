"""Python programs whose key is read from the environment print what they printed before."""

from __future__ import annotations

import sys

import pytest
from helpers.rewriting import KEY, NAME, reason, rewritten, same_output

PROGRAMS = {
    "assignment": 'KEY = "@@"\nprint(KEY)\n',
    "single quotes": "KEY = '@@'\nprint(KEY)\n",
    "raw": 'KEY = r"@@"\nprint(KEY)\n',
    "bytes": 'KEY = b"@@"\nprint(KEY.decode())\n',
    "part of bytes": 'KEY = b"Bearer @@!"\nprint(KEY.decode())\n',
    "triple": 'KEY = """@@"""\nprint(KEY)\n',
    "part of triple": 'KEY = """a {x}\n@@\n"b" """\nprint(KEY)\n',
    "part with braces": 'print("{a} Bearer @@ {b}")\n',
    "part with single quotes": "print('Bearer @@')\n",
    "f-string": 'x = 1\nprint(f"{x} Bearer @@ {x:>3}")\n',
    "raw f-string": 'x = 1\nprint(rf"{x} \\d @@")\n',
    "triple f-string": 'x = 1\nprint(f"""{x}\n@@ \'" """)\n',
    "side by side": 'print("Bearer " "@@" " end")\n',
    "side by side with f-string": 'x = 1\nprint(f"{x} " "@@")\n',
    "sum": 'print("Bearer " + "@@")\n',
    "percent": 'print("%s @@" % "a")\n',
    "format": 'print("{} @@".format("a"))\n',
    "default argument": 'def f(key="@@"):\n    return key\nprint(f())\n',
    "keyword argument": 'print(dict(api_key="@@")["api_key"])\n',
    "class attribute": 'class A:\n    """Doc."""\n\n    key: str = "@@"\nprint(A.key)\n',
    "dataclass with Optional": (
        "from __future__ import annotations\n\nfrom dataclasses import dataclass\nfrom typing import Optional\n\n"
        '@dataclass\nclass A:\n    key: Optional[str] = "@@"\n\nprint(A().key)\n'
    ),
    "constant used elsewhere": 'KEY = "@@"\nHEADERS = {"x-api-key": KEY}\nprint(HEADERS["x-api-key"], len(KEY))\n',
    "dictionary": 'D = {\n    "k": "@@",  # a remark\n}\nprint(D["k"])\n',
    "dictionary key": 'D = {"@@": 1}\nprint(list(D)[0])\n',
    "conditional": 'import sys\nk = "@@" if sys else None\nprint(k)\n',
    "lambda": 'print((lambda: "@@")())\n',
    "docstring and future import": (
        '#!/usr/bin/env python3\n"""Doc."""\n\nfrom __future__ import annotations\n\nK = "@@"\nprint(K, __doc__)\n'
    ),
    "import of os": 'import sys\nimport os\nK = "@@"\nprint(K, os.sep, sys.byteorder)\n',
    "import of os as another name": 'import os as system\nK = "@@"\nprint(K, system.sep)\n',
    "import of os after use": 'K = "@@"\nimport os\nprint(K, os.sep)\n',
    "import of os in a function": 'def f():\n    import os\n    return os.sep + "@@"\nprint(f())\n',
    "os is something else": 'os = "linux"\nprint(os, "@@")\n',
    "os is a parameter": 'def f(os):\n    return os + "@@"\nprint(f("a"))\n',
    "os is imported under a try": 'try:\n    import os\nexcept ImportError:\n    os = None\nprint("@@", os.sep)\n',
    "only a function": 'def f():\n    return "@@"\n\n\nprint(f())\n',
    "semicolons": 'x = 1; K = "@@"; print(K, x)\n',
    "no end of line": 'K = "@@"\nprint(K)',
    "other letters": 'ä = "ö"; K = "ü @@ ß"  # é\nprint(ä, K)\n',
}


@pytest.mark.parametrize("text", PROGRAMS.values(), ids=PROGRAMS)
def test_program_prints_the_same_after_the_rewrite(tmp_path, text):
    """Every place in which a literal can stand gives the same output before and after."""
    new = same_output(tmp_path, "program.py", text, [sys.executable, "-X", "utf8", "FILE"])
    assert new.count("import os") <= max(1, text.count("import os") + 1)


def test_escaped_value_is_decoded():
    """The value that goes into the environment is what the program saw, not how it was written."""
    from helpers.rewriting import fix

    made = fix("a.py", 'K = "a\\tb\\u00e9"\n', secret="a\\tb\\u00e9")
    assert made.value.decode() == "a\tbé"


def test_only_the_literal_and_the_import_change():
    """CRLF, comments and odd spacing stay byte for byte."""
    text = '"""D."""\r\n\r\nimport  sys\r\nK  =  "@@"   # here\r\n'
    assert (
        rewritten("a.py", text)
        == f'"""D."""\r\n\r\nimport os\r\nimport  sys\r\nK  =  os.environ["{NAME}"]   # here\r\n'
    )


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("# key: @@\nx = 1\n", "comment"),
        ('"""Uses @@ as a key."""\n', "docstring"),
        ('def f(x: "@@"): ...\n', "annotation"),
        ('from typing import Literal\nK = Literal["@@"]\n', "type"),
        ('match x:\n    case "@@":\n        pass\n', "pattern"),
        ('print("@@"\n', "does not parse"),
        ("print '@@'\n", "does not parse"),
        ('# -*- coding: latin-1 -*-\nK = "@@"\n', "does not parse"),
        ('x = b"a" b"@@"\n', "side by side"),
        ("print(f\"{f'@@'}\")\n", "nested"),
    ],
)
def test_place_without_an_expression_is_left_alone_by_name(text, words):
    """Where no expression may stand nothing is changed, and one line says why."""
    assert words in reason("a.py", text)


def test_format_string_with_a_value_that_formats_is_left_alone():
    """A value with braces must not be inserted before `.format` reads it."""
    assert "format" in reason("a.py", 'print("{} p{w}d".format(1))\n', secret="p{w}d")


def test_two_secrets_in_one_literal_are_replaced_one_after_the_other():
    """The second secret of a literal is found in the f-string that the first one made."""
    from helpers.tokens import token

    other = token("ghp_{alnum:30}{crc32-base62:ghp_}")
    first = rewritten("a.py", f'print("@@ {other}")\n')
    second = rewritten("a.py", first, secret=other, name="GITHUB_TOKEN")
    assert second == f"import os\n\nprint(f\"{{os.environ['{NAME}']}} {{os.environ['GITHUB_TOKEN']}}\")\n"
    assert KEY not in second


@pytest.mark.parametrize(
    "deep",
    [
        "(" * 30000 + "1" + ")" * 30000,
        "-" * 30000 + "1",
        "not " * 30000 + "1",
        "+".join(["1"] * 30000),
        "lambda: " * 3000 + "1",
        "a" + ".b" * 30000,
        "a" + "[0]" * 30000,
        " if 1 else ".join(["1"] * 3000),
        "[" * 150 + "]" * 150 + " + " + "+".join(["1"] * 1000),
    ],
    ids=["brackets", "minus", "not", "sum", "lambda", "attributes", "subscripts", "conditions", "both"],
)
def test_hostile_nesting_ends_no_process(deep):
    """What would end the parser's process is refused before it is parsed (run in a process of its own)."""
    import subprocess

    program = (
        "import sys; sys.path[:0] = sys.argv[1:]; from helpers.rewriting import reason; "
        "print(reason('a.py', 'K = \"@@\"\\nx = ' + sys.stdin.read() + '\\n'))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, *sys.path], input=deep.encode(), capture_output=True, check=False
    )
    assert done.returncode == 0, done.stderr[-500:]
    assert b"does not parse" in done.stdout
