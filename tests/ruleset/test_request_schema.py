"""Requests in rule files; what is refused is in test_verification.py, with the tables round them."""

from __future__ import annotations

import pytest

from keyscan.errors import RuleError
from keyscan.ruleset.request_schema import request_template


def test_a_request_has_json_or_a_form():
    """Two bodies are one too many."""
    with pytest.raises(RuleError, match="not both"):
        request_template({"method": "POST", "url": "https://a.example/", "json": {}, "form": {"a": "b"}}, "here")


@pytest.mark.parametrize(
    ("field", "message"),
    [({"basic": ["user"]}, "user and password"), ({"sign": {"name": "mine"}}, "name must be one of")],
)
def test_wrong_fields_are_named(field, message):
    """A wrong pair or signer is named."""
    with pytest.raises(RuleError, match=message):
        request_template({"method": "POST", "url": "https://a.example/", **field}, "here")
