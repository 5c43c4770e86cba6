"""Ruby programs print the same."""

from __future__ import annotations

import pytest
from helpers.rewriting import NAME, reason, same_output

PROGRAMS = {
    "constant": 'KEY = "@@"\nputs KEY\n',
    "single quotes": "puts '@@'\n",
    "part": 'x = 1\nputs "a #{x} Bearer @@ \\"b\\""\n',
    "part of single quotes": "puts 'Bearer @@ end'\n",
    "part of single quotes with a call": "puts 'Bearer @@'.strip\n",
    "keyword argument": 'def f(key: "@@")\n  key\nend\nputs f\n',
    "hash": 'h = { "k" => "@@", j: 1 }\nputs h["k"]\n',
    "heredoc": "puts <<~TEXT\n  Bearer @@\n  #{1 + 1}\nTEXT\n",
    "frozen": '# frozen_string_literal: true\n\nKEY = "@@".freeze\nputs KEY\n',
}


@pytest.mark.parametrize("text", PROGRAMS.values(), ids=PROGRAMS)
def test_program_prints_the_same_after_the_rewrite(tmp_path, text):
    """Every place in which a literal can stand gives the same output."""
    assert f'ENV.fetch("{NAME}")' in same_output(tmp_path, "main.rb", text, ["ruby", "FILE"])


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("# @@\n", "comment"),
        ("x = %w[a @@]\n", "%w"),
        ("x = 'a' '@@'\n", "side by side"),
        ("puts <<~'TEXT'\n  @@\nTEXT\n", "heredoc"),
    ],
)
def test_place_without_an_expression_is_left_alone_by_name(text, words):
    """Where no expression may stand nothing is changed, and one line says why."""
    assert words in reason("a.rb", text)
