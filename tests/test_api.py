"""The public API: what it exports, what a `Scanner` finds, and what importing it costs."""

from __future__ import annotations

import pickle
import subprocess
import sys

import pytest
from helpers.tokens import token

import keyscan
from keyscan.api import Scanner
from keyscan.errors import UsageError

KEY = token("ghp_{alnum:30}{crc32-base62:ghp_}")


@pytest.fixture(scope="module")
def scanner():
    """A scanner with the built-in rules."""
    return Scanner.default()


def test_the_exported_names_are_stable():
    """The public names are exactly these; a change is a change of the API, and needs a line in the changelog."""
    assert keyscan.__all__ == [
        "Finding",
        "KeyscanError",
        "Redactor",
        "Report",
        "Scanner",
        "Severity",
        "__version__",
        "redact",
        "scan_bytes",
        "scan_path",
        "scan_text",
    ]
    assert {name: getattr(keyscan, name) for name in keyscan.__all__}
    assert dir(keyscan) == sorted(keyscan.__all__)
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = keyscan.nothing


def test_importing_keyscan_imports_nothing_else():
    """`import keyscan` loads its version and no other module, so that it costs next to nothing."""
    code = "import sys; before = set(sys.modules); import keyscan; print(*sorted(set(sys.modules) - before))"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.split() == ["keyscan", "keyscan._version"]


def test_a_text_is_scanned(scanner):
    """A secret in a text is found at its line and column, redacted, with the name that was given."""
    report = scanner.scan_text(f"a = 1\ntoken = '{KEY}'\n", "app.py")
    (finding,) = report.findings
    assert (finding.rule_id, finding.origin.path) == ("github-pat-classic", "app.py")
    assert (finding.location.line, finding.location.column) == (2, 10)
    assert KEY not in repr(report)
    assert report.complete
    assert report.exit_code == 1


def test_bytes_are_decoded_as_a_file_is(scanner):
    """Bytes are taken as a file's contents: UTF-16 is read as text."""
    (finding,) = scanner.scan_bytes(f"token = '{KEY}'".encode("utf-16")).findings
    assert finding.rule_id == "github-pat-classic"


def test_a_path_is_scanned(scanner, tmp_path):
    """A directory's files are read, and what was covered is counted."""
    (tmp_path / "a.py").write_text(f"token = '{KEY}'\n")
    (tmp_path / "b.py").write_text("nothing = 1\n")
    report = scanner.scan_path(tmp_path)
    assert [finding.origin.path for finding in report.findings] == [(tmp_path / "a.py").as_posix()]
    assert report.stats.files == 2


def test_a_path_that_is_not_there_is_an_error(scanner, tmp_path):
    """A missing path is a usage error that names it, never a clean report."""
    with pytest.raises(UsageError, match="none: no such file"):
        scanner.scan_path(tmp_path / "none")


def test_matches_give_the_place_and_the_secret(scanner):
    """A program that redacts gets the offsets and the plain bytes."""
    (match,) = scanner.matches(f"token = '{KEY}'".encode())
    assert (match.secret_start, match.secret_end, match.secret) == (9, 9 + len(KEY), KEY.encode())


def test_a_rule_can_be_left_out():
    """A disabled rule finds nothing; a name that no rule has is an error with a suggestion."""
    scanner = Scanner.default(disable=["github-pat-classic"])
    assert scanner.scan_text(KEY).findings == ()
    with pytest.raises(UsageError, match="did you mean github-pat-classic"):
        Scanner.default(disable=["github-pat-clasic"])


def test_rules_of_ones_own_can_be_added(tmp_path):
    """A rule file is added to the built-in rules."""
    file = tmp_path / "own.toml"
    file.write_text(
        'provider = "Acme"\ncategory = "custom"\n[[rules]]\nid = "acme-key"\n'
        'name = "Acme key"\nvalue = "acme_[a-z0-9]{20}"\n'
        'keywords = ["acme_"]\nseverity = "high"\nprecision = "high"\nmax_length = 25\n'
        'template = "acme_{lowernum:20}"\n'
    )
    report = Scanner.default(rules=[file]).scan_text("k = " + token("acme_{lowernum:20}"))
    assert [finding.rule_id for finding in report.findings] == ["acme-key"]


def test_a_scanner_can_be_sent_to_another_process(scanner):
    """A pickled scanner finds the same."""
    copy = pickle.loads(pickle.dumps(scanner))  # noqa: S301 - our own bytes
    assert [one.rule_id for one in copy.scan_text(KEY).findings] == ["github-pat-classic"]


def test_the_functions_scan_with_the_built_in_rules(tmp_path):
    """`scan_text`, `scan_bytes` and `scan_path` need no scanner."""
    (tmp_path / "a.txt").write_text(KEY)
    for report in (keyscan.scan_text(KEY), keyscan.scan_bytes(KEY.encode()), keyscan.scan_path(tmp_path)):
        assert len(report.findings) == 1
