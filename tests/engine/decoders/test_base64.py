"""Secrets hidden in encodings: found at the place of what hides them, by both engines, and nothing else."""

from __future__ import annotations

import base64
import gzip
import json
import random
import textwrap
import time
from urllib.parse import quote

import pytest
from helpers.decoding import ANTHROPIC, TOKENS, found, secrets
from helpers.tokens import token
from hypothesis import given, settings
from hypothesis import strategies as st

from keyscan.model.fingerprint import fingerprint


def b64(text):
    """Base64 of a text."""
    return base64.b64encode(text.encode()).decode()


def named(code):
    """A text with every character written as `code` has it."""
    return lambda text: "".join(code.format(ord(char)) for char in text)


class TestSilent:
    def test_random_base64(self, engines):
        """A megabyte of random base64 holds nothing, and takes no time."""
        raw = random.Random(7).randbytes(750_000)  # noqa: S311
        text = base64.encodebytes(raw) + b"\n" + base64.b64encode(raw)
        started = time.process_time()
        assert engines["hyperscan"].scan(text).matches == []
        assert time.process_time() - started < 5

    def test_minified_escapes(self, engines):
        """Escapes all over a bundle are decoded once, and give nothing."""
        text = r'var a="\u003cdiv\u003e\x3cb\x3e",u="https:\/\/example.com\/path\/to%2Fsome%3Dthing";' * 5000
        started = time.process_time()
        assert secrets(engines, text) == []
        assert time.process_time() - started < 20

    @pytest.mark.parametrize(
        "text",
        [
            'x = ["sk-", "proj-", "sk-ant-", "ghp_"]',
            "if key.startswith('sk-' + 'ant-'): pass",
            b64("the token is a secret password for the api_key of nobody at all"),
            "kind: Secret\ndata:\n  note: aGVsbG8gd29ybGQ=\n",
            'print("%2d items, %s-%s" % (a, b, c))',
        ],
    )
    def test_nothing_there(self, engines, text):
        """Words, prefixes and escapes with nothing behind them."""
        assert secrets(engines, text) == []

    def test_the_depth_is_bounded(self, engines):
        """Six layers are not taken off, three are."""
        text = f"ANTHROPIC_API_KEY={ANTHROPIC}"
        for _ in range(6):
            text = b64(text)
        assert secrets(engines, text) == []


class TestBase64:
    @pytest.mark.parametrize("before", ["", " ", "a=", "K: ", "{'x': '", "# größer\nA="])
    @pytest.mark.parametrize("name", TOKENS)
    def test_any_alignment(self, engines, name, before):
        """A token in base64, whatever stands before it, is found where its base64 stands."""
        text = f"value: {b64(before + TOKENS[name])}\n"
        ((secret, place, decoded),) = found(engines, text)
        assert secret == TOKENS[name]
        assert decoded == "base64"
        assert text.index(place) == len("value: ") + len(before.encode()) * 4 // 3

    def test_a_whole_file(self, engines):
        """Base64 of an .env file or JSON, in one line or wrapped, standard or for URLs."""
        env = f"# settings\nDEBUG=1\nMISTRAL_API_KEY={token('{alnum:32}', 'mistral')}\nOTHER={ANTHROPIC}\n"
        assert len(secrets(engines, b64(env))) == 2
        for width in (64, 76):
            assert secrets(engines, "\n".join(textwrap.wrap(b64(env), width)))[-1] == ANTHROPIC
            assert secrets(engines, "data: |\n" + textwrap.indent("\n".join(textwrap.wrap(b64(env), width)), "    "))
        document = json.dumps({"a": "?>~~ÿ", "api_key": ANTHROPIC})
        assert secrets(engines, base64.urlsafe_b64encode(document.encode())) == [ANTHROPIC]

    def test_layers(self, engines):
        """Base64 of base64, and of UTF-16 as PowerShell encodes commands."""
        text = f"ANTHROPIC_API_KEY={ANTHROPIC}"
        ((secret, _, decoded),) = found(engines, b64(b64(text)))
        assert (secret, decoded) == (ANTHROPIC, "base64, base64")
        wide = base64.b64encode(f"$env:ANTHROPIC_API_KEY='{ANTHROPIC}'".encode("utf-16-le"))
        assert secrets(engines, b"powershell -EncodedCommand " + wide) == [ANTHROPIC]

    def test_kubernetes(self, engines):
        """The values of a Secret are judged by their names."""
        mistral = token("{alnum:32}", "mistral")
        text = f"apiVersion: v1\nkind: Secret\ndata:\n  MISTRAL_API_KEY: {b64(mistral)}\n  other: {b64(ANTHROPIC)}\n"
        told = found(engines, text)
        assert [secret for secret, _, _ in told] == [mistral, ANTHROPIC]
        assert told[0][1] == b64(mistral)

    def test_the_fingerprint_is_that_of_the_secret(self, engines):
        """Raw and encoded, a secret has one name, and the encoded copy is not shown."""
        marks = set()
        for text in (ANTHROPIC, b64(ANTHROPIC), quote(ANTHROPIC).replace("-", "%2D")):
            (match,) = [m for m in engines["keywords"].scan(text.encode()).matches if m.severity >= 2]
            marks.add(fingerprint(match.rule.id, match.secret))
        assert len(marks) == 1

    def test_nothing_of_it_is_shown(self, run, tmp_path):
        """The report shows neither the secret nor its encoded copy, and says how it was read."""
        (tmp_path / "a.txt").write_text(f"x: {b64('K=' + ANTHROPIC)}\n")
        result = run("scan", "a.txt", cwd=tmp_path)
        assert result.code == 1
        assert "read through base64" in result.out
        assert b64("K=" + ANTHROPIC)[8:40] not in result.out
        assert ANTHROPIC[20:40] not in result.out

    @settings(max_examples=40, deadline=None)
    @given(st.text(max_size=60), st.text(max_size=60))
    def test_random_surroundings(self, engines, before, after):
        """Whatever text is encoded with it, a token is found, and its place holds its base64."""
        text = b64(f"{before} {ANTHROPIC} {after}")
        told = [one for one in found(engines, text) if one[0] == ANTHROPIC]
        assert len(told) == 1
        assert b64(ANTHROPIC)[4:40] in told[0][1] or len(told[0][1]) in range(144, 150)


def test_staged_and_in_history(repo, run):
    """The hook, quick or whole, and the audit see through encodings too."""
    repo.stage("a.txt", "nothing\n")
    repo.commit()
    assert run("staged", cwd=repo.path).code == 0
    repo.stage("a.txt", f"nothing\nx: {b64('K=' + ANTHROPIC)}\n")
    assert run("staged", cwd=repo.path).code == 1
    repo.commit()
    assert run("history", cwd=repo.path).code == 1


class TestGzip:
    @pytest.mark.parametrize("before", ["", "line\n" * 40])
    def test_compressed_text_in_base64(self, engines, before):
        """What is compressed and then written in base64, once or twice, wrapped or not, is told where it stands."""
        packed = base64.b64encode(gzip.compress(f"{before}key: {ANTHROPIC}\n".encode())).decode()
        for text in (f"user_data: {packed}\n", f'release = "{packed}"\n'):
            assert found(engines, text) == [(ANTHROPIC, packed.rstrip("="), "base64 of gzip")]
        wrapped = "\n".join(textwrap.wrap(packed, 60))
        assert secrets(engines, wrapped) == [ANTHROPIC]
        twice = b64(packed)
        assert secrets(engines, f"data: {twice}\n") == [ANTHROPIC]
        assert secrets(engines, f"kind: Secret\ndata:\n  release: {twice}\n") == [ANTHROPIC]

    def test_a_bomb_and_a_cut_stream_are_named(self, engines):
        """What unpacks to more than the bound, or breaks off, is read as far as it goes and told as incomplete."""
        text = f"key: {ANTHROPIC}\n".encode()
        bomb = base64.b64encode(gzip.compress(text + bytes(5_000_000)))
        cut = base64.b64encode(gzip.compress(text * 2 + random.Random(1).randbytes(4000)))[:3000]  # noqa: S311
        for matcher in engines.values():
            for packed in (bomb, cut):
                started = time.process_time()
                result = matcher.scan(packed)
                assert ANTHROPIC.encode() in {match.secret for match in result.matches}
                assert [limit for limit in result.limits if "compressed text in base64" in limit]
                assert time.process_time() - started < 10

    def test_what_only_begins_like_it_is_nothing(self, engines):
        """The literal in other base64, in words, and in a broken stream."""
        for text in ("H4sIA", "xxH4sIAAAA", "H4sIHHHH" * 20, "path/H4sIAbcd/x.txt"):
            assert all(matcher.scan(text.encode()) == ([], ()) for matcher in engines.values())
