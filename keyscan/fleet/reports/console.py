"""A fleet's summary for the terminal: coverage first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keyscan.reporters.shared import validity
from keyscan.reporters.shared.escape import clean

if TYPE_CHECKING:
    from collections.abc import Iterator

    from keyscan.fleet.summary import Coverage, Secret, Summary

# Entries of each list; files and the other formats have all.
MOST = 20


def render(summary: Summary) -> str:
    """The summary as text."""
    parts = [coverage(summary.coverage), _secrets(summary), _table("By provider", summary.by_provider())]
    parts += [_table("By owner", summary.by_owner()), _table("By age", summary.by_age())]
    return "\n\n".join("\n".join(lines) for part in parts if (lines := list(part))) + "\n"


def coverage(counts: Coverage) -> Iterator[str]:
    """The headline, and each repository that is not covered with its reason."""
    yield headline(counts)
    for row in counts.missing[:MOST]:
        yield f"  {row['status']}: {clean(row['name'])}: {clean(row['reason'] or 'not audited yet')}"
    if len(counts.missing) > MOST:
        yield f"  ... and {len(counts.missing) - MOST} more (--report csv=FILE or html=FILE names all)"


def headline(counts: Coverage) -> str:
    """How many repositories were asked for and audited, in one sentence."""
    left_out = f", {_count(counts.filtered, 'more')} left out by filters" if counts.filtered else ""
    if not counts.missing:
        return f"Audited all of {_count(counts.asked, 'repository', 'repositories')}{left_out}."
    asked = _count(counts.asked, "repository", "repositories")
    return f"Audited {counts.covered} of {asked}; {len(counts.missing)} not wholly read{left_out}:"


def _secrets(summary: Summary) -> Iterator[str]:
    total = len(summary.secrets)
    if not total:
        yield "No secrets found." if not summary.coverage.missing else "No secrets found in what was read."
        return
    new = sum(secret.new for secret in summary.secrets)
    new_ones = f", {new} of them new since the last run" if new else ""
    yield f"{_count(total, 'secret')}{new_ones}:"
    for secret in summary.secrets[:MOST]:
        yield from _secret(secret)
    if total > MOST:
        yield f"  ... and {total - MOST} more"


def _secret(secret: Secret) -> Iterator[str]:
    first, place = secret.first, secret.places[0]
    days = f", exposed for {_count(secret.days, 'day')}" if secret.days is not None else ""
    where = f"{clean(place.repository)}: {clean(first.origin.path)}:{first.location.line}"
    more = f" and {_count(len(secret.places) - 1, 'more repository', 'more repositories')}" if secret.places[1:] else ""
    yield f"  {first.severity.label}: {clean(first.rule_name)} {clean(first.redacted)}{' (new)' if secret.new else ''}"
    yield f"    in {where}{more}{days}"
    if first.validity:
        yield f"    state: {validity.line(first)}"
    if secret.owners:
        yield f"    owners: {clean(', '.join(secret.owners[:5]))}"


def _table(title: str, rows: list[tuple[str, int]]) -> Iterator[str]:
    if rows:
        yield f"{title}:"
        width = max(len(str(count)) for _, count in rows)
        yield from (f"  {count:>{width}}  {clean(name)}" for name, count in rows[:MOST])


def _count(number: int, one: str, many: str = "") -> str:
    return f"{number:,} {one if number == 1 else many or one + 's'}" if one != "more" else f"{number:,}"
