"""The configuration's keys, made from the options themselves."""

from __future__ import annotations

import click
import pytest

from keyscan.cli import config_keys
from keyscan.config.schema import Key


@pytest.mark.parametrize(
    ("option", "key"),
    [
        (click.Option(["--exit-zero"], is_flag=True), Key("flag")),
        (click.Option(["-j", "--jobs"], type=int), Key("whole")),
        (click.Option(["--format"], type=click.Choice(["a", "b"])), Key("choice", ("a", "b"))),
        (click.Option(["--rules"], multiple=True), Key("texts", file=True)),
        (click.Option(["--show-secrets"], is_flag=True), Key("flag", trusted=True)),
        (click.Option(["--salt"]), Key("text")),
    ],
)
def test_each_kind_of_option(option, key):
    """By the option's long name."""
    assert list(config_keys.keys_of([option]).values()) == [key]


@pytest.mark.parametrize("name", ["--verify", "--config", "--yes", "--endpoint", "--audit"])
def test_what_a_repository_has_no_say_in(name):
    """Options that send keys, or name the configuration, have no key."""
    assert config_keys.keys_of([click.Option([name])]) == {}


def test_commands_have_tables_of_their_own():
    """With their own options; the shared ones stand at the top."""
    schema = config_keys.schema()
    assert "min-severity" in schema.keys
    assert "allow-shallow" in schema.commands["history"]
    assert "min-severity" not in schema.commands["history"]
    assert "exclude" in schema.keys
