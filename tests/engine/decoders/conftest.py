"""What tests of encodings share."""

from __future__ import annotations

import pytest
from helpers.matchers import matchers


@pytest.fixture(scope="module")
def engines():
    """A matcher of the built-in rules for each engine."""
    return matchers()
