"""Whether a project reads a `.env` file: by its dependencies or its code, before the first one exists."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from keyscan.hygiene.finding import Detail, finding

if TYPE_CHECKING:
    from collections.abc import Iterable

    from keyscan.model.finding import Finding

_MANIFEST = re.compile(
    r"(?:^|/)(?:package\.json|pyproject\.toml|pipfile|setup\.(?:py|cfg)|[\w.-]*requirements[\w.-]*\.(?:txt|in)|"
    r"requirements/[\w.-]+\.(?:txt|in)|environment\.ya?ml|gemfile|composer\.json|go\.mod|cargo\.toml|mix\.exs|"
    r"(?:docker-)?compose[\w.-]*\.ya?ml)\Z",
    re.IGNORECASE,
)
_CODE = re.compile(r"\.(?:py|[cm]?[jt]sx?|rb|php|go|rs)\Z", re.IGNORECASE)
_NOT_OURS = re.compile(
    r"(?:^|/)(?:node_modules|vendor|third_party|site-packages|dist|build|docs?)/|\.min\.js\Z|\.d\.ts\Z"
)

# Packages whose one purpose, or whose usual use, is to read a `.env`; by the manifests' ways to name one.
_DEPENDENCY = re.compile(
    rb"""(?:^|[\s"',\[(/])(?P<name>dotenv|dotenv-(?:cli|expand|flow|safe|rails|webpack)|@dotenvx/dotenvx|env-cmd|
    python-dotenv|django-environ|environs|python-decouple|phpdotenv|godotenv|dotenvy)
    (?=[\s"',;=<>~!\[\]@^)]|$)""",
    re.VERBOSE | re.MULTILINE,
)
_CODE_MARK = re.compile(
    rb"""(?P<name>\bload_dotenv\(|\bdotenv_values\(|\bdotenv\.config\(|['"]dotenv/config['"]|require\(['"]dotenv['"]\)|
    from\ ['"]dotenv['"]|\benv_file\s*=\s*\(?['"]\.env\b|\benviron\.Env\.read_env\(|\bgodotenv\.Load\(|
    \bDotenv\.load\b|\bdotenvy?::dotenv\()""",
    re.VERBOSE,
)
_COMPOSE_MARK = re.compile(rb"^\s*env_file:\s*(?:\n\s*-\s*)?(?P<name>[\"']?(?:\./)?\.env\b)", re.MULTILINE)
_AI = re.compile(rb'"(?:openai|@anthropic-ai/sdk|@google/genai|@google/generative-ai|@mistralai/mistralai|cohere-ai|'
                 rb'groq-sdk|langchain|@langchain/[\w-]+|@ai-sdk/[\w-]+|replicate)"\s*:')  # fmt: skip
_LOADER = re.compile(rb'"(?P<name>vite|next|nuxt|astro|react-scripts|@remix-run/dev|@sveltejs/kit)"\s*:')


def worth_reading(paths: Iterable[str]) -> list[str]:
    """The manifests, then the source files, each nearest the root first."""
    manifests, code = [], []
    for path in paths:
        if _MANIFEST.search(path):
            manifests.append(path)
        elif _CODE.search(path):
            code.append(path)
    ordered = [*sorted(manifests, key=_depth), *sorted(code, key=_depth)]
    return [path for path in ordered if not _NOT_OURS.search(path)]


def _depth(path: str) -> tuple[int, str]:
    return path.count("/"), path


def reads_env(path: str, data: bytes) -> str | None:
    """What in a manifest or source file reads a `.env`, in words; None when nothing does."""
    if not _MANIFEST.search(path):
        match = _CODE_MARK.search(data)
        return f"{path} calls {_text(match)}" if match else None
    if "compose" in path.lower() and not path.lower().endswith("composer.json"):
        return f"{path} names it as env_file" if _COMPOSE_MARK.search(data) else None
    match = _DEPENDENCY.search(data)
    if match:
        return f"{path} depends on {_text(match)}"
    loader = _LOADER.search(data)
    if loader and _AI.search(data):
        return f"{path} depends on {_text(loader)}, which reads it, and on an AI provider's package"
    return None


def _text(match: re.Match[bytes]) -> str:
    return match.group("name").decode("ascii", "replace").strip(" \"'(")


def finding_of(prefix: str, reader: str, decided: str, salt: str) -> Finding:
    """The finding that `reader` reads a `.env` which nothing ignores, at the repository's .gitignore.

    `decided` is the ignore rule that speaks of `.env` all the same, as text.
    """
    here = f"{decided} does not protect the team" if decided else "no ignore rule names .env"
    return finding(
        "env-not-ignored-yet", f"{prefix}.gitignore", Detail(evidence=(reader, here), shown=".env"), salt=salt
    )
