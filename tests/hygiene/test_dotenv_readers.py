"""Projects that read a .env which nothing ignores yet."""

from __future__ import annotations

import pytest

from keyscan.hygiene import dotenv_readers

YET = {
    "package.json": '{"dependencies": {"dotenv": "^16"}}',
    "requirements.txt": "flask\npython-dotenv==1.0\n",
    "pyproject.toml": '[project]\ndependencies = ["python-dotenv>=1"]\n',
    "app/main.py": "from dotenv import load_dotenv\nload_dotenv()\n",
    "settings.py": 'model_config = SettingsConfigDict(env_file=".env")\n',
    "docker-compose.yml": "services:\n  web:\n    env_file:\n      - .env\n",
}


@pytest.mark.parametrize("path", YET)
def test_a_project_that_reads_env_is_told_before_it_exists(repo, env, path):
    """A dependency on dotenv, or code that loads a .env, wants an ignore rule."""
    repo.stage(path, YET[path])
    assert set(env(repo)) == {("env-not-ignored-yet", ".gitignore")}
    repo.stage(".gitignore", ".env\n")
    assert env(repo) == {}


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("package.json", '{"devDependencies": {"vite": "^6", "eslint-plugin-dotenv-x": "1"}}'),
        ("requirements.txt", "django\npydotenv-like\n"),
        ("app.py", "# a .env file would be nice\nimport os\n"),
        ("docs/guide.py", "load_dotenv()\n"),
    ],
)
def test_a_project_that_reads_no_env_is_left_alone(repo, env, path, text):
    """Nothing is asked of a project that does not read a .env."""
    repo.stage(path, text)
    assert env(repo, "--min-severity", "info") == {}


def test_manifests_before_code_and_near_before_deep():
    """What belongs to others, or is built, is not read."""
    paths = [
        "deep/er/app.py",
        "main.py",
        "sub/package.json",
        "node_modules/x/package.json",
        "requirements.txt",
        "a.min.js",
    ]
    assert dotenv_readers.worth_reading(paths) == ["requirements.txt", "sub/package.json", "main.py", "deep/er/app.py"]


@pytest.mark.parametrize(
    ("path", "data", "words"),
    [
        ("package.json", b'{"dependencies": {"vite": "6", "openai": "1"}}', "depends on vite, which reads it"),
        ("compose.yml", b"env_file: .env\n", "compose.yml names it as env_file"),
        ("app.js", b'require("dotenv").config()', 'calls require("dotenv'),
        ("composer.json", b'"vlucas/phpdotenv": "^5"', "depends on phpdotenv"),
    ],
)
def test_what_reads_it_is_said(path, data, words):
    """In words, with the file."""
    assert words in dotenv_readers.reads_env(path, data)
    assert dotenv_readers.reads_env(path, b"nothing") is None
