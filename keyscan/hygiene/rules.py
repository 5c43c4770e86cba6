"""The kinds of hygiene findings, as rules without a pattern: what reports and `keyscan rules show` describe."""

from __future__ import annotations

from keyscan.model.rule import Help, Precision, Rule, Severity

PROVIDER = "keyscan"
CATEGORY = "hygiene"


def _rule(rule_id: str, name: str, severity: Severity, opens: str, *steps: str) -> Rule:
    return Rule(
        id=rule_id,
        name=name,
        provider=PROVIDER,
        category=CATEGORY,
        pattern="",
        keywords=(),
        severity=severity,
        precision=Precision.HIGH,
        max_length=0,
        filters="none",
        help=Help(opens=opens, steps=steps),
    )


_ROTATE = "Revoke each key in it if it was ever pushed or shared."
_ALL = (
    _rule(
        "env-tracked", "File of secrets tracked by git", Severity.CRITICAL,
        "Everybody who can read the repository, now or later.",
        "Take it out of the index and ignore it: keyscan env --fix",
        _ROTATE,
    ),
    _rule(
        "env-not-ignored", "File of secrets that git does not ignore", Severity.HIGH,
        "Everybody who can read the repository, after the next `git add .`.",
        "Ignore it: keyscan env --fix",
    ),
    _rule(
        "env-ignored-only-here", "File of secrets ignored on this machine only", Severity.MEDIUM,
        "Whoever clones the repository lacks the rule, and may commit the same file.",
        "Put the rule into the repository's .gitignore: keyscan env --fix",
    ),
    _rule(
        "env-not-ignored-yet", "The .env that is yet to come is not ignored", Severity.MEDIUM,
        "The project reads a .env file, and the first one made here would be committed by `git add .`.",
        "Ignore it before it exists: keyscan env --fix",
    ),
    _rule(
        "env-in-history", "File of secrets in the history", Severity.HIGH,
        "Everybody who can clone the repository: old commits keep what was deleted.",
        _ROTATE,
        "Then, if you must, rewrite the history (git filter-repo); forks and clones keep theirs.",
    ),
    _rule(
        "env-in-docker-context", "File of secrets copied into a Docker image", Severity.HIGH,
        "Everybody who can pull the image: its layers keep the file.",
        "Name it in .dockerignore: keyscan env --fix",
        "Hand secrets over at run time (--env-file) or at build time with RUN --mount=type=secret.",
    ),
    _rule(
        "env-in-npm-package", "File of secrets in the npm package", Severity.CRITICAL,
        "Everybody who installs the package from the registry.",
        "List what is published under `files` in package.json; see it with: npm pack --dry-run",
    ),
    _rule(
        "env-in-python-package", "File of secrets in the Python package", Severity.CRITICAL,
        "Everybody who downloads the sdist or the wheel.",
        "Exclude it in MANIFEST.in or in the build backend's table of pyproject.toml; look into the built archive.",
    ),
    _rule(
        "env-open-permissions", "File of secrets open to other users", Severity.LOW,
        "Every user and program of this machine.",
        "chmod 600 the file.",
    ),
    _rule(
        "env-template-real-value", "Real secret in a template", Severity.CRITICAL,
        "Everybody who can read the repository: templates are meant to be committed.",
        "Revoke the key and leave the value empty.",
    ),
    _rule(
        "env-shared-secret", "One secret in several environments", Severity.MEDIUM,
        "A leak or a mistake in development reaches production, and revoking one stops the other.",
        "Create one key for each environment, with its own limits.",
    ),
    _rule(
        "env-wrong-provider", "Key of another provider than the variable says", Severity.MEDIUM,
        "The key is sent to a provider that it was not made for, which may log it.",
        "Put it under its own provider's variable, and revoke it if it has been used that way.",
    ),
    _rule(
        "browser-exposed-key", "Secret in a variable that is shipped to the browser", Severity.HIGH,
        "Every visitor of the site: the bundler writes variables with this prefix into its JavaScript.",
        "Rename the variable without the prefix, and call the provider from a server route of yours.",
        "Revoke the key if the site has been deployed.",
    ),
    _rule(
        "agent-config-key", "Literal secret in an agent's configuration", Severity.HIGH,
        "Whoever reads the file, and each model and tool that is shown it.",
        "Refer to an environment variable instead.",
    ),
)  # fmt: skip

RULES: dict[str, Rule] = {rule.id: rule for rule in _ALL}
