"""C#: the environment is read, and constants become read-only fields."""

from __future__ import annotations

import pytest
from helpers.rewriting import NAME, reason, rewritten

READ = f'System.Environment.GetEnvironmentVariable("{NAME}")'


@pytest.mark.parametrize(
    ("text", "new"),
    [
        ('class A { const string K = "@@"; }\n', f"class A {{ static readonly string K = {READ}; }}\n"),
        ('class A { void F() { const string k = "@@"; } }\n', f"class A {{ void F() {{ string k = {READ}; }} }}\n"),
        ('class A { string k = $"Bearer @@ {x}"; }\n', f'class A {{ string k = $"Bearer {{{READ}}} {{x}}"; }}\n'),
        ('class A { string k = "Bearer @@"; }\n', f'class A {{ string k = "Bearer " + {READ}; }}\n'),
        ('class A { string k = @"@@"; }\n', f"class A {{ string k = {READ}; }}\n"),
        ('class A { string? b; string k = "@@"; }\n', f"class A {{ string? b; string k = {READ}!; }}\n"),
    ],
)
def test_literal_is_read_from_the_environment(text, new):
    """Each kind of literal becomes the call, in the form its place asks for."""
    assert rewritten("A.cs", text) == new


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('class A { [Foo("@@")] int x; }\n', "attribute"),
        ('class A { void F(string k = "@@") { } }\n', "default"),
        ('class A { void F(string s) { switch (s) { case "@@": break; } } }\n', "case label"),
        ('class A { const string K = "@@"; [Foo(K)] int x; }\n', "uses this constant"),
        ("class A { } // @@\n", "comment"),
    ],
)
def test_place_that_must_be_constant_is_left_alone_by_name(text, words):
    """Where a call may not stand nothing is changed, and one line says why."""
    assert words in reason("A.cs", text)
