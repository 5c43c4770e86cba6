"""`keyscan env`: is each secrets file ignored, untracked, closed to others, and is each template empty."""

from __future__ import annotations

import json
import os
import tempfile
from pathlib import Path

import pytest
from helpers.repository import Repo
from helpers.tokens import token

from keyscan.catalog.secret_files import Kind, environment_of, kind_of


@pytest.fixture
def secret(anthropic_key):
    """The text of an environment file with a real value."""
    return f"DEBUG=true\nANTHROPIC_API_KEY={anthropic_key}\n"


NAMES = {
    ".env": Kind.ENV,
    "a/b/.env.local": Kind.ENV,
    ".env.production": Kind.ENV,
    "config/prod.env": Kind.ENV,
    ".envrc": Kind.ENV,
    ".dev.vars": Kind.ENV,
    ".flaskenv": Kind.ENV,
    ".ENV": Kind.ENV,
    ".env-backup": Kind.ENV,
    ".env.keys": Kind.ENV,
    ".env.example": Kind.TEMPLATE,
    ".env.local.example": Kind.TEMPLATE,
    ".env.sample": Kind.TEMPLATE,
    ".env.template": Kind.TEMPLATE,
    ".env.dist": Kind.TEMPLATE,
    ".env.defaults": Kind.TEMPLATE,
    ".env-example": Kind.TEMPLATE,
    "example.env": Kind.TEMPLATE,
    "env.example": Kind.TEMPLATE,
    "sample.env": Kind.TEMPLATE,
    ".dev.vars.example": Kind.TEMPLATE,
    ".streamlit/secrets.toml": Kind.TOML,
    "local.settings.json": Kind.JSON,
    "service-account-prod.json": Kind.JSON,
    ".npmrc": Kind.INI,
    ".netrc": Kind.NETRC,
    # Near misses.
    ".env.vault": None,
    ".env.enc": None,
    "env.ts": None,
    "env.d.ts": None,
    ".env.d.ts": None,
    "env.py": None,
    "environment.env.md": None,
    ".env/bin/activate": None,
    "environ": None,
    "my.environment": None,
    "secrets.yaml.tmpl": None,
    "package.json": None,
    "env": None,
    "environment.yml": None,
    "_template_vars.cpython-311.pyc": None,
    "template.vars": None,
}


@pytest.mark.parametrize(("path", "kind"), NAMES.items())
def test_names_of_the_family(path, kind):
    """A file is of the family by its name, and a template when the name says so."""
    assert kind_of(path) is kind


@pytest.mark.parametrize(
    ("path", "label"),
    [
        (".env", ""),
        (".env.production", "production"),
        ("prod.env", "production"),
        ("deploy/staging/.env", "staging"),
        (".env.local", "development"),
        (".env.test", "test"),
        ("products/.env", ""),
        ("reliver/.env", ""),
    ],
)
def test_the_environment_of_a_file(path, label):
    """The environment is in the file's name, else in its directories, as a whole word."""
    assert environment_of(path) == label


QUIET = {
    "ignored and untracked": {".gitignore": ".env\n"},
    "ignored by a pattern with a wildcard": {".gitignore": ".env*\n!.env.example\n"},
    "ignored with its directory": {".gitignore": "/conf/\n"},
}


@pytest.mark.parametrize("name", QUIET)
def test_ignored_and_untracked_is_silent(repo, env, secret, name):
    """A real key in an ignored, untracked file is as it should be."""
    for path, text in QUIET[name].items():
        repo.stage(path, text)
    repo.write("conf/.env" if "directory" in name else ".env", secret)
    assert env(repo, "--min-severity", "medium") == {}


def test_placeholders_are_informational(repo, env):
    """A tracked file of placeholders and settings is shown only when asked for."""
    repo.stage(".env", "DEBUG=1\nAPI_KEY=your-api-key-here\nPASSWORD=changeme\nTOKEN=${OTHER}\nREACT_APP_NAME=x\n")
    assert env(repo) == {}
    found = env(repo, "--min-severity", "info")
    assert found["env-tracked", ".env"]["severity"] == "info"


def test_tracked_with_a_real_value_is_critical(repo, env, secret, anthropic_key, run):
    """A tracked file with a key is critical, at the key's line, and the key is not shown."""
    repo.stage(".env", secret)
    found = env(repo)["env-tracked", ".env"]
    assert (found["severity"], found["line"]) == ("critical", 2)
    assert anthropic_key[13:] not in run("env", cwd=repo.path).out


def test_staged_is_told_from_tracked(repo, run, secret):
    """A file that the last commit lacks is said to be staged."""
    repo.commit()
    repo.stage(".env", secret)
    assert "staged for the next commit" in run("env", cwd=repo.path).out
    repo.commit()
    assert "tracked by git" in run("env", cwd=repo.path).out


def test_the_index_counts_for_tracked_files(repo, env, secret):
    """What git would commit is what is judged, not the file on disk."""
    repo.stage(".env", "A=1\n")
    repo.write(".env", secret)
    assert env(repo) == {}
    repo.stage(".env", secret)
    repo.write(".env", "A=1\n")
    assert set(env(repo)) == {("env-tracked", ".env")}


def test_tracked_although_ignored(repo, run, secret):
    """An ignore rule does not help a file that is in the index, and the report says so."""
    repo.stage(".env", secret)
    repo.stage(".gitignore", ".env\n")
    assert ".gitignore:1 (.env) ignores it, but not while it is in the index" in run("env", cwd=repo.path).out


def test_untracked_and_not_ignored(repo, env, secret):
    """A file that `git add .` would take is critical."""
    repo.write("api/.env", secret)
    assert env(repo)["env-not-ignored", "api/.env"]["severity"] == "critical"


def test_a_nested_negation_is_seen_through(repo, run, secret):
    """A nested .gitignore that takes the file out again is named."""
    repo.stage(".gitignore", ".env\n")
    repo.stage("api/.gitignore", "*.log\n!.env\n")
    repo.write("api/.env", secret)
    repo.write("web/.env", secret)
    result = run("env", cwd=repo.path)
    assert "api/.gitignore:2 (!.env) takes it out of what is ignored" in result.out
    assert "web/.env" not in result.out


@pytest.mark.parametrize("where", ["exclude", "global"])
def test_rules_of_this_machine_do_not_protect_the_team(repo, env, secret, where, tmp_path, monkeypatch):
    """info/exclude and the global excludes are told apart from the repository's own rules."""
    if where == "exclude":
        (repo.path / ".git/info/exclude").write_text(".env\n")
    else:
        (tmp_path / "excludes").write_text(".env\n")
        (tmp_path / "config").write_text(f"[core]\nexcludesFile = {tmp_path / 'excludes'}\n")
        monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(tmp_path / "config"))
    repo.write(".env", secret)
    assert set(env(repo)) == {("env-ignored-only-here", ".env")}
    repo.stage(".gitignore", ".env\n")
    assert env(repo) == {}


@pytest.mark.skipif(os.name != "posix", reason="modes are POSIX's")
def test_permissions(secret, env):
    """Readable by all is a low remark, writable by all a high one, closed or out of reach is silent."""
    with tempfile.TemporaryDirectory() as place:
        repo = Repo(Path(place) / "repo")
        repo.stage(".gitignore", ".env\n")
        file = repo.write(".env", secret)
        file.chmod(0o666)
        assert env(repo, "--min-severity", "info") == {}  # the temporary directory lets nobody in
        Path(place).chmod(0o755)
        file.chmod(0o600)
        assert env(repo, "--min-severity", "info") == {}
        file.chmod(0o644)
        assert env(repo) == {}
        assert env(repo, "--min-severity", "low")["env-open-permissions", ".env"]["severity"] == "low"
        file.chmod(0o666)
        assert env(repo)["env-open-permissions", ".env"]["severity"] == "high"


def test_templates_are_for_names_only(repo, env, secret):
    """A template may be tracked, with placeholders; a real value in it is a finding of its own."""
    repo.stage(".env.example", "ANTHROPIC_API_KEY=sk-ant-your-key-here\nDATABASE_URL=postgres://user:password@db/x\n")
    assert env(repo, "--min-severity", "info") == {}
    repo.stage(".env.example", secret)
    assert env(repo)["env-template-real-value", ".env.example"]["line"] == 2


def test_other_files_count_only_with_credentials(repo, env):
    """An .npmrc, .netrc or JSON file without a credential is an ordinary file; with one it must not be tracked."""
    files = {
        ".npmrc": ("save-exact=true\nregistry=https://r.example/\n", "//r.example/:_authToken={alnum:36}\n"),
        ".pypirc": ("[distutils]\nindex-servers = pypi\n", "[pypi]\nusername = __token__\npassword = {alnum:40}\n"),
        ".netrc": ("machine a login b\n", "machine a login b password {alnum:24}\n"),
        "local.settings.json": ('{"IsEncrypted": false}', '{"Values": {"StorageKey": "{alnum:44}"}}'),
        ".streamlit/secrets.toml": ("[general]\nname = 'x'\n", "[db]\npassword = '{alnum:24}'\n"),
    }
    for path, (without, _) in files.items():
        repo.stage(path, without)
    assert env(repo, "--min-severity", "info") == {}
    for path, (_, with_one) in files.items():
        head, brace, tail = with_one.partition("{alnum:")
        made = token(brace + tail[:3], path)
        repo.stage(path, head + made + tail[3:])
    assert {path for rule, path in env(repo) if rule == "env-tracked"} == set(files)


def test_variables_in_npmrc_are_references(repo, env):
    """An .npmrc that reads its token from the environment is how it should be."""
    repo.stage(".npmrc", "//registry.npmjs.org/:_authToken=${NPM_TOKEN}\n")
    assert env(repo, "--min-severity", "info") == {}


def test_submodules_are_looked_into(repo, env, secret, tmp_path):
    """A submodule's own index and ignore rules decide about its files."""
    other = Repo(tmp_path / "other")
    other.stage("a.txt", "a\n")
    other.commit()
    repo.git("-c", "protocol.file.allow=always", "submodule", "add", "-q", str(other.path), "libs/other")
    repo.commit()
    repo.stage(".gitignore", ".env\n")
    repo.write("libs/other/.env", secret)
    assert set(env(repo)) == {("env-not-ignored", "libs/other/.env")}


def test_links_are_not_followed(repo, run, tmp_path, secret):
    """An untracked .env that is a symbolic link, or lies behind one, is skipped and named."""
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside/real").write_text(secret)
    (repo.path / ".env").symlink_to(tmp_path / "outside/real")
    result = run("env", cwd=repo.path)
    assert result.code == 0
    assert ".env: symbolic link: not followed" in result.out


def test_odd_names(repo, env, secret):
    """Names with newlines, colons and bytes that are not UTF-8 are asked about as they are."""
    for name in (b"a\nb/.env", b":(glob)x/.env", b"\xff/.env", b"-x.env"):
        repo.write(name, secret)
    assert len(env(repo)) == 4
    repo.stage(".gitignore", ".env\n*.env\n")
    assert env(repo) == {}


def test_nothing_in_an_empty_repository(repo, env):
    """A repository with no commit and no file is clean."""
    assert env(repo) == {}


def test_the_history_is_looked_into(repo, env, secret, run):
    """A file that was committed with a key and deleted is told, at its oldest commit; placeholders are not."""
    repo.stage("old/.env", "API_KEY=your-key\n")
    repo.stage(".env.example", secret.replace("sk-ant", "example"))
    repo.commit()
    repo.stage("old/.env", secret)
    first = repo.commit()
    repo.stage("old/.env", secret + "X=1\n")
    repo.commit()
    repo.git("rm", "-q", "--cached", "old/.env")
    repo.stage(".gitignore", ".env\n")
    repo.commit()
    found = env(repo)
    assert set(found) == {("env-in-history", "old/.env")}
    assert found["env-in-history", "old/.env"]["commit"] == first
    assert "2 commits hold it with real values; it is no longer tracked" in run("env", cwd=repo.path).out
    assert env(repo, "--no-history") == {}


def test_a_shallow_clone_says_so(repo, run, tmp_path):
    """Older commits that are not here were not looked into, and the report says it."""
    repo.commit()
    repo.commit()
    repo.git("clone", "-q", "--depth", "1", f"file://{repo.path}", str(tmp_path / "shallow"))
    assert "shallow clone" in run("env", cwd=tmp_path / "shallow").out


def test_staged_tells_a_file_of_secrets(repo, run, secret):
    """The commit hook reports the file as well as the key in it, and a secret that only its name gives away."""
    repo.stage(".env.example", "ANTHROPIC_API_KEY=\n")
    repo.stage("app.py", "x = 1\n")
    assert run("staged", cwd=repo.path).code == 0
    repo.stage("api/.env", secret)
    repo.stage("b/secrets.toml", f'[db]\npassword = "{token("{alnum:24}")}"\n')
    out = json.loads(run("staged", "-f", "json", cwd=repo.path).out)
    found = {(entry["rule"], entry["path"]) for entry in out["findings"]}
    assert {("env-tracked", "api/.env"), ("anthropic-api-key", "api/.env"), ("env-tracked", "b/secrets.toml")} <= found
    out = run("staged", "--disable", "env-tracked", cwd=repo.path).out
    assert "env-tracked" not in out


def test_hygiene_rules_are_listed_and_shown(run):
    """What `keyscan env` reports can be looked up like any rule."""
    assert "env-not-ignored" in run("rules", "list").out
    shown = run("rules", "show", "env-in-docker-context").out
    assert "found by   keyscan env" in shown
    assert ".dockerignore" in shown


def test_configuration_counts(repo, run, secret):
    """Excluded paths and accepted fingerprints are honoured for hygiene findings too."""
    repo.write("api/.env", secret)
    out = run("env", cwd=repo.path).out
    mark = next(line.split()[-1] for line in out.splitlines() if "env-not-ignored:" in line)
    repo.write(".keyscan.toml", f'[[ignore]]\nfingerprint = "{mark}"\nreason = "a fixture"\n')
    assert run("env", cwd=repo.path).code == 0
    repo.write(".keyscan.toml", 'exclude = ["api/"]\n')
    assert run("env", cwd=repo.path).code == 0


def test_a_submodule_that_is_broken_is_named(repo, run, secret, tmp_path):
    """A submodule whose .git leads nowhere, or is none, makes the check incomplete, and the rest is still checked."""
    other = Repo(tmp_path / "other")
    other.stage("a.txt", "a\n")
    other.commit()
    for name in ("one", "two"):
        repo.git("-c", "protocol.file.allow=always", "submodule", "add", "-q", str(other.path), name)
    repo.stage(".gitignore", ".env\n")
    assert run("env", cwd=repo.path).code == 0
    (repo.path / "one/.git").write_text("gitdir: /nowhere\n")
    (repo.path / "two/.git").unlink()
    (repo.path / "two/.git").mkdir()
    result = run("env", cwd=repo.path)
    assert result.code == 3
    assert "one: submodule:" in result.out
    assert "two: submodule:" in result.out
    repo.stage("api/.env", secret)
    assert run("env", cwd=repo.path).code == 1
