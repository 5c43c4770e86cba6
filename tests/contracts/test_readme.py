"""The README tells the truth: its commands exist, its links lead somewhere, its list of commands is the real one."""

from __future__ import annotations

import re
import shlex

import click
import pytest
from helpers.paths import ROOT

from keyscan.cli import main as cli
from keyscan.cli.registry import COMMANDS
from keyscan.reporters.registry import REPORTERS

README = (ROOT / "README.md").read_text(encoding="utf-8")
DOCUMENTS = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]


def block():
    """The list of commands as the README should have it."""
    rows = [f"| `{name}` | {text} |" for name, text in COMMANDS.items()]
    return "\n".join(["| command | does |", "|---|---|", *rows])


def test_the_list_of_commands_is_the_real_one():
    """The README lists exactly the commands that there are."""
    listed = README.split("<!-- commands -->\n")[1].split("<!-- /commands -->")[0]
    assert listed.strip() == block()


def test_every_command_in_it_parses():
    """Each keyscan command line in a console block names a command and options that exist."""
    lines = [
        line.split("#")[0]
        for text in re.findall(r"```console\n(.*?)```", README, re.DOTALL)
        for line in text.splitlines()
    ]
    seen = 0
    for part in (piece.strip() for line in lines for piece in line.split("&&")):
        if not part.startswith("keyscan "):
            continue
        name, *rest = shlex.split(part)[1:]
        command = cli.group.get_command(click.Context(cli.group), name)
        assert command is not None, part
        if isinstance(command, click.Group):
            assert rest[0] in command.commands, part
        else:
            command.make_context(name, rest)
        seen += 1
    assert seen >= 8


def test_every_format_is_named():
    """The README names each report format."""
    (line,) = [line for line in README.splitlines() if line.startswith("Report formats:")]
    assert re.findall(r"[a-z-]+", line.partition(":")[2]) == list(REPORTERS)


@pytest.mark.parametrize("file", DOCUMENTS, ids=lambda file: file.name)
def test_links_lead_somewhere(file):
    """Each relative link of the README and the documents names a file that is there."""
    for target in re.findall(r"\]\(([^)#\s]+)", file.read_text(encoding="utf-8")):
        # The rule catalogue is generated when the site is built, which checks the links to it.
        if "://" not in target and not target.startswith("rules/"):
            assert (file.parent / target).exists(), target
