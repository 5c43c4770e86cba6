"""What is done before and while keys are sent: consent, a record without keys, no core files."""

from __future__ import annotations

import json
import os
import stat
from types import SimpleNamespace

import pytest

from keyscan.cli import sending
from keyscan.cli.verify_options import OFF
from keyscan.errors import UsageError

PLAN = SimpleNamespace(hosts={"api.example.org": 2, "b.example.org": 1}, questions=[1, 2, 3])


def test_without_a_terminal_consent_stands_on_the_command_line(monkeypatch, capsys):
    """The error names the hosts; with --yes they are named and that is all."""
    monkeypatch.setattr(sending, "interactive", lambda: False)
    with pytest.raises(UsageError, match=r"3 found keys would be sent to: api\.example\.org \(2\).*confirm with --yes"):
        sending.consent(PLAN, OFF)
    sending.consent(PLAN, type(OFF)(yes=True))
    assert "will be sent to: api.example.org (2), b.example.org (1)" in capsys.readouterr().err


@pytest.mark.parametrize("answer", [True, False])
def test_on_a_terminal_somebody_is_asked(monkeypatch, answer):
    """A no sends nothing."""
    monkeypatch.setattr(sending, "interactive", lambda: True)
    monkeypatch.setattr("click.confirm", lambda *_, **__: answer)
    if answer:
        sending.consent(PLAN, OFF)
    else:
        with pytest.raises(UsageError, match="nothing was sent"):
            sending.consent(PLAN, OFF)


def test_a_record_of_requests(tmp_path):
    """Appended, readable by its owner only, not through a link; without a name there is none."""
    file = tmp_path / "audit.jsonl"
    for number in range(2):
        with sending.audit_file(str(file)) as write:
            write({"n": number})
    assert [json.loads(line) for line in file.read_text().splitlines()] == [{"n": 0}, {"n": 1}]
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    with sending.audit_file(None) as write:
        assert write is None
    os.symlink(file, tmp_path / "link")
    with (
        pytest.raises(UsageError, match=r"--audit .*link: cannot be written"),
        sending.audit_file(str(tmp_path / "link")),
    ):
        pytest.fail("opened through a link")


def test_what_is_recorded_of_a_request():
    """Method, host, the path of its template, the answer; neither headers nor values."""
    rows = []
    request = SimpleNamespace(
        method="GET", host="api.example.org", shown="https://api.example.org/v1/{secret}", url="https://x/PLAIN",
        headers={"Authorization": "PLAIN"},
    )  # fmt: skip
    audit = sending.audit_of(rows.append)
    audit("mark", request, SimpleNamespace(status=200), 12.6)
    audit("control:mark", request, SimpleNamespace(status=401), 1)
    assert [(row["fingerprint"], row["path"], row["answer"], row["milliseconds"]) for row in rows] == [
        ("mark", "/v1/{secret}", 200, 13),
        ("control", "/v1/{secret}", 401, 1),
    ]
    assert "PLAIN" not in str(rows)


@pytest.mark.skipif(os.name == "nt", reason="no such limit")
def test_no_core_file_while_keys_are_in_memory():
    """The limit is zero inside, and what it was afterwards."""
    import resource

    before = resource.getrlimit(resource.RLIMIT_CORE)
    with sending.no_core_dumps():
        assert resource.getrlimit(resource.RLIMIT_CORE)[0] == 0
    assert resource.getrlimit(resource.RLIMIT_CORE) == before
