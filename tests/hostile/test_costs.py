"""What a repository's own files may cost: bounded time, memory and processes, whatever they say."""

from __future__ import annotations

import os

import pytest
from helpers.tokens import token

from keyscan.config.schema import MOST_CONDITIONS
from keyscan.suppressions import policy

# Processor seconds that any of these may take; today each takes less than a third of it.
SECONDS = 20
# Names under which something of keyscan's, git's or a tool's reads a file of the repository.
READ_BY_NAME = (
    ".keyscan.toml", "pyproject.toml", ".keyscan-baseline", ".gitignore", ".gitattributes", ".gitmodules", ".mailmap",
    ".env", "env.example", ".env.local", ".dockerignore", "Dockerfile", "package.json", ".npmignore", "MANIFEST.in",
    "setup.py", "docker-compose.yml", ".mcp.json", ".vscode/mcp.json", ".cursor/mcp.json", ".claude/settings.json",
    ".pre-commit-config.yaml", ".gitleaks.toml", ".gitleaksignore", ".betterleaks.toml", ".secrets.baseline",
    ".secretlintrc.json", ".secretlintignore", ".trufflehog.yml", "CODEOWNERS", ".github/CODEOWNERS", "SECURITY.md",
    ".github/workflows/ci.yml", ".gitlab-ci.yml", "src/app.py", "AGENTS.md", "CLAUDE.md", ".husky/pre-commit",
)  # fmt: skip
COMMANDS = (
    ("scan", "."), ("staged",), ("history",), ("ci",), ("env",), ("env", "--fix"), ("checklist",), ("fix",),
    ("rotate",), ("migrate", "--dry-run"), ("baseline", "create"), ("config", "check"), ("config", "show"),
    ("clean-history",), ("rules", "list"), ("agent", "status"), ("agent", "install", "--dry-run", "all"),
    ("install",), ("verify",),
    ("agent", "test"),
)  # fmt: skip


@pytest.fixture
def costs(repo, run):
    """Run a command in the repository: costs(*argv) -> (exit code, both outputs), within the bound."""
    for number in range(20):
        lines = (f'k{n} = "{token("sk-ant-api03-{b64url:93}AA", f"{number} {n}")}"\n' for n in range(5))
        repo.stage(f"src/f{number}.py", "".join(lines))
    repo.commit()

    def costs(*argv):
        before = sum(os.times()[:4])
        result = run(*argv, "--jobs", "1", cwd=repo.path)
        assert sum(os.times()[:4]) - before < SECONDS
        return result.code, result.out + result.err

    return costs


def _ignores(condition, count):
    return "".join("[[ignore]]\n" + condition.format(number=number) + "\n" for number in range(count))


def _listed(key, text, count):
    return f"{key} = [" + ",".join(f"'{text.format(number=number)}'" for number in range(count)) + "]\n"


BEYOND = MOST_CONDITIONS + 1


@pytest.mark.parametrize(
    "text",
    [
        _ignores("value = 'x{number}y'", BEYOND),
        _ignores("severity = 'low'", BEYOND),
        "[[ignore]]\n" + _listed("values", "x{number}y", BEYOND),
        "[[ignore]]\n" + _listed("paths", "**/*a*b*{number}", BEYOND),
        _listed("exclude", "**/*a*b*{number}", BEYOND),
        _listed("exclude", "**/*a*b*{number}", MOST_CONDITIONS // 2) + _ignores("rule = 'a*{number}'", BEYOND // 2 + 1),
    ],
    ids=["ignores", "severities", "values", "paths", "exclude", "together"],
)
def test_a_configuration_has_a_limited_number_of_conditions(repo, costs, text):
    """Beyond the limit it is refused, with the count and what to do, before anything of it is compiled."""
    repo.write(".keyscan.toml", text)
    code, said = costs("scan", ".")
    assert code == 2
    assert ".keyscan.toml" in said
    assert f"{MOST_CONDITIONS:,} may be" in said


@pytest.mark.parametrize(
    "text",
    [
        _ignores("value = '^x{number}y'", MOST_CONDITIONS),
        "[[ignore]]\n" + _listed("values", "((([a-zA-Z0-9_-])*)*)*{number}!", 300),
        "[[ignore]]\n" + _listed("lines", "(.*)*(.*)*k{number}!!$", 300),
        "[[ignore]]\n" + _listed("path-patterns", "(.*)*(.*)*(.*)*k{number}!!$", 300),
        _listed("exclude", "**/*f*p*y*{number}", MOST_CONDITIONS),
        _ignores("rule = '*a*n*p*i*{number}'", MOST_CONDITIONS),
        _ignores("key = '**.a.**.b.**.c.**.{number}'", MOST_CONDITIONS),
    ],
    ids=["values", "hostile-values", "hostile-lines", "hostile-paths", "exclude", "rules", "keys"],
)
def test_within_the_limit_the_time_is_bounded(repo, costs, text):
    """As many conditions as may be, however slow each of them is: the findings are reported."""
    repo.write(".keyscan.toml", text)
    code, said = costs("scan", ".", "--format", "concise")
    assert (code, sum(line.startswith("src/") for line in said.splitlines())) == (1, 100)


def test_ignores_that_take_too_long_no_longer_apply(repo, run, monkeypatch):
    """When their time is over, findings are reported, excluded files are read, and both is said."""
    repo.write("a/x.py", f'k = "{token("sk-ant-api03-{b64url:93}AA")}"\n')
    repo.write(".keyscan.toml", "exclude = ['b/']\n[[ignore]]\npath = 'a/**'\n")
    assert run("scan", ".", cwd=repo.path).code == 0
    monkeypatch.setattr(policy, "_SECONDS", 0.0)
    result = run("scan", ".", cwd=repo.path)
    assert result.code == 1
    assert "no longer apply" in result.out


def test_salts_of_a_baseline_are_counted(repo, costs):
    """Each costs a digest a finding: more of them than merges bring about are refused."""
    repo.write(".keyscan-baseline", "# keyscan baseline 1\n" + "".join(f"salt {n:016x}\n" for n in range(30_000)))
    code, said = costs("scan", ".")
    assert (code, "more than 64 salts" in said) == (2, True)


def test_a_baselines_invented_rules_cost_nothing(repo, costs):
    """Fingerprints of generic rules are compared with each other, but only with as many rules as there may be."""
    entries = "".join(f"generic-{n}:{n:020x}\n" for n in range(100_000))
    repo.write(".keyscan-baseline", f"# keyscan baseline 1\nsalt {'0a' * 8}\n{entries}")
    for number in range(200):
        repo.write(f"g/{number}.py", f'password = "{token("{alnum:20}", str(number))}"\n')
    assert costs("scan", ".")[0] == 1


def test_configurations_that_extend_one_another_are_counted(repo, costs):
    """Files that each extend the next several times would be read exponentially often."""
    for number in range(7):
        repo.write(f"c{number}.toml", f"extends = {[f'c{number + 1}.toml'] * 8}\n")
    repo.write("c7.toml", "")
    repo.write(".keyscan.toml", "extends = ['c0.toml']\n")
    code, said = costs("scan", ".")
    assert (code, "extends more than" in said) == (2, True)


@pytest.mark.parametrize("name", [".keyscan.toml", ".keyscan-baseline", "r.toml"])
def test_huge_files_are_refused_by_their_size(repo, costs, name):
    """A configuration, a baseline or a rule file of 70 MB is no such thing."""
    with repo.write(name, "").open("wb") as file:
        file.truncate(70 << 20)
    if name == "r.toml":
        repo.write(".keyscan.toml", "rules = ['r.toml']\n")
    code, said = costs("scan", ".")
    assert code == 2
    assert f"{name}: larger than" in said


def test_rules_of_a_repository_take_bounded_time(repo, costs):
    """Rules whose expressions explode are stopped; what they did not read is said, and other rules still find."""
    rules = "".join(
        f"[[rules]]\nid = 'x-{n}'\n"
        f"pattern = '(?P<secret>sk-ant(?:[a-z]{{0,9}}){{0,9}}(?:[a-z0-9]{{0,9}}){{0,9}}!{n})'\n"
        f"keywords = ['sk-ant']\nmax_length = 400\n"
        for n in range(40)
    )
    repo.write("r.toml", f"provider = 'x'\n{rules}")
    repo.write(".keyscan.toml", "rules = ['r.toml']\n")
    code, said = costs("scan", ".", "--format", "concise")
    assert (code, said.count("anthropic-api-key") >= 100) in {(1, True), (2, False)}
    assert code == 1 or "r.toml" in said


@pytest.mark.timeout(120)
@pytest.mark.parametrize("argv", COMMANDS, ids="-".join)
@pytest.mark.parametrize("gits_own", [False, True], ids=["without-gits-own", "with-gits-own"])
def test_no_command_waits_for_a_pipe_in_the_place_of_a_file(repo, spawn, argv, gits_own, monkeypatch):
    """A pipe under any name that is read by its name is named, skipped or refused; no command waits for a writer."""
    monkeypatch.setenv("PYTHONPATH", "")
    repo.stage("README.md", "text\n")
    repo.commit()
    names = [name for name in READ_BY_NAME if gits_own or name not in {".gitignore", ".gitattributes", ".mailmap"}]
    names = [name for name in names if name not in {".keyscan.toml", "pyproject.toml", ".keyscan-baseline"}]
    for name in names:
        place = repo.path / name
        place.parent.mkdir(parents=True, exist_ok=True)
        os.mkfifo(place)
    result = spawn(argv, cwd=repo.path)
    assert "Traceback" not in result.err
    assert result.code in {0, 1, 2, 3}


@pytest.mark.timeout(60)
@pytest.mark.parametrize("name", [".keyscan.toml", "pyproject.toml", ".keyscan-baseline", "r.toml"])
@pytest.mark.parametrize("kind", ["pipe", "device", "directory"])
def test_what_decides_the_result_must_be_a_file(repo, run, name, kind):
    """A pipe, a device or a directory as configuration, baseline or rule file ends with its name and exit code 2."""
    if name == "r.toml":
        repo.write(".keyscan.toml", "rules = ['r.toml']\n")
    if kind == "pipe":
        os.mkfifo(repo.path / name)
    elif kind == "device":
        (repo.path / name).symlink_to("/dev/zero")
    else:
        (repo.path / name).mkdir()
    result = run("scan", ".", cwd=repo.path)
    assert result.code == 2
    assert name in result.err
