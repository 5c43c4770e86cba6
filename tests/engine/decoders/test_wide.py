"""Text in two bytes a character that nothing announces, and every other disguise of text: a key in it is found."""

from __future__ import annotations

import os
import threading
from random import Random

import pytest
from helpers.tokens import token

from keyscan.api import Scanner
from keyscan.engine.decoders import wide
from keyscan.engine.prefilter.encoding_triggers import WIDE, Trigger
from keyscan.model.blob import Blob, Origin
from keyscan.ruleset.cache import load_rules
from keyscan.sources import chunks, safe_read
from keyscan.sources.files import Target

KEY = token("sk-ant-api03-{b64url:93}AA", "wide")
RULE = "anthropic-api-key"
SCANNERS = [Scanner(load_rules(), engine="regex")]
try:
    import hyperscan  # noqa: F401 - only whether it is there

    SCANNERS.append(Scanner(load_rules(), engine="hyperscan"))
except ImportError:
    pass

CHINESE = "".join(chr(code) for code in range(0x4E00, 0x4E00 + 3000))
# U+4E0A and U+0A05: one byte of each is that of a line's end.
LINE_ENDS = "\u4e0a\u0a05" * 500
TEXTS = {
    "UTF-16 LE without a mark, Chinese": lambda key: (CHINESE + key + CHINESE).encode("utf-16-le"),
    "UTF-16 BE without a mark, Chinese": lambda key: (CHINESE + key + CHINESE).encode("utf-16-be"),
    "UTF-16 LE without a mark, line ends in characters": lambda key: (LINE_ENDS + key + LINE_ENDS).encode("utf-16-le"),
    "UTF-16 BE without a mark, line ends in characters": lambda key: (LINE_ENDS + key + LINE_ENDS).encode("utf-16-be"),
    "UTF-16 at an odd offset": lambda key: b"x" + (CHINESE + key + CHINESE).encode("utf-16-le"),
    "UTF-16 with a mark, line ends in characters": lambda key: (LINE_ENDS + key + LINE_ENDS).encode("utf-16"),
    "UTF-16 appended to UTF-8": lambda key: b"plain text, written by another program\n" * 300 + key.encode("utf-16-le"),
    "UTF-8 appended to UTF-16": lambda key: "first\r\n".encode("utf-16") * 300 + f"k = {key}\n".encode(),
    "UTF-16 appended to that": lambda key: (
        "first\n".encode("utf-16") + b"and plain text then\n" + key.encode("utf-16-le")
    ),
    "a false mark": lambda key: b"\xff\xfe" + f"k = '{key}'\n".encode(),
    "a false mark, no ASCII": lambda key: b"\xfe\xff" + ("naïve café, déjà vu: " * 20 + key).encode("latin-1"),
    "a false mark of UTF-32": lambda key: b"\xff\xfe\0\0" + f"k = '{key}'\n".encode(),
    "one NUL early": lambda key: f"a\0b\nk = '{key}'\n".encode() + b"text\n" * 100,
    "a NUL later": lambda key: b"text\n" * 100 + f"a\0b\nk = '{key}'\n".encode(),
    "NULs between settings": lambda key: "\0".join([*(f"NAME_{n}=some value {n}" for n in range(40)), key]).encode(),
    "NULs around": lambda key: b"\0" * 200 + key.encode() + b"\0" * 200,
    "a colour code before": lambda key: f"\x1b[1;31m{key}\x1b[0m\n".encode(),
    "a colour code inside": lambda key: f"{key[:30]}\x1b[01;31m\x1b[K{key[30:40]}\x1b[m\x1b[K{key[40:]}\n".encode(),
    "a soft line break inside": lambda key: f"k=3D{key[:40]}=\r\n{key[40:]}\r\n".encode(),
    "a soft line break before": lambda key: f"some text and =\n{key}\n".encode(),
    "a soft line break in the prefix": lambda key: f"{key[:7]}=\n{key[7:]}\n".encode(),
}


def found(scanner, data):
    """The rules that find something in a file of these bytes."""
    return [one.rule_id for one in scanner.scan_blobs([Blob(data, Origin("a.txt"))]).findings]


@pytest.mark.parametrize("name", TEXTS)
@pytest.mark.parametrize("scanner", SCANNERS, ids=lambda one: one.engine)
def test_a_key_is_found_in_whatever_disguise(scanner, name):
    """No encoding, mark, NUL, colour code or line break hides a key from an engine."""
    assert RULE in found(scanner, TEXTS[name](KEY))


@pytest.mark.parametrize("seed", range(20))
def test_disguises_among_random_text(seed):
    """A planted key is found in random text of any script, at any offset, by both engines at the same place."""
    rand = Random(seed)  # noqa: S311 - not for secrets
    low, high = rand.choice([(0x20, 0x7E), (0xA0, 0x17F), (0x400, 0x4FF), (0x4E00, 0x9FFF), (0xA00, 0xAFF)])
    before, after = ("".join(chr(rand.randint(low, high)) for _ in range(rand.randrange(2000))) for _ in range(2))
    encoding = rand.choice(["utf-16-le", "utf-16-be", "utf-16", "utf-32-le", "utf-8"])
    data = rand.choice([b"", b"x", b"ab"]) * (encoding not in {"utf-16", "utf-32-le"})
    data += f"{before} {KEY} {after}".encode(encoding)
    results = [scanner.scan_blobs([Blob(data, Origin("a.txt"))]).findings for scanner in SCANNERS]
    for findings in results:
        assert RULE in [one.rule_id for one in findings], (seed, encoding)
    assert len({tuple((one.fingerprint, one.location) for one in findings) for findings in results}) == 1


def test_a_run_knows_its_place():
    """A view of a run leads back to the bytes that hold each character, in either order of bytes."""
    trigger = Trigger(WIDE, "", 14, "s\0k\0-\0a\0n\0t\0-")
    for encoding in ("utf-16-le", "utf-16-be"):
        data = f"密码 = '{KEY}' 密码".encode(encoding)
        end = data.index("sk-ant-"[0].encode()) + len(trigger.literal)
        (view,) = wide.wide_runs(data, [(trigger, end), (trigger, end)])
        at = view.text.index(KEY.encode())
        low, high = view.place(at, at + len(KEY))
        assert data[low:high:2].decode() == KEY


def test_a_mark_at_the_seam_of_chunks_hides_nothing():
    """A chunk that happens to begin with the bytes of a mark, or is cut out of UTF-16, is read all the same."""
    for text in (
        b"x" * 5000 + b"\xff\xfe" + f" k = '{KEY}'\n".encode() + b"y" * 6000,
        (CHINESE + KEY + CHINESE).encode("utf-16"),
    ):
        stream = _Stream(text)
        blobs = chunks.chunks(stream.read, text[:4998], Origin("a.txt"), 600, 4400)
        rules = [rule for blob in blobs for rule in found(SCANNERS[0], blob.data)]
        assert RULE in rules


class _Stream:
    def __init__(self, data):
        self._data, self._at = data, 4998

    def read(self, size):
        part = self._data[self._at : self._at + size]
        self._at += len(part)
        return part


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes")
def test_a_pipe_that_gives_one_byte_at_a_time_is_read_whole(tmp_path):
    """Short reads are no end of the text."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)

    def write():
        with pipe.open("wb", buffering=0) as stream:
            for byte in f"k = '{KEY}'\n".encode():
                stream.write(bytes((byte,)))

    writer = threading.Thread(target=write)
    writer.start()
    items = list(safe_read.read(Target(str(pipe), "pipe", named=True), 600))
    writer.join()
    assert [rule for item in items for rule in found(SCANNERS[0], item.data)] == [RULE]
