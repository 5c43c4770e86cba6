"""Help, suggestions and completion: the same with every version of click from 8.1 on."""

from __future__ import annotations

import click
import pytest

from keyscan.cli import main as cli
from keyscan.cli.command import Command, Group, compiling


def every(group=cli.group, prefix=()):
    """All commands with their full names, groups among them."""
    ctx = click.Context(group)
    for name in group.list_commands(ctx):
        command = group.get_command(ctx, name)
        yield (*prefix, name), command
        if isinstance(command, click.Group):
            yield from every(command, (*prefix, name))


GROUPS = [(), *(name for name, command in every() if isinstance(command, click.Group))]


@pytest.mark.parametrize("name", GROUPS, ids=" ".join)
def test_a_group_alone_prints_its_help(run, name):
    """The help is on standard output, in lines, and the code is that of a wrong command line: nothing was scanned."""
    result = run(*name)
    assert result.code == 2
    assert result.err == ""
    assert result.out.startswith(f"Usage: {' '.join(('keyscan', *name))} ")
    assert "\nCommands:\n" in result.out
    assert "\\n" not in result.out


def test_every_command_is_one_of_our_classes():
    """Plain click commands would list common options among their own."""
    assert not [name for name, command in every() if not isinstance(command, (Command, Group))]


def test_help_has_own_options_and_examples_before_common_ones(run):
    """Of a scanning command, what is its own comes first."""
    out = run("scan", "--help").out
    at = [out.index(part) for part in ("--stdin-filename", "Examples:", "Common options:", "--min-severity")]
    assert at == sorted(at)


@pytest.mark.parametrize(
    ("argv", "hint"),
    [
        (["stagd"], "did you mean staged?"),
        (["rules", "shw"], "did you mean show?"),
        (["rules", "show", "anthropic-api-kee"], "did you mean anthropic-api-key?"),
        (["scan", "-f", "sarrif"], "did you mean sarif?"),
        (["scan", "--report", "jsn=x"], "did you mean json?"),
        (["ci", "--mode", "rang"], "did you mean range?"),
        (["explain", "github-pat-clasic"], "did you mean github-pat-classic?"),
    ],
)
def test_a_misspelt_name_gets_a_suggestion(run, tmp_path, argv, hint):
    """One line, exit 2, with the nearest name."""
    result = run(*argv, cwd=tmp_path)
    assert (result.code, result.err.count("\n")) == (2, 1)
    assert hint in result.err


@pytest.mark.parametrize(
    ("command", "without"),
    [
        ("baseline show", "--format --min-severity --show-secrets --rules --jobs"),
        ("baseline prune", "--format --output --show-secrets --exit-zero"),
        ("explain", "--format --report --output --exit-zero --min-severity"),
        ("checklist", "--report --min-severity --show-secrets --exit-zero"),
        ("migrate", "--format --report --min-severity --jobs --color"),
        ("fix", "--format --report --exit-zero --show-secrets"),
    ],
)
def test_options_without_a_meaning_are_refused(run, command, without):
    """A command takes no option that would do nothing."""
    shown = run(*command.split(), "--help").out
    for option in without.split():
        if command == "checklist" and option == "--format":
            continue
        assert f"{option} " not in shown, option
        assert run(*command.split(), option).code == 2


@pytest.mark.parametrize(
    ("name", "command"), list(every()), ids=lambda value: "-".join(value) if isinstance(value, tuple) else ""
)
def test_help_lists_options_and_whole_sentences(run, name, command, monkeypatch):
    """No argument stands among the options without a text, and no summary is cut, on a narrow terminal either."""
    monkeypatch.setenv("COLUMNS", "80")
    out = run(*name, "--help").out
    own = out[out.index("\nOptions:\n") :].partition("\n\n")[0].splitlines()[2:]
    assert [
        line for line in own if not line.lstrip().startswith("-") and line.startswith("  ") and line[2] != " "
    ] == []
    if isinstance(command, click.Group):
        assert "..." not in out.partition("Commands:")[2].partition("Options:")[0]


def test_compiling_the_rules_is_said_on_a_terminal_only(monkeypatch, capsys):
    """The first scan takes seconds: a terminal shows why, and the line is gone afterwards; a log gets nothing."""
    with compiling():
        pass
    assert capsys.readouterr().err == ""
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    with compiling():
        assert "keyscan: compiling the rules (once per version)" in capsys.readouterr().err
    assert capsys.readouterr().err == "\r\x1b[K"
