"""Secret managers: values by standard input only, code that compiles."""

from __future__ import annotations

import json
import os
import shutil
import subprocess

import pytest
from helpers.rewriting import KEY

from keyscan.errors import UsageError
from keyscan.remediation import managers

STORES = (
    "vault:secret/my/app", "aws-secretsmanager:prod/app", "gcp-secret-manager:app", "azure-keyvault:my-vault/app",
    "doppler:app/prd", "1password:Team/app",
)  # fmt: skip
TOOLS = ("vault", "aws", "gcloud", "az", "doppler", "op")
STUB = """#!/bin/sh
printf '%s\\n' "$0" "$@" > "$RECORD.args"
for last in "$@"; do
  case "$last" in file:///dev/stdin|/dev/stdin|-|--data-file=-|*=-|--silent) cat > "$RECORD.input";; esac
done
"""


def test_every_manager_of_the_file_is_tested():
    """A manager that is added to the data is added to these tests."""
    assert {store.partition(":")[0] for store in STORES} == set(managers.managers())


@pytest.mark.parametrize("text", STORES)
def test_value_reaches_the_tool_by_standard_input_and_no_argument(tmp_path, text):
    """The commands are run by bash with stand-ins for the tools, which record what they get."""
    if text.startswith("1password") and not shutil.which("jq"):
        pytest.skip("jq is not installed")
    for tool in TOOLS:
        (tmp_path / tool).write_text(STUB)
        (tmp_path / tool).chmod(0o755)
    lines = list(managers.commands(managers.store_of(text), ["OPENAI_API_KEY"]))
    record = tmp_path / "record"
    env = {**os.environ, "PATH": f"{tmp_path}:{os.environ['PATH']}", "RECORD": str(record)}
    done = subprocess.run(
        ["bash", "-euc", "\n".join(lines)], env=env, input=KEY.encode() + b"\n", capture_output=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert KEY not in (tmp_path / "record.args").read_text()
    given = (tmp_path / "record.input").read_text()
    if text.startswith("1password"):
        assert json.loads(given)["fields"][0]["value"] == KEY
    else:
        assert given == KEY


@pytest.mark.parametrize("text", STORES)
def test_python_code_compiles_and_names_the_place(text):
    """The code for Python is valid, and reads what the commands store."""
    code = managers.code(managers.store_of(text), "OPENAI_API_KEY", "python")
    compile(code, "app.py", "exec")
    assert "openai_api_key = " in code
    assert text.rpartition("/")[2].rpartition(":")[2] in code or text.startswith("doppler")


@pytest.mark.parametrize("text", STORES)
def test_javascript_code_parses(tmp_path, text):
    """The code for Node is a valid module."""
    if not shutil.which("node"):
        pytest.skip("node is not installed")
    code = managers.code(managers.store_of(text), "OPENAI_API_KEY", "javascript")
    (tmp_path / "app.mjs").write_text(code)
    done = subprocess.run(["node", "--check", "app.mjs"], cwd=tmp_path, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "openaiApiKey = " in code


def test_several_keys_get_places_of_their_own():
    """A second key does not overwrite the first."""
    lines = "\n".join(managers.commands(managers.store_of("aws-secretsmanager:app"), ["A_KEY", "B_KEY"]))
    assert "--name app/A_KEY" in lines
    assert "--name app/B_KEY" in lines


@pytest.mark.parametrize(
    "text", ["nowhere:x", "vault", "vault:", "vault:a; rm -rf /", "doppler:app", "azure-keyvault:a b/c"]
)
def test_store_that_is_no_store_is_one_clear_line(text):
    """Unknown managers and names that a shell would read differently are refused, with the forms that there are."""
    with pytest.raises(UsageError, match="--to"):
        managers.store_of(text)
