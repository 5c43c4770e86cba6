"""`keyscan fix`: what it shows, what it writes, what it leaves alone."""

from __future__ import annotations

import os
import stat
import subprocess
import sys

import pytest
from helpers.tokens import token

KEY = token("sk-ant-api03-{b64url:93}AA")
OTHER = token("sk-ant-api03-{b64url:93}AA", "other")
GITHUB = token("ghp_{alnum:30}{crc32-base62:ghp_}")
NAME = "ANTHROPIC_API_KEY"


@pytest.fixture
def project(repo):
    """A repository with one committed program that has a key in it."""
    repo.stage("app.py", f'KEY = "{KEY}"\nprint(KEY)\n')
    repo.commit()
    return repo


def read(repo, name):
    """A file of the repository."""
    return (repo.path / name).read_text()


def test_without_apply_the_masked_diff_is_shown_and_nothing_is_written(project, run):
    """Without a terminal and --apply the plan is shown, and the exit code says that there is something to do."""
    result = run("fix", cwd=project.path)
    assert result.code == 1
    assert '+KEY = os.environ["ANTHROPIC_API_KEY"]' in result.out
    assert "+++ b/.env\n" in result.out
    assert "sk-ant-" in result.out
    assert KEY not in result.out + result.err
    assert KEY[20:60] not in result.out + result.err
    assert "--apply" in result.err
    assert project.git("status", "--porcelain") == b""


def test_a_public_key_beside_the_changed_one_is_masked_too(repo, run):
    """It may stay in the file, and is shown no more than in a report."""
    public = token("phc_{alnum:43}")
    repo.stage("app.py", f'KEY, POSTHOG = "{KEY}", "{public}"\n')
    repo.commit()
    result = run("fix", cwd=repo.path)
    assert NAME in result.out
    assert public[10:] not in result.out + result.err


def test_apply_moves_the_key_and_the_program_still_runs(project, run):
    """The code reads the variable, .env (0600, ignored) has the value, .env.example the name; a scan is clean."""
    before = subprocess.run([sys.executable, "app.py"], cwd=project.path, capture_output=True, check=True).stdout
    result = run("fix", "--apply", cwd=project.path)
    assert result.code == 0
    assert KEY not in result.out + result.err
    assert read(project, ".env") == f"{NAME}={KEY}\n"
    assert read(project, ".env.example") == f"{NAME}=\n"
    assert read(project, ".gitignore") == ".env\n"
    if os.name == "posix":
        assert stat.S_IMODE((project.path / ".env").stat().st_mode) == 0o600
    assert b".env\n" not in project.git("ls-files", "--others", "--exclude-standard")
    script = f"set -a; . ./.env; set +a; {sys.executable} app.py"
    after = subprocess.run(["bash", "-c", script], cwd=project.path, capture_output=True, check=True).stdout
    assert before == after
    assert run("scan", cwd=project.path).code == 0
    assert run("fix", cwd=project.path).code == 0


def test_staged_fix_leads_from_blocked_to_committed(repo, run):
    """After `keyscan fix --staged --apply` the hook passes and the commit holds no key."""
    repo.commit()
    repo.stage("app.py", f'KEY = "{KEY}"\n')
    blocked = run("staged", cwd=repo.path)
    assert blocked.code == 1
    assert "fix --staged" in blocked.out
    result = run("fix", "--staged", "--apply", cwd=repo.path)
    assert result.code == 0, result.err
    assert run("staged", cwd=repo.path).code == 0
    assert sorted(repo.git("diff", "--cached", "--name-only").decode().split()) == [
        ".env.example",
        ".gitignore",
        "app.py",
    ]
    repo.commit()
    assert KEY.encode() not in repo.git("show", "HEAD")
    assert repo.git("status", "--porcelain") == b""


def test_staged_fix_keeps_other_staged_and_unstaged_changes(repo, run):
    """Only the fixed files are staged anew; a file with another version in the working tree is left alone."""
    repo.stage("a.py", f'K = "{KEY}"\n')
    repo.stage("b.py", f'K = "{OTHER}"\n')
    repo.write("b.py", f'K = "{OTHER}"\nx = 1\n')
    repo.write("c.py", "x = 1\n")
    result = run("fix", "--staged", "--apply", cwd=repo.path)
    assert result.code == 1
    assert "b.py:1" in result.out
    assert "stage it first" in result.out
    assert KEY.encode() not in repo.git("show", ":a.py")
    assert OTHER.encode() in repo.git("show", ":b.py")
    assert repo.git("ls-files", "--others", "--exclude-standard") == b"c.py\n"


def test_staging_runs_no_filter_of_the_repository(repo, run, tmp_path):
    """A clean filter that the repository's configuration names is not run."""
    repo.git("config", "filter.evil.clean", f"touch {tmp_path}/ran; cat")
    repo.write(".gitattributes", "")
    repo.stage("app.py", f'KEY = "{KEY}"\n')
    repo.write(".gitattributes", "*.py filter=evil\n")
    assert run("fix", "--staged", "--apply", cwd=repo.path).code == 0
    assert not (tmp_path / "ran").exists()


def test_existing_name_with_another_value_gets_a_suffix_and_a_remark(project, run):
    """A value that .env has stays; the key gets another name, and that is said."""
    project.write(".gitignore", ".env\n")
    project.write(".env", f"{NAME}=something-else\n")
    result = run("fix", "--apply", cwd=project.path)
    assert result.code == 0
    assert f"{NAME} has another value already: this one is {NAME}_2" in result.out
    assert read(project, ".env") == f"{NAME}=something-else\n{NAME}_2={KEY}\n"
    assert f'os.environ["{NAME}_2"]' in read(project, "app.py")


def test_part_of_a_connection_string_is_not_named_after_the_whole(repo, run):
    """Only the password of a URL is replaced, so its variable is not called DATABASE_URL."""
    secret = "Xk9vQ2m" + "Zp7Lw4"
    repo.stage("app.py", f'DSN = "postgres://user:{secret}@db.internal.net/x"\n')
    repo.commit()
    assert run("fix", "--apply", cwd=repo.path).code == 0
    assert read(repo, ".env") == f"DATABASE_PASSWORD={secret}\n"


def test_same_key_in_two_files_gets_one_variable(repo, run):
    """One value, one name, wherever it is written."""
    repo.stage("a.py", f'KEY = "{KEY}"\n')
    repo.stage("b.sh", f"curl -H 'x-api-key: {KEY}' https://example.org\n")
    repo.stage("c.py", f'KEY = "{OTHER}"\n')
    repo.commit()
    assert run("fix", "--apply", cwd=repo.path).code == 0
    assert read(repo, ".env") == f"{NAME}={KEY}\n{NAME}_2={OTHER}\n"
    assert f"${{{NAME}:?}}" in read(repo, "b.sh")


def test_rule_without_a_variable_takes_the_name_from_the_code(repo, run):
    """A generic secret is named after the variable that held it."""
    secret = token("{alnum:32}", "generic")
    repo.stage("app.py", f'db_password = "{secret}"\n')
    repo.commit()
    assert run("fix", "--apply", cwd=repo.path).code == 0
    assert read(repo, ".env") == f"DB_PASSWORD={secret}\n"


def test_second_half_of_a_pair_moves_too(repo, run):
    """An AWS secret access key is found beside its id, and moved with it."""
    first, second = "AKIA" + token("{aws-id}"), token("{alnum:18}9aZ/{alnum:18}")
    repo.stage("app.py", f'AWS_ACCESS_KEY_ID = "{first}"\nAWS_SECRET_ACCESS_KEY = "{second}"\n')
    repo.commit()
    result = run("fix", "--apply", cwd=repo.path)
    assert second not in result.out
    assert second not in read(repo, "app.py")
    assert f"AWS_SECRET_ACCESS_KEY={second}\n" in read(repo, ".env")


def test_two_secrets_on_one_line_are_both_replaced(repo, run):
    """Each secret of a line is replaced, and shown masked."""
    repo.stage("app.py", f'A, B = "{KEY}", "x {GITHUB} y"\n')
    repo.commit()
    result = run("fix", "--apply", cwd=repo.path)
    assert result.code == 0
    text = read(repo, "app.py")
    assert text == f'import os\n\nA, B = os.environ["{NAME}"], f"x {{os.environ[\'GITHUB_TOKEN\']}} y"\n'
    assert GITHUB not in result.out
    assert KEY not in result.out


def test_secret_that_is_not_fixed_is_masked_in_the_diff_too(repo, run):
    """A second secret on a changed line is masked even where it stays or is ignored."""
    repo.stage("app.py", f'A = "{KEY}"  # {GITHUB} keyscan:allow[github-pat-classic] test\n')
    repo.commit()
    result = run("fix", cwd=repo.path)
    assert result.code == 1
    assert GITHUB not in result.out
    assert KEY not in result.out


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("a.py", "# {}\n", "in a comment"),
        ("README.md", "Use {}.\n", "delete it there"),
        ("vendor/a.py", 'K = "{}"\n', "vendored"),
        ("a.min.js", 'const k = "{}";\n', "vendored or built"),
        ("gen.py", '# Code generated by protoc. DO NOT EDIT.\nK = "{}"\n', "generated"),
        ("src/App.vue", "<script>const k = '{}'</script>\n", "server"),
        ("Dockerfile", "FROM a\nENV K={}\n", "--env-file"),
        ("config.ini", "[a]\nk = {}\n", "does not know this kind of file"),
    ],
)
def test_secret_that_cannot_be_rewritten_is_left_and_named(repo, run, name, text, words):
    """One clear line a secret, exit 1, and nothing is written."""
    repo.stage(name, text.format(KEY))
    repo.commit()
    result = run("fix", "--apply", "--min-severity", "low", cwd=repo.path)
    assert result.code == 1
    assert words in result.out
    assert f"{name}:" in result.out
    assert KEY not in result.out
    assert repo.git("status", "--porcelain") == b""
    assert not (repo.path / ".env").exists()


def test_file_with_unknown_changes_needs_force(project, run):
    """What git does not know is touched with --force only."""
    project.write("app.py", f'# more\nKEY = "{KEY}"\n')
    project.write("new.py", f'KEY = "{KEY}"\n')
    result = run("fix", "--apply", cwd=project.path)
    assert result.code == 1
    assert result.out.count("--force") == 2
    assert KEY in read(project, "app.py")
    assert run("fix", "--apply", "--force", cwd=project.path).code == 0
    assert KEY not in read(project, "app.py") + read(project, "new.py")


def test_read_only_file_is_left(project, run):
    """A file without write permission is named and stays."""
    (project.path / "app.py").chmod(0o444)
    result = run("fix", "--apply", cwd=project.path)
    assert result.code == 1
    assert "read-only" in result.out
    assert KEY in read(project, "app.py")


def test_mode_of_a_script_is_kept(repo, run):
    """An executable file stays executable."""
    repo.stage("run.sh", f"#!/bin/sh\nKEY={KEY}\n")
    (repo.path / "run.sh").chmod(0o755)
    repo.git("add", "run.sh")
    repo.commit()
    assert run("fix", "--apply", cwd=repo.path).code == 0
    assert stat.S_IMODE((repo.path / "run.sh").stat().st_mode) == 0o755


def test_link_is_not_followed(repo, run, tmp_path):
    """A symbolic link named on the command line is not written through."""
    (tmp_path / "outside.py").write_text(f'KEY = "{KEY}"\n')
    (repo.path / "link.py").symlink_to(tmp_path / "outside.py")
    repo.git("add", "link.py")
    repo.commit()
    run("fix", "link.py", "--apply", "--force", cwd=repo.path)
    assert KEY in (tmp_path / "outside.py").read_text()
    assert (repo.path / "link.py").is_symlink()


def test_env_that_is_a_link_stops_everything(project, run, tmp_path):
    """A .env that leads elsewhere is not written through, and no code changes."""
    (project.path / ".env").symlink_to(tmp_path / "stolen")
    result = run("fix", "--apply", cwd=project.path)
    assert result.code == 2
    assert "symbolic link" in result.err
    assert KEY in read(project, "app.py")
    assert not (tmp_path / "stolen").exists()


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes with names here")
def test_env_that_is_a_pipe_is_not_waited_for(project, run):
    """A .env that is no regular file stops everything at once."""
    os.mkfifo(project.path / ".env")
    result = run("fix", "--apply", cwd=project.path)
    assert result.code == 2
    assert "not a regular file" in result.err
    assert KEY in read(project, "app.py")


def test_script_of_a_project_that_is_bundled_for_browsers_is_left_alone(repo, run):
    """The nearest package.json says that a bundler ships the file; scripts outside of its source are rewritten."""
    repo.stage("web/package.json", '{"devDependencies": {"vite": "5"}}\n')
    repo.stage("web/src/key.js", f"export const k = '{KEY}';\n")
    repo.stage("web/vite.config.js", f"export const k = '{OTHER}';\n")
    repo.commit()
    result = run("fix", "--apply", cwd=repo.path)
    assert result.code == 1
    assert "web/src/key.js:1" in result.out
    assert KEY in read(repo, "web/src/key.js")
    assert "process.env" in read(repo, "web/vite.config.js")


def test_file_of_an_absurd_size_is_named_and_the_others_are_fixed(project, run, monkeypatch):
    """What is too large to rewrite is told; the exit code says that not all was done."""
    from keyscan.cli.commands import fix

    monkeypatch.setattr(fix, "_LARGEST", 1000)
    project.stage("large.py", f'K = "{OTHER}"\n' + "# x\n" * 1000)
    project.commit()
    result = run("fix", "--apply", cwd=project.path)
    assert result.code == 3
    assert "large.py: not read" in result.out
    assert KEY not in read(project, "app.py")


def test_tracked_env_stops_everything(project, run):
    """A .env that git tracks gets no key: the user is told what to run first."""
    project.stage(".env", "A=b\n")
    project.commit()
    result = run("fix", "--apply", cwd=project.path)
    assert result.code == 2
    assert "keyscan env --fix" in result.err
    assert KEY in read(project, "app.py")
    assert read(project, ".env") == "A=b\n"


def test_ignore_rule_that_is_taken_back_is_added_again(project, run):
    """`!.env` after `.env` leaves the file unignored: the rule is added behind it, before a byte of .env is written."""
    project.stage(".gitignore", ".env\n!.env\n")
    project.commit()
    assert run("fix", "--apply", cwd=project.path).code == 0
    assert read(project, ".gitignore") == ".env\n!.env\n.env\n"


def test_env_example_is_kept_out_of_an_ignore_rule(project, run):
    """`.env*` would hide the template: it is taken out."""
    project.stage(".gitignore", ".env*\n")
    project.commit()
    assert run("fix", "--apply", cwd=project.path).code == 0
    assert read(project, ".gitignore") == ".env*\n!.env.example\n"


def test_crlf_and_utf16_are_kept(repo, run):
    """Line ends, the encoding and its byte order mark stay."""
    repo.stage("a.py", f'x = 1\r\nKEY = "{KEY}"\r\n'.encode())
    repo.stage("b.ps1", b"\xff\xfe" + f'$k = "{OTHER}"\r\n'.encode("utf-16-le"))
    repo.stage("c.sh", b"\xef\xbb\xbf" + f"K={GITHUB}\n".encode())
    repo.commit()
    assert run("fix", "--apply", cwd=repo.path).code == 0
    assert (repo.path / "a.py").read_bytes() == f'import os\r\n\r\nx = 1\r\nKEY = os.environ["{NAME}"]\r\n'.encode()
    assert (repo.path / "b.ps1").read_bytes() == b"\xff\xfe" + f"$k = $env:{NAME}_2\r\n".encode("utf-16-le")
    assert (repo.path / "c.sh").read_bytes().startswith(b"\xef\xbb\xbfK=")


def test_submodule_is_left_to_itself(repo, run, tmp_path):
    """A file in a submodule is named with where to run the command."""
    from helpers.repository import Repo

    inner = Repo(tmp_path / "inner")
    inner.stage("a.py", f'KEY = "{KEY}"\n')
    inner.commit()
    repo.git("-c", "protocol.file.allow=always", "submodule", "add", "-q", str(inner.path), "sub")
    repo.commit()
    result = run("fix", "sub/a.py", "--apply", "--force", cwd=repo.path)
    assert result.code == 1
    assert "submodule sub" in result.out
    assert KEY in (repo.path / "sub" / "a.py").read_text()


def test_encoded_secret_is_left_alone(repo, run):
    """What was found through base64 is not replaced."""
    import base64

    repo.stage("a.py", f'K = "{base64.b64encode(f"key={KEY}".encode()).decode()}"\n')
    repo.commit()
    result = run("fix", "--apply", cwd=repo.path)
    assert result.code == 1
    assert "base64" in result.out
    assert not (repo.path / ".env").exists()


def test_outside_of_a_repository_only_with_force(tmp_path, run):
    """Without git nothing is known to be saved."""
    (tmp_path / "a.py").write_text(f'KEY = "{KEY}"\n')
    assert "--force" in run("fix", "--apply", cwd=tmp_path).out
    assert run("fix", "--apply", "--force", cwd=tmp_path).code == 0
    assert (tmp_path / ".env").read_text() == f"{NAME}={KEY}\n"


def test_from_a_directory_below_the_root(project, run):
    """Paths are the user's; .env is at the root of the repository."""
    project.stage("sub/b.py", f'KEY = "{OTHER}"\n')
    project.commit()
    assert run("fix", "--apply", cwd=project.path / "sub").code == 0
    assert read(project, ".env") == f"{NAME}={OTHER}\n"
    assert KEY in read(project, "app.py")


def test_ignored_and_baselined_findings_are_not_touched(repo, run):
    """What the user accepted stays as it is."""
    repo.stage("app.py", f'KEY = "{KEY}"  # keyscan:allow[anthropic-api-key] test\n')
    repo.commit()
    assert run("fix", "--apply", cwd=repo.path).code == 0
    assert KEY in read(repo, "app.py")


def test_file_that_changes_between_plan_and_application_is_not_written(project, run, monkeypatch):
    """The plan is made from bytes that are compared again before anything is written."""
    from keyscan.cli.commands import fix

    def change(_apply):
        project.write("app.py", "x = 1\n")
        return True

    monkeypatch.setattr(fix, "_agreed", change)
    result = run("fix", cwd=project.path)
    assert result.code == 2
    assert "changed" in result.err
    assert read(project, "app.py") == "x = 1\n"
    assert not (project.path / ".env").exists()


def test_name_of_a_file_cannot_inject_into_the_terminal(repo, run):
    """Control characters in names are made harmless."""
    repo.stage("a\x1b[31m.py", f'KEY = "{KEY}"\n')
    repo.commit()
    result = run("fix", "--apply", cwd=repo.path)
    assert "\x1b" not in result.out + result.err


def test_to_prints_commands_and_changes_nothing(project, run):
    """--to shows how the manager stores and reads the key; --apply with it is refused."""
    result = run("fix", "--to", "vault:secret/app", cwd=project.path)
    assert result.code == 1
    assert "vault kv patch -mount=secret app ANTHROPIC_API_KEY=-" in result.out
    assert "hvac" in result.out
    assert KEY not in result.out
    assert project.git("status", "--porcelain") == b""
    assert run("fix", "--to", "vault:secret/app", "--apply", cwd=project.path).code == 2
    assert run("fix", "--to", "nowhere", cwd=project.path).code == 2


def test_nothing_to_fix_is_clean(repo, run):
    """A repository without keys: exit 0, nothing written."""
    repo.stage("app.py", "x = 1\n")
    repo.commit()
    result = run("fix", "--apply", cwd=repo.path)
    assert result.code == 0
    assert "nothing to fix" in result.err
    assert run("fix", "--staged", cwd=repo.path).code == 0


def test_missing_parser_is_one_clear_line(project, run, monkeypatch):
    """Without the extra the command says what to install."""
    monkeypatch.setitem(sys.modules, "libcst", None)
    result = run("fix", cwd=project.path)
    assert result.code == 2
    assert "keyscan-linter[fix]" in result.err
