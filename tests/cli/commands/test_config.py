"""`keyscan config`: what counts, and where each value is from."""

from __future__ import annotations

from helpers.tokens import token

from keyscan.config.schema import BASELINE


def test_values_with_their_sources(repo, run):
    """Each value says the file and line, or that it is the default."""
    repo.write(".keyscan.toml", 'min-severity = "high"\n\n[[ignore]]\npath = "docs/"\nreason = "samples"\n')
    out = run("config", "show", cwd=repo.path).out
    line = next(line for line in out.splitlines() if line.startswith("min-severity"))
    assert '"high"' in line
    assert line.endswith("# .keyscan.toml:1")
    assert "[[ignore]]  # .keyscan.toml:3" in out
    assert 'reason = "samples"' in out
    assert any(line.startswith("jobs") and line.endswith("# default") for line in out.splitlines())
    assert "# baseline: 0 accepted findings" in out


def test_a_wrong_configuration_is_one_line(repo, run):
    """Exit 2, with file and line."""
    repo.write(".keyscan.toml", "jbs = 1\n")
    done = run("config", "show", cwd=repo.path)
    assert done.code == 2
    assert ".keyscan.toml:1: unknown key jbs; did you mean jobs?" in done.err
    assert BASELINE not in done.err


def test_values_of_ignores_are_masked(repo, run):
    """Users write there the secrets that they accept; words and expressions stay as they are."""
    secret = token("{alnum:30}", "value")
    repo.write(
        ".keyscan.toml",
        f'[[ignore]]\nvalues = ["^{secret}$", "^test_[0-9]+$"]\nlines = ["pw = {secret}"]\nreason = "it is {secret}"\n',
    )
    out = run("config", "show", cwd=repo.path).out
    assert secret[:10] not in out
    assert '"^test_[0-9]+$"' in out
    assert "it is ..." in out
