"""The security checklist for AI keys for one repository: each item passes, fails, or cannot be verified from it.

The items are those of the providers' guides: keys in the environment, .env ignored, one key per environment,
server-side calls, rotation, logs, and what only a provider's console can show.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from keyscan.model.finding import Finding

PASS, FAIL, UNSEEN = "pass", "fail", "cannot be verified from the repository"
# Findings that an item names one by one.
_NAMED = 5


class Item(NamedTuple):
    """One line of the checklist: the question, the answer, the evidence, and what to do."""

    id: str
    title: str
    status: str
    evidence: tuple[str, ...]
    advice: str = ""


class Facts(NamedTuple):
    """The facts about a repository; None where something was not or cannot be checked.

    `source` are findings of keys in the working tree, `old` in the history; `habits` and `hygiene` are findings of
    those rules. `real_files` are (path, environment, days since it changed) of environment files with real values.
    """

    source: Sequence[Finding]
    habits: Sequence[Finding]
    hygiene: Sequence[Finding]
    old: Sequence[Finding] | None
    old_why: str
    real_files: Sequence[tuple[str, str, int]]
    rotation_days: int
    env_ignored: str
    hook: tuple[bool, str]
    pipelines: Sequence[tuple[str, bool]]
    managers: Sequence[str]
    files: int = 0


def items(facts: Facts) -> tuple[Item, ...]:
    """The checklist, in the order of the guides."""
    return (
        _from("keys-in-source", "No key in the source: keys come from the environment", facts.source,
              f"{facts.files} files scanned, no key in them",
              "Revoke each key, and read the new one from the environment."),
        _env_ignored(facts),
        _from("templates", "Templates contain names and no values", _of(facts.hygiene, "env-template-real-value"),
              "no real value in a template", "Revoke the keys and leave the values empty."),
        _one_key(facts),
        _from("server-side", "API calls are made on the server, never from a browser",
              [*_of(facts.habits, "browser-", "direct-browser-access"), *_of(facts.hygiene, "browser-")],
              "no AI client in browser code, no key under a prefix that bundlers ship",
              "Call the provider from a route on your own server."),
        _rotation(facts),
        _from("logs", "Keys stay out of logs and URLs", _of(facts.habits, "key-"),
              "no line found that prints a key or puts one into a URL",
              "Log whether a key is set; send keys in headers."),
        _from("artifacts", "Images and packages do not include secrets files",
              _of(facts.hygiene, "env-in-docker", "env-in-npm", "env-in-python"),
              "no build that was checked includes one", "Run keyscan env --fix."),
        _from("agents", "Agents' configuration refers to the environment", _of(facts.hygiene, "agent-"),
              "no literal key in an agent's configuration",
              "Refer to an environment variable in the program's own syntax."),
        _history(facts),
        Item("hook", "A commit hook runs keyscan", PASS if facts.hook[0] else FAIL, (facts.hook[1],),
             "" if facts.hook[0] else "Run keyscan install, or add keyscan to .pre-commit-config.yaml."),
        _pipelines(facts),
        _managers(facts),
        *_NOT_CHECKED,
    )  # fmt: skip


def _of(findings: Iterable[Finding], *prefixes: str) -> list[Finding]:
    return [finding for finding in findings if finding.rule_id.startswith(prefixes)]


def _shown(findings: Sequence[Finding]) -> tuple[str, ...]:
    named = [
        f"{finding.origin.path}:{finding.location.line}: {finding.rule_name} [{finding.rule_id}]"
        for finding in findings[:_NAMED]
    ]
    more = len(findings) - _NAMED
    return (*named, f"and {more} more") if more > 0 else tuple(named)


def _from(item: str, title: str, findings: Sequence[Finding], fine: str, advice: str) -> Item:
    if findings:
        return Item(item, title, FAIL, _shown(findings), advice)
    return Item(item, title, PASS, (fine,))


def _env_ignored(facts: Facts) -> Item:
    title = ".env files are ignored by git and untracked"
    wrong = _of(facts.hygiene, "env-tracked", "env-not-ignored", "env-ignored-only-here")
    if wrong:
        return Item("env-ignored", title, FAIL, _shown(wrong), "Run keyscan env --fix, and revoke what was tracked.")
    if facts.env_ignored:
        return Item("env-ignored", title, PASS, (f"{facts.env_ignored} ignores .env",))
    return Item("env-ignored", title, FAIL, ("no ignore rule names .env",), "Add .env to .gitignore.")


def _one_key(facts: Facts) -> Item:
    title = "One key for each environment"
    shared = _of(facts.hygiene, "env-shared-secret")
    if shared:
        return Item("one-key-per-environment", title, FAIL, _shown(shared), "Create one key for each environment.")
    labels = sorted({label or "default" for _, label, _ in facts.real_files})
    if len(labels) > 1:
        return Item("one-key-per-environment", title, PASS, (f"no key in common between: {', '.join(labels)}",))
    evidence = f"files with real values here are for: {', '.join(labels) or 'no environment'}"
    return Item("one-key-per-environment", title, UNSEEN, (evidence,), "Compare with what the other environments use.")


def _rotation(facts: Facts) -> Item:
    title = f"Keys are rotated every {facts.rotation_days} days"
    old = [(path, days) for path, _, days in facts.real_files if days > facts.rotation_days]
    if old:
        said = tuple(f"{path} has not changed for {days} days" for path, days in old[:_NAMED])
        return Item("rotation", title, FAIL, said, "Create new keys, deploy them, then delete the old ones.")
    why = "only the provider's console shows when a key was created"
    return Item("rotation", title, UNSEEN, (why,), "Check the keys' creation dates in the provider's console.")


def _history(facts: Facts) -> Item:
    title = "The history contains no key"
    if facts.old is None:
        return Item("history", title, UNSEEN, (facts.old_why,), "Run keyscan history on a full clone.")
    return _from("history", title, facts.old, facts.old_why, "Revoke each key: old commits keep what was deleted.")


def _pipelines(facts: Facts) -> Item:
    title = "CI runs keyscan"
    running = [path for path, has in facts.pipelines if has]
    if running:
        return Item("ci", title, PASS, tuple(f"{path} names it" for path in running[:_NAMED]))
    if facts.pipelines:
        said = tuple(f"{path} does not name it" for path, _ in facts.pipelines[:_NAMED])
        return Item("ci", title, FAIL, said, "Add a step that runs keyscan ci.")
    return Item("ci", title, UNSEEN, ("no CI configuration in the repository",), "Add a step that runs keyscan ci.")


def _managers(facts: Facts) -> Item:
    title = "Production keys are in a secret manager"
    if facts.managers:
        return Item("secret-manager", title, PASS, tuple(facts.managers[:_NAMED]))
    return Item(
        "secret-manager",
        title,
        UNSEEN,
        ("none is configured in the repository",),
        "Use the platform's secret manager, or Vault, Doppler or similar.",
    )


_NOT_CHECKED = (
    Item("spending-limits", "Spending limits are set", UNSEEN, ("they are in the provider's console",),
         "Set a monthly limit for each key or project."),
    Item("alerts", "Alerts are set for unusual usage", UNSEEN, ("they are in the provider's console",),
         "Set alerts for cost and rate."),
    Item("scopes", "Keys have minimal permissions and an expiry date", UNSEEN,
         ("permissions are in the provider's console",),
         "Restrict keys by model, endpoint or project, and set an expiry date."),
    Item("access", "Access to production keys is restricted and logged", UNSEEN,
         ("permissions are in the logs of the secret manager and the platform",), "Review access every week."),
    Item("revocation", "Revoking a key is documented and practised", UNSEEN, ("this cannot be seen in files",),
         "keyscan rules show RULE says where each kind of key is revoked."),
)  # fmt: skip
