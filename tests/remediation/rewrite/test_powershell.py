"""PowerShell reads $env:, also inside strings."""

from __future__ import annotations

import pytest
from helpers.rewriting import NAME, reason, rewritten


@pytest.mark.parametrize(
    ("text", "new"),
    [
        ('$k = "@@"\n', f"$k = $env:{NAME}\n"),
        ("$k = '@@'\n", f"$k = $env:{NAME}\n"),
        ('$k = "Bearer @@ $x"\n', f'$k = "Bearer $($env:{NAME}) $x"\n'),
        ("$k = 'Bearer @@'\n", f"$k = ('Bearer ' + $env:{NAME} + '')\n"),
        ("Invoke-Foo -Key @@\n", f"Invoke-Foo -Key $env:{NAME}\n"),
        ('@{ A = "@@" }\n', f"@{{ A = $env:{NAME} }}\n"),
    ],
)
def test_literal_is_read_from_the_environment(text, new):
    """Each kind of string becomes the read, in the form its place asks for."""
    assert rewritten("a.ps1", text) == new


@pytest.mark.parametrize(("text", "words"), [("# @@\n", "comment"), ("$k = @'\n@@\n'@\n", "here-string")])
def test_place_that_does_not_expand_is_left_alone_by_name(text, words):
    """Where PowerShell expands nothing the text stays, and one line says why."""
    assert words in reason("a.ps1", text)
