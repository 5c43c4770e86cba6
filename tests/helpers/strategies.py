"""Hypothesis strategies for what repositories choose."""

from __future__ import annotations

from hypothesis import strategies as st

# Parts of the names of files that are judged by their names, and of their neighbours that are not.
_PIECES = (
    "env", ".env", "envrc", "flaskenv", "dev", "vars", ".dev.vars", "secrets", "toml", "settings", "local", "json",
    "credentials", "service", "account", "npmrc", "pypirc", "netrc", "environment", "envoy",
    "example", "sample", "template", "tmpl", "dist", "default", "schema", "production", "in", "j2",
    "py", "js", "mjs", "tsx", "md", "yml", "lock", "bak", "age", "txt", "x", "1",
)  # fmt: skip
_KNOWN = ("secrets.toml", ".secrets.toml", "local.settings.json", "credentials.json", ".npmrc", ".pypirc", "_netrc",
          "service-account.json", "serviceaccount-prod.json", "service_account.example.json")  # fmt: skip


@st.composite
def _from_pieces(draw: st.DrawFn) -> str:
    pieces = draw(st.lists(st.sampled_from(_PIECES), min_size=1, max_size=4))
    separators = [draw(st.sampled_from(("", ".", "-", "_", "~"))) for _ in range(len(pieces) + 1)]
    return "".join(text for pair in zip(separators, [*pieces, ""], strict=True) for text in pair)


@st.composite
def file_names(draw: st.DrawFn) -> str:
    """Base names, many of them of environment files, templates and credentials, in any case of letters."""
    name = draw(st.one_of(_from_pieces(), st.sampled_from(_KNOWN)))
    changed = draw(st.sampled_from((str, str.upper, str.title)))
    return changed(name)
