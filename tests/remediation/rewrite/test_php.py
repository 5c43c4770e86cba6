"""PHP programs print the same; constant expressions are left alone."""

from __future__ import annotations

import pytest
from helpers.rewriting import NAME, reason, rewritten, same_output

PROGRAMS = {
    "variable": "<?php\n$key = '@@';\necho $key;\n",
    "double quotes": '<?php\necho "@@";\n',
    "part": '<?php\n$x = 1;\necho "$x Bearer @@ {$x}";\n',
    "part of single quotes": "<?php\necho 'Bearer @@ end';\n",
    "array": "<?php\n$c = ['k' => 'Bearer @@'];\necho $c['k'];\n",
    "argument": '<?php\necho strtolower("A") . trim(" @@ ");\n',
    "top-level constant": "<?php\nconst KEY = '@@';\necho KEY;\n",
    "part of a constant": "<?php\nconst KEY = 'Bearer @@';\necho KEY;\n",
    "define": "<?php\ndefine('KEY', '@@');\necho KEY;\n",
}


@pytest.mark.parametrize("text", PROGRAMS.values(), ids=PROGRAMS)
def test_program_prints_the_same_after_the_rewrite(tmp_path, text):
    """Every place in which a literal can stand gives the same output."""
    assert f"getenv('{NAME}')" in same_output(tmp_path, "main.php", text, ["php", "FILE"])


def test_laravel_configuration_uses_its_own_function():
    """Configuration files of Laravel read by env(), which its cache knows."""
    text = "<?php\nreturn ['a' => env('A'), 'key' => '@@'];\n"
    assert f"'key' => env('{NAME}')" in rewritten("config/services.php", text)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("<?php\n// @@\n", "comment"),
        ("<?php\nclass A { const K = '@@'; }\n", "class constant"),
        ("<?php\nclass A { private $k = '@@'; }\n", "property"),
        ("<?php\nfunction f($k = '@@') {}\n", "default"),
        ("<?php\nfunction f() { static $k = '@@'; }\n", "static variable"),
        ("<?php\necho <<<EOT\n@@\nEOT;\n", "heredoc"),
    ],
)
def test_constant_expression_is_left_alone_by_name(text, words):
    """Where PHP takes constants only nothing is changed, and one line says why."""
    assert words in reason("a.php", text)
