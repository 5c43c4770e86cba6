"""The documentation site: it builds without a warning, and its catalogue has every rule."""

from __future__ import annotations

import os
import re
import subprocess
import sys

from helpers.paths import ROOT

from keyscan.ruleset.loader import builtin_dir, load


def test_the_site_builds_without_warnings_and_lists_every_rule(tmp_path):
    """`mkdocs build --strict` passes; each rule has a heading; no page loads anything from another host."""
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", str(tmp_path)],
        cwd=ROOT,
        capture_output=True,
        check=False,
        text=True,
        env={**os.environ, "NO_MKDOCS_2_WARNING": "1"},
    )
    assert done.returncode == 0, done.stderr
    pages = "".join(page.read_text("utf-8") for page in (tmp_path / "rules").glob("*.html"))
    assert {rule.id for rule in load([builtin_dir()])} <= set(re.findall(r"<code>([a-z0-9-]+)</code>", pages))
    index = (tmp_path / "index.html").read_text("utf-8")
    assert not re.findall(r"<(?:script|link|img)[^>]+(?:src|href)=\"?https?://", index.replace('rel="canonical"', ""))
