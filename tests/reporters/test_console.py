"""The console report: what to do comes first where a hook blocks, findings are grouped, and many stay readable."""

from __future__ import annotations

import pytest
from helpers import reports

from keyscan.model.blob import Origin
from keyscan.model.finding import Location, Provenance, Snippet
from keyscan.model.rule import Severity
from keyscan.reporters.registry import render
from keyscan.reporters.shared.next_steps import marker
from keyscan.reporters.shared.terminal import width


def console(*findings, **changes):
    """The lines of a report."""
    return render("console", reports.report(*findings, **changes)).splitlines()


def test_the_most_severe_come_first():
    """Rules are in order of their worst finding, not of their paths."""
    low = reports.finding(1, rule_id="aaa", severity=Severity.LOW, origin=Origin("a.py"))
    worst = reports.finding(2, rule_id="zzz", severity=Severity.CRITICAL, origin=Origin("z.py"))
    titles = [line for line in console(low, worst) if line.endswith(("[aaa]", "[zzz]"))]
    assert [title.split(":")[0] for title in titles] == ["critical", "low"]


def test_a_secret_at_several_places_is_one_entry():
    """The first place has the source line, the others are listed behind it."""
    places = [reports.finding(1, origin=Origin(f"{name}.py")) for name in "abcdef"]
    lines = console(*places)
    assert sum("key = " in line for line in lines) == 1
    assert "    also    b.py:2:8, c.py:2:8, d.py:2:8 and 2 more places" in lines
    assert sum("do      revoke it" in line for line in lines) == 1


def test_the_caret_is_under_the_secret():
    """Also behind wide characters, tabs and escapes."""
    for before in ('key = "', '\t\tkey = "', '鍵 = "', "\x1b[31m"):
        lines = console(reports.finding(1, snippet=Snippet(before, "ex-********", '"')))
        at = next(number for number, line in enumerate(lines) if "ex-********" in line)
        mark = lines[at].index("ex-********")
        assert width(lines[at][:mark]) == lines[at + 1].index("^")
        assert lines[at + 1].count("^") == len("ex-********")


def test_ninety_five_findings_fit_on_a_few_screens():
    """Above 20 findings: a table by rule, a line for each file; every rule says what to do once."""
    findings = [
        reports.finding(number, rule_id=f"rule-{number % 12:02}", origin=Origin(f"src/{number % 40}.py"))
        for number in range(95)
    ]
    lines = console(*findings)
    assert len(lines) < 150
    assert lines[0].split() == ["severity", "findings", "secrets", "files", "rule"]
    assert sum("do      revoke it" in line for line in lines) == 12
    assert all(any(one.redacted in line for line in lines) for one in findings)


def test_a_blocked_commit_says_what_to_do_first():
    """The first line of the hook is the way on; nothing is claimed to be public, and rotating is only for what left."""
    text = render("console", reports.report(reports.finding(1), command="staged", invocation="~/x/keyscan"))
    first, second = text.splitlines()[:2]
    assert first == "keyscan: this commit is blocked: 1 secret staged, not published yet. To go on:"
    assert "~/x/keyscan fix --staged" in second
    assert "git add src/app.py" in second
    assert "if it ever left this machine, revoke it: https://console.example.org/keys" in text
    assert "history" not in text


def test_a_command_that_is_not_installed_is_not_the_way_on():
    """Without the parsers of `keyscan fix` the step is done by hand, and how to install them comes last."""
    for command, commit in (("staged", None), ("pre-push", "c" * 40)):
        run = {"command": command, "can_fix": False, "revision": commit}
        text = render("console", reports.report(reports.finding(1, origin=Origin("a.py", commit=commit)), **run))
        assert "take it out: read the variable named below instead" in text
        assert "keyscan fix --staged" not in text
    assert "keyscan fix" not in render("console", reports.report(reports.finding(1), command="scan", can_fix=False))


def test_a_tracked_environment_file_is_taken_out_of_the_index():
    """A hygiene finding alone asks for `keyscan env --fix`, not for a change of code."""
    one = reports.finding(1, rule_id="env-tracked", provider="keyscan", origin=Origin(".env"))
    lines = console(one, command="staged")
    assert "  1. keep the file out of git: keyscan env --fix" in lines
    assert not any("fix --staged" in line for line in lines)


@pytest.mark.parametrize(
    ("head", "command"), [("a" * 40, "git commit --amend"), ("b" * 40, "git rebase -i aaaaaaaaaaaa^")]
)
def test_a_blocked_push_says_which_commits_to_change(head, command):
    """The last commit is amended, an older one is edited in a rebase; the commits are named."""
    one = reports.finding(1, origin=Origin("a.py", commit="a" * 40, date="2026-01-02"))
    text = render("console", reports.report(one, command="pre-push", revision=head))
    assert text.startswith("keyscan: this push is blocked: 1 secret in 1 commit that the remote does not have yet.")
    assert command in text
    assert "A later commit that removes a key is not enough" in text


@pytest.mark.parametrize("command", ["history", "ci"])
def test_what_is_in_the_history_is_revoked_first(command):
    """A history or a CI run asks to revoke, and names the command that prints all steps."""
    text = render("console", reports.report(reports.historic(1), command=command))
    assert "Revoke first: what was pushed has been copied." in text
    assert "keyscan explain example-api-key:" in text


@pytest.mark.parametrize(
    ("path", "shown"),
    [
        ("a/b.py", "# keyscan:allow[r] REASON"),
        ("a.ts", "// keyscan:allow[r] REASON"),
        ("q.sql", "-- keyscan:allow[r] REASON"),
        ("p.html", "<!-- keyscan:allow[r] REASON -->"),
        ("s.css", "/* keyscan:allow[r] REASON */"),
        (".env.local", "# keyscan:allow[r] REASON"),
        ("Dockerfile", "# keyscan:allow[r] REASON"),
        ("x.json", ""),
        ("data.csv", ""),
        ("noext", ""),
    ],
)
def test_the_marker_is_a_comment_of_the_file_type(path, shown):
    """Each file type gets its own comment; what has no comments gets none."""
    assert marker(path, "r") == shown


def test_every_marker_is_honored(run, tmp_path, anthropic_key):
    """The comment that the report offers for a file type does silence the finding there."""
    for ending in ("py", "ts", "sql", "html", "css", "el", "tex"):
        file = tmp_path / f"x.{ending}"
        file.write_text(f'key = "{anthropic_key}" {marker(file.name, "anthropic-api-key")}\n')
    result = run("scan", ".", cwd=tmp_path)
    assert result.code == 0, result.out
    assert "7 ignored" in result.out


def test_what_git_knows_of_a_secret_is_shown():
    """Since when it is exposed, in how many commits, and whether HEAD still has it."""
    text = "\n".join(
        console(reports.historic(1, provenance=Provenance(commits=1, first_seen="2026-01-01", in_head=True)))
    )
    assert "exposed since 2026-01-01, in 1 commit, still in HEAD" in text


def test_statistics_count_findings_secrets_and_files():
    """A row for each rule, and the coverage."""
    findings = [
        reports.finding(number % 2, origin=Origin(f"{number}.py"), location=Location(1, 1, 1, 9)) for number in range(4)
    ]
    head, row, _, last = render("statistics", reports.report(*findings)).splitlines()
    assert head.split() == ["severity", "findings", "secrets", "files", "rule"]
    assert row.split()[:5] == ["high", "4", "2", "4", "example-api-key"]
    assert last.startswith("keyscan: 4 findings: 4 high")


def test_concise_is_a_line_a_finding():
    """Place, severity, rule, redacted secret, fingerprint; most severe first."""
    lines = render(
        "concise", reports.report(reports.finding(1), reports.finding(2, severity=Severity.CRITICAL))
    ).splitlines()
    assert lines[0] == (
        "src/app.py:3:8: critical example-api-key ex-...[00000002] example-api-key:00000000000000000002"
    )
    assert len(lines) == 3


def test_the_statistics_option_is_the_format(run, tmp_path, anthropic_key):
    """`--statistics` shows the table; a format that was named wins."""
    (tmp_path / "a.py").write_text(f'key = "{anthropic_key}"\n')
    assert "anthropic-api-key (" in run("scan", "--statistics", cwd=tmp_path).out
    assert run("scan", "--statistics", "-f", "json", cwd=tmp_path).out.startswith("{")
