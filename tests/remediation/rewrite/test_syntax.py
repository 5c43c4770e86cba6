"""What rewriters of all grammars share: the literal that is found, what is replaced of it, and what is refused."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keyscan.errors import UsageError
from keyscan.remediation.rewrite import syntax
from keyscan.remediation.rewrite.interface import COMMENT, ESCAPED, INLINE_CODE, LeftAlone, Splice, Target, spliced

SECRET = b"acme_0123456789abcdef"
RUBY = syntax.Language(
    "Ruby", "tree_sitter_ruby", frozenset({"string"}), 'ENV.fetch("{name}")',
    inside={b'"': "#{{{0}}}"}, raw=frozenset({b"'"}), forbidden={"regex": "no call may stand in it"},
    bare=frozenset({"assignment"}),
)  # fmt: skip


def target(text):
    """The place of SECRET in a text."""
    start = text.index(SECRET)
    return Target(text, start, start + len(SECRET), "ACME_KEY", "a.rb")


def changed(text, language=RUBY):
    """The text after the rewrite, or why it is left alone."""
    at = target(text)
    result = syntax.rewrite(at, language)
    return result.reason if isinstance(result, LeftAlone) else spliced(text, result.splices)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b'k = "%s"\n', b'k = ENV.fetch("ACME_KEY")\n'),
        (b'k = "Bearer %s!"\n', b'k = "Bearer #{ENV.fetch("ACME_KEY")}!"\n'),
        (b"k = '%s'\n", b'k = ENV.fetch("ACME_KEY")\n'),
        # No interpolation in this kind of literal: it is cut and joined.
        (b"k = 'a %s b'\n", b"k = 'a ' + ENV.fetch(\"ACME_KEY\") + ' b'\n"),
        (b"k = '%s b'\n", b"k = ENV.fetch(\"ACME_KEY\") + ' b'\n"),
        (b"k = 'a %s'\n", b"k = 'a ' + ENV.fetch(\"ACME_KEY\")\n"),
        (b"f('a %s b'.to_s)\n", b"f(('a ' + ENV.fetch(\"ACME_KEY\") + ' b').to_s)\n"),
    ],
)
def test_a_literal_or_a_part_of_it_is_replaced(before, after):
    """Whole, inside, or cut and joined, in parentheses where the parent needs them."""
    assert changed(before % SECRET) == after


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (b"# %s\n", COMMENT),
        (b"k = %s\n", INLINE_CODE),
        (b"k = /%s/\n", "no call may stand in it"),
        (b'class ( "%s" }\n', "Ruby"),
    ],
)
def test_other_places_are_left_alone(text, reason):
    """A comment, code, a place where no call may stand, and a text that the grammar does not understand."""
    assert reason in changed(text % SECRET)


def test_an_escape_that_is_not_understood_is_left_alone():
    """The value would not be the one that the program sees."""
    text = b'k = "\\q%s"\n' % SECRET
    at = target(text)
    wide = Target(at.text, at.start - 2, at.end, at.name, at.path)
    assert syntax.rewrite(wide, RUBY) == LeftAlone(ESCAPED)


def test_a_rewrite_that_does_not_parse_is_refused():
    """The result is parsed; one with more errors than before changes nothing."""
    broken = syntax.Language("Ruby", "tree_sitter_ruby", frozenset({"string"}), ")({name}")
    assert "parses" in changed(b'k = "%s"\n' % SECRET, broken)


def test_what_a_language_declares_is_added_or_refuses():
    """`declare` sees the literal and the expression; `replace` comes before the common way."""
    seen = []

    def declare(at, literal, expression):
        seen.append((literal.opening, literal.is_only(at), expression))
        return (Splice(0, 0, b"require 'x'\n"),)

    fields = {"title": "Ruby", "module": "tree_sitter_ruby", "strings": frozenset({"string"}), "read": "ENV['{name}']"}
    text = b'k = "%s"\n' % SECRET
    assert changed(text, syntax.Language(**fields, declare=declare)) == b"require 'x'\nk = ENV['ACME_KEY']\n"
    assert seen == [(b'"', True, "ENV['ACME_KEY']")]
    refusing = syntax.Language(**fields, declare=lambda *_: LeftAlone("not here"))
    assert changed(text, refusing) == "not here"
    own = syntax.Language(**fields, replace=lambda at, *_: (Splice(at.start, at.end, b"own"),))
    assert changed(text, own) == b'k = "own"\n'


def test_a_grammar_that_is_not_installed_is_named_with_its_remedy():
    """One line that says what to install."""
    with pytest.raises(UsageError, match=r"pip install 'keyscan-linter\[fix\]'"):
        syntax.parser("tree_sitter_of_nobody", "language")


@given(st.text(alphabet=" \n\"'#{}()=abk", max_size=40))
def test_any_text_is_rewritten_or_left_alone(around):
    """Nothing raises, and a rewritten text does not hold the secret at its place any more."""
    text = around.encode() + b'k = "' + SECRET + b'"\n' + around.encode()
    result = syntax.rewrite(target(text), RUBY)
    if not isinstance(result, LeftAlone):
        assert SECRET not in spliced(text, result.splices)


def test_nodes_are_walked_in_the_order_of_the_text():
    """From the root down; upwards from a node to the root."""
    tree = syntax.parse(RUBY, b"a = 'x'\nb = 'y'\n")
    strings = [node for node in syntax.walk(tree.root_node) if node.type == "string"]
    assert [syntax.text_of(node) for node in strings] == [b"'x'", b"'y'"]
    assert [node.type for node in syntax.above(strings[0])] == ["string", "assignment", "program"]
    assert syntax.text_of(syntax.field_of(syntax.nearest(strings[1], "assignment"), "left")) == b"b"
    assert syntax.nearest(strings[0], "class") is None
    assert syntax.errors(tree) == 0
    assert syntax.errors(syntax.parse(RUBY, b"def (")) > 0
