"""gitleaks' configuration and fingerprints, item by item."""

from __future__ import annotations

from keyscan.migrate.gitleaks import read_config, read_ignore
from keyscan.migrate.result import AcceptedFinding, DisabledRule, ImportedRule, Unsupported

CONFIG = b"""\
[extend]
path = "other.toml"
disabledRules = ["openai-api-key", "no-such-rule"]
[[rules]]
id = "acme"
regex = '''acme_[0-9]{12}'''
keywords = ["acme_"]
unknown = 1
[allowlist]
paths = ['''docs/''']
"""


def test_a_configuration():
    """Rules, disabled rules and allowlists are carried over; other files and unknown rules are said."""
    found = list(read_config("c", CONFIG, frozenset({"openai-api-key"})))
    (rule,) = (item.table for item in found if isinstance(item, ImportedRule))
    assert set(rule) == {"id", "regex", "keywords"}
    assert DisabledRule("openai-api-key") in found
    whys = " ".join(item.why for item in found if isinstance(item, Unsupported))
    assert "no-such-rule" in whys
    assert "other.toml" in whys


def test_fingerprints():
    """Fingerprints with and without a commit name a place, anything else is said with its line."""
    commit = "a" * 40
    text = f"# x\n{commit}:a/b.py:rule:3\nc.py:rule:4\nnonsense\n"
    assert list(read_ignore("i", text.encode())) == [
        AcceptedFinding("i:2", "a/b.py", 3, commit, reason="from i: rule"),
        AcceptedFinding("i:3", "c.py", 4, reason="from i: rule"),
        Unsupported("i:4", "not a fingerprint of gitleaks"),
    ]
