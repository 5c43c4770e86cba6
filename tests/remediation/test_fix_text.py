"""A fix plan as text: the diff, a line for each secret, and the steps that follow."""

from __future__ import annotations

from dataclasses import replace

from keyscan.remediation.edits import Edit
from keyscan.remediation.fix import Fixed, FixPlan, Unchanged
from keyscan.remediation.fix_text import changes, what_next
from keyscan.remediation.managers import store_of

PLAN = FixPlan(
    shown=(Edit(".gitignore", None, b".env\n"), Edit(".env", None, b"K=...\n"), Edit("a.py", b"K = 1\n", b"K = 2\n")),
    fixed=(Fixed("a.py", 3, "acme-key", "acme_...[1]", "K"), Fixed("b.ts", 1, "other-key", "o_...[2]", "L")),
    unchanged=(Unchanged("c.py", 9, "acme-key", "acme_...[3]", "it is in a comment"),),
    remarks=("K has a suffix",),
    follow_up=("glab variable set K",),
)


def test_each_secret_has_its_line():
    """What it is read from, or why it is left alone, behind the diff of all files."""
    lines = list(changes(PLAN, None))
    assert lines[-3:] == [
        "a.py:3: acme_...[1] [acme-key] is read from K",
        "b.ts:1: o_...[2] [other-key] is read from L",
        "c.py:9: acme_...[3] [acme-key] left alone: it is in a comment",
    ]
    diff = "\n".join(lines[:-3])
    assert "K=..." in diff
    assert "+K = 2" in diff


def test_with_a_store_nothing_goes_into_env():
    """Neither in the diff nor in the steps; the store's commands and the code that reads it come instead."""
    store = store_of("vault:secret/app")
    assert not any("K=..." in line or line.endswith(".env") for line in changes(PLAN, store))
    text = "\n".join(what_next(PLAN, store))
    assert store.manager.title in text
    assert "Read K in Javascript" in text
    assert "Read L in Javascript" in text
    assert "Load .env" not in text


def test_the_steps_depend_on_what_was_changed():
    """Rotation first, loading by the languages of the files, then what other tools need; nothing without a change."""
    lines = list(what_next(PLAN, None))
    assert lines[0] == "note: K has a suffix"
    assert lines[1].startswith("Rotate first")
    assert lines[1].endswith("keyscan rotate acme-key or other-key")
    assert [line.split(":")[1].strip() for line in lines if line.startswith("Load .env")] == ["Python", "Node.js"]
    assert lines[-1] == "Then: glab variable set K"
    assert "only if it ever left" in list(what_next(PLAN, None, staged=True))[1]
    assert list(what_next(replace(PLAN, fixed=()), None)) == ["note: K has a suffix"]
