"""Answers remembered, and for how long."""

from __future__ import annotations

import os
import stat
import sys

import pytest

from keyscan.model.finding import Validity
from keyscan.verify import store as module
from keyscan.verify.store import Store

DEAD = Validity("dead", "revoked", "it was revoked", "api.acme.example", "2026-01-01T00:00:00Z", (("user", "ada"),))


class Clock:
    """A clock that is set by hand."""

    now = 1_000_000.0

    def __call__(self):
        """The time."""
        return self.now


def test_an_answer_lasts_an_hour_and_a_control_a_day(tmp_path):
    """An answer is given again for an hour, a control's for a day, over processes; identity and words are not kept."""
    clock = Clock()
    first = Store(tmp_path, clock)
    name = first.digest("kind", "key")
    first.keep(name, DEAD)
    first.keep_control("control:x", refused=True)
    first.save()
    clock.now += module.ANSWER_SECONDS - 1
    found = Store(tmp_path, clock).answer(name)
    assert (found.status, found.reason, found.identity) == ("dead", "revoked", ())
    clock.now += 2
    assert Store(tmp_path, clock).answer(name) is None
    assert Store(tmp_path, clock).control("control:x") is True
    clock.now += module.CONTROL_SECONDS
    assert Store(tmp_path, clock).control("control:x") is None


def test_unknown_is_asked_again(tmp_path):
    """What is not known is not remembered."""
    store = Store(tmp_path)
    store.keep("n", Validity("unknown", "server"))
    assert store.answer("n") is None


def test_names_depend_on_the_salt(tmp_path):
    """Two users' stores name the same key differently, so that a stored name does not tell a guessed key."""
    assert Store(tmp_path / "a").digest("key") != Store(tmp_path / "b").digest("key")
    first = Store(tmp_path / "a")
    first.keep("n", DEAD)
    first.save()
    assert Store(tmp_path / "a").digest("key") == first.digest("key")


@pytest.mark.skipif(sys.platform == "win32", reason="permissions of files are POSIX")
def test_only_the_owner_may_read(tmp_path):
    """Salt and answers are readable by their owner alone."""
    store = Store(tmp_path / "cache")
    store.keep("n", DEAD)
    store.save()
    for file in (tmp_path / "cache").iterdir():
        assert stat.S_IMODE(file.stat().st_mode) == 0o600, file.name


@pytest.mark.parametrize(
    "content",
    [b"", b"[]", b"{", b'{"n": 1}', b'{"n": [1,2,3,4,5]}', b'{"n": ["x","dead","","",""]}', b"\xff", b"[" * 100_000,
     b'{"n": [true,"dead","","",""]}', b'{"n": [99999999999999999999, "alive", "", "", ""]}'],
)  # fmt: skip
def test_a_damaged_store_is_asked_again(tmp_path, content):
    """What cannot be read, or says nonsense, is as if it were not there."""
    (tmp_path / "verify.json").write_bytes(content)
    assert Store(tmp_path).answer("n") is None


def test_a_store_that_cannot_be_written_is_no_error(tmp_path):
    """A cache that is not a directory costs nothing but the memory."""
    (tmp_path / "file").write_text("x")
    store = Store(tmp_path / "file" / "cache")
    store.keep("n", DEAD)
    store.save()
    assert os.listdir(tmp_path) == ["file"]
