"""Shell scripts print the same, and stop by name when the variable is missing."""

from __future__ import annotations

import subprocess

import pytest
from helpers.rewriting import NAME, reason, rewritten, same_output

SCRIPTS = {
    "assignment": 'KEY="@@"\necho "$KEY"\n',
    "bare": "KEY=@@\necho $KEY\n",
    "export of the same name": f"export {NAME}=@@\necho ${NAME}\n",
    "single quotes": "KEY='@@'\necho $KEY\n",
    "part of single quotes": "echo 'Bearer @@ $x'\n",
    "part of double quotes": 'x=1\necho "$x Bearer @@ $x"\n',
    "part of a word": "echo user:@@/path\n",
    "heredoc": "cat <<EOF\nBearer @@\nEOF\n",
    "for one command": f"{NAME}=@@ sh -c 'echo ${NAME}'\n",
    "array": 'a=(x "@@")\necho "${a[1]}"\n',
    "substitution": 'x=$(echo "@@")\necho "$x"\n',
}


@pytest.mark.parametrize("text", SCRIPTS.values(), ids=SCRIPTS)
def test_script_prints_the_same_after_the_rewrite(tmp_path, text):
    """Every kind of word gives the same output."""
    assert f"${{{NAME}:?}}" in same_output(tmp_path, "main.sh", text, ["bash", "-eu", "FILE"])


def test_missing_variable_stops_the_script_by_name(tmp_path):
    """Without the variable the script fails and names it, and does not go on with an empty key."""
    (tmp_path / "a.sh").write_text(rewritten("a.sh", 'echo "@@"\n'))
    done = subprocess.run(["bash", "a.sh"], cwd=tmp_path, capture_output=True, check=False)
    assert done.returncode != 0
    assert NAME in done.stderr.decode()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("# @@\n", "comment"),
        ("cat <<'EOF'\n@@\nEOF\n", "heredoc"),
        ("x=$'@@'\n", "move the key by hand"),
    ],
)
def test_place_that_does_not_expand_is_left_alone_by_name(text, words):
    """Where the shell expands nothing the text stays, and one line says why."""
    assert words in reason("a.sh", text)
