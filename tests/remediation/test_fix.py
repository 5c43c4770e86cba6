"""The plan of `keyscan fix`, from files to edits, with nothing written and nothing shown in plain text."""

from __future__ import annotations

import pytest
from helpers.live import RULES
from helpers.tokens import token

from keyscan.errors import UsageError
from keyscan.git.ignore_rules import Ignored
from keyscan.remediation.fix import plan
from keyscan.remediation.places import Place, Source

RULE = RULES["anthropic-api-key"]
KEY, OTHER = (token("sk-ant-api03-{b64url:93}AA", seed) for seed in ("fix", "other"))
SHOWN = {KEY: "sk-ant-...[00000001]", OTHER: "sk-ant-...[00000002]"}


def source(path, text, *secrets, decoded=""):
    """A file with a place for each occurrence of the secrets, all of them masked."""
    places = []
    for secret in secrets:
        at = text.find(secret)
        while at >= 0:
            line = text.count("\n", 0, at) + 1
            places.append(Place(RULE, at, at + len(secret), line, SHOWN[secret], f"{RULE.id}:1", decoded=decoded))
            at = text.find(secret, at + 1)
    places.sort(key=lambda place: place.start)
    return Source(path, text.encode(), tuple(places), tuple((one.encode(), SHOWN[one]) for one in secrets))


def planned(*sources, files=None, refusals=None, rules=None):
    """The plan for these files in a directory that has `files`."""
    there = {one.path: one.raw for one in sources} | (files or {})
    return plan(sources, refusals or {}, rules or {}, there.get)


def test_a_literal_goes_to_env_and_its_name_to_the_example():
    """The code reads the variable, `.env` has the value and is ignored, `.env.example` has the name only."""
    made = planned(source("app.py", f'KEY = "{KEY}"\n', KEY))
    (edit,) = made.files.edits
    assert edit.new == b'import os\n\nKEY = os.environ["ANTHROPIC_API_KEY"]\n'
    assert made.env.new == f"ANTHROPIC_API_KEY={KEY}\n".encode()
    assert made.values == {"ANTHROPIC_API_KEY": KEY.encode()}
    assert made.example.new == b"ANTHROPIC_API_KEY=\n"
    assert [(one.path, one.new) for one in made.ignore.edits] == [(".gitignore", b".env\n")]
    assert [(fix.path, fix.line, fix.variable) for fix in made.fixed] == [("app.py", 1, "ANTHROPIC_API_KEY")]


def test_what_is_shown_holds_no_secret():
    """The shown edits are the same with every secret masked, also one of another file; `repr` has none either."""
    files = (source("a.py", f'KEY = "{KEY}"  # not {OTHER}\n', KEY), source("b.py", f'KEY = "{OTHER}"\n', OTHER))
    made = planned(*files)
    shown = "\n".join(line for edit in made.shown for line in edit.diff())
    assert {edit.path for edit in made.shown} == {"a.py", "b.py", ".env", ".env.example", ".gitignore"}
    for secret in (KEY, OTHER):
        assert secret not in shown
        assert secret not in repr(made)
        assert SHOWN[secret] in shown


def test_two_keys_get_two_names_and_one_key_one():
    """The second value gets a suffix, with a remark; a value that is there twice has one variable."""
    made = planned(source("a.py", f'A = "{KEY}"\nB = "{OTHER}"\nC = "{KEY}"\n', KEY, OTHER))
    assert len(made.values) == 2
    variables = [fix.variable for fix in made.fixed]
    assert variables[0] == variables[2] != variables[1]
    assert made.env.new.count(b"\n") == 2
    assert len(made.fixed) == 3


def test_a_value_that_env_has_already_is_reused():
    """`.env` is not written again; one with another value under the name gets a new name."""
    text = f'KEY = "{KEY}"\n'
    made = planned(source("a.py", text, KEY), files={".env": f"ANTHROPIC_API_KEY='{KEY}'\n".encode()})
    assert made.env is None
    assert made.files.edits
    other = planned(source("a.py", text, KEY), files={".env": b"ANTHROPIC_API_KEY=another\n"})
    assert list(other.values) != ["ANTHROPIC_API_KEY"]
    assert other.env.new.startswith(b"ANTHROPIC_API_KEY=another\n")


@pytest.mark.parametrize(
    ("files", "refusals", "words"),
    [
        ((source("a.py", f'K = "{KEY}"\n', KEY),), {"a.py": "it is a submodule's"}, "submodule"),
        ((source("a.xyz", f'K = "{KEY}"\n', KEY),), {}, "kind of file"),
        ((source("a.py", f'K = "{KEY}"\n', KEY, decoded="base64"),), {}, "encoded (base64)"),
        ((Source("a.py", b"\xff\xfe\x00", source("a.py", f'"{KEY}"', KEY).places),), {}, "encoding"),
    ],
)
def test_what_stays_is_named_with_the_reason(files, refusals, words):
    """One entry for each secret; without an edit there is nothing else in the plan."""
    made = planned(*files, refusals=refusals)
    (place,) = made.unchanged
    assert words in place.reason
    assert KEY not in repr(made.unchanged)
    assert (made.files.edits, made.env, made.fixed, made.shown) == ((), None, (), ())


def test_ignore_rules_of_the_repository_decide():
    """`.env` that is ignored already needs no rule; a template that is ignored is taken out of what is."""
    text = source("a.py", f'K = "{KEY}"\n', KEY)
    ignored = {".env": Ignored(".gitignore", 1, ".env*"), ".env.example": Ignored(".gitignore", 1, ".env*")}
    made = planned(text, rules=ignored, files={".gitignore": b".env*\n"})
    assert [edit.new for edit in made.ignore.edits] == [b".env*\n!.env.example\n"]


def test_a_script_of_a_bundled_project_is_left_alone():
    """By the nearest package.json: a browser would get the value."""
    script = source("web/src/a.js", f'const K = "{KEY}";\n', KEY)
    bundled = planned(script, files={"web/package.json": b'{"devDependencies": {"vite": "5"}}'})
    assert bundled.unchanged
    for package in (b'{"dependencies": {"express": "4"}}', b"{", b'["vite"]'):
        assert planned(script, files={"web/package.json": package}).fixed


def test_an_env_that_is_no_text_is_an_error():
    """Nothing could be added to it."""
    with pytest.raises(UsageError, match=r"\.env"):
        planned(source("a.py", f'K = "{KEY}"\n', KEY), files={".env": b"\xff\x00"})
