"""What to do about a report, by what was scanned."""

from __future__ import annotations

from dataclasses import replace

import pytest
from helpers import reports

from keyscan.model.blob import Origin
from keyscan.model.rule import Help, Severity
from keyscan.reporters.registry import render
from keyscan.reporters.shared.next_steps import marker


def console(*findings, **changes):
    """The lines of a report."""
    return render("console", reports.report(*findings, **changes)).splitlines()


def test_a_blocked_commit_says_what_to_do_first():
    """The first line of the hook is the way on; nothing is claimed to be public, and rotating is only for what left."""
    text = render("console", reports.report(reports.finding(1), command="staged", invocation="~/x/keyscan"))
    first, second, third = text.splitlines()[:3]
    assert first == "keyscan: this commit is blocked: 1 secret staged, not published yet. To continue:"
    assert "~/x/keyscan fix --staged" in second
    assert third == "     or by hand: read the variable named below instead, then: git add src/app.py"
    assert "if it ever left this machine, revoke it: https://console.example.org/keys" in text
    assert "history" not in text


def test_a_command_that_is_not_installed_is_not_the_way_on():
    """Without the parsers of `keyscan fix` the step is done by hand, and how to install them comes last."""
    for command, commit in (("staged", None), ("pre-push", "c" * 40)):
        run = {"command": command, "can_fix": False, "revision": commit}
        text = render("console", reports.report(reports.finding(1, origin=Origin("a.py", commit=commit)), **run))
        assert "remove it: read the variable named below instead" in text
        assert "keyscan fix --staged" not in text
    assert "keyscan fix" not in render("console", reports.report(reports.finding(1), command="scan", can_fix=False))


def test_under_pre_commit_the_hook_itself_gets_the_parsers():
    """Installing them elsewhere would not reach the environment that pre-commit made."""
    lines = console(reports.finding(1), command="staged", can_fix=False, pre_commit=True)
    assert '       additional_dependencies: [".[fix]"]' in lines
    assert not any("pip install" in line for line in lines)


def test_what_is_printed_for_the_configuration_is_valid(run, tmp_path, anthropic_key):
    """The lines can be copied into .keyscan.toml, and the finding is ignored then."""
    (tmp_path / "a.json").write_text(f'{{"key": "{anthropic_key}"}}\n')
    first = run("scan", "a.json", cwd=tmp_path)
    assert first.code == 1
    lines = first.out.splitlines()
    start = next(number for number, line in enumerate(lines) if "[[ignore]]" in line)
    copied = [lines[start].partition(":")[2].strip(), *(line.strip() for line in lines[start + 1 : start + 3])]
    (tmp_path / ".keyscan.toml").write_text("\n".join(copied) + "\n")
    assert run("scan", "a.json", cwd=tmp_path).code == 0


def test_the_steps_fit_a_terminal():
    """No line of what to do about a key in an ordinary file is wider than 90 columns."""
    rule = "openai-project-api-key"
    one = reports.finding(1, rule_id=rule, fingerprint=f"{rule}:{1:020x}", origin=Origin("src/settings.py"))
    for command, commit in (("staged", None), ("scan", None), ("pre-push", "c" * 40)):
        origin = Origin(one.origin.path, commit=commit)
        lines = console(replace(one, origin=origin), command=command, revision="d" * 40)
        assert [line for line in lines if len(line) > 90 and not line.startswith("keyscan: ")] == []


def test_a_tracked_environment_file_is_taken_out_of_the_index():
    """A hygiene finding alone asks for `keyscan env --fix`, not for a change of code."""
    one = reports.finding(1, rule_id="env-tracked", provider="keyscan", origin=Origin(".env"))
    lines = console(one, command="staged")
    assert "  1. keep the file out of git: keyscan env --fix" in lines
    assert not any("fix --staged" in line for line in lines)


@pytest.mark.parametrize(
    ("path", "advice"),
    [
        ("src/app.py", "read it from the environment instead: EXAMPLE_API_KEY"),
        ("docker-compose.yml", "read it from the environment instead: EXAMPLE_API_KEY"),
        (".npmrc", "read it from the environment instead: EXAMPLE_API_KEY"),
        ("web/.env.local", "keep .env.local out of git: keyscan env --fix"),
        ("local.settings.json", "keep local.settings.json out of git: keyscan env --fix"),
        (".env.example", "leave the value empty in this template"),
        ("README.md", "write a placeholder in its place"),
        ("debug.log", "write a placeholder in its place"),
    ],
)
def test_the_advice_fits_the_file(path, advice):
    """A file of secrets, a template or a text reads no variable: each has its own advice, in every command."""
    for command in ("staged", "scan", "pre-push", "history"):
        origin = Origin(path, commit="a" * 40 if command in {"pre-push", "history"} else None)
        text = render("console", reports.report(reports.finding(1, origin=origin), command=command))
        assert f"    do      {advice}\n" in text
        fix = "pre-push" if command == "pre-push" else "staged"
        if command == fix:
            assert ("keyscan fix" in text.split("To continue:")[1].partition("\n\n")[0]) is advice.startswith("read")
    generic = reports.finding(1, origin=Origin(path), env=(), help=Help())
    text = render("console", reports.report(generic, command="scan"))
    assert ("the new one from the environment or a secret manager" in text) is advice.startswith("read")


def test_a_staged_file_of_secrets_is_only_taken_out_of_git():
    """Its keys are not to be read from variables, and no step adds it again."""
    files = reports.finding(1, rule_id="env-tracked", provider="keyscan", origin=Origin(".env"))
    lines = console(files, reports.finding(2, origin=Origin(".env")), command="staged")
    steps = [line for line in lines if line.startswith(("  1. ", "  2. "))]
    assert steps[0] == "  1. keep the file out of git: keyscan env --fix"
    assert steps[1].startswith("  2. commit again.")
    both = console(files, reports.finding(2, origin=Origin("a.py")), command="staged")
    assert any(line.endswith("then: git add a.py") for line in both)
    push = console(reports.finding(2, origin=Origin(".env", commit="a" * 40)), command="pre-push", revision="a" * 40)
    assert "  2. git add -u && git commit --amend --no-edit, and push again." in push


def test_every_secret_of_a_rule_has_its_advice():
    """Where one rule's secrets are in code and in a file of secrets, both are told, each once."""
    found = [reports.finding(1, origin=Origin(name)) for name in ("a.py", "b.py", ".env")]
    steps = [line for line in console(*found, command="staged") if line.startswith("    do ")]
    assert steps == [
        "    do      keep .env out of git: keyscan env --fix",
        "    do      if it ever left this machine, revoke it: https://console.example.org/keys",
        "    do      read it from the environment instead: EXAMPLE_API_KEY",
    ]


@pytest.mark.parametrize(
    ("head", "command"), [("a" * 40, "git commit --amend"), ("b" * 40, "git rebase -i aaaaaaaaaaaa^")]
)
def test_a_blocked_push_says_which_commits_to_change(head, command):
    """The last commit is amended, an older one is edited in a rebase; the commits are named."""
    one = reports.finding(1, origin=Origin("a.py", commit="a" * 40, date="2026-01-02"))
    text = render("console", reports.report(one, command="pre-push", revision=head))
    assert text.startswith("keyscan: this push is blocked: 1 secret in 1 commit that the remote does not have yet.")
    assert command in text
    assert "A later commit that removes a key is not enough" in text


@pytest.mark.parametrize("command", ["history", "ci"])
def test_what_is_in_the_history_is_revoked_first(command):
    """A history or a CI run asks to revoke, and names the command that prints all steps."""
    text = render("console", reports.report(reports.historic(1), command=command))
    assert "Revoke first: what was pushed has been copied." in text
    assert "keyscan explain example-api-key:" in text


@pytest.mark.parametrize(
    ("path", "shown"),
    [
        ("a/b.py", "# keyscan:allow[r] REASON"),
        ("a.ts", "// keyscan:allow[r] REASON"),
        ("q.sql", "-- keyscan:allow[r] REASON"),
        ("p.html", "<!-- keyscan:allow[r] REASON -->"),
        ("s.css", "/* keyscan:allow[r] REASON */"),
        (".env.local", "# keyscan:allow[r] REASON"),
        ("Dockerfile", "# keyscan:allow[r] REASON"),
        ("x.json", ""),
        ("data.csv", ""),
        ("noext", ""),
    ],
)
def test_the_marker_is_a_comment_of_the_file_type(path, shown):
    """Each file type gets its own comment; what has no comments gets none."""
    assert marker(path, "r") == shown


def test_every_marker_is_honored(run, tmp_path, anthropic_key):
    """The comment that the report offers for a file type does silence the finding there."""
    for ending in ("py", "ts", "sql", "html", "css", "el", "tex"):
        file = tmp_path / f"x.{ending}"
        file.write_text(f'key = "{anthropic_key}" {marker(file.name, "anthropic-api-key")}\n')
    result = run("scan", ".", cwd=tmp_path)
    assert result.code == 0, result.out
    assert "7 ignored" in result.out


def test_a_blocked_message_says_how_to_write_it_again():
    """The first lines of the commit-msg hook are what to do; a message reads no variable, and no review finds it."""
    one = reports.finding(1, origin=Origin("COMMIT_EDITMSG", kind="commit-message"))
    text = render("console", reports.report(one, command="commit-msg"))
    assert text.startswith("keyscan: this commit is blocked: its message contains 1 secret, and nothing was committed.")
    assert 'git commit -e -F "$(git rev-parse --git-dir)/COMMIT_EDITMSG"' in text
    assert "if it ever left this machine, revoke it" in text
    assert "read it from the environment" not in text
    assert "baseline review" not in text


def test_the_first_commit_of_all_is_edited_from_the_root():
    """It has no parent that a rebase could start from."""
    one = reports.finding(1, origin=Origin("a.py", commit="a" * 40, date="2026-01-02"))
    run = {"command": "pre-push", "revision": "b" * 40, "first_commit": "a" * 40}
    text = render("console", reports.report(one, **run))
    assert "git rebase -i --root\n     and mark as edit: aaaaaaaaaaaa\n" in text


def test_what_was_not_pushed_yet_is_not_called_exposed():
    """Before a push the date says when a secret was added; a history says since when it is exposed."""
    one = reports.historic(1)
    before = render("console", reports.report(one, command="pre-push"))
    after = render("console", reports.report(one, command="history"))
    assert "exposed" not in before.replace("exposed to", "")
    assert "    added   2025-03-01, in" in before
    assert "    exposed since 2025-03-01," in after


def test_the_steps_are_those_of_the_most_severe():
    """Findings come by place; what is explained is the secret that the report shows first."""
    minor = reports.finding(1, severity=Severity.MEDIUM, origin=Origin("a.py"))
    major = reports.finding(2, severity=Severity.CRITICAL, origin=Origin("b.py"))
    text = render("console", reports.report(minor, major, command="scan"))
    assert f"explain {major.fingerprint}" in text
    assert f'fingerprint = "{major.fingerprint}"' in text


@pytest.mark.parametrize("command", ["history", "ci", "scan", "staged", "pre-push"])
def test_a_secret_without_a_page_to_revoke_it_is_replaced(command):
    """A connection string or a private key has no provider's page; reading it from a variable alone leaves it valid."""
    one = reports.finding(1, help=Help(), origin=Origin("a.py", commit="a" * 40 if command == "pre-push" else None))
    assert "replace it where it was created" in render("console", reports.report(one, command=command))
