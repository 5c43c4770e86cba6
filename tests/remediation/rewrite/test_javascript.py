"""JavaScript and TypeScript: programs print the same, code for browsers is left alone."""

from __future__ import annotations

import pytest
from helpers.rewriting import NAME, reason, rewritten, same_output

PROGRAMS = {
    "constant": 'const k = "@@";\nconsole.log(k, k.length);\n',
    "single quotes": "const k = '@@'; console.log(k);\n",
    "template": "const k = `@@`; console.log(k);\n",
    "part of template": "const x = 1; console.log(`${x} Bearer @@ ${x}`);\n",
    "part": 'console.log("a `b` ${c} Bearer @@ \\"d\\" \'e\'");\n',
    "property": 'const o = {key: "@@", "other": 1}; console.log(o.key, o.other);\n',
    "default argument": 'function f(k = "@@") { return k; }\nconsole.log(f());\n',
    "class field": 'class A { k = "@@"; static s = "@@"; }\nconsole.log(new A().k);\n'.replace(
        'static s = "@@"', "static s = 1"
    ),
    "sum": 'console.log("Bearer " + "@@" + 1);\n',
    "method call": 'console.log("@@".slice(0), "@@".length);\n'.replace(', "@@".length', ""),
    "return": 'const f = () => "@@";\nconsole.log(f());\n',
    "header": 'const h = { Authorization: "Bearer @@" };\nconsole.log(h.Authorization);\n',
    "array": 'console.log(["a", "@@"][1]);\n',
    "typeof window": 'if (typeof window === "undefined") console.log("@@");\n',
    "crlf": 'const k = "@@";\r\nconsole.log(k);\r\n',
    "shebang and directive": '#!/usr/bin/env node\n"use strict";\nconst k = "@@"; // a remark\nconsole.log(k);\n',
}


@pytest.mark.parametrize("text", PROGRAMS.values(), ids=PROGRAMS)
def test_program_prints_the_same_after_the_rewrite(tmp_path, text):
    """Every place in which a literal can stand gives the same output before and after."""
    new = same_output(tmp_path, "program.cjs", text, ["node", "FILE"])
    assert f"process.env.{NAME}" in new


def test_typescript_keeps_the_type():
    """TypeScript knows the variable as possibly undefined, so the rewrite asserts that it is not."""
    assert rewritten("a.ts", 'const k: string = "@@";\n') == f"const k: string = process.env.{NAME}!;\n"


def test_deno_reads_its_own_environment():
    """Deno code gets Deno's call."""
    new = rewritten("a.ts", 'Deno.serve(() => fetch("u", { headers: { k: "@@" } }));\n')
    assert f'Deno.env.get("{NAME}")!' in new


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("src/App.vue", "<script>const k = '@@'</script>\n"),
        ("index.html", "<script>const k = '@@'</script>\n"),
        ("a.js", "document.title = 'x'; const k = '@@';\n"),
        ("a.js", "import { createRoot } from 'react-dom/client';\nconst k = '@@';\n"),
        ("a.tsx", "'use client';\nexport const k = '@@';\n"),
        ("a.tsx", "const f = () => <button onClick={() => go('@@')}>x</button>;\n"),
        ("a.ts", "const c = new OpenAI({ apiKey: '@@', dangerouslyAllowBrowser: true });\n"),
        ("a.js", "localStorage.setItem('a', 'b'); const k = '@@';\n"),
    ],
)
def test_code_for_browsers_is_left_alone_with_the_advice(path, text):
    """A bundler would ship the variable too: the call has to move to a server."""
    assert "server" in reason(path, text)


def test_file_of_a_browser_project_is_left_alone():
    """What the project's bundler ships is told to the rewriter, and left alone; its server files are not."""
    text = "export const k = '@@';\n"
    assert "server" in reason("src/key.js", text, browser=True)
    assert rewritten("server/key.js", text, browser=True)


def test_server_component_may_name_the_window_in_text():
    """Words in strings and comments do not make a page of a file."""
    assert rewritten("a.js", "// window and document\nconst k = '@@', w = 'window';\n")


@pytest.mark.parametrize(
    ("path", "text", "words"),
    [
        ("a.js", "// @@\n", "comment"),
        ("a.js", "import x from '@@';\n", "module"),
        ("a.js", "const o = {'@@': 1};\n", "name of a property"),
        ("a.js", "'@@';\n", "statement of its own"),
        ("a.ts", "type T = '@@';\n", "type"),
        ("a.ts", "enum E { A = '@@' }\n", "enum"),
        ("a.d.ts", "declare const k: '@@';\n", "declaration"),
        ("a.js", "function f(process) { return '@@'; }\n", "something else"),
        ("a.js", "f(]'@@'[ = {\n", "parse"),
        ("a.js", "const k = '\\x41@@';\n".replace("@@", "@@\\x41"), "escape"),
    ],
)
def test_place_without_an_expression_is_left_alone_by_name(path, text, words):
    """Where no expression may stand nothing is changed, and one line says why."""
    if "escape" in words:
        assert words in reason(path, "const k = '@@';\n", secret="ab\\x41cd")
    else:
        assert words in reason(path, text)


def test_jsx_attribute_gets_braces():
    """A JSX attribute takes an expression in braces."""
    assert rewritten("a.jsx", 'export const A = () => <Map token="@@" />;\n', browser=False) == (
        f"export const A = () => <Map token={{process.env.{NAME}}} />;\n"
    )
