"""Tables of rule files with all that they must have, for tests that change one thing in them."""

from __future__ import annotations

HEAD = 'provider = "Acme"\ncategory = "custom"\n'
RULE = """
[[rules]]
id = "acme-key"
name = "Acme key"
value = 'acme_[a-z0-9]{20}'
keywords = ["acme_"]
severity = "high"
precision = "high"
max_length = 25
template = "acme_{lowernum:20}"
"""
GOOD = """
kind = "acme-key"
rules = ["acme-key"]
default = "run"
request = { method = "GET", url = "https://api.acme.example/v1/me", headers = { Authorization = "Bearer {secret}" } }
answers = [
    { status = [200], when = [{ at = "/id", exists = true }], is = "live" },
    { status = [401], is = "dead", reason = "invalid" },
]
confidence = { probe = "high", answers = "high" }
source = "vendor: https://docs.acme.example"
"""
REVOKE = """
kind = "acme-key"
rules = ["acme-key"]
way = "self"
steps = [{ request = { method = "DELETE", url = "https://api.acme.example/v1/me" }, success = [204] }]
confidence = "high"
"""
