"""Codex's own rules on commands are kept."""

from __future__ import annotations

import pytest

from keyscan.agents import codex_rules
from keyscan.agents.events import Event


@pytest.mark.parametrize(
    ("mode", "rules", "wanted"),
    [
        ("bypassPermissions", None, True),
        ("bypassPermissions", 'prefix_rule(pattern=["ls"], decision="allow")', True),
        ("bypassPermissions", 'prefix_rule(pattern=["rm"], decision="forbidden")', False),
        ("default", None, False),
    ],
)
def test_codex_keeps_its_own_rules(mode, rules, wanted, tmp_path):
    """A command is rewritten only where no rule and no approval of Codex's hangs on its text."""
    if rules:
        (tmp_path / ".codex/rules").mkdir(parents=True)
        (tmp_path / ".codex/rules/default.rules").write_text(rules)
    event = Event("codex", "PreToolUse", "pre-tool", {"permission_mode": mode}, cwd=str(tmp_path / "below"))
    assert codex_rules.none_decide(event) is wanted
