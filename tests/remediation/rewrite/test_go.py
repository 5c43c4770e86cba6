"""Go programs print the same; imports and constants are adjusted."""

from __future__ import annotations

import pytest
from helpers.rewriting import reason, same_output

MAIN = 'package main\n\nimport (\n\t"fmt"\n)\n\n{0}\n\nfunc main() {{\n{1}\n}}\n'
PROGRAMS = {
    "constant": MAIN.format('const key = "@@"', "\tfmt.Println(key)"),
    "variable": MAIN.format('var key string = "@@"', "\tfmt.Println(key)"),
    "local constant": MAIN.format("", '\tconst key = "@@"\n\tfmt.Println(key)'),
    "short variable": MAIN.format("", '\tkey := "@@"\n\tfmt.Println(key)'),
    "raw": MAIN.format("", "\tkey := `@@`\n\tfmt.Println(key)"),
    "part of raw": MAIN.format("", '\tkey := `{"k": "@@"}`\n\tfmt.Println(key)'),
    "part": MAIN.format("", '\tfmt.Println("Bearer @@ end")'),
    "begins with": MAIN.format("", '\tfmt.Println("@@ end")'),
    "ends with": MAIN.format("", '\tfmt.Println("Bearer @@")'),
    "indexed": MAIN.format("", '\tfmt.Println("Bearer @@"[0:], "a"+"@@"[3:], "b")'.replace('"a"+"@@"[3:], ', "")),
    "map": MAIN.format('var m = map[string]string{"k": "@@"}', '\tfmt.Println(m["k"])'),
    "struct": MAIN.format("type T struct{ K string }", '\tfmt.Println(T{K: "@@"}.K)'),
    "bytes": MAIN.format("", '\tfmt.Println(string([]byte("@@")))'),
    "return": MAIN.format('func f() string { return "Bearer @@" }', "\tfmt.Println(f())"),
    "single import": 'package main\n\nimport "fmt"\n\nfunc main() { fmt.Println("@@") }\n',
    "import of os": 'package main\n\nimport (\n\t"fmt"\n\t"os"\n)\n\nfunc main() { fmt.Fprintln(os.Stdout, "@@") }\n',
}


@pytest.mark.parametrize("text", PROGRAMS.values(), ids=PROGRAMS)
def test_program_prints_the_same_after_the_rewrite(tmp_path, text):
    """Every place in which a literal can stand compiles and gives the same output."""
    new = same_output(tmp_path, "main.go", text, ["go", "run", "FILE"])
    assert new.count('"os"') == 1


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("package a\n// @@\n", "comment"),
        ('package a\n\nconst (\n\tA = "@@"\n\tB = "b"\n)\n', "group of constants"),
        ('package a\n\nconst A = "@@"\nconst B = A + "b"\n', "another constant"),
        ('package a\n\ntype T struct {\n\tA string `k:"@@"`\n}\n', "struct tag"),
        ('package a\n\nfunc f(os string) string { return os + "@@" }\n', "something else"),
        ('package a\n\nfunc f() { os := 1; g(os, "@@") }\n', "something else"),
    ],
)
def test_place_that_must_be_constant_is_left_alone_by_name(text, words):
    """Where a call may not stand nothing is changed, and one line says why."""
    assert words in reason("a.go", text)
