"""Swift on a server reads the environment; code of an app is left alone."""

from __future__ import annotations

import pytest
from helpers.rewriting import NAME, reason, rewritten

READ = f'ProcessInfo.processInfo.environment["{NAME}"]!'


@pytest.mark.parametrize(
    ("text", "new"),
    [
        ('import Foundation\nlet k = "@@"\n', f"import Foundation\nlet k = {READ}\n"),
        ('import Vapor\nlet k = "Bearer @@"\n', f'import Foundation\nimport Vapor\nlet k = "Bearer \\({READ})"\n'),
        ('let k = "@@"\n', f"import Foundation\nlet k = {READ}\n"),
    ],
)
def test_literal_is_read_from_the_environment(text, new):
    """Whole literals and parts become the read, and Foundation is imported once."""
    assert rewritten("a.swift", text) == new


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('import SwiftUI\nlet k = "@@"\n', "devices"),
        ("// @@\n", "comment"),
        ('switch x {\ncase "@@": break\ndefault: break\n}\n', "pattern"),
        ('enum A: String {\n  case a = "@@"\n}\n', "enum"),
    ],
)
def test_place_without_an_expression_is_left_alone_by_name(text, words):
    """Where no expression may stand nothing is changed, and one line says why."""
    assert words in reason("a.swift", text)
