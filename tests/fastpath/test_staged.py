"""The quick hook: it may only ever say clean, and only where the whole command would."""

from __future__ import annotations

import pytest
from helpers.tokens import token

from keyscan.engine import rule_check as rulecheck
from keyscan.fastpath import artifact, engine
from keyscan.fastpath import staged as quick
from keyscan.ruleset.cache import load_rules


@pytest.fixture(scope="module")
def loaded(tmp_path_factory):
    """The quick engine, stored and loaded again."""
    pytest.importorskip("hyperscan")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("KEYSCAN_CACHE_DIR", str(tmp_path_factory.mktemp("quick")))
        artifact.store_engine(load_rules())
        return engine.open_stored()


def test_every_example_of_every_rule_is_doubted(loaded):
    """What the whole engine finds, the quick one never calls clean."""
    for rule in load_rules():
        for template in rule.examples or ("{secret}",):
            text = rulecheck.example(rule, template, 0)[1]
            assert loaded.doubtful(b"x = 1\n" + text + b"\nend\n"), rule.id


def test_plain_code_is_not_doubted(loaded):
    """Ordinary code is answered by the quick engine."""
    assert not loaded.doubtful(b"def add(a, b):\n    return a + b\n" * 50)


def test_a_clean_commit_is_answered_without_the_whole_command(repo, spawn):
    """After the first run has stored the engine, a clean commit imports neither click nor regex."""
    pytest.importorskip("hyperscan")
    repo.stage("a.py", "def add(a, b):\n    return a + b\n")
    first = spawn(["staged"], cwd=repo.path)
    assert (first.code, first.err) == (0, "")
    second = spawn(["staged"], cwd=repo.path, env={"PYTHONPROFILEIMPORTTIME": "1"})
    assert second.code == 0
    assert "keyscan: clean (1 file, 32 bytes" in second.out
    assert "| regex" not in second.err
    assert "click" not in second.err


def test_a_key_is_never_answered_quickly(repo, spawn, anthropic_key):
    """A commit with a key reaches the whole command, however often the hook runs."""
    repo.stage("a.py", f'key = "{anthropic_key}"\n')
    for _ in range(2):
        assert spawn(["staged"], cwd=repo.path).code == 1


def test_a_damaged_store_is_not_trusted(repo, spawn, anthropic_key, cache_dir):
    """Stored bytes that do not load are made again, and the answer stays right."""
    repo.stage("a.py", f'key = "{anthropic_key}"\n')
    spawn(["staged"], cwd=repo.path)
    for file in cache_dir.glob("quick-*"):
        file.write_bytes(file.read_bytes()[:40])
    assert spawn(["staged"], cwd=repo.path).code == 1


def test_configuration_in_the_index_is_left_to_the_whole_command(repo, monkeypatch):
    """A staged configuration may add rules, so the quick hook does not answer."""
    monkeypatch.chdir(repo.path)
    repo.stage("a.py", "x = 1\n")
    repo.stage(".keyscan.toml", "")
    assert quick.staged() is None


@pytest.mark.parametrize(
    ("text", "quick_then"),
    [
        ('disable = ["mistral-api-key"]\n', False),
        ('format = "json"\n', False),
        ("[[ignore]]\npath = 'x'\nexpires = 2020-01-01\n", False),
        ("baseline = 'b'\n", False),
        ("nonsense = 1\n", False),
        ("min-severity = 'high'\nexclude = ['vendor/']\n[[ignore]]\npath = 'x'\n", True),
    ],
)
def test_a_configuration_that_changes_nothing_is_remembered(repo, spawn, text, quick_then):
    """Once the whole command has seen it, a clean commit is answered quickly; any other configuration never is."""
    pytest.importorskip("hyperscan")
    repo.stage("a.py", "x = 1\n")
    repo.stage(".keyscan.toml", text)
    repo.stage("b", "# keyscan baseline 1\n")
    first = spawn(["staged"], cwd=repo.path)
    again = spawn(["staged"], cwd=repo.path, env={"PYTHONPROFILEIMPORTTIME": "1"})
    assert again.code == first.code
    assert ("click" in again.err) is not quick_then
    repo.stage(".keyscan.toml", text + "jobs = 1\n")
    changed = spawn(["staged"], cwd=repo.path, env={"PYTHONPROFILEIMPORTTIME": "1"})
    assert "click" in changed.err


@pytest.mark.parametrize("name", ["env.example", "env-sample", "env.template", "conf/env.dist", "envrc.example"])
def test_files_that_are_judged_by_name_are_left_to_the_whole_command(repo, spawn, name):
    """A real value that only the file's name makes a finding is found however often the hook runs."""
    repo.stage(name, f"DB_PASSWORD={token('{alnum:20}')}\n")
    codes = [spawn(["staged"], cwd=repo.path).code for _ in range(2)]
    assert codes == [1, 1]


def test_what_holds_other_texts_is_doubted_without_a_zero_byte(loaded):
    """Archives, and texts with a byte order mark, are the whole engine's even where they hold no zero byte."""
    tar = b"x" * 257 + b"ustar" + b"x" * 300
    for data in (b"BZh91AY&SY" + b"x" * 50, b"PK\x03\x04" + b"x" * 50, b"\xef\xbb\xbfx = 1\n", tar):
        assert loaded.doubtful(data), data[:10]
