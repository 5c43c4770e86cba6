"""The page on verification says what the rules say."""

from __future__ import annotations

import importlib.util

from helpers.paths import ROOT

from keyscan.ruleset import verification


def live_page():
    """The generator, loaded from its file."""
    spec = importlib.util.spec_from_file_location("live_page", ROOT / "website" / "live_page.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_page_is_up_to_date():
    """The tables are those of the rule files; `python website/live_page.py` brings them up to date."""
    module = live_page()
    text = module.PAGE.read_text(encoding="utf-8")
    assert module.current(text) == text


def test_every_kind_and_host_is_on_the_page():
    """Whoever reads the page knows every host that may be asked."""
    text = live_page().PAGE.read_text(encoding="utf-8")
    tables = verification.load([ROOT / "rules"])
    for table in tables.verify:
        assert f"`{table.kind}`" in text
    for host in tables.hosts:
        assert host in text
