"""`keyscan env --fix`: the right lines in the right files, the index cleaned, a template; nothing else, and once."""

from __future__ import annotations

import json

import pytest
from helpers.tokens import token


@pytest.fixture
def secret(anthropic_key):
    """The text of an environment file with a real value."""
    return f"DEBUG=1\nexport ANTHROPIC_API_KEY='{anthropic_key}' # mine\nDEBUG=2\n"


def state(repo):
    """Every file of the work tree with its bytes, and the index."""
    files = {
        p.relative_to(repo.path): p.read_bytes() for p in repo.path.rglob("*") if p.is_file() and ".git" not in p.parts
    }
    return files, repo.git("ls-files", "-s")


def test_nothing_to_fix(repo, run, secret):
    """A repository in order is not touched."""
    repo.stage(".gitignore", ".env\n")
    repo.stage(".env.example", "A=\n")
    repo.write(".env", secret)
    before = state(repo)
    result = run("env", "--fix", "--yes", cwd=repo.path)
    assert (result.code, result.err) == (0, "keyscan: nothing to fix\n")
    assert state(repo) == before


def test_ignore_untrack_and_template(repo, run, secret, anthropic_key):
    """A tracked file is ignored, taken out of the index and kept on disk; its names become a template."""
    repo.stage(".gitignore", "*.log")
    repo.stage(".env", secret)
    repo.commit()
    result = run("env", "--fix", "--yes", cwd=repo.path)
    assert result.code == 1  # what is fixed now is still in the history
    assert "env-tracked" not in result.out
    assert anthropic_key[13:] not in result.err + result.out
    assert (repo.path / ".gitignore").read_text() == "*.log\n.env\n"
    assert (repo.path / ".env.example").read_text() == "DEBUG=\nANTHROPIC_API_KEY=\n"
    assert (repo.path / ".env").read_text() == secret
    assert repo.git("ls-files") == b".gitignore\n"
    before = state(repo)
    again = run("env", "--fix", "--yes", cwd=repo.path)
    assert "nothing to fix" in again.err
    assert state(repo) == before


def test_the_diff_is_shown_and_nothing_done_without_a_yes(repo, run, secret):
    """Without a terminal and without --yes the diff is all; --check says the same by its exit code."""
    repo.write(".env", secret)
    before = state(repo)
    for arguments in (["--fix"], ["--fix", "--check"], ["--fix", "--check", "--yes"]):
        result = run("env", *arguments, cwd=repo.path)
        assert result.code == 1
        assert "+++ b/.gitignore" in result.err
        assert "+.env\n" in result.err
        assert state(repo) == before


def test_on_a_terminal_it_asks(repo, run, secret, monkeypatch):
    """The answer decides."""
    import click

    repo.write(".env", secret)
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr(click, "confirm", lambda *_args, **_kw: False)
    before = state(repo)
    assert run("env", "--fix", cwd=repo.path).code == 1
    assert state(repo) == before
    monkeypatch.setattr(click, "confirm", lambda *_args, **_kw: True)
    assert run("env", "--fix", cwd=repo.path).code == 0
    assert (repo.path / ".gitignore").read_text() == ".env\n"


def test_a_nested_negation_is_answered_where_it_stands(repo, run, secret):
    """The line goes behind the rule that takes the file out again."""
    repo.stage(".gitignore", ".env\n")
    repo.stage("api/.gitignore", "!.env\n")
    repo.stage("api/.env.sample", "A=\n")
    repo.write("api/.env", secret)
    assert run("env", "--fix", "--yes", cwd=repo.path).code == 0
    assert (repo.path / ".gitignore").read_text() == ".env\n"
    assert (repo.path / "api/.gitignore").read_text() == "!.env\n.env\n"


def test_line_ends_and_odd_names_are_kept(repo, run, secret):
    """CRLF stays CRLF, and a name is written so that it matches itself only."""
    repo.stage(".gitignore", b"*.log\r\n")
    repo.stage(".env.example", "")
    repo.write("[a]*.env", secret)
    assert run("env", "--fix", "--yes", cwd=repo.path).code == 0
    assert (repo.path / ".gitignore").read_bytes() == b"*.log\r\n\\[a\\]\\*.env\r\n"


def test_an_ignored_template_is_let_through(repo, run, secret):
    """Where `.env*` would ignore the new template too, the template is taken out."""
    repo.stage(".gitignore", ".env*\n")
    repo.write(".env", secret)
    assert run("env", "--fix", "--yes", cwd=repo.path).code == 0
    assert (repo.path / ".gitignore").read_text() == ".env*\n!.env.example\n"
    assert repo.git("check-ignore", ".env") == b".env\n"


def test_dockerignore(repo, run, secret):
    """The ignore file that the build uses gains the line."""
    repo.stage(".gitignore", ".env\n")
    repo.stage(".env.example", "")
    repo.write(".env", secret)
    repo.stage("Dockerfile", "COPY . .\n")
    repo.stage(".dockerignore", "node_modules\n")
    assert run("env", "--fix", "--yes", cwd=repo.path).code == 0
    assert (repo.path / ".dockerignore").read_text() == "node_modules\n**/.env\n"


def test_before_it_exists(repo, run):
    """A repository that reads a .env and has none gains the rule."""
    repo.stage("requirements.txt", "python-dotenv\n")
    assert run("env", "--fix", "--yes", cwd=repo.path).code == 0
    assert (repo.path / ".gitignore").read_text() == ".env\n"


def test_credentials_are_named_by_their_path(repo, run):
    """A credentials file is ignored at its place, not everywhere."""
    repo.write("conf/credentials.json", json.dumps({"client_secret": token("{alnum:40}")}))
    assert run("env", "--fix", "--yes", cwd=repo.path).code == 0
    assert (repo.path / ".gitignore").read_text() == "/conf/credentials.json\n"


def test_links_are_not_written_through(repo, run, secret, tmp_path):
    """A .gitignore that is a symbolic link is left alone, and so is all else."""
    outside = tmp_path / "outside"
    outside.write_text("keep\n")
    (repo.path / ".gitignore").symlink_to(outside)
    repo.write(".env", secret)
    result = run("env", "--fix", "--yes", cwd=repo.path)
    assert result.code == 2
    assert "symbolic link" in result.err
    assert outside.read_text() == "keep\n"
    assert not (repo.path / ".env.example").exists()


def test_names_in_a_template_are_never_values(repo, run, anthropic_key):
    """A key that stands where a name belongs does not reach the template or the screen."""
    repo.stage(".gitignore", ".env\n")
    repo.write(".env", f"GOOD={anthropic_key}\n{anthropic_key}=1\n{anthropic_key}: x\n")
    result = run("env", "--fix", "--yes", cwd=repo.path)
    assert (repo.path / ".env.example").read_text() == "GOOD=\n"
    assert anthropic_key[13:] not in result.out + result.err
