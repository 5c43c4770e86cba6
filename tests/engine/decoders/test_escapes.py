"""Escapes and strings in pieces: found where they stand."""

from __future__ import annotations

import json

import pytest
from helpers.tokens import token

from keyscan.engine.matcher import Matcher
from keyscan.engine.prefilter.hyperscan import HyperscanPrefilter
from keyscan.engine.prefilter.keywords import KeywordPrefilter
from keyscan.ruleset import loader

TEMPLATES = {
    "anthropic": "sk-ant-api03-{b64url:93}AA",
    "openai": "sk-proj-{alnum:74}T3BlbkFJ{alnum:74}",
    "github": "ghp_{alnum:30}{crc62:6}",
    "groq": "gsk_{alnum:52}",
    "huggingface": "hf_{alpha:34}",
}


def expanded():
    """A token of each template that this version of the template language knows."""
    made = {}
    for name, template in TEMPLATES.items():
        try:
            made[name] = token(template, "decode")
        except ValueError:
            continue
    return made


TOKENS = expanded()


ANTHROPIC = TOKENS["anthropic"]


@pytest.fixture(scope="module")
def engines():
    """A matcher of the built-in rules for each engine."""
    rules = loader.load([loader.builtin_dir()])
    return {"regex": Matcher(rules, KeywordPrefilter(rules)), "hyperscan": Matcher(rules, HyperscanPrefilter.of(rules))}


def found(engines, text, path=""):
    """What both engines find of medium severity and more: (secret, text at its place, what was looked through)."""
    data = text if isinstance(text, bytes) else text.encode()
    told = []
    for matcher in engines.values():
        matches = [match for match in matcher.scan(data, path=path).matches if match.severity >= 2]
        told.append([(m.secret.decode(), data[m.secret_start : m.secret_end].decode(), m.decoded) for m in matches])
    assert told[0] == told[1]
    return told[0]


def secrets(engines, text, path=""):
    """The secrets alone."""
    return [secret for secret, _, _ in found(engines, text, path)]


def named(code):
    """A text with every character written as `code` has it."""
    return lambda text: "".join(code.format(ord(char)) for char in text)


class TestEscapes:
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
        ],
    )
    def test_each_kind(self, engines, name, encode):
        """A token with its marks or all of it escaped is found exactly where it stands."""
        written = encode(TOKENS[name])
        for text in (f'a = 1\nkey = "{written}"\nb = 2', f"https://example.com/?key={written}&x=1"):
            told = found(engines, text)
            assert [(secret, place) for secret, place, _ in told] == [(TOKENS[name], written)]

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
            r'"k = \"{a}\" + \"{b}\"\n"',
            r'"k = \"{a}\"\n   \"{b}\"\n"',
        ],
    )
    @pytest.mark.parametrize("cut", [3, 7, 13, 40])
    def test_joined(self, engines, text, cut):
        """A token cut in two, at a mark or in its middle, is found from its first to its last byte."""
        written = f"x = 1\nkey = {text.replace('{a}', ANTHROPIC[:cut]).replace('{b}', ANTHROPIC[cut:])}\ny = 2\n"
        ((secret, place, decoded),) = found(engines, written)
        assert (secret, decoded) == (ANTHROPIC, "a string in pieces")
        assert place.startswith(ANTHROPIC[:cut])
        assert place.endswith(ANTHROPIC[cut:])

    def test_three_pieces(self, engines):
        """More joints than one."""
        written = " + ".join(f'"{part}"' for part in (ANTHROPIC[:7], ANTHROPIC[7:13], ANTHROPIC[13:]))
        assert secrets(engines, f"key = {written}") == [ANTHROPIC]
