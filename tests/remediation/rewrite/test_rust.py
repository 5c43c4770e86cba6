"""Rust programs compile and print the same."""

from __future__ import annotations

import pytest
from helpers.rewriting import reason, same_output

PROGRAMS = {
    "local": 'fn f(k: &str) -> usize { k.len() }\nfn main() { let key = "@@"; println!("{} {}", key, f(key)); }\n',
    "argument": 'fn f(k: &\'static str) -> &\'static str { k }\nfn main() { println!("{}", f("@@")); }\n',
    "owned": 'fn main() { let k: String = "@@".to_string(); let j = String::from("b"); println!("{k}{j}"); }\n',
    "String::from": 'fn main() { println!("{}", String::from("@@")); }\n',
    "method": 'fn main() { println!("{}", "@@".trim()); }\n',
    "raw": 'fn main() { let k = r#"@@"#; println!("{}", k); }\n',
    "part": 'fn main() { let k = "{a} Bearer @@ \\"b\\""; println!("{}", k); }\n',
    "constant": (
        'const KEY: &str = "@@";\n'
        'fn main() { println!("{} {}", KEY, KEY.len()); let k: &str = KEY; println!("{}", k); }\n'
    ),
    "static": 'static KEY: &str = "@@";\nfn main() { println!("{}", KEY); }\n',
    "struct": 'struct A { k: &\'static str }\nfn main() { println!("{}", A { k: "@@" }.k); }\n',
}


@pytest.mark.parametrize("text", PROGRAMS.values(), ids=PROGRAMS)
def test_program_prints_the_same_after_the_rewrite(tmp_path, text):
    """Every place in which a literal can stand compiles, with the same types, and gives the same output."""
    same_output(tmp_path, "main.rs", text, ["rustc", "--edition", "2021", "-A", "warnings", "FILE", "&&", "./main"])


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("// @@\n", "comment"),
        ('pub const K: &str = "@@";\n', "public constant"),
        ('const K: &str = "@@";\nfn f() { println!("{K}"); }\n', "braces"),
        ('fn f(s: &str) { match s { "@@" => {} _ => {} } }\n', "pattern"),
        ('fn f() { g(b"@@"); }\n', "byte string"),
        ('fn f() { println!("Bearer @@"); }\n', "macro"),
        ('#[foo = "@@"]\nstruct A;\n', "attribute"),
    ],
)
def test_place_without_an_expression_is_left_alone_by_name(text, words):
    """Where no expression may stand nothing is changed, and one line says why."""
    assert words in reason("a.rs", text)
