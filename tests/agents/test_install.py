"""Hooks go into agents' own configuration and out again, and nothing else changes."""

from __future__ import annotations

import json
import os
import stat
import sys
import tomllib
from pathlib import Path

import pytest
from helpers.agent_events import key

from keyscan.agents import codex_rules, config_files, deny_rules, entries, install, journal, status, targets
from keyscan.agents.events import Event
from keyscan.agents.protocols.registry import NAMES
from keyscan.errors import ConfigError, UsageError

CALLER = entries.Caller(sys.executable, "-P")
ALL = list(targets.TARGETS)
SETTINGS = """{
  // what I like
  "model": "opus",
  "hooks": {
    "PreToolUse": [
      {"matcher": "Bash", "hooks": [{"type": "command", "command": "mine"}]}
    ]
  }
}
"""


def place(agent):
    """Where an agent's hooks are in the test's home."""
    return targets.place(targets.target(agent), None)


def files(root):
    """All files below a directory with their contents, but for what is cached."""
    return {file: file.read_bytes() for file in sorted(Path(root).rglob("*")) if file.is_file()}


@pytest.mark.parametrize("agent", ALL)
def test_an_install_is_complete_idempotent_and_undone(agent):
    """After an install every event is hooked; a second changes nothing; an uninstall leaves nothing behind."""
    where = place(agent)
    assert install.install(where, CALLER)
    assert install.missing_events(where, CALLER.command(agent)) == []
    before = files(Path.home())
    assert install.install(where, CALLER) == []
    assert files(Path.home()) == before
    install.uninstall(where)
    assert not files(Path.home())


@pytest.mark.parametrize("agent", ALL)
def test_another_interpreter_replaces_the_entry(agent):
    """An install from elsewhere replaces our entries and adds none."""
    where = place(agent)
    install.install(where, entries.Caller("/opt/old/python", "-I"))
    old = b"/opt/old/python"
    install.install(where, CALLER)
    assert not [file for file, data in files(Path.home()).items() if old in data and not str(file).endswith("keyscan")]
    assert install.missing_events(where, CALLER.command(agent)) == []


def test_what_is_there_stays():
    """Comments, order and other hooks stay; the backup is the file as it was, and goes with the hooks."""
    file = Path.home() / ".claude/settings.json"
    file.parent.mkdir()
    file.write_text(SETTINGS)
    file.chmod(0o600)
    where = place("claude-code")
    install.install(where, CALLER)
    made = file.read_text()
    assert made.startswith(SETTINGS[: SETTINGS.index('"command": "mine"')])
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    backup = file.with_name(file.name + config_files.BACKUP)
    assert backup.read_text() == SETTINGS
    assert stat.S_IMODE(backup.stat().st_mode) == 0o600
    install.uninstall(where)
    assert file.read_text() == SETTINGS
    assert not backup.exists()


@pytest.mark.parametrize("text", ["{", '{"hooks": 7}', "[]", "\x00", '{"hooks": {"PreToolUse": {}}}'])
def test_a_broken_file_is_refused_and_left(text):
    """A file that is not valid, or of another shape, is an error that names it, and keeps every byte."""
    file = Path.home() / ".claude/settings.json"
    file.parent.mkdir()
    file.write_text(text)
    with pytest.raises(ConfigError, match=r"settings\.json"):
        install.install(place("claude-code"), CALLER)
    assert file.read_text() == text


def test_links_and_pipes():
    """A link is followed to its file; where the agent refuses links so do we; a pipe is refused and not waited for."""
    real = Path.home() / "dotfiles/settings.json"
    real.parent.mkdir()
    real.write_text("{}\n")
    for directory, name in ((".gemini", "settings.json"), (".cursor", "hooks.json")):
        (Path.home() / directory).mkdir()
        (Path.home() / directory / name).symlink_to(real)
    install.install(place("gemini-cli"), CALLER)
    assert (Path.home() / ".gemini/settings.json").is_symlink()
    assert entries.SIGN in real.read_text()
    with pytest.raises(ConfigError, match="symbolic link"):
        install.install(place("cursor"), CALLER)
    (Path.home() / ".qwen").mkdir()
    os.mkfifo(Path.home() / ".qwen/settings.json")
    with pytest.raises(ConfigError, match="not a plain file"):
        install.install(place("qwen-code"), CALLER)


def test_a_hook_of_ones_own_is_not_overwritten():
    """Cline has one program an event: one that is there already is left, and named."""
    file = Path.home() / ".cline/hooks/PreToolUse"
    file.parent.mkdir(parents=True)
    file.write_text("#!/bin/sh\nexit 0\n")
    with pytest.raises(ConfigError, match="hook of your own"):
        install.install(place("cline"), CALLER)
    assert file.read_text() == "#!/bin/sh\nexit 0\n"


def test_toml_keeps_comments_and_other_hooks():
    """Vibe's file keeps comments and other hooks, before and after."""
    file = Path.home() / ".vibe/hooks.toml"
    file.parent.mkdir()
    text = '# mine\n[[hooks]]\nname = "lint"  # keep\ntype = "pre_tool"\ncommand = "lint"\n'
    file.write_text(text)
    install.install(place("mistral-vibe"), CALLER)
    made = tomllib.loads(file.read_text())["hooks"]
    assert [one["name"] for one in made] == ["lint", "keyscan-pre_tool", "keyscan-post_tool"]
    assert "# keep" in file.read_text()
    install.uninstall(place("mistral-vibe"))
    assert file.read_text() == text
    file.write_text("[[hooks]\n")
    with pytest.raises(ConfigError, match="not valid TOML"):
        install.install(place("mistral-vibe"), CALLER)


def test_a_shell_prefix_of_ones_own_stays():
    """Claude Code's own setting for running commands is left when it is somebody else's, and status says so."""
    file = Path.home() / ".claude/settings.json"
    file.parent.mkdir()
    file.write_text('{"env": {"CLAUDE_CODE_SHELL_PREFIX": "/usr/bin/mine"}}')
    where = place("claude-code")
    install.install(where, CALLER)
    assert install.prefix_in(where) == "/usr/bin/mine"
    made = {one.name: one for one in status.checks(where, CALLER, journal.Journal(Path("x"), "claude-code"), Path())}
    assert made["commands"].ok is False
    install.uninstall(where)
    assert json.loads(file.read_text()) == {"env": {"CLAUDE_CODE_SHELL_PREFIX": "/usr/bin/mine"}}


def test_status_proves_that_the_hook_runs(tmp_path):
    """Status runs the command in the configuration, and fails when its interpreter is gone or hooks are off."""
    where = place("claude-code")
    records = journal.Journal(tmp_path / "records", "claude-code")

    def failed(caller=CALLER):
        return {one.name for one in status.checks(where, caller, records, tmp_path) if one.ok is False}

    assert failed() == {"hooks"}
    install.install(where, CALLER)
    assert failed() == set()
    gone = entries.Caller("/nonexistent/python", "-I")
    install.install(where, gone)
    assert {"answers", "commands"} <= failed(gone)
    install.install(where, CALLER)
    (tmp_path / ".claude").mkdir()
    (tmp_path / ".claude/settings.json").write_text('{"disableAllHooks": true}')
    assert failed() == {"switched off"}


def test_status_wants_codex_to_have_approved(tmp_path):
    """Codex runs no hook that nobody approved: that is a failure, until its configuration holds an approval."""
    where = place("codex")
    install.install(where, CALLER)
    config = where.path.with_name("config.toml")

    def failed():
        found = status.checks(where, CALLER, journal.Journal(tmp_path, "codex"), tmp_path)
        return {one.name for one in found if one.ok is False}

    assert failed() == {"trust"}
    lines = [f'[hooks.state."{where.path}:{one.event}:0:0"]\ntrusted_hash = "x"\n' for one in where.target.events]
    config.write_text("".join(lines))
    assert failed() == set()
    config.write_text("".join(lines) + "[features]\nhooks = false\n")
    assert failed() == {"switched off"}


@pytest.mark.parametrize("agent", NAMES)
def test_a_made_up_key_is_stopped_in_every_dialect(agent):
    """The sample that `test` sends is stopped by each agent's hook, with the key in no answer."""
    from keyscan.agents.hook import Hook, HookOptions

    secret = key("sample")
    answer, why = Hook(HookOptions(agent)).respond(json.dumps(status.sample(agent, secret)).encode())
    assert not why
    assert "[keyscan:" in answer.stdout + answer.stderr
    assert secret not in answer.stdout + answer.stderr


def test_a_hook_that_does_nothing_is_found_out():
    """A command that answers nothing, repeats the key or does not exist fails the test."""
    assert not status.try_out("true", "claude-code").ok
    assert "repeats the key" in status.try_out("cat", "claude-code").text
    assert not status.try_out("/nonexistent/program", "claude-code").ok


def test_every_protocol_can_be_installed():
    """Each agent with a protocol has a place for its hooks, and time-outs above our own deadline."""
    from keyscan.agents.hook import DEADLINE

    assert set(ALL) == set(NAMES)
    assert targets.TIMEOUT > DEADLINE


@pytest.mark.parametrize("agent", list(targets.WITHOUT_HOOKS))
def test_agents_without_hooks_are_told_what_protects(agent):
    """For an agent that has no hooks the error says what to do instead."""
    with pytest.raises(UsageError, match=r"keyscan install|list key files"):
        targets.target(agent)
    with pytest.raises(UsageError, match="did you mean codex"):
        targets.target("codx")


@pytest.mark.parametrize(
    ("mode", "rules", "wanted"),
    [
        ("bypassPermissions", None, True),
        ("bypassPermissions", 'prefix_rule(pattern=["ls"], decision="allow")', True),
        ("bypassPermissions", 'prefix_rule(pattern=["rm"], decision="forbidden")', False),
        ("default", None, False),
    ],
)
def test_codex_keeps_its_own_rules(mode, rules, wanted, tmp_path):
    """A command is rewritten only where no rule and no approval of Codex's hangs on its text."""
    if rules:
        (tmp_path / ".codex/rules").mkdir(parents=True)
        (tmp_path / ".codex/rules/default.rules").write_text(rules)
    event = Event("codex", "PreToolUse", "pre-tool", {"permission_mode": mode}, cwd=str(tmp_path / "below"))
    assert codex_rules.none_decide(event) is wanted


def test_the_commands(run, repo):
    """install, status, test and uninstall as a user runs them, for a project too."""
    made = run("agent", "install", "claude-code", "--deny", cwd=repo.path)
    assert made.code == 0
    settings = json.loads((Path.home() / ".claude/settings.json").read_text())
    assert "Read(**/.env)" in settings["permissions"]["deny"]
    assert run("agent", "test", "claude-code").code == 0
    shown = run("agent", "status", "claude-code")
    assert shown.code == 0, shown.out
    assert "a made-up key was stopped" in shown.out
    assert "stays open" in shown.out
    made = run("agent", "install", "gemini-cli", "--project", "--deny", "--mode", "block", cwd=repo.path)
    assert made.code == 0, made.err
    assert ".env" in (repo.path / ".geminiignore").read_text()
    assert "--mode block" in (repo.path / ".gemini/settings.json").read_text()
    assert run("agent", "status", "gemini-cli", "--project", cwd=repo.path).code == 0
    assert run("agent", "uninstall", "claude-code", "gemini-cli").code == 0
    assert run("agent", "status", "claude-code").code == 1
    assert run("agent", "install").code == 2
    assert run("agent", "install", "aider").code == 2
    assert run("agent", "install", "junie", "--project").code == 2
    assert run("agent", "install", "codex", "--project", "--user").code == 2


class TestDenyRules:
    """`--deny` is undone by `uninstall`, the user's own rules stay."""

    def test_of_claude_code(self, run):
        """Rules that were there, and those that the user adds afterwards, stay; ours go, with all that was made."""
        file = Path.home() / ".claude/settings.json"
        file.parent.mkdir()
        before = '{\n  "permissions": {\n    "deny": [\n      "Read(**/.env)"\n    ]\n  }\n}\n'
        file.write_text(before)
        assert run("agent", "install", "claude-code", "--deny").code == 0
        assert run("agent", "install", "claude-code", "--deny").code == 0
        assert len(json.loads(file.read_text())["permissions"]["deny"]) == len(deny_rules.DENIED)
        assert run("agent", "uninstall", "claude-code").code == 0
        assert file.read_text() == before
        assert list(files(Path.home() / ".claude")) == [file]

    def test_of_a_file_that_was_not_there(self, run):
        """Nothing is left of it."""
        assert run("agent", "install", "claude-code", "--deny").code == 0
        assert run("agent", "uninstall", "claude-code").code == 0
        assert not files(Path.home() / ".claude")

    def test_of_a_user_alone(self, run, repo):
        """Without `--deny`, rules of the same words are the user's and stay."""
        (repo.path / ".geminiignore").write_text(".env\n*.pem\n")
        assert run("agent", "install", "gemini-cli", "--project", cwd=repo.path).code == 0
        assert run("agent", "uninstall", "gemini-cli", "--project", cwd=repo.path).code == 0
        assert (repo.path / ".geminiignore").read_text() == ".env\n*.pem\n"

    @pytest.mark.parametrize("before", [None, ".env\nmine\n", "mine"])
    def test_of_a_project(self, run, repo, before):
        """Lines that were there stay; a file that keyscan made goes."""
        file = repo.path / ".geminiignore"
        if before is not None:
            file.write_text(before)
        assert run("agent", "install", "gemini-cli", "--project", "--deny", cwd=repo.path).code == 0
        assert "*.pem" in file.read_text().splitlines()
        assert run("agent", "uninstall", "gemini-cli", "--project", cwd=repo.path).code == 0
        assert (file.read_text() if file.exists() else None) == (before if before != "mine" else "mine\n")
        assert sorted(one.name for one in repo.path.glob(".geminiignore*")) == ([] if before is None else [file.name])


def test_records_are_bounded_and_hold_no_payload(tmp_path):
    """The last errors are kept, on one line each, and the time of the last event."""
    records = journal.Journal(tmp_path / "deep" / "records", "codex")
    assert records.last_seen() is None
    records.seen()
    for number in range(50):
        records.failed(f"error {number}\nsecond line")
    assert records.last_seen()
    assert len(records.errors()) == 20
    assert records.errors()[-1].endswith("error 49 second line")
