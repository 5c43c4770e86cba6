"""Files that are meant to hold keys: the kind of a file by its path.

Names from the documents of dotenv, Vite, Next.js, direnv, Flask, Cloudflare Workers, Streamlit, Dynaconf,
Azure Functions, Google Cloud, npm, PyPI and curl.
"""

from __future__ import annotations

import re
from enum import Enum

from keyscan.catalog.name_sieve import NOT_DOTENV_ENDINGS


class Kind(Enum):
    """The kind of a secrets file, which decides how it is parsed."""

    ENV = "environment file"
    TEMPLATE = "template"
    TOML = "secrets file"
    JSON = "credentials file"
    INI = "package manager's credentials"
    NETRC = "netrc file"


# Parts of a name that say: this is the example to copy, commit it.
_TEMPLATE = re.compile(
    r"(?:^|[._-])(?:example|examples|sample|samples|template|templates|tmpl|tpl|dist|defaults?|schema|skel|skeleton|"
    r"spec|stub|blank|empty|demo|ejs|erb|j2|jinja|jinja2|hbs|mustache|in)(?=$|[._-])"
)
_ENV = re.compile(r"\.env(?:[._-].+)?\Z|.+\.env\Z|\.envrc(?:[._-].+)?\Z|\.dev\.vars(?:\..+)?\Z|\.flaskenv\Z")
_TEMPLATE_ENV = re.compile(r"(?:.*[._-])?(?:env|envrc|flaskenv)(?:[._-].*)?\Z|\.dev\.vars\..+\Z")
_FIXED = {
    "secrets.toml": Kind.TOML,
    ".secrets.toml": Kind.TOML,
    "local.settings.json": Kind.JSON,
    "credentials.json": Kind.JSON,
    ".npmrc": Kind.INI,
    ".pypirc": Kind.INI,
    ".netrc": Kind.NETRC,
    "_netrc": Kind.NETRC,
}
# Names that are known as a whole: each needs a pattern in PATTERNS and a mark in `catalog/name_sieve.py`.
FIXED_NAMES = tuple(_FIXED)
_SERVICE_ACCOUNT = re.compile(r"service[-_]?account.*\.json\Z")


def _any_case(pattern: str) -> str:
    """`pattern` with each letter as a class of both cases: git's exclude patterns know no flag for that."""
    return "".join(f"[{char.upper()}{char}]" if char.isalpha() else char for char in pattern)


# Git's exclude patterns that match, in any case of letters, every name that `kind_of` knows.
PATTERNS = tuple(
    _any_case(pattern)
    for pattern in (
        "env[._-]*", "*[._-]env", "*[._-]env[._-]*",
        "envrc[._-]*", "*[._-]envrc", "*[._-]envrc[._-]*", "flaskenv[._-]*", "*[._-]flaskenv", "*[._-]flaskenv[._-]*",
        ".dev.vars", ".dev.vars.*", "secrets.toml", ".secrets.toml", "local.settings.json", "credentials.json",
        "service[-_]account*.json", "serviceaccount*.json", ".npmrc", ".pypirc", ".netrc", "_netrc",
    )
)  # fmt: skip


def kind_of(path: str) -> Kind | None:
    """The kind of the file at `path`, by its base name; None if it is no secrets file."""
    name = path.rpartition("/")[2].lower()
    if name in _FIXED:
        return _FIXED[name]
    if _SERVICE_ACCOUNT.match(name):
        return Kind.TEMPLATE if _TEMPLATE.search(name) else Kind.JSON
    if _ENV.match(name) or _TEMPLATE_ENV.match(name):
        if name.endswith(NOT_DOTENV_ENDINGS):
            return None
        if _TEMPLATE.search(name):
            return Kind.TEMPLATE
        return Kind.ENV if _ENV.match(name) else None
    return None


# Prefixes of variables that bundlers write into the JavaScript that visitors load; by their documents.
BROWSER_PREFIXES = {
    "NEXT_PUBLIC_": "Next.js",
    "VITE_": "Vite",
    "REACT_APP_": "Create React App",
    "EXPO_PUBLIC_": "Expo",
    "NUXT_PUBLIC_": "Nuxt",
    "PUBLIC_": "SvelteKit and Astro",
    "GATSBY_": "Gatsby",
    "VUE_APP_": "Vue CLI",
    "STORYBOOK_": "Storybook",
}
_LABELS = {
    "production": r"prod(?:uction)?|live|prd",
    "staging": r"stag(?:e|ing)?|stg|preprod|uat|qa|preview",
    "development": r"dev(?:el(?:op(?:ment)?)?)?|local",
    "test": r"tests?|testing|ci|e2e",
}
_LABEL = {label: re.compile(rf"(?:^|[._/-])(?:{words})(?=$|[._/-])") for label, words in _LABELS.items()}


def environment_of(path: str) -> str:
    """The environment that an environment file is for, by its name, else its directories; "" when neither says."""
    directory, _, name = path.lower().rpartition("/")
    for text in (name, directory):
        for label, pattern in _LABEL.items():
            if pattern.search(text):
                return label
    return ""
