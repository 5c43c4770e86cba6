"""keyscan verify, and --verify on the commands that scan, against a provider in this process."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from types import SimpleNamespace

import pytest
from helpers.paths import ROOT
from helpers.provider import provider
from helpers.tokens import token

from keyscan.cli.sending import no_core_dumps
from keyscan.support import http
from keyscan.verify.schedule import Schedule

OPENAI, GITHUB = "api.openai.com", "api.github.com"
KEY = token("sk-proj-{b64url:74}T3BlbkFJ{b64url:74}")
OTHER = token("sk-proj-{b64url:74}T3BlbkFJ{b64url:74}", "other")
PAT = token("ghp_{alnum:30}{crc32-base62:ghp_}")
PRIVATE = ("--allow-private", OPENAI, "--allow-private", GITHUB)


def openai(asked):
    """Live for KEY, no scope for OTHER, dead for anything else; GitHub's token lives."""
    key = asked.headers.get("authorization", "").removeprefix("Bearer ")
    if asked.host == GITHUB:
        found = (200, {"login": "ada"}) if key == PAT else (401, {"message": "Bad credentials"})
    elif key == KEY:
        found = (
            (200, {"object": "list", "data": []}) if asked.path == "/v1/models" else (200, {"email": "ada@example.org"})
        )
    elif key == OTHER:
        found = 401, {"error": {"message": "Missing scopes: api.model.read", "code": None}}
    else:
        found = 401, {"error": {"message": "Incorrect API key", "code": "invalid_api_key"}}
    return found[0], {"Content-Type": "application/json"}, json.dumps(found[1]).encode()


@pytest.fixture
def world(monkeypatch, cache_dir):
    """A provider that OpenAI's and GitHub's names lead to; no answer is remembered from another test."""
    (cache_dir / "verify.json").unlink(missing_ok=True)
    with provider(openai, OPENAI, GITHUB) as made:
        monkeypatch.setattr(
            http, "resolve", lambda host, _port: made.resolved.append(host) or [("127.0.0.1", made.port)]
        )
        monkeypatch.setattr(http, "trust", lambda: made.context)
        monkeypatch.setattr(http, "environment_proxy", lambda _host: "")
        yield made


@pytest.fixture
def project(tmp_path):
    """A directory with four keys: live, limited, dead, and one of GitHub's."""
    root = tmp_path / "project"
    root.mkdir()
    dead = token("sk-proj-{b64url:74}T3BlbkFJ{b64url:74}", "dead")
    (root / "a.py").write_text(f'KEY = "{KEY}"\nAGAIN = "{KEY}"\n')
    (root / "b.py").write_text(f'OTHER = "{OTHER}"\nDEAD = "{dead}"\nPAT = "{PAT}"\n')
    return root


def statuses(result):
    """Lines of (path, status, reason) in a JSON report."""
    found = json.loads(result.out)["findings"]
    return sorted((one["path"], one["line"], one["validity"]["status"], one["validity"]["reason"]) for one in found)


def test_statuses_identity_and_counts(run, world, project):
    """Live, limited and dead stand beside the findings, with whose the key is; each key was asked about once."""
    result = run("verify", ".", "--yes", "-f", "json", *PRIVATE, cwd=project)
    assert statuses(result) == [
        ("a.py", 1, "live", ""),
        ("a.py", 2, "live", ""),
        ("b.py", 1, "limited", "scope"),
        ("b.py", 2, "dead", "invalid"),
        ("b.py", 3, "live", ""),
    ]
    assert result.code == 1
    live = json.loads(result.out)["findings"][0]["validity"]
    assert live["host"] == OPENAI
    assert "ada@example.org" in live["identity"].values()
    probes = [asked for asked in world.asked if asked.path in {"/v1/models", "/user"}]
    assert len(probes) == 4 + 2
    assert not any(key in result.out + result.err for key in (KEY, OTHER, PAT))
    assert "will be sent to: api.github.com (1), api.openai.com (3)" in result.err


def test_nothing_is_sent_without_asking(run, world, project):
    """A scan sends nothing; --verify away from a terminal names the hosts and wants --yes."""
    assert run("scan", ".", cwd=project).code == 1
    result = run("scan", ".", "--verify", *PRIVATE, cwd=project)
    assert result.code == 2
    assert "confirm with --yes" in result.err
    assert OPENAI in result.err
    assert not world.asked
    assert not world.resolved


@pytest.mark.parametrize(("answer", "sent"), [("n\n", False), ("y\n", True)])
def test_on_a_terminal_it_asks(run, world, project, monkeypatch, answer, sent):
    """On a terminal the hosts are named and the answer counts."""
    lines = iter([answer])
    fake = SimpleNamespace(isatty=lambda: True, readline=lambda *_: next(lines), buffer=None)
    monkeypatch.setattr(sys, "stdin", fake)
    monkeypatch.setattr("keyscan.cli.sending.interactive", lambda: True)
    monkeypatch.setattr("click.termui.visible_prompt_func", lambda _text="": answer.strip())
    result = run("verify", ".", *PRIVATE, cwd=project)
    assert bool(world.asked) is sent
    assert result.code == (1 if sent else 2)


@pytest.mark.usefixtures("world")
def test_only_filters_and_the_exit_code_counts_what_is_left(run, project):
    """--only keeps what matters; with nothing left the run is clean, and says what it left out."""
    result = run("scan", ".", "--verify", "--yes", "--only", "limited", "-f", "json", *PRIVATE, cwd=project)
    assert [status for _, _, status, _ in statuses(result)] == ["limited"]
    result = run("scan", ".", "--verify", "--yes", "--only", "unknown", *PRIVATE, cwd=project)
    assert result.code == 0
    assert "hidden by --only" in result.out


@pytest.mark.usefixtures("world")
def test_what_could_not_be_asked_is_not_clean(run, project, monkeypatch):
    """A host that cannot be reached leaves its keys unknown: with --only live that is incomplete, not clean."""
    monkeypatch.setattr(http, "resolve", lambda *_: (_ for _ in ()).throw(OSError("no network")))
    result = run("verify", ".", "--yes", "--only", "live", *PRIVATE, cwd=project)
    assert result.code == 3
    assert "could not be verified" in result.out + result.err


def test_ctrl_c_leaves_what_is_known(run, world, project, monkeypatch):
    """An interruption reports the answers that are there, and exits with 130."""
    receive, count = Schedule._receive, [0]

    def interrupting(self, ticket, outcome):
        receive(self, ticket, outcome)
        count[0] += 1
        if count[0] == 4:
            raise KeyboardInterrupt

    monkeypatch.setattr(Schedule, "_receive", interrupting)
    result = run("verify", ".", "--yes", "-f", "json", *PRIVATE, cwd=project)
    assert result.code == 130
    found = [(status, reason) for _, _, status, reason in statuses(result)]
    assert ("unknown", "interrupted") in found
    assert len(found) == 5
    assert len(world.asked) >= 4


def test_no_core_file_while_keys_are_in_memory():
    """The size of a core file is zero for as long as keys are held, and as it was after."""
    resource = pytest.importorskip("resource")
    before = resource.getrlimit(resource.RLIMIT_CORE)
    with no_core_dumps():
        assert resource.getrlimit(resource.RLIMIT_CORE)[0] == 0
    assert resource.getrlimit(resource.RLIMIT_CORE) == before


def test_a_private_address_needs_its_own_word(run, world, project):
    """A host that leads into a private network gets nothing, unless that very host is allowed."""
    result = run("verify", ".", "--yes", "-f", "json", cwd=project)
    assert {reason for *_, reason in statuses(result)} == {"refused-address"}
    assert not world.asked


@pytest.mark.usefixtures("world")
def test_a_report_is_verified_again_later(run, project):
    """A JSON report, by name or on standard input, is enough: the keys are read again at their places."""
    (project / "report.json").write_text(run("scan", ".", "-f", "json", cwd=project).out)
    result = run("verify", "report.json", "--yes", "-f", "json", *PRIVATE, cwd=project)
    assert {status for _, _, status, _ in statuses(result)} == {"live", "limited", "dead"}
    (project / "b.py").write_text("nothing = 1\n")
    result = run("verify", "report.json", "--yes", *PRIVATE, cwd=project)
    assert "3 findings of the report are no longer at their locations" in result.out


@pytest.mark.usefixtures("world")
def test_standard_input_is_verified(run, project, monkeypatch):
    """What comes on standard input is scanned and asked about, for scan and for verify."""
    for words in (("scan", "-", "--verify"), ("verify", "-")):
        reader = SimpleNamespace(read=lambda *_: f"key={KEY}\n".encode())
        monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=reader, isatty=lambda: False))
        result = run(*words, "--yes", "-f", "json", *PRIVATE, cwd=project)
        assert [status for _, _, status, _ in statuses(result)] == ["live"]


@pytest.mark.usefixtures("world")
def test_a_history_is_verified(run, repo):
    """A key that only the history holds is read from its blob, and asked about."""
    repo.stage("a.py", f"KEY = '{KEY}'\n")
    repo.commit()
    repo.stage("a.py", "KEY = None\n")
    repo.commit()
    result = run("history", "--verify", "--yes", "-f", "json", "--no-cache", *PRIVATE, cwd=repo.path)
    assert [status for _, _, status, _ in statuses(result)] == ["live"]
    (repo.path / "past.json").write_text(result.out)
    result = run("verify", "past.json", "--yes", "-f", "json", *PRIVATE, cwd=repo.path)
    assert [status for _, _, status, _ in statuses(result)] == ["live"]


def test_the_scanned_repository_cannot_lead_a_key_anywhere(run, world, project):
    """A rule file, a configuration and text of the repository name other hosts: no key goes there."""
    (project / "evil.toml").write_text(
        'provider = "Evil"\n[[rules]]\nid = "evil-key"\nname = "Evil"\nvalue = "evil-[a-z]{20}"\nkeywords = ["evil-"]\n'
        'severity = "critical"\nprecision = "very-high"\nmax_length = 25\ntemplate = "evil-{lower:20}"\n'
        '[[verify]]\nkind = "evil"\nrules = ["evil-key", "openai-project-api-key"]\ndefault = "run"\n'
        'request = { method = "GET", url = "https://evil.example/", headers = { A = "{secret}" } }\n'
        'answers = [{ status = [200], is = "live" }, { status = [401], is = "dead", reason = "invalid" }]\n'
        'source = "me"\n'
    )
    (project / ".keyscan.toml").write_text('rules = ["evil.toml"]\n')
    (project / "c.py").write_text('OPENAI_BASE_URL = "https://evil.example"\nK = "evil-qzjwvxkpqmrtlhgnfdsb"\n')
    result = run("verify", ".", "--yes", "-f", "json", *PRIVATE, cwd=project)
    assert set(world.resolved) <= {OPENAI, GITHUB}
    assert "evil.example" not in result.err
    own = [one for one in json.loads(result.out)["findings"] if one["rule"] == "evil-key"]
    assert [one["validity"]["status"] for one in own] == ["not-checked"]


@pytest.mark.parametrize(
    "key", ["verify = true", 'endpoint = ["openai=https://evil.example"]', "yes = true", 'ask = ["all"]']
)
@pytest.mark.parametrize("table", ["", "[scan]\n"])
def test_verification_cannot_be_configured(run, world, project, key, table):
    """No key of a configuration switches verification on, consents to it or leads it elsewhere."""
    (project / ".keyscan.toml").write_text(f"{table}{key}\n")
    result = run("scan", ".", cwd=project)
    assert result.code == 2
    assert not world.asked


@pytest.mark.usefixtures("world")
def test_a_rule_file_that_the_user_names_may_be_asked(run, project, monkeypatch):
    """A table in a rule file on the command line counts: the user vouches for it."""
    with provider(lambda _: (200, {}, b"{}"), "api.own.example") as own:
        monkeypatch.setattr(http, "resolve", lambda *_: [("127.0.0.1", own.port)])
        monkeypatch.setattr(http, "trust", lambda: own.context)
        rules = project / "own.toml"
        rules.write_text(
            'provider = "Own"\n[[rules]]\nid = "own-key"\nname = "Own"\nvalue = "own-[a-z]{20}"\nkeywords = ["own-"]\n'
            'severity = "critical"\nprecision = "very-high"\nmax_length = 24\ntemplate = "own-{lower:20}"\n'
            '[[verify]]\nkind = "own"\nrules = ["own-key"]\ndefault = "run"\ncontrol = "never"\n'
            'request = { method = "GET", url = "https://api.own.example/", headers = { A = "{secret}" } }\n'
            'answers = [{ status = [200], is = "live" }, { status = [401], is = "dead", reason = "invalid" }]\n'
            'source = "me"\n'
        )
        (project / "k.txt").write_text("k = own-qzjwvxkpqmrtlhgnfdsb\n")
        words = ("verify", "k.txt", "--rules", "own.toml", "--yes", "-f", "json", "--allow-private", "api.own.example")
        result = run(*words, cwd=project)
    assert statuses(result) == [("k.txt", 1, "live", "")]
    assert own.asked[0].headers["a"] == "own-qzjwvxkpqmrtlhgnfdsb"


def test_the_audit_file_holds_no_value(run, world, project):
    """Each request leaves a line: time, fingerprint, method, host, path, answer; no key."""
    run("verify", ".", "--yes", "--audit", "audit.jsonl", *PRIVATE, cwd=project)
    lines = [json.loads(line) for line in (project / "audit.jsonl").read_text().splitlines()]
    assert len(lines) == len(world.asked)
    assert {line["path"] for line in lines} == {"/v1/models", "/v1/me", "/user"}
    assert sum(line["fingerprint"] == "control" for line in lines) == 2
    text = (project / "audit.jsonl").read_text()
    assert not any(key in text for key in (KEY, OTHER, PAT))
    if os.name == "posix":
        assert (project / "audit.jsonl").stat().st_mode & 0o077 == 0


def test_a_pull_request_from_a_fork_is_not_verified(run, world, repo, monkeypatch, tmp_path):
    """In CI the author of a fork's pull request decides what stands near a key: it is not sent unless asked."""
    base = repo.commit()
    repo.stage("a.py", f"KEY = '{KEY}'\n")
    head = repo.commit()
    event = tmp_path / "event.json"
    side = {"repo": {"full_name": "acme/app"}}
    fork = {"repo": {"full_name": "eve/app"}}
    event.write_text(json.dumps({"pull_request": {"base": {"sha": base} | side, "head": {"sha": head} | fork}}))
    for name, value in {"ACTIONS": "true", "EVENT_NAME": "pull_request", "EVENT_PATH": str(event)}.items():
        monkeypatch.setenv(f"GITHUB_{name}", value)
    result = run("ci", "--verify", "--yes", *PRIVATE, cwd=repo.path)
    assert result.code == 1
    assert "pull request from a fork" in result.out
    assert not world.asked
    result = run("ci", "--verify", "--yes", "--verify-forks", "-f", "json", *PRIVATE, cwd=repo.path)
    assert [status for _, _, status, _ in statuses(result)] == ["live"]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--only", "alive"), "no such status"),
        (("--ask", "openai-kye"), "no such kind; did you mean openai-key?"),
        (("--endpoint", "gitlap=https://a.example"), "no such product; did you mean gitlab?"),
        (("--endpoint", "gitlab=http://a.example"), "write NAME=https://HOST"),
        (("--audit", "no/such/dir/file"), "cannot be written"),
    ],
)
def test_wrong_options_are_one_clear_line(run, world, project, words, message):
    """A wrong value is named with its remedy, and nothing is sent."""
    result = run("verify", ".", "--yes", *words, *PRIVATE, cwd=project)
    assert result.code == 2
    assert message in result.err
    assert not world.asked


def test_without_the_extra_one_line_says_what_to_install(run, project, monkeypatch):
    """Without its packages the command says what to install, and everything else works."""
    monkeypatch.setitem(sys.modules, "urllib3", None)
    result = run("verify", ".", "--yes", cwd=project)
    assert result.code == 2
    assert "pip install 'keyscan-linter[live]'" in result.err
    assert run("scan", ".", cwd=project).code == 1


def test_a_scan_imports_nothing_of_this(project):
    """A scan that does not verify imports no network library."""
    code = (
        "import sys; from keyscan.cli.main import main; main(['scan', '.']); "
        "names = ('urllib3', 'truststore', 'cryptography', 'keyscan.support.http'); "
        "print([name for name in names if name in sys.modules])"
    )
    environ = {**os.environ, "PYTHONPATH": str(ROOT)}
    words = [sys.executable, "-c", code]
    done = subprocess.run(words, cwd=project, env=environ, capture_output=True, check=True)
    assert done.stdout.decode().splitlines()[-1] == "[]"
