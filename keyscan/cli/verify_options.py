"""The options of verification and their values; a repository cannot configure them."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import wraps
from typing import TYPE_CHECKING, Any

import click

from keyscan.cli.command import SharedOption
from keyscan.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping


@dataclass(frozen=True, slots=True)
class VerifySettings:
    """The values of the options of verification; a configuration cannot set them.

    `emails`: identities keep their e-mail addresses.
    """

    verify: bool = False
    only: frozenset[str] = frozenset()
    ask: frozenset[str] = frozenset()
    endpoints: Mapping[str, str] = field(default_factory=dict)
    allow_private: tuple[str, ...] = ()
    audit: str | None = None
    fresh: bool = False
    forks: bool = False
    yes: bool = False
    emails: bool = True


# The settings of commands without these options.
OFF = VerifySettings()


def _declared(*names: str, **attributes: Any) -> tuple[tuple[str, ...], dict[str, Any]]:
    return names, attributes


_OPTIONS = (
    _declared("--verify", is_flag=True, help="Check with their providers whether found keys are active."),
    _declared("--only", metavar="STATUS,...",
            help="Report only these: live, limited, dead, unknown, not-checked."),
    _declared("--ask", multiple=True, metavar="KIND",
            help="Also check this kind, which has side effects (audit log, usage); 'all' for every such kind."),
    _declared("--endpoint", "endpoints", multiple=True, metavar="NAME=URL",
            help="Server of a self-hosted product: --endpoint gitlab=https://git.example."),
    _declared("--allow-private", multiple=True, metavar="HOST", help="Allow this host to be on a private network."),
    _declared("--audit", "audit_file", metavar="FILE", help="Append a JSON line for each request, without keys."),
    _declared("--fresh", is_flag=True, help="Ignore cached results of the last hour."),
    _declared("--verify-forks", is_flag=True, help="Also verify keys in pull requests from forks."),
    _declared("--yes", is_flag=True, help="Send keys without a confirmation prompt."),
)  # fmt: skip
OPTION_NAMES = ("verify", "only", "ask", "endpoints", "allow_private", "audit_file", "fresh", "verify_forks", "yes")


def verify_options(function: Callable[..., Any], *, flag: bool = True) -> Callable[..., Any]:
    """The options of verification for a scanning command, which gets them as `verify`.

    Without `flag` there is no `--verify`: the command verifies anyway.
    """

    @wraps(function)
    def wrapper(**values: Any) -> Any:
        own = {name: values.pop(name) for name in OPTION_NAMES if name in values}
        verify = settings_from(own if flag else {**own, "verify": True}) if not flag or any(own.values()) else OFF
        if values.get("no_email"):
            verify = replace(verify, emails=False)
        return function(**values, verify=verify)

    for names, attributes in reversed(_OPTIONS if flag else _OPTIONS[1:]):
        kind = SharedOption if flag else click.Option
        wrapper = click.option(*names, cls=kind, **attributes)(wrapper)
    return wrapper


def settings_from(values: Mapping[str, Any]) -> VerifySettings:
    """The values of the options, checked; UsageError names the one that is wrong."""
    from keyscan.model.finding import VALIDITIES

    only = frozenset(part.strip() for part in (values.get("only") or "").split(",") if part.strip())
    for status in sorted(only - set(VALIDITIES)):
        raise UsageError(f"--only {status}: no such status; there are {', '.join(VALIDITIES)}")
    verify = bool(values.get("verify"))
    if only and not verify:
        raise UsageError("--only goes with --verify: without it nothing is asked")
    given = values.get("endpoints") or ()
    return VerifySettings(
        verify=verify,
        only=only,
        ask=frozenset(values.get("ask") or ()),
        endpoints=endpoints_of(given),
        allow_private=tuple(values.get("allow_private") or ()),
        audit=values.get("audit_file"),
        fresh=bool(values.get("fresh")),
        forks=bool(values.get("verify_forks")),
        yes=bool(values.get("yes")),
    )


def endpoints_of(given: Iterable[str]) -> dict[str, str]:
    """The endpoints by name; nothing is imported where there are none."""
    if not given:
        return {}
    from keyscan.verify.request import endpoint_of

    return dict(endpoint_of(text) for text in given)
