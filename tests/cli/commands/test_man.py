"""Help, manual page and completion: for every command, from the same text."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys

import click
import pytest
from helpers.paths import ROOT

from keyscan.cli import main as cli
from keyscan.cli.examples import EXAMPLES


def commands(group=cli.group, prefix=""):
    """Every command by its full name."""
    ctx = click.Context(group)
    for name in group.list_commands(ctx):
        command = group.get_command(ctx, name)
        full = f"{prefix} {name}".strip()
        yield full, command
        if isinstance(command, click.Group):
            yield from commands(command, full)


def test_every_command_has_examples_in_its_help(run):
    """`--help` of each command ends in examples, and no examples are left of commands that are gone."""
    names = {name for name, _ in commands()}
    assert set(EXAMPLES) - {""} == names
    for name in names:
        result = run(*name.split(), "--help")
        assert result.code == 0
        assert "Examples:" in result.out, name
        assert EXAMPLES[name][0][0].split()[0] in result.out


def test_every_example_is_understood():
    """Each example that runs keyscan parses: its commands, options and values are there."""
    found = dict(commands())
    for line, _ in (example for examples in EXAMPLES.values() for example in examples):
        words = shlex.split(line.replace('eval "$(', "").replace(')"', ""))
        start = words.index("keyscan") + 1
        end = next((at for at, word in enumerate(words) if word in {">", "<", "|"} and at > start), len(words))
        words = words[start:end]
        name = " ".join(words[:2]) if " ".join(words[:2]) in found else words[0]
        arguments = words[len(name.split()) :]
        with found[name].make_context(name, arguments):
            pass


def test_the_manual_page_names_every_command(run):
    """The page holds every command, its options and the exit codes, and is valid for man."""
    out = run("man").out
    for name, command in commands():
        assert f'.SS "keyscan {name.replace("-", chr(92) + "-")}"' in out
        assert (command.help or "").split()[0] in out
    assert ".SH EXIT STATUS" in out
    assert not any(line.startswith(".") and not line.startswith((".TH", ".S", ".B", ".T", ".P", ".R", ".n", ".f"))
                   for line in out.splitlines())  # fmt: skip
    if shutil.which("man"):
        done = subprocess.run(["man", "--warnings", "-l", "-"], input=out.encode(), capture_output=True, check=False)
        assert done.returncode == 0
        assert done.stderr == b""


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_scripts_are_valid(run, shell):
    """Each shell takes its script, where it is installed to ask."""
    result = run("completion", shell)
    assert result.code == 0
    assert "_KEYSCAN_COMPLETE" in result.out
    if shutil.which(shell):
        assert subprocess.run([shell, "-n"], input=result.out.encode(), check=False).returncode == 0


def test_completion_completes(tmp_path):
    """Asked as bash asks, the commands that begin like the word come back."""
    env = {**os.environ, "_KEYSCAN_COMPLETE": "bash_complete", "COMP_WORDS": "keyscan bas", "COMP_CWORD": "1"}
    root = str(ROOT)
    env["PYTHONPATH"] = root
    done = subprocess.run([sys.executable, "-m", "keyscan"], env=env, capture_output=True, check=False, cwd=tmp_path)
    assert done.stdout.decode().split() == ["plain,baseline"]
