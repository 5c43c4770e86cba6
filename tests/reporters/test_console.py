"""The console report: what to do comes first where a hook blocks, findings are grouped, and many stay readable."""

from __future__ import annotations

from helpers import reports

from keyscan.model.blob import Origin
from keyscan.model.finding import Provenance, Snippet
from keyscan.model.rule import Severity
from keyscan.reporters.registry import render
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
    assert (
        "    also    in 5 other places: b.py:2:8, c.py:2:8, d.py:2:8 and 2 more (--format concise lists every place)"
        in lines
    )
    assert lines[-1].startswith("keyscan: 1 secret in 6 places: 1 high (")
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
    assert lines[0].split() == ["severity", "secrets", "places", "files", "rule"]
    assert sum("do      revoke it" in line for line in lines) == 12
    assert all(any(one.redacted in line for line in lines) for one in findings)


def test_what_git_knows_of_a_secret_is_shown():
    """Since when it is exposed, in how many commits, and whether HEAD still has it."""
    text = "\n".join(
        console(reports.historic(1, provenance=Provenance(commits=1, first_seen="2026-01-01", in_head=True)))
    )
    assert "exposed since 2026-01-01, in 1 commit, still in HEAD" in text
