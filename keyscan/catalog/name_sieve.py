"""A cheap superset of the file names that are judged by name (`secret_files.kind_of`), with no import.

The commit hook's fast path asks it for every staged file, and steps aside where the answer is yes.
"""

# Every name that `kind_of` knows has one of these in it, in lower case. Those of _DOTENV_WORDS stand as words.
MARKS = ("env", ".vars", "secrets.toml", "settings.json", "credentials", "netrc", "npmrc", "pypirc", "account")
# Words of the names of environment files, between dots, dashes and underscores.
_DOTENV_WORDS = frozenset({"env", "envrc", "flaskenv", "vars"})
_OTHER_MARKS = ("secrets.toml", "settings.json", "credentials", "netrc", "npmrc", "pypirc", "account")
# Endings of files that are named like environment files and hold no values in plain text, or are code or prose.
NOT_DOTENV_ENDINGS = (
    ".vault", ".enc", ".gpg", ".pgp", ".age", ".sops", ".asc",
    ".js", ".cjs", ".mjs", ".jsx", ".cjsx", ".mjsx", ".ts", ".cts", ".mts", ".tsx", ".ctsx", ".mtsx",
    ".py", ".pyi", ".go", ".rs", ".rb", ".php", ".java", ".kt", ".cs",
    ".sh", ".bash", ".zsh", ".fish", ".ps1", ".bat",
    ".md", ".mdx", ".rst", ".txt", ".htm", ".html", ".css", ".lock", ".png", ".jpg", ".jpeg", ".svg",
    ".map", ".snap", ".d", ".json", ".json5", ".yml", ".yaml", ".toml", ".xml", ".swp", "~",
)  # fmt: skip


def may_be_judged_by_name(path: str) -> bool:
    """Whether `kind_of(path)` may be anything but None: never a wrong no, and a yes for few ordinary names."""
    name = path.rpartition("/")[2].lower()
    for mark in _OTHER_MARKS:
        if mark in name:
            return True
    if "env" not in name and ".vars" not in name:
        return False
    words = name.replace("-", ".").replace("_", ".").split(".")
    return not _DOTENV_WORDS.isdisjoint(words) and not name.endswith(NOT_DOTENV_ENDINGS)
