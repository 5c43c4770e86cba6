"""Across environment files: one key in several environments, keys under another provider's name, keys for browsers."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from keyscan.catalog.secret_files import BROWSER_PREFIXES, Kind, environment_of
from keyscan.hygiene import git_exposure
from keyscan.hygiene.finding import Detail, finding
from keyscan.model.finding import Related
from keyscan.model.rule import Precision, Severity

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from keyscan.hygiene.git_exposure import SecretFile
    from keyscan.hygiene.secret_values import SecretValue
    from keyscan.model.finding import Finding
    from keyscan.model.rule import Rule

# Keys that are made to be seen by visitors.
_PUBLIC_NAME = re.compile(
    r"(?i)anon(?:_?key)?$|publishable|site_?key|client_?id|public_?key|supabase_(?:anon_)?key$|firebase|(?:google_?)?maps|"
    r"mapbox|recaptcha|turnstile|hcaptcha|posthog|sentry(?:_dsn)?$|ga_?(?:id|tracking)|measurement_?id|amplitude|mixpanel|"
    r"segment|algolia_search|search_?(?:only_)?key|vapid|pusher(?:_app)?_key$|clerk|dsn$|wallet_?connect|project_?id|"
    r"datadog_client|rum_|logrocket|hotjar|intercom_app|crisp|launchdarkly_client|growthbook_client|onesignal_app|"
    r"alchemy|infura|stripe_p(?:k|ub)"
)
_PUBLIC_VALUE = re.compile(rb"\A(?:pk_(?:live|test)_|pk\.eyJ|sb_publishable_|phc_|6L[\w-]{38}\Z|pub[0-9a-f]{32}\Z)")
# Variables that take other providers' keys by design: gateways that speak the first one's language.
_SHARED_NAMES = re.compile(r"OPENAI_API_KEY|OPENAI_KEY|ANTHROPIC_AUTH_TOKEN|ANTHROPIC_API_KEY|LLM_API_KEY|API_KEY")
_BASE_URL = re.compile(r"(?i)(?:OPENAI|ANTHROPIC|LLM)_?(?:API_?)?(?:BASE(?:_?URL)?|ENDPOINT|HOST|API_BASE)$")


def browser_prefix(name: str) -> str:
    """The prefix by which a bundler would ship the variable to browsers; "" for none."""
    return next((prefix for prefix in BROWSER_PREFIXES if name.startswith(prefix)), "")


def is_public(name: str, value: SecretValue | None) -> bool:
    """Whether a secret is public by design, by its variable's name or by its own look."""
    if value is not None and (_PUBLIC_VALUE.match(value.variable.value) or (value.match and value.match.rule.public)):
        return True
    if value is not None and value.match and value.match.rule.category == "ai" and "google" not in value.match.rule.id:
        return False
    return bool(_PUBLIC_NAME.search(name))


def browser_exposed(file: SecretFile, salt: str) -> Iterator[Finding]:
    """A finding for each real value under a name that is shipped to browsers."""
    for value in file.values:
        prefix = browser_prefix(value.variable.name)
        if prefix and not is_public(value.variable.name, value):
            yield finding(
                "browser-exposed-key",
                file.path,
                Detail(
                    severity=Severity.CRITICAL
                    if value.match and value.severity is Severity.CRITICAL
                    else Severity.HIGH,
                    evidence=(f"{BROWSER_PREFIXES[prefix]} ships variables that begin with {prefix}", _what(value)),
                    shown=value.variable.name,
                    secret=value.variable.value,
                    location=git_exposure.place(file, value),
                ),
                salt=salt,
            )


def _what(value: SecretValue) -> str:
    return f"the value looks real: {value.what}"


def wrong_provider(file: SecretFile, rules: Iterable[Rule], salt: str) -> Iterator[Finding]:
    """A finding for each key that only another provider's rule knows than the one its variable names."""
    owners = _owners(rules)
    gateway = any(_BASE_URL.search(name) for name in _names(file))
    for value in file.values:
        match, name = value.match, value.variable.name
        if match is None or match.rule.context or match.precision < Precision.HIGH:
            continue
        meant = owners.get(name.upper())
        if not meant or any(_family(match.rule.provider) == _family(provider) for provider in meant):
            continue
        if name.upper() == "ANTHROPIC_AUTH_TOKEN" or (gateway and _SHARED_NAMES.search(name.upper())):
            continue
        yield finding(
            "env-wrong-provider",
            file.path,
            Detail(
                evidence=(f"{name} is {' or '.join(sorted(meant))}'s, the value is of the kind {match.rule.name}",),
                shown=name,
                secret=value.variable.value,
                location=git_exposure.place(file, value),
            ),
            salt=salt,
        )


def _names(file: SecretFile) -> list[str]:
    from keyscan.hygiene.variables import variables

    return [variable.name for variable in variables(file.kind, file.data) if variable.value]


def _owners(rules: Iterable[Rule]) -> dict[str, set[str]]:
    """Variable name -> the providers whose rules say that it holds their key."""
    owners: dict[str, set[str]] = {}
    for rule in rules:
        if rule.category not in {"generic", "hygiene", "practice"}:
            for name in rule.env:
                owners.setdefault(name.upper(), set()).add(rule.provider)
    return owners


def _family(provider: str) -> str:
    """Providers of one house count as one: Google, Google Cloud and Google Gemini."""
    return re.split(r"[\s./(-]", provider.lower())[0]


def shared(files: Iterable[SecretFile], salt: str) -> Iterator[Finding]:
    """A finding for each secret that stands in the files of several environments."""
    places: dict[bytes, list[tuple[SecretFile, SecretValue, str]]] = {}
    for file in files:
        if file.kind is Kind.ENV:
            label = environment_of(file.path)
            for value in file.values:
                if value.variable.name and not is_public(value.variable.name, value):
                    places.setdefault(value.variable.value, []).append((file, value, label))
    for secret, holders in places.items():
        labels = sorted({label or "the default file" for _, _, label in holders})
        # The default file and a developer's own are one environment.
        if len({label or "development" for _, _, label in holders}) > 1:
            yield _shared(secret, holders, labels, salt)


def _shared(secret: bytes, holders: list[tuple[SecretFile, SecretValue, str]], labels: list[str], salt: str) -> Finding:
    first, value, _ = holders[0]
    related = tuple(
        Related(f"the same value, for {label or 'the default'}", file.path, git_exposure.place(file, other))
        for file, other, label in holders[1:20]
    )
    return finding(
        "env-shared-secret",
        first.path,
        Detail(
            evidence=(f"the same value serves {', '.join(labels)}", _what(value)),
            shown=value.variable.name,
            secret=secret,
            location=git_exposure.place(first, value),
            related=related,
        ),
        salt=salt,
    )
