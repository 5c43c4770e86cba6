"""The page for an audit: self-contained, strict, whole without its script, and right in a real browser."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser

import pytest
from helpers import browser, reports

from keyscan.model.blob import Origin
from keyscan.model.finding import Provenance
from keyscan.model.rule import Help, Severity
from keyscan.reporters.html import page as html
from keyscan.reporters.registry import render


class Outline(HTMLParser):
    """The tags of a page, their attributes, and its text."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data):
        self.text += data


def test_nothing_is_fetched_and_no_other_script_may_run():
    """The policy allows this style and this script by their hashes, and nothing else; no tag names a resource."""
    page = render("html", reports.full())
    outline = Outline(page)
    policy = next(a["content"] for tag, a in outline.tags if a.get("http-equiv") == "Content-Security-Policy")
    assert re.fullmatch(
        r"default-src 'none'; style-src 'sha256-[\w+/=]+'; script-src 'sha256-[\w+/=]+'; "
        r"base-uri 'none'; form-action 'none'",
        policy,
    )
    assert not {tag for tag, _ in outline.tags} & {"link", "img", "iframe", "object", "embed", "form", "base"}
    assert not any(name in attributes for _, attributes in outline.tags for name in ("src", "style", "onclick"))
    links = [attributes["href"] for tag, attributes in outline.tags if tag == "a"]
    assert {link.split("/")[0] for link in links} == {"https:", "#kind-example-api-key", "#kind-other"}


@pytest.mark.parametrize(
    ("report", "words"),
    [
        (reports.report(), ["No findings.", "None.", "Nothing was skipped."]),
        (reports.full(), ["4 findings", "not complete", "Timeline", "200 days, since 2025-03-01", "only in history",
                          "3 in the baseline or ignored", "path docs/** is ignored", "Permission denied"]),
    ],
    ids=["clean", "full"],
)  # fmt: skip
def test_without_its_script_the_page_says_everything(report, words):
    """Summary, findings, what is accepted, what to do and the coverage stand in the page's own text."""
    text = Outline(render("html", report)).text
    assert [word for word in words if word not in text] == []


def test_a_link_is_a_web_address_or_no_link():
    """A rule file's `javascript:` address is shown as text."""
    found = reports.finding(help=Help(revoke_url="javascript:alert(1)", link='https://x.example/"onclick="'))
    outline = Outline(render("html", reports.report(found)))
    hrefs = [attributes["href"] for tag, attributes in outline.tags if tag == "a"]
    assert set(hrefs) == {"#kind-example-api-key", "https://cwe.mitre.org/data/definitions/798.html"}


def test_a_secret_in_many_places_is_one_row():
    """The row names the worst place and has the others folded up; the summary counts secrets and places."""
    copies = [reports.finding(1, origin=Origin(f"{name}.py")) for name in "abcdefgh"]
    page = render("html", reports.report(*copies, reports.finding(2)))
    text = Outline(page).text
    assert page.count("<tr data-at=") == 2
    assert "2 secrets in 9 places: 2 high." in text
    assert "and in 7 other places" in text
    assert [name for name in "abcdefgh" if f"{name}.py:2:8" not in text] == []
    assert "2distinct secrets" in text


def test_many_findings_are_cut_and_counted(monkeypatch):
    """Over the rows that a browser filters quickly the most severe stay, and it is said of how many."""
    monkeypatch.setattr(html, "MAX_ROWS", 3)
    many = [reports.historic(i, severity=Severity.MEDIUM) for i in range(9)]
    page = render("html", reports.report(*many, reports.historic(20, severity=Severity.CRITICAL)))
    assert page.count("<tr data-at=") == 3
    assert "The 3 most severe of 10" in page
    assert page.index('<tr data-at="0" data-severity="4"') > 0


@pytest.fixture(scope="module")
def window(tmp_path_factory):
    """A browser for the module's tests."""
    if not (browser.CHROMIUM and browser.DRIVER):
        pytest.skip("no Chromium with its driver here")
    with browser.browser(str(tmp_path_factory.mktemp("profile"))) as made:
        yield made


def shown(window) -> list[str]:
    """The paths of the rows that are seen, in order."""
    return window.js(
        "return [...document.querySelectorAll('#findings tbody tr')].filter(r => !r.hidden).map(r => r.dataset.path)"
    )


def put(window, control: str, value: str) -> None:
    """Set a control as a user would, with its event."""
    window.js(
        f"const e = document.getElementById('{control}'); e.value = '{value}'; e.dispatchEvent(new Event('input'))"
    )


def test_filter_and_sort_in_a_browser(window, tmp_path):
    """Under the strict policy the script runs, filters and sorts, with no error and no request."""
    (tmp_path / "page.html").write_text(render("html", reports.full()), "utf-8")
    window.log("performance")
    window.open((tmp_path / "page.html").as_uri())
    assert shown(window) == ["a b/ü.py", "old/gone.py", "src/app.py", "src/app.py"]
    assert window.js("return document.getElementById('count').textContent") == "4 of 4 shown"
    put(window, "search", "gone ADA")
    assert shown(window) == ["old/gone.py"]
    put(window, "search", "")
    put(window, "severity", "3")
    assert shown(window) == ["a b/ü.py", "old/gone.py", "src/app.py"]
    put(window, "state", "present")
    assert shown(window) == ["a b/ü.py", "src/app.py"]
    put(window, "state", "")
    put(window, "severity", "0")
    put(window, "provider", "B")
    assert shown(window) == ["src/app.py"]
    put(window, "provider", "")
    window.js("document.querySelector('th[data-key=path] button').click()")
    assert shown(window)[0] == "a b/ü.py"
    window.js("document.querySelector('th[data-key=path] button').click()")
    assert shown(window)[-1] == "a b/ü.py"
    assert window.js("return document.querySelector('th[data-key=path]').getAttribute('aria-sort')") == "descending"
    window.js("document.querySelector('th[data-key=days] button').click()")
    assert shown(window)[0] == "old/gone.py"
    assert window.log("browser") == []
    events = [json.loads(entry["message"])["message"] for entry in window.log("performance")]
    sent = [event["params"] for event in events if event["method"] == "Network.requestWillBeSent"]
    # The browser's own start page asks for much; ours for itself only.
    urls = {one["request"]["url"] for one in sent if one["documentURL"].startswith("file:")}
    assert urls == {(tmp_path / "page.html").as_uri()}


@pytest.mark.parametrize(
    ("width", "dark", "paper"),
    [
        (1440, False, False),
        (1280, False, False),
        (1280, True, False),
        (390, False, False),
        (390, True, False),
        (800, False, True),
    ],
)
def test_it_fits_every_screen(window, tmp_path, width, dark, paper):
    """On a desktop, a phone and paper, dark and light, nothing is wider than the page; the scheme is followed."""
    deep = reports.finding(8, origin=Origin("very/" * 40 + "long_name_without_any_break_in_it" * 4 + ".py"))
    full = reports.full()
    name = "a_name_without_any_break" * 6
    long = {"root": f"/home/ada/{name}", "branch": name, "remote": f"https://example.org/{name}"}
    (tmp_path / "page.html").write_text(render("html", reports.report(*full.findings, deep, **long)), "utf-8")
    window.open((tmp_path / "page.html").as_uri())
    window.js("document.querySelectorAll('details').forEach(d => { d.open = true })")
    picture = window.look(width, 900, dark=dark, print_=paper)
    assert picture.startswith(b"\x89PNG")
    assert window.js("return document.documentElement.scrollWidth") <= width
    beyond = "return [...document.querySelectorAll('.period > :last-child')].map(e => e.scrollWidth - e.clientWidth)"
    assert max(window.js(beyond)) == 0, "the timeline's last column leaves its place"
    background = window.js("return getComputedStyle(document.body).backgroundColor")
    assert background == ("rgb(255, 255, 255)" if paper else "rgb(16, 20, 27)" if dark else "rgb(246, 247, 249)")


def test_hostile_names_do_not_act_in_a_browser(window, tmp_path):
    """Markup in every name of the report stays text: no script runs, no element is made, nothing is logged."""
    evil = '"><img src=x onerror="acted=1"></script></style><script>acted=1</script><svg onload=acted=1>'
    found = reports.historic(
        1, rule_name=evil, provider=evil, redacted=evil, evidence=(evil,), message=evil, rule_id=evil
    )
    history = Provenance(paths=(evil,), in_branches=(evil,), first_seen="2025-01-01T00:00:00Z")
    origin = Origin(evil, commit=evil, author=evil, date=evil)
    report = reports.report(
        reports.finding(2, origin=origin, provenance=history, rule_name=evil, provider=evil),
        found,
        branch=evil,
        notes=(evil,),
    )
    (tmp_path / "page.html").write_text(render("html", report), "utf-8")
    window.log("browser")
    window.open((tmp_path / "page.html").as_uri())
    put(window, "search", "onerror")
    assert window.js("return [window.acted || 0, document.images.length, document.scripts.length]") == [0, 0, 1]
    assert len(shown(window)) == 2
    assert window.log("browser") == []
