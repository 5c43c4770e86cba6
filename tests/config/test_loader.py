"""Configuration: where it is found, how files combine, and what a wrong one says."""

from __future__ import annotations

import json
import re
import time

import pytest
from helpers.paths import ROOT
from hypothesis import given
from hypothesis import strategies as st

from keyscan.cli import config_keys as keys
from keyscan.cli.options import shared_params
from keyscan.config import loader as config
from keyscan.config.schema import Config
from keyscan.errors import ConfigError
from keyscan.suppressions import schema as ignoreconfig

RULE = "anthropic-api-key"


def loader(files, **options):
    """A loader of files given as a dictionary."""
    return config.Loader(keys.schema(), files.get, **options)


def test_no_configuration_is_the_defaults(repo, run):
    """A repository with none, or with a pyproject.toml that does not speak of keyscan, has the defaults."""
    assert loader({}).find() == Config()
    assert loader({"pyproject.toml": b"[tool.black]\nline-length = 88\n"}).find() == Config()
    repo.write("pyproject.toml", '# tool.keyscan is not used here\n[project]\nname = "x"\n')
    assert run("scan", cwd=repo.path).code == 0


def test_command_line_over_project_over_organisation(repo, run, anthropic_key):
    """Each level wins over the one below it, lists add up, and `config show` says where each value is from."""
    repo.write(
        "org/keyscan.toml", 'min-severity = "critical"\nformat = "json"\njobs = 3\ndisable = ["mistral-api-key"]\n'
    )
    repo.write(
        ".keyscan.toml", 'extends = "org/keyscan.toml"\nmin-severity = "high"\nexclude = ["vendor/"]\njobs = 2\n'
    )
    repo.write("vendor/a.py", anthropic_key)
    repo.write("b.py", anthropic_key)
    found = json.loads(run("scan", cwd=repo.path).out)
    assert [finding["path"] for finding in found["findings"]] == ["b.py"]
    shown = run("config", "show", "--jobs", "1", cwd=repo.path).out
    lines = {line.partition(" = ")[0]: line for line in shown.splitlines()}
    assert lines["jobs"].split() == ["jobs", "=", "1", "#", "command", "line"]
    assert lines["min-severity"].endswith("# .keyscan.toml:2")
    assert '"high"' in lines["min-severity"]
    assert lines["format"].endswith("# org/keyscan.toml:2")
    assert lines["disable"].endswith("# org/keyscan.toml:4")
    assert lines["engine"].endswith("# default")


def test_pyproject_serves_too(repo, run, anthropic_key):
    """`[tool.keyscan]` of pyproject.toml is the same as .keyscan.toml."""
    repo.write("a.py", anthropic_key)
    repo.write("pyproject.toml", '[project]\nname = "x"\n[tool.keyscan]\nexit-zero = true\n')
    result = run("scan", cwd=repo.path)
    assert result.code == 0
    assert RULE in result.out


def test_both_files_are_one_too_many(repo, run):
    """Two configurations at the root are an error, so that neither is overlooked."""
    repo.write(".keyscan.toml", "jobs = 1\n")
    repo.write("pyproject.toml", "[tool.keyscan]\njobs = 2\n")
    result = run("scan", cwd=repo.path)
    assert result.code == 2
    assert "keep one" in result.err


def test_a_directory_below_the_root_has_the_roots_configuration(repo, run, anthropic_key):
    """The configuration at the root counts in directories below it, and its globs count from the root."""
    repo.write(".keyscan.toml", 'exclude = ["/sub/gen/"]\n')
    repo.write("sub/gen/a.py", anthropic_key)
    repo.write("sub/c.py", "x\n")
    assert run("scan", cwd=repo.path / "sub").code == 0
    # What the user names is read, whatever the configuration excludes.
    assert run("scan", "sub/gen/a.py", cwd=repo.path).code == 1
    assert run("scan", str(repo.path / "sub"), cwd=repo.path.parent).code == 0
    repo.write("sub/b.py", anthropic_key)
    assert run("scan", cwd=repo.path / "sub").code == 1


def test_the_hook_reads_the_index_not_the_working_tree(repo, run, anthropic_key):
    """A configuration counts for `staged` once it is staged, and stays in force when the working tree's is changed."""
    repo.stage("a.py", anthropic_key)
    repo.write(".keyscan.toml", f'disable = ["{RULE}"]\n')
    assert run("staged", cwd=repo.path).code == 1
    repo.git("add", ".keyscan.toml")
    repo.write(".keyscan.toml", "nonsense = [\n")
    assert run("staged", cwd=repo.path).code == 0
    repo.git("add", ".keyscan.toml")
    assert run("staged", cwd=repo.path).code == 2


def test_the_hook_follows_extends_in_the_index(repo, run, anthropic_key):
    """A file that the staged configuration extends is read from the index as well."""
    repo.stage("a.py", anthropic_key)
    repo.stage("org/base.toml", f'disable = ["{RULE}"]\n')
    repo.stage(".keyscan.toml", 'extends = "org/base.toml"\n')
    repo.write("org/base.toml", "")
    assert run("staged", cwd=repo.path).code == 0


def test_options_of_a_command_have_its_table(repo, run, anthropic_key):
    """`[staged]` and `[scan]` hold their commands' own options; the command line wins."""
    repo.stage("a.py", f"k = '{anthropic_key}'\n")
    repo.commit()
    repo.stage("a.py", f"k = '{anthropic_key}'\nx = 1\n")
    assert run("staged", cwd=repo.path).code == 0
    repo.stage(".keyscan.toml", "[staged]\nwhole-files = true\n")
    assert run("staged", cwd=repo.path).code == 1
    repo.write(".gitignore", "b.py\n")
    repo.write("b.py", anthropic_key)
    repo.write(".keyscan.toml", "[scan]\nall = true\n")
    assert "b.py" in run("scan", cwd=repo.path).out


def test_every_option_has_its_key():
    """The keys are made from the options, so none is forgotten; those about the configuration itself have none."""
    names = {keys.key_of(option) for option in shared_params()}
    assert names - set(keys.schema().keys) == {"config", "isolated", "statistics"}


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("x = 1\nmin-severty = 'low'\n", ":1: unknown key x"),
        ("jobs = 1\nmin-severty = 'low'\n", ":2: unknown key min-severty; did you mean min-severity?"),
        ("min_severity = 'low'\n", ":1: unknown key min_severity; did you mean min-severity?"),
        (
            "min-severity = 'hihg'\n",
            ":1: min-severity is 'hihg', not one of info, low, medium, high, critical; did you",
        ),
        ("jobs = -1\n", ":1: jobs must be a whole number"),
        ("jobs = true\n", ":1: jobs must be a whole number"),
        ("exit-zero = 1\n", ":1: exit-zero must be true or false"),
        ("disable = [1]\n", ":1: disable must be a string or a list"),
        ("staged = 3\n", ":1: staged must be a table"),
        ("[staged]\nwhole-file = true\n", ":2: unknown key whole-file; did you mean whole-files?"),
        (
            "jobs = 1\n\n[[ignore]]\npaths = ['a']\n[[ignore]]\nrule = 'x'\nprth = 'b'\n",
            ":7: unknown key prth; did you",
        ),
        ("[[ignore]]\nreason = 'x'\n", ":1: an ignore without a condition"),
        ("[[ignore]]\npaths = ['[a']\n", ":2: paths: '[a' has an unbalanced bracket: [ without ]"),
        ("[[ignore]]\nrule = 'a'\n\nvalue = '('\n", ":4: value: '(' is not a regular expression"),
        ("[[ignore]]\nrule = 'a'\nexpires = 'soon'\n", ":3: expires must be a date"),
        ("[[ignore]]\nseverity = 'x'\n", ":2: severity must be one of"),
        ("[[ignore]]\nfingerprint = 'abc'\n", ":2: fingerprints: 'abc' is not a fingerprint"),
        ("ignore = 3\n", ":1: ignore must be an array of tables"),
        ("show-secrets = true\n", ":1: show-secrets counts only on the command line or in a file named with --config"),
        ("exclude = ['a/[']\n", ":1: exclude: '[' has an unbalanced bracket"),
        ("output = '../out.json'\n", "is not in the repository"),
        ("output = '.git/hooks/pre-commit'\n", "is not in the repository"),
        ("report = ['json=/etc/x']\n", "is not in the repository"),
        ("a = [\n", "not valid TOML"),
        ("a = 1\na = 2\n", "not valid TOML"),
        ("extends = 'no.toml'\n", "no.toml: no such configuration file (extended by .keyscan.toml)"),
        ("extends = '.keyscan.toml'\n", "extends .keyscan.toml, which extends it in turn"),
        ("baseline = 'no'\n", "no: no such baseline (.keyscan.toml:1)"),
        ("disable = ['anthropic-api-kye']\n", ".keyscan.toml:1: disable anthropic-api-kye: no such rule; did you mean"),
    ],
)
def test_a_wrong_configuration_is_one_line(repo, run, text, says):
    """File, line and the nearest valid name, exit code 2, no traceback."""
    repo.write(".keyscan.toml", text)
    result = run("scan", cwd=repo.path)
    assert (result.code, result.out) == (2, "")
    assert len(result.err.splitlines()) == 1
    assert ".keyscan.toml" in result.err
    assert says in result.err


@pytest.mark.parametrize(
    "data",
    [
        b"a = " + b"[" * 100_000,
        b"#" * (2 << 20),
        b"a = '\xff'",
        b"\xff\xfea\0=\x001\0",
        b"ignore = [" + b"{}," * 9999 + b"{}]",
    ],
)
def test_a_hostile_configuration_is_an_error_soon(repo, run, data):
    """Deep nesting, size and odd bytes end in one line, quickly."""
    repo.write(".keyscan.toml", data)
    started = time.process_time()
    result = run("scan", cwd=repo.path)
    assert time.process_time() - started < 5
    assert result.code == 2
    assert result.err.count("\n") == 1


def test_a_configuration_that_is_no_file_is_not_waited_for(repo, run):
    """A directory or a link to a device in the configuration's place is an error."""
    (repo.path / ".keyscan.toml").symlink_to("/dev/zero")
    assert "a symbolic link out of the repository" in run("scan", cwd=repo.path).err
    (repo.path / ".keyscan.toml").unlink()
    (repo.path / ".keyscan.toml").mkdir()
    assert "not a regular file" in run("scan", cwd=repo.path).err


def test_a_named_file_is_trusted(repo, run, anthropic_key):
    """What only the user may ask for counts in a file given with --config or KEYSCAN_CONFIG."""
    repo.write("a.py", anthropic_key)
    repo.write("mine.toml", "show-secrets = true\n")
    assert anthropic_key in run("scan", "--config", "mine.toml", cwd=repo.path).out
    assert anthropic_key not in run("scan", cwd=repo.path).out
    assert run("scan", "--config", "no.toml", cwd=repo.path).code == 2


def test_isolated_takes_nothing_from_the_repository(repo, run, anthropic_key):
    """With --isolated neither configuration nor markers of the repository count."""
    repo.write(".keyscan.toml", "exit-zero = true\nexclude = ['*.py']\n")
    repo.write("a.py", f"k = '{anthropic_key}'  # keyscan:allow\n")
    assert run("scan", cwd=repo.path).code == 0
    assert run("scan", "--isolated", cwd=repo.path).code == 1


def test_own_rules_come_beside_the_configuration(repo, run, anthropic_key):
    """`rules` counts from the file that holds it, and the built-in rules stay unless it says otherwise."""
    rule = 'provider = "X"\n[[rules]]\nid = "x"\nname = "X"\nvalue = "xxkey_[a-z]{20}"\nkeywords = ["xxkey_"]\n'
    rule += 'severity = "high"\nprecision = "high"\nmax_length = 40\ntemplate = "xxkey_{lower:20}"\n'
    repo.write("org/rules/x.toml", rule)
    repo.write("org/keyscan.toml", 'rules = ["rules"]\n')
    repo.write(".keyscan.toml", 'extends = "org/keyscan.toml"\n')
    repo.write("a.py", "xxkey_" + "qjzkvbwtrphmxcnsdlfg" + f"\n{anthropic_key}\n")
    out = run("scan", "a.py", cwd=repo.path).out
    assert "[x]" in out
    assert RULE in out
    repo.write(".keyscan.toml", 'extends = "org/keyscan.toml"\nbuiltin-rules = false\n')
    assert RULE not in run("scan", "a.py", cwd=repo.path).out


@given(st.dictionaries(st.sampled_from(["jobs", "exit-zero", "disable", "engine", "exclude"]), st.integers(0, 3)))
def test_only_config_errors_come_out_of_a_document(values):
    """Whatever the types, a document is either a configuration or a ConfigError with file and line."""
    text = "".join(f"{key} = {['1', 'true', '[]', repr('x')][value]}\n" for key, value in values.items())
    good = {"jobs": {0}, "exit-zero": {1}, "disable": {2, 3}, "engine": set(), "exclude": {2, 3}}
    read = loader({".keyscan.toml": text.encode()})
    if all(value in good[key] for key, value in values.items()):
        assert set(read.find().values) == set(values)
    else:
        with pytest.raises(ConfigError, match=r"^\.keyscan\.toml:\d+: "):
            read.find()


DOCS = ROOT / "docs" / "configuration.md"


def test_the_documented_configurations_are_right():
    """Every example of the documentation loads, and its tables name the keys that there are."""
    text = DOCS.read_text()
    files = {"../company/keyscan.toml": b"jobs = 1\n"}
    blocks = re.findall(r"```toml\n(.*?)```", text, re.DOTALL)
    assert blocks
    for block in blocks:
        assert loader({**files, ".keyscan.toml": block.encode()}).find().files
    rows = {
        key for row in re.findall(r"^\| (`[^|]*) \|", text, re.MULTILINE) for key in re.findall(r"`([a-z-]+)`", row)
    }
    assert set(keys.schema().keys) - rows == {"show-secrets"}  # of which the text speaks
    assert set(ignoreconfig.NAMES.values()) | {"severity"} <= rows


def test_a_commands_table_counts_for_history(repo, run):
    """`[history]` sets the options of that command."""
    repo.commit()
    repo.write(".keyscan.toml", '[history]\nsince = "nonsense"\n')
    assert "--since nonsense" in run("history", cwd=repo.path).err
