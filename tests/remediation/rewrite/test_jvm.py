"""Java programs print the same; Kotlin keeps its types; constants that must stay constant are left alone."""

from __future__ import annotations

import pytest
from helpers.rewriting import NAME, reason, rewritten, same_output

MAIN = "class Main {{\n    {0}\n    public static void main(String[] a) {{\n        {1}\n    }}\n}}\n"
PROGRAMS = {
    "constant": MAIN.format('static final String KEY = "@@";', "System.out.println(KEY);"),
    "local": MAIN.format("", 'var key = "@@"; System.out.println(key.length() + key);'),
    "method call": MAIN.format("", 'System.out.println("@@".toCharArray());'),
    "part": MAIN.format("", 'System.out.println("Bearer @@ end");'),
    "part with a method call": MAIN.format("", 'System.out.println("Bearer @@".trim());'),
    "sum": MAIN.format("", 'System.out.println(1 + "@@" + 2);'),
    "map": MAIN.format("", 'System.out.println(java.util.Map.of("k", "@@").get("k"));'),
}


@pytest.mark.parametrize("text", PROGRAMS.values(), ids=PROGRAMS)
def test_java_program_prints_the_same_after_the_rewrite(tmp_path, text):
    """Every place in which a literal can stand compiles and gives the same output."""
    new = same_output(tmp_path, "Main.java", text, ["java", "-XX:TieredStopAtLevel=1", "FILE"])
    assert f'System.getenv("{NAME}")' in new


@pytest.mark.parametrize(
    ("path", "text", "words"),
    [
        ("A.java", 'class A { @Value("@@") String k; }\n', "annotation"),
        ("A.java", 'class A { void f(String s) { switch (s) { case "@@": break; } } }\n', "case label"),
        ("A.java", 'class A { static final String K = "@@"; @Value(K) String k; }\n', "annotation or a case label"),
        ("A.java", "class A { } // @@\n", "comment"),
        ("A.java", 'import android.app.Activity;\nclass A { String k = "@@"; }\n', "devices"),
        ("A.java", 'class A { String k = """\n  Bearer @@\n  """; }\n', "several lines"),
        ("a.kt", 'import androidx.compose.ui.Modifier\nval k = "@@"\n', "devices"),
    ],
)
def test_place_that_must_be_constant_is_left_alone_by_name(path, text, words):
    """Where a call may not stand nothing is changed, and one line says why."""
    assert words in reason(path, text)


@pytest.mark.parametrize(
    ("text", "new"),
    [
        ('const val K = "@@"\n', f'val K = System.getenv("{NAME}")\n'),
        ('val h = "Bearer @@ $x"\n', f'val h = "Bearer ${{System.getenv("{NAME}")}} $x"\n'),
        ('val h = """{"k": "@@"}"""\n', f'val h = """{{"k": "${{System.getenv("{NAME}")}}"}}"""\n'),
    ],
)
def test_kotlin_reads_the_environment(text, new):
    """Kotlin's constants lose `const`, its templates hold the call."""
    assert rewritten("a.kt", text) == new
