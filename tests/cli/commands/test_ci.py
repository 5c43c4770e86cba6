"""`keyscan ci` scans the range that each platform's run is about, and says what it could not."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from helpers.repository import Repo
from helpers.tokens import token

from keyscan.cli.commands import ci
from keyscan.sources.ci import CiScope

KEY = token("sk-ant-api03-{b64url:93}AA", "ci")
ZERO = "0" * 40
RULE = """
provider = "Own"

[[rules]]
id = "own-key"
name = "Own key"
pattern = '(?P<secret>own_[0-9]{20})'
keywords = ["own_"]
max_length = 24
"""
A, B = "a" * 40, "b" * 40
REPOSITORY = {"repository": {"default_branch": "main"}}


@pytest.fixture
def pull(repo, monkeypatch, tmp_path):
    """A GitHub pull request: a key added and then deleted on a branch; base and head in the event."""
    repo.stage("a.py", "x = 1\n")
    base = repo.commit("base")
    repo.git("checkout", "-q", "-b", "topic")
    repo.stage("b.py", f"k = '{KEY}'\n")
    repo.commit("add")
    repo.stage("b.py", "k = read()\n")
    head = repo.commit("remove")
    event = tmp_path / "event.json"
    event.write_text(json.dumps({"pull_request": {"base": {"sha": base}, "head": {"sha": head}}}))
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    monkeypatch.setenv("GITHUB_EVENT_NAME", "pull_request")
    monkeypatch.setenv("GITHUB_EVENT_PATH", str(event))
    monkeypatch.setenv("GITHUB_OUTPUT", str(tmp_path / "output"))
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(tmp_path / "summary"))
    return repo


def test_a_pull_request_counts_every_commit(pull, run, tmp_path):
    """A key that a later commit removed is reported, annotated, summed up and handed on; its plaintext is nowhere."""
    result = run("ci", "-f", "github", "--report", "sarif=k.sarif", cwd=pull.path)
    assert result.code == 1
    assert "::error file=b.py,line=1," in result.out
    assert (tmp_path / "output").read_text() == "exit-code=1\nsarif=k.sarif\n"
    summary = (tmp_path / "summary").read_text()
    assert "anthropic" in summary.lower()
    assert KEY[13:] not in result.out + result.err + summary + (pull.path / "k.sarif").read_text()


@pytest.mark.parametrize("marker", ["keyscan:allow a sample", "gitleaks:allow", "pragma: allowlist secret"])
def test_a_marker_that_a_pull_request_adds_is_named(pull, run, marker):
    """Each place where the range's own text hides a finding is an annotation; more than twenty are counted."""
    lines = [f'k = "{token("sk-ant-api03-{b64url:93}AA", str(number))}"  # {marker}' for number in range(23)]
    pull.stage("c d/m.py", "\n\n" + "\n".join(lines) + "\n")
    head = pull.commit("markers")
    event = Path(os.environ["GITHUB_EVENT_PATH"])
    document = json.loads(event.read_text())
    document["pull_request"]["head"]["sha"] = head
    event.write_text(json.dumps(document))
    out = run("ci", cwd=pull.path).err
    assert "::warning title=keyscan::c d/m.py:3: a marker in this range hides a finding of anthropic-api-key" in out
    assert out.count("a marker in this range hides") == 20
    assert "::warning title=keyscan::3 more markers" in out
    assert not any(line.split('"')[1][13:] in out for line in lines)


def test_exit_zero_passes_but_tells_the_next_step(pull, run, tmp_path):
    """With --exit-zero the step passes, and its output still says that there are findings."""
    assert run("ci", "--exit-zero", cwd=pull.path).code == 0
    assert "exit-code=1\n" in (tmp_path / "output").read_text()


def test_net_reports_what_remains(pull, run):
    """--net leaves out what the range itself removed."""
    assert run("ci", "--net", cwd=pull.path).code == 0


def test_a_change_of_configuration_is_said(pull, run, tmp_path):
    """A range that changes what keyscan reports is annotated as such."""
    pull.stage(".keyscan.toml", "")
    head = pull.commit("configure")
    file = tmp_path / "event.json"
    event = json.loads(file.read_text())
    event["pull_request"]["head"]["sha"] = head
    file.write_text(json.dumps(event))
    assert "::warning title=keyscan::this range changes .keyscan.toml" in run("ci", cwd=pull.path).err


@pytest.mark.parametrize("shape", ["json", "jsonl", "sarif", "html", "markdown", "gitlab", "console"])
def test_what_weakens_the_scan_is_in_the_report(pull, run, shape):
    """A changed configuration, a pipeline that runs keyscan and a marker; and the report stays one document."""
    pull.stage(".keyscan.toml", "")
    pull.stage(".github/workflows/scan.yml", "run: keyscan ci --exit-zero\n")
    pull.stage("m.py", f'k = "{token("sk-ant-api03-{b64url:93}AA", "hidden")}"  # keyscan:allow a sample\n')
    head = pull.commit("weaken")
    event = Path(os.environ["GITHUB_EVENT_PATH"])
    document = json.loads(event.read_text())
    document["pull_request"]["head"]["sha"] = head
    event.write_text(json.dumps(document))
    out = run("ci", "-f", shape, cwd=pull.path).out
    for text in ("m.py:1: a marker", "changes .keyscan.toml, which", "changes .github/workflows/scan.yml, which runs"):
        assert text in out.replace("\\", "")
    if shape in {"json", "sarif", "gitlab"}:
        json.loads(out)


def test_a_shallow_checkout_is_refused_with_the_remedy(pull, run, tmp_path):
    """Where the base is not there, the answer is 3 and the remedy, never clean."""
    pull.git("clone", "-q", "--depth", "1", f"file://{pull.path}", str(tmp_path / "shallow"))
    result = run("ci", cwd=tmp_path / "shallow")
    assert result.code == 3
    assert "fetch-depth: 0" in result.err + result.out


def test_an_event_that_cannot_be_read(repo, run, monkeypatch, tmp_path):
    """A broken event is one line and exit 2."""
    (tmp_path / "event").write_text("{")
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    monkeypatch.setenv("GITHUB_EVENT_PATH", str(tmp_path / "event"))
    result = run("ci", cwd=repo.path)
    assert result.code == 2
    assert "the event cannot be read" in result.err


def test_tree_mode_scans_files(tmp_path, run):
    """--mode tree scans files like `keyscan scan`."""
    repo = Repo(tmp_path / "r")
    repo.stage("a.py", KEY)
    assert run("ci", "--mode", "tree", cwd=repo.path).code == 1
    assert run("ci", "--mode", "range", cwd=repo.path).code == 2


@pytest.fixture
def pushed(repo, monkeypatch, tmp_path, run):
    """A GitHub push: pushed(event, ref) runs `keyscan ci` on it in the repository, whose `main` is fetched."""
    repo.stage("a.py", "x = 1\n")
    repo.commit("base")
    repo.git("update-ref", "refs/remotes/origin/main", "HEAD")
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    monkeypatch.setenv("GITHUB_EVENT_NAME", "push")
    monkeypatch.setenv("GITHUB_EVENT_PATH", str(tmp_path / "event.json"))

    def push(event, ref, *options):
        (tmp_path / "event.json").write_text(json.dumps({**REPOSITORY, **event}))
        monkeypatch.setenv("GITHUB_REF_NAME", ref)
        return run("ci", *options, cwd=repo.path)

    return push


def test_a_force_push_whose_old_tip_is_gone_is_compared_with_the_default_branch(repo, pushed):
    """What the default branch does not have is new; it is said what was compared."""
    repo.git("checkout", "-q", "-b", "topic")
    repo.stage("b.py", KEY)
    head = repo.commit()
    done = pushed({"before": A, "after": head}, "topic")
    assert done.code == 1
    assert "as after a force push or in a shallow clone: the commits that main does not have" in done.err


def test_a_force_push_to_the_default_branch_is_scanned_whole(repo, pushed):
    """The remote's branch is the pushed commit: nothing would be new against it."""
    repo.stage("b.py", KEY)
    repo.commit("the old tip had this too")
    head = repo.commit()
    repo.git("update-ref", "refs/remotes/origin/main", head)
    done = pushed({"before": A, "after": head}, "main")
    assert done.code == 1
    assert "all commits are scanned" in done.err


def test_the_message_of_a_pushed_tag_counts(repo, pushed):
    """An annotated tag on a commit that the default branch has brings its message only."""
    repo.git("tag", "-a", "v1", "-m", f"release {KEY}")
    tag = repo.git("rev-parse", "v1").decode().strip()
    assert pushed({"before": ZERO, "after": tag}, "v1").code == 1


def test_changes_of_all_that_decides_what_is_reported_are_said(repo, pushed):
    """Files that the configuration extends or names, and configuration below the root."""
    repo.stage(".keyscan.toml", 'extends = ["ci/base.toml"]\nbaseline = "ci/accepted"\nrules = ["ci/rules"]\n')
    repo.stage("ci/rules/own.toml", RULE)
    repo.stage("ci/base.toml", "")
    repo.stage("ci/accepted", "# keyscan baseline 1\n")
    repo.stage("below/.keyscan-baseline", "# keyscan baseline 1\n")
    base = repo.commit()
    changed = ["ci/base.toml", "ci/accepted", "ci/rules/own.toml", "below/.keyscan.toml", "below/.keyscan-baseline"]
    for name in changed:
        repo.stage(name, (repo.path / name).read_text() + "\n" if (repo.path / name).exists() else "")
    repo.stage("ci/other.toml", "")
    head = repo.commit()
    out = pushed({"before": base, "after": head}, "topic").err
    assert sorted(line.split("changes ")[1].split(",")[0] for line in out.splitlines() if "changes " in line) == sorted(
        changed
    )


def test_isolated_no_configuration_of_the_repository_decides(repo, pushed):
    """Neither its files nor markers are said to decide, or do; rules that the command line names still do."""
    repo.stage(".keyscan.toml", 'extends = ["ci/base.toml"]\nbaseline = "ci/accepted"\n')
    for name in ("ci/base.toml", "ci/accepted", ".github/workflows/x.yml"):
        repo.stage(name, "")
    repo.stage("ci/own.toml", RULE)
    base = repo.commit()
    for name in ("ci/base.toml", "below/.keyscan.toml", "below/.keyscan-baseline"):
        repo.stage(name, "# changed\n")
    repo.stage("ci/accepted", "broken")
    repo.stage("ci/own.toml", RULE + "\n")
    repo.stage(".github/workflows/x.yml", "run: keyscan ci --isolated\n")
    repo.stage("a.py", f"k = '{KEY}'  # keyscan:allow\n")
    event = {"before": base, "after": repo.commit()}
    done = pushed(event, "topic", "--isolated", "--rules", str(repo.path / "ci/own.toml"))
    assert done.code == 1
    said = done.out + done.err
    assert "ci/own.toml, which decides" in said
    assert ".github/workflows/x.yml, which runs keyscan" in said
    assert said.count("which decides") == said.count("ci/own.toml, which decides")
    assert "a marker in this range hides" not in said


@pytest.mark.skipif(os.name == "nt", reason="links need rights there")
def test_changes_behind_links_are_said(repo, pushed):
    """What links of the configuration lead to decides as well: a file's, and that of a directory on the way."""
    repo.write("conf.txt", 'extends = ["linked/base.toml"]\n')
    repo.write("real/base.toml", "")
    (repo.path / ".keyscan.toml").symlink_to("conf.txt")
    (repo.path / "linked").symlink_to("real")
    repo.git("add", "-A")
    base = repo.commit()
    repo.stage("conf.txt", 'extends = ["linked/base.toml"]\nexclude = ["*.py"]\n')
    repo.stage("real/base.toml", "jobs = 1\n")
    out = pushed({"before": base, "after": repo.commit()}, "topic").err
    for name in ("conf.txt", "real/base.toml"):
        assert f"this range changes {name}, which decides" in out


@pytest.mark.parametrize(
    ("what", "why", "said"),
    [
        ("range", "the commits of the push", "scanning the commits of the push"),
        ("all", "no CI platform is recognised", "scanning the whole history: no CI platform is recognised"),
        ("tree", "--mode tree", "scanning the files of the checkout: --mode tree"),
        ("nothing", "a ref was deleted", "nothing to scan: a ref was deleted"),
    ],
)
def test_the_first_line_is_a_sentence(what, why, said):
    """What is scanned, and why that."""
    assert ci._announced(CiScope("github", what, why)) == said
