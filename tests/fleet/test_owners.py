"""CODEOWNERS: the last matching rule decides, names without one fall back to the author."""

from __future__ import annotations

import pytest

from keyscan.fleet.owners import CodeOwners, read
from keyscan.git.command import Git

TEXT = """
# comment
*            @org/all
/src/        @org/src  dev@example.org
/src/legal/
[Section]
*.py @org/python # inline
!weird
"""


@pytest.mark.parametrize(
    ("path", "owners"),
    [
        ("README.md", ("@org/all",)),
        ("src/a.js", ("@org/src", "dev@example.org")),
        ("src/legal/a.txt", ()),
        ("src/legal/a.py", ("@org/python",)),
    ],
)
def test_rules(path, owners):
    """By path, in gitignore's syntax."""
    assert CodeOwners(TEXT).of(path) == owners


def test_the_file_is_read_from_head(repo):
    """The first of the known places that HEAD has counts; the working tree does not."""
    repo.stage("docs/CODEOWNERS", "* @docs\n")
    repo.stage(".github/CODEOWNERS", "* @github\n")
    repo.commit()
    repo.write(".github/CODEOWNERS", "* @changed\n")
    assert read(Git(repo.path)).of("a") == ("@github",)


def test_no_commit_no_owner(repo):
    """An empty repository has no CODEOWNERS."""
    assert read(Git(repo.path)).of("a") == ()
