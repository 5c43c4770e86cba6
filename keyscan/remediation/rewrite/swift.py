"""Swift on a server: `ProcessInfo.processInfo.environment["X"]!`; code of an app is left alone."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from keyscan.remediation.rewrite import syntax
from keyscan.remediation.rewrite.interface import LeftAlone, Splice, line_end
from keyscan.remediation.rewrite.syntax import Language

if TYPE_CHECKING:
    from keyscan.remediation.rewrite.interface import Rewrite, Target
    from keyscan.remediation.rewrite.syntax import Change, Literal

_APP = re.compile(rb"^\s*import\s+(?:SwiftUI|UIKit|AppKit|WatchKit|WidgetKit)\b", re.MULTILINE)
_FOUNDATION = re.compile(rb"^\s*(?:@\w+\s+)?import\s+Foundation\b", re.MULTILINE)


def _declare(target: Target, _literal: Literal, _expression: str) -> Change:
    if _APP.search(target.text):
        return LeftAlone(
            "this code is shipped to devices, where anybody can read the key: call the service from a server"
        )
    if _FOUNDATION.search(target.text):
        return ()
    first = re.search(rb"^\s*(?:@\w+\s+)?import\s", target.text, re.MULTILINE)
    tools = re.match(rb"// swift-tools-version[^\n]*\n|#![^\n]*\n", target.text)
    at = first.start() if first else tools.end() if tools else 0
    return (Splice(at, at, b"import Foundation" + line_end(target.text)),)


LANGUAGE = Language(
    title="Swift",
    module="tree_sitter_swift",
    strings=frozenset({"line_string_literal", "multi_line_string_literal"}),
    read='ProcessInfo.processInfo.environment["{name}"]!',
    inside={b'"': "\\({0})", b'"""': "\\({0})"},
    forbidden={
        "switch_pattern": "it is a pattern: move the key by hand",
        "attribute": "it is in an attribute: move the key by hand",
        "enum_entry": "it is a raw value of an enum, which must be constant: move the key by hand",
    },
    declare=_declare,
)


def rewrite(target: Target) -> Rewrite | LeftAlone:
    """The replacement of a secret in Swift source."""
    return syntax.rewrite(target, LANGUAGE)
