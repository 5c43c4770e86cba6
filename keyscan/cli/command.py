"""What all commands share: help in a fixed order, suggestions for unknown names, a word while rules are compiled."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NoReturn

import click

from keyscan.support.suggestions import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Sequence
    from contextlib import AbstractContextManager

    _Choice = click.Choice[str]  # generic from click 8.2 on
else:
    _Choice = click.Choice


# Characters of a command's summary that are shown: more than any has.
_WHOLE = 1000


class NoCommand(click.UsageError):
    """A group was called without a command; its help is printed."""


class SharedOption(click.Option):
    """An option that several commands have; help lists it below a command's own options and examples."""


class Choice(_Choice):
    """A choice that suggests the nearest of its values."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The value; a usage error with a suggestion when it is none of the choices."""
        choices = list(map(str, self.choices))
        if isinstance(value, str) and value not in choices:
            hint = did_you_mean(value, choices)
            self.fail(f"{value!r} is not one of {', '.join(choices)}{hint}", param, ctx)
        return super().convert(value, param, ctx)


class Command(click.Command):
    """A command whose help shows its own options and examples before the options that many commands share."""

    def format_help(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write usage, description, own options, examples, shared options."""
        self.format_usage(ctx, formatter)
        self.format_help_text(ctx, formatter)
        own: list[tuple[str, str]] = []
        shared: list[tuple[str, str]] = []
        for param in options(self, ctx):
            record = param.get_help_record(ctx)
            if record is not None:
                (shared if isinstance(param, SharedOption) else own).append(record)
        _section(formatter, "Options", own)
        self.format_epilog(ctx, formatter)
        _section(formatter, "Common options", shared)


class Group(click.Group):
    """A group that answers with its help when no command is given, and suggests commands."""

    command_class = Command

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Parse; NoCommand when there is nothing to parse, the same with every version of click."""
        if not args and not ctx.resilient_parsing:
            raise NoCommand("no command given", ctx)
        return super().parse_args(ctx, args)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command that `args` begin with; a usage error with a suggestion when there is none."""
        name = args[0] if args else ""
        if name and not name.startswith("-") and not ctx.resilient_parsing and self.get_command(ctx, name) is None:
            self._unknown(ctx, name)
        return super().resolve_command(ctx, args)

    def format_help(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write usage, description, commands, options, examples."""
        self.format_usage(ctx, formatter)
        self.format_help_text(ctx, formatter)
        self.format_commands(ctx, formatter)
        records = [option.get_help_record(ctx) for option in options(self, ctx)]
        _section(formatter, "Options", [record for record in records if record is not None])
        self.format_epilog(ctx, formatter)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The list of commands with the whole first sentence of each: click would cut it to one line."""
        names = self.list_commands(ctx)
        commands = [(name, command) for name in names if (command := self.get_command(ctx, name)) is not None]
        _section(formatter, "Commands", [(name, one.get_short_help_str(_WHOLE)) for name, one in commands])

    def _unknown(self, ctx: click.Context, name: str) -> NoReturn:
        ctx.fail(f"No such command '{name}'{did_you_mean(name, self.list_commands(ctx))}")


def compiling() -> AbstractContextManager[None]:
    """Show on a terminal that the rules are compiled: seconds, once per version, in which nothing else is shown."""
    from keyscan.cli import progress

    return progress.step("compiling the rules (once per version)")


def options(command: click.Command, ctx: click.Context) -> list[click.Option]:
    """The options of a command; newer versions of click list arguments, which the usage line shows, among them."""
    return [param for param in command.get_params(ctx) if isinstance(param, click.Option)]


def _section(formatter: click.HelpFormatter, title: str, records: Sequence[tuple[str, str]]) -> None:
    if records:
        with formatter.section(title):
            formatter.write_dl(records)
