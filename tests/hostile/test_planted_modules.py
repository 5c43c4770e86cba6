"""Modules where keyscan runs that are named like Python's own, like ours or our libraries: none is ever imported."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from helpers.tokens import token

from keyscan.agents.entries import shell_prefix, this_caller
from keyscan.catalog import agent_events

pytestmark = [
    pytest.mark.skipif(sys.platform == "win32", reason="a POSIX shell and scripts"),
    pytest.mark.timeout(300),
]
KEY = token("sk-ant-api03-{b64url:93}AA", "planted modules")
LIBRARIES = (
    "keyscan", "sitecustomize", "usercustomize", "click", "regex", "hyperscan", "platformdirs", "git", "gitdb",
    "sarif_om", "tomlkit", "urllib3", "truststore", "cryptography", "mcp", "libcst", "dotenv", "ruamel", "dask",
    "git_filter_repo", "tree_sitter", "distributed", "psutil", "rich", "anyio", "pydantic", "tornado", "msgpack",
    "cloudpickle", "toolz", "yaml", "pip", "setuptools", "pkg_resources", "wheel", "conftest", "__main__",
)  # fmt: skip
NAMES = sorted({*sys.stdlib_module_names, *LIBRARIES})
# Commands as a user gives them, in the root of the repository; DIR is a directory outside of it.
COMMANDS = [
    "--version", "--help", "staged", "scan .", "scan -", "scan . -j 2", "env", "fix", "fix --apply", "rotate --check",
    "history --no-cache -j 2", "clean-history", "clean-history --apply --into DIR/clean.git", "commit-msg msg",
    "pre-push", "pre-receive", "machine", "machine --redact", "fleet . --state DIR/state -j 1", "ci --mode all",
    "cache", "checklist", "verify", "revoke 0123456789abcdef", "rules list", "rules check bad.toml", "config",
    "migrate", "explain anthropic-api-key", "baseline create", "run -- true", "filter", "agent install claude-code",
    "agent status", "agent test", "agent hook claude-code", "mcp", "completion bash", "man",
]  # fmt: skip


class Planted:
    """A repository full of such modules, a command that is installed beside it, and what was imported."""

    def __init__(self, repo, outside):
        self.repo, self.outside, self.witness = repo, outside, outside / "witness"
        self.plant(repo.path)
        self.plant(repo.path / ".git" / "hooks")
        self.plant(Path(os.environ["HOME"]))
        # As pip writes it, with no other module beside it.
        self.program = outside / "bin" / "keyscan"
        self.program.parent.mkdir()
        self.program.write_text(
            f"#!{sys.executable}\nfrom keyscan.__main__ import run\nif __name__ == '__main__':\n    run()\n"
        )
        self.program.chmod(0o755)

    def plant(self, directory):
        """Write a module of every name, which says that it was imported."""
        directory.mkdir(exist_ok=True)
        for name in NAMES:
            text = f"with open({str(self.witness)!r}, 'a') as file: file.write('{name} ')\n"
            (directory / f"{name}.py").write_text(text)

    def imported(self):
        """What was imported, in order."""
        return self.witness.read_text() if self.witness.exists() else ""

    def run(self, words, *, cwd=None, data=b"", **env):
        """Run a command line in the repository: exit status and output."""
        path = f"{self.program.parent}{os.pathsep}{os.environ['PATH']}"
        kept = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
        done = subprocess.run(
            words, cwd=cwd or self.repo.path, input=data, capture_output=True, check=False, timeout=120,
            env={**kept, "PATH": path, **env},
        )  # fmt: skip
        return done.returncode, (done.stdout + done.stderr).decode(errors="replace")


@pytest.fixture
def planted(repo, tmp_path_factory):
    """A repository whose modules are committed, with a key that is staged and one in the history."""
    made = Planted(repo, tmp_path_factory.mktemp("outside"))
    repo.stage("old.py", f"k = '{KEY}'\n")
    repo.write("msg", "message\n")
    repo.git("add", "-A")
    repo.commit()
    repo.stage("new.py", f"k = '{KEY}'\n")
    return made


def test_the_modules_would_be_imported(planted):
    """A Python that is not told otherwise imports them: the other tests can fail."""
    # A file, since with `-c` Python 3.13 imports `linecache` from there first, and gets no further.
    planted.repo.write("imports.py", "import json\n")
    planted.run([sys.executable, "imports.py"])
    assert "json" in planted.imported()


@pytest.mark.parametrize("words", COMMANDS)
def test_a_command(planted, words):
    """Whatever the command does, started by its name in the repository."""
    argv = [word.replace("DIR", str(planted.outside)) for word in words.split()]
    code, said = planted.run(["keyscan", *argv])
    assert planted.imported() == ""
    assert code in {0, 1, 2, 3}, said
    assert "internal error" not in said
    assert "Traceback" not in said


@pytest.mark.parametrize("method", ["fork", "forkserver", "spawn"])
@pytest.mark.parametrize("words", ["scan . -j 2", "history --no-cache -j 2", "staged"])
def test_workers_of_every_start_method(planted, words, method):
    """Workers as macOS and Windows start them, and as Python 3.14 does: forced here."""
    script = planted.outside / "forced.py"
    script.write_text(
        "import multiprocessing, sys\n"
        "from keyscan.support import process_pool\n"
        "from keyscan.cli.main import main\n"
        "if __name__ == '__main__':\n"
        "    get = multiprocessing.get_context\n"
        "    method = sys.argv.pop(1)\n"
        "    process_pool._can_fork = lambda: method == 'fork'\n"
        "    process_pool._PATIENCE = 0.0\n"
        "    used = []\n"
        "    multiprocessing.get_context = lambda asked=None: used.append(asked) or get(method)\n"
        "    code = main(sys.argv[1:])\n"
        "    assert used or sys.argv[1] == 'staged'\n"
        "    sys.exit(code)\n"
    )
    for name in range(80):
        planted.repo.stage(f"many/{name}.py", f"k = '{KEY}'\n")
    code, said = planted.run([sys.executable, str(script), method, *words.split()])
    assert planted.imported() == ""
    assert code == 1, said


@pytest.mark.parametrize("hook", ["pre-commit", "commit-msg", "pre-push"])
def test_a_git_hook_as_installed(planted, hook):
    """The hook lies among the modules too."""
    code, said = planted.run(["keyscan", "install", "--push"])
    assert code == 0, said
    file = planted.repo.path / ".git" / "hooks" / hook
    arguments = {"pre-commit": [], "commit-msg": ["msg"], "pre-push": ["origin", "url"]}[hook]
    code, said = planted.run([str(file), *arguments])
    assert planted.imported() == ""
    assert code == (1 if hook == "pre-commit" else 0), said


def test_the_hook_when_git_runs_it(planted):
    """A commit is refused for its key, and nothing of the repository was imported."""
    planted.run(["keyscan", "install"])
    code, said = planted.run(["git", "commit", "-m", "x"])
    assert planted.imported() == ""
    assert code == 1
    assert "anthropic-api-key" in said


def commands_in(value):
    """Every command line below `value`, of whatever agent's configuration."""
    if isinstance(value, dict):
        for name, below in value.items():
            if name in {"command", "bash"} and isinstance(below, str):
                yield below
            else:
                yield from commands_in(below)
    elif isinstance(value, list):
        for below in value:
            yield from commands_in(below)


@pytest.mark.parametrize("agent", ["claude-code", "codex", "gemini-cli", "cursor", "copilot-cli", "windsurf"])
def test_an_agents_command_line(planted, agent):
    """Every command line that `agent install` writes, run where the agent runs it: in the project."""
    home = Path(os.environ["HOME"])
    for name in (".claude", ".codex", ".gemini", ".cursor", ".copilot", ".codeium/windsurf"):
        (home / name).mkdir(parents=True)
    planted.run(["keyscan", "agent", "install", agent])
    lines = set()
    for file in home.rglob("*.json"):
        lines |= set(commands_in(json.loads(file.read_text())))
    for file in home.rglob("*.toml"):
        lines |= {
            json.loads(line.split("=", 1)[1]) for line in file.read_text().splitlines() if line.startswith("command")
        }
    assert lines
    for line in lines:
        planted.run(["sh", "-c", line], data=b'{"hook_event_name": "PreToolUse"}')
        planted.run(["sh", "-c", line], data=b"{}", cwd=home)
    assert planted.imported() == ""


@pytest.mark.parametrize("form", ["wrapped", "piped"])
def test_a_command_that_a_hook_rewrote(planted, form):
    """What a coding agent runs in place of its own command: our filter round it."""
    line = getattr(agent_events, form)("cat old.py", sys.executable, this_caller().flags)
    _, said = planted.run(["sh", "-c", line])
    assert planted.imported() == ""
    assert "[keyscan:" in said
    assert KEY not in said


def test_the_program_by_which_claude_code_runs_commands(planted):
    """It starts our filter in the project."""
    program = planted.outside / "bin" / "keyscan-shell"
    program.write_text(shell_prefix(this_caller()))
    program.chmod(0o755)
    _, said = planted.run([str(program), "cat old.py"])
    assert planted.imported() == ""
    assert "[keyscan:" in said


def test_the_steps_of_the_action(planted):
    """The scripts of action.yml, in the checkout; pip is one that says how it was started."""
    yaml = pytest.importorskip("yaml")
    from helpers.paths import ROOT

    steps = [item for item in yaml.safe_load((ROOT / "action.yml").read_text())["runs"]["steps"] if "run" in item]
    assert len(steps) == 2
    home = planted.outside / "runner"
    for item in steps:
        env = {name: "" for name in item["env"] if name.startswith("KEYSCAN_INPUT")}
        env |= {
            "KEYSCAN_PYTHON": sys.executable, "KEYSCAN_ACTION": "nothing-of-this-name", "KEYSCAN_HOME": str(home),
            "KEYSCAN_BIN": str(planted.program.parent), "GITHUB_OUTPUT": str(planted.outside / "output"),
            "GITHUB_ACTIONS": "true", "PIP_NO_INDEX": "1",
        }  # fmt: skip
        if "KEYSCAN_INPUT_MODE" in env:
            env |= {
                "KEYSCAN_INPUT_MODE": "all",
                "KEYSCAN_INPUT_FORMAT": "github",
                "KEYSCAN_INPUT_MIN_SEVERITY": "medium",
            }
        _, said = planted.run(["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", item["run"]], **env)
        assert planted.imported() == "", said
    assert (home / "bin" / "python").exists()
    assert "::error file=" in said


def test_the_command_that_is_shown_to_the_user(planted, monkeypatch):
    """Where keyscan is no program on PATH, what we tell the user to run imports nothing from where it is typed."""
    from keyscan.cli import run_info

    monkeypatch.setattr("shutil.which", lambda _name: None)
    monkeypatch.setattr(run_info.os.path, "exists", lambda _name: False)
    words = shlex.split(run_info.invocation())
    monkeypatch.undo()
    code, said = planted.run([*words, "--version"])
    assert planted.imported() == ""
    assert code == 0, said
