"""Findings as a person reads them on a terminal."""

from __future__ import annotations

from helpers import reports

from keyscan.model.blob import Origin
from keyscan.model.finding import ALSO_THERE, Location, Provenance, Related, Validity
from keyscan.reporters.shared import finding_text
from keyscan.reporters.shared.terminal import Paint


def shown(*findings, **changes) -> list[str]:
    """The lines of a report's findings without color."""
    return finding_text.findings_text(reports.report(*findings, **changes), Paint(on=False))


def test_a_finding_says_what_where_why_and_how_to_ignore_it():
    """Title, place with the redacted secret, source line, evidence, fingerprint, steps."""
    text = "\n".join(shown(reports.finding(4)))
    for part in (
        "high: Example API key [example-api-key]",
        "  src/app.py:5:8: ex-...[00000004]",
        '5 | key = "ex-********"',
        "    why     matches Example API key",
        "    ignore  example-api-key:00000000000000000004",
        "    do      revoke it: https://console.example.org/keys",
    ):
        assert part in text, part


def test_many_findings_become_a_table_and_places():
    """Above the limit no source line is shown, and places in a file are counted."""
    many = [reports.finding(number) for number in range(finding_text.DETAILED + 1)]
    lines = shown(*many)
    assert lines[0].split()[:2] == ["severity", "secrets"]
    assert not [line for line in lines if "key = " in line]
    assert any(line.endswith(f"and {len(many) - 8} more") for line in lines)
    assert not [line for line in shown(*many[:-1]) if line.startswith("severity ")]


def test_what_the_issuer_says_and_where_else_it_is():
    """State, other places and a related finding each have a line."""
    found = reports.finding(
        1, validity=Validity("live", host="api.example.org"), related=(Related("its secret half", "b.py"),)
    )
    text = "\n".join(shown(found, reports.finding(1, origin=Origin("z.py"))))
    assert "    state   live: asked: api.example.org" in text
    assert "    also    its secret half: b.py" in text
    assert "    also    z.py:2:8" in text


def test_one_secret_in_many_places_is_not_many_secrets():
    """Its first place is shown in full, the first few others by name, the rest is counted; the other secret too."""
    copies = [reports.finding(1, origin=Origin(f"{number:02}.py")) for number in range(55)]
    lines = shown(*copies, reports.finding(2))
    assert len([line for line in lines if "key = " in line]) == 2
    (also,) = (line for line in lines if line.startswith("    also"))
    assert also == (
        "    also    in 54 other places: 01.py:2:8, 02.py:2:8, 03.py:2:8 and 51 more"
        " (--format concise lists every place)"
    )


def test_among_many_secrets_one_with_many_places_has_one_line():
    """Above the limit each secret has its first place, and how many places it has."""
    copies = [reports.finding(99, origin=Origin(f"{number:02}.py")) for number in range(55)]
    many = [reports.finding(number, origin=Origin("z.py")) for number in range(finding_text.DETAILED)]
    lines = shown(*copies, *many)
    assert [line for line in lines if ".py: " in line and "00000063" in line] == [
        "  00.py: 100:8 ex-...[00000063] (in 55 places)"
    ]


def test_an_audit_names_the_first_places_and_counts_all():
    """A finding of the history has a limited number of other places; its paths say how many there are."""
    paths = tuple(f"{number:02}.py" for number in range(55))
    related = tuple(Related(ALSO_THERE, path, Location(2, 8, 2, 48)) for path in paths[1:21])
    found = reports.historic(1, related=related, provenance=Provenance(paths=paths))
    (also,) = (line for line in shown(found) if line.startswith("    also"))
    assert also.startswith("    also    in 54 other places: 01.py:2:8, 02.py:2:8, 03.py:2:8 and 51 more (--all-occ")


def test_a_secret_is_shown_only_where_it_was_asked_for():
    """The redacted form, unless the finding carries its plaintext."""
    assert "ex-...[00000001]" in "\n".join(shown(reports.finding(1)))
    assert "  src/app.py:2:8: PLAIN" in "\n".join(shown(reports.finding(1, secret="PLAIN")))


def test_names_do_not_act():
    """Escapes of a path or an author are written out."""
    text = "\n".join(shown(reports.finding(origin=Origin("a\x1b[2J.py", commit="c" * 40, author="x\r\ny"))))
    assert "\x1b" not in text
    assert "\r" not in text
