"""Escapes and strings in pieces: found where they stand."""

from __future__ import annotations

import json

import pytest
from helpers.decoding import ANTHROPIC, TOKENS, found, secrets
from helpers.tokens import token


def named(code):
    """A text with every character written as `code` has it."""
    return lambda text: "".join(code.format(ord(char)) for char in text)


class TestEscapes:
    @pytest.mark.parametrize(
        "text",
        [
            "client_secret: \u201c{}\u201d",
            "client_secret : \u00ab {} \u00bb",
            "client_secret\uff1a{}",
            "client_secret = \u300c{}\u300d",
            "data-x='{{&quot;client_secret&quot;:&quot;{}&quot;}}'",
            r'"{{\\\"client_secret\\\": \\\"{}\\\"}}"',
        ],
    )
    def test_quotation_marks_that_code_does_not_have(self, engines, text):
        """A value in marks of word processors, in character references or in JSON within JSON is bound to its name."""
        value = token("{alnum:12}7{alnum:12}")
        for secret, place, _ in found(engines, f"a\n{text.format(value)}\nb"):
            assert (secret, place) == (value, value)
        assert secrets(engines, f"a\n{text.format(value)}\nb") == [value]

    @pytest.mark.parametrize("name", TOKENS)
    @pytest.mark.parametrize(
        "encode",
        [
            lambda text: text.replace("-", r"\u002d").replace("_", r"\u005F"),
            lambda text: text.replace("-", r"\x2d").replace("_", r"\x5f"),
            lambda text: text.replace("-", "%2D").replace("_", "%5f"),
            lambda text: text.replace("-", "%252D").replace("_", "%255F"),
            lambda text: text.replace("-", r"\\u002d").replace("_", r"\\u005f"),
            lambda text: text.replace("-", "&#45;").replace("_", "&#95;"),
            named(r"\u{:04x}"),
            named(r"\x{:02x}"),
            named("%{:02X}"),
            named("&#{};"),
            named("&#x{:x};"),
            named("&#X{:x};"),
            named("&#00{:d};"),
            named(r"\{:03o}"),
            named(r"\\{:03o}"),
            named(r"\u{{{:x}}}"),
            named(r"\x{{{:04x}}}"),
            named(r"\U{:08x}"),
            lambda text: text.replace("-", r"\055").replace("_", r"\137"),
            lambda text: text.replace("-", r"\u{2d}").replace("_", r"\u{5F}"),
            lambda text: text.replace("-", "&hyphen;").replace("_", "&lowbar;"),
            lambda text: text.replace("-", "=2D").replace("_", "=5F"),
            lambda text: text.replace("-", "&#0045;").replace("_", "&#x005F;"),
            lambda text: "".join(chr(ord(char) + 0xFEE0) for char in text),
        ],
    )
    def test_each_kind(self, engines, name, encode):
        """A token with its marks or all of it escaped is found exactly where it stands."""
        written = encode(TOKENS[name])
        for text in (f'a = 1\nkey = "{written}"\nb = 2', f"https://example.com/?key={written}&x=1"):
            told = found(engines, text)
            assert [(secret, place) for secret, place, _ in told] == [(TOKENS[name], written)]

    @pytest.mark.parametrize("name", TOKENS)
    @pytest.mark.parametrize(
        "mark",
        ["\u200b", "\u200d", "\u2060", "\u00ad", "\ufeff", "\u200e", "<wbr>", "<wbr />", "&shy;", "&#8203;"],
        ids=ascii,
    )
    @pytest.mark.parametrize("at", [3, 20])
    def test_invisible_characters(self, engines, name, mark, at):
        """A token that was copied with what cannot be seen between its characters is found where it stands."""
        written = TOKENS[name][:at] + mark + TOKENS[name][at:]
        told = found(engines, f'a = 1\nkey = "{written}"\nb = 2')
        assert [(secret, place) for secret, place, _ in told] == [(TOKENS[name], written)]

    @pytest.mark.parametrize("dash", ["\u2010", "\u2011", "\u2012", "\u2013", "\u2212", r"\-"], ids=ascii)
    def test_dashes_in_place_of_hyphens(self, engines, dash):
        """A token whose hyphens a word processor changed, or an expression escapes; years and words are nothing."""
        written = ANTHROPIC[:-2].replace("-", dash) + ANTHROPIC[-2:]
        told = [(secret, place) for secret, place, _ in found(engines, f"Use {written} here\n")]
        assert told == [(ANTHROPIC, written)]
        assert secrets(engines, f"2019{dash}2020, well{dash}known, sk{dash}ant, pages 100{dash}120") == []

    def test_marks_that_editors_of_markdown_escape(self, engines):
        """A prefix with backslashes as an editor of Markdown writes it; a name in LaTeX is nothing."""
        for template in ("sk_live_51{alnum:97}", "ghp_{alnum:30}{crc32-base62:ghp_}"):
            key = token(template, "markdown")
            written = key.replace("_", r"\_")
            told = [(secret, place) for secret, place, _ in found(engines, f"Use {written} here\n")]
            assert told == [(key, written)]
        assert (
            secrets(engines, r"the \textbf{large\_configuration\_identifier\_of\_things} \_abcdefghijklmnopqrst") == []
        )

    @pytest.mark.parametrize(
        "template", ["sk-ant-api03-{b64url:93}AA", "rzp_live_{alnum:14}", "ls__{hex:32}", "dckr_pat_{b64url:27}"]
    )
    def test_marks_with_little_behind_them(self, engines, template):
        """However few letters follow each mark that an editor escaped, a key with a known prefix is found."""
        for number in range(40):
            key = token(template, f"mark/{number}")
            written = key.replace("_", r"\_")
            told = [(secret, place) for secret, place, _ in found(engines, f"RAZORPAY_LANGSMITH_KEY: {written}\n")]
            assert told == [(key, written)]

    def test_json_in_json(self, engines):
        """A key in JSON inside a string of JSON, twice over."""
        inner = json.dumps({"mistral_api_key": token("{alnum:32}", "mistral"), "anthropic": ANTHROPIC})
        for _ in range(2):
            assert secrets(engines, inner)[-1] == ANTHROPIC
            inner = json.dumps({"body": inner})


class TestPieces:
    @pytest.mark.parametrize(
        "text",
        [
            '"{a}" "{b}"',
            '"{a}" + "{b}"',
            "'{a}' +\n    '{b}'",
            "'{a}'\n    '{b}'",
            "'{a}' . '{b}'",
            '"{a}" \\\n  "{b}"',
            '"{a}\\\n{b}"',
            "['{a}', '{b}'].join('')",
            "`{a}` + `{b}`",
            '"{a}" .. "{b}"',
            '"{a}" & "{b}"',
            '"{a}" & _\n    "{b}"',
            '"{a}" + `\n    "{b}"',
            '"{a}" ^ "{b}"',
            '"{a}" * "{b}"',
            '"{a}" ++ "{b}"',
            "'{a}' || '{b}'",
            '"".join(["{a}", "{b}"])',
            'paste0("{a}", "{b}")',
            'concat!("{a}", "{b}")',
            "CONCAT('{a}', '{b}')",
            r'"k = \"{a}\" + \"{b}\"\n"',
            r'"k = \"{a}\"\n   \"{b}\"\n"',
            '"{a}" + /* a comment */ "{b}"',
            '"{a}" /* one */ + /* two */ "{b}"',
            '"{a}" /* a * b */ "{b}"',
            "'{a}' +  // a comment\n    '{b}'",
            "'{a}'  # its head\n    '{b}'  # its tail",
            "'{a}' ||  -- a comment\n    '{b}'",
            'L"{a}" L"{b}"',
            'u8"{a}" u8"{b}"',
            'u8"{a}"\n    u8R"{b}"',
            "rb'{a}' Rb'{b}'",
            '@"{a}" + $@"{b}"',
        ],
    )
    @pytest.mark.parametrize("cut", [3, 6, 7, 12, 13, 40])
    def test_joined(self, engines, text, cut):
        """A token cut in two, at a mark or in its middle, is found from its first to its last byte."""
        written = f"x = 1\nkey = {text.replace('{a}', ANTHROPIC[:cut]).replace('{b}', ANTHROPIC[cut:])}\ny = 2\n"
        ((secret, place, decoded),) = found(engines, written)
        assert (secret, decoded) == (ANTHROPIC, "a string in pieces")
        assert place.startswith(ANTHROPIC[:cut])
        assert place.endswith(ANTHROPIC[cut:])

    @pytest.mark.parametrize("text", ['"{a}" /* "{b}"', '"{a}" "x" "{b}"', "'{a}' # '{b}'", '"{a}", "{b}"'])
    def test_what_is_no_joint(self, engines, text):
        """A comment that does not end before the second string, and lists."""
        for cut in (6, 13):
            written = text.replace("{a}", ANTHROPIC[:cut]).replace("{b}", ANTHROPIC[cut:])
            assert secrets(engines, f"key = {written}\n") == []

    def test_a_value_behind_its_name_is_no_quoted_printable(self, engines):
        """`=4A` may be an equals sign and the first letters of a value, wherever else on the line an escape stands."""
        value = "4A" + token("{hex:30}", "printable")
        (told,) = found(engines, f"url: https://x.org/?api_secret={value}&next=ab%2Dcd\n")
        assert told[0] == value

    @pytest.mark.parametrize("digits", ["2D3C4A5B", "5FAA0011"])
    def test_a_checksum_behind_an_equals_sign_is_no_quoted_printable(self, engines, digits):
        """The token ends with `=` and eight digits, which may begin like an escape."""
        value = token("ATCTT3xFfGN0{b64url:163}", "checksum") + "ab=" + digits
        for text in (f"k = {value}\n", f"k = '{value}'", value):
            assert secrets(engines, text) == [value]

    def test_three_pieces(self, engines):
        """More joints than one."""
        written = " + ".join(f'"{part}"' for part in (ANTHROPIC[:7], ANTHROPIC[7:13], ANTHROPIC[13:]))
        assert secrets(engines, f"key = {written}") == [ANTHROPIC]
