"""`keyscan completion` prints a script for each shell."""

from __future__ import annotations


def test_powershell_script_names_the_command(run):
    """The script registers a completer for keyscan, with every placeholder filled."""
    out = run("completion", "powershell").out
    assert "-CommandName keyscan " in out
    assert "$env:_KEYSCAN_COMPLETE = 'powershell_complete'" in out
    assert "%(" not in out


def test_other_shells(run):
    """Each script registers the command; another shell is a usage error."""
    for shell in ("bash", "zsh", "fish"):
        assert "_KEYSCAN_COMPLETE" in run("completion", shell).out
    assert run("completion", "tcsh").code == 2
