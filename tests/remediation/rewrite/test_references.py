"""References come from the catalogue of agents."""

from __future__ import annotations

from keyscan.remediation.rewrite.interface import LeftAlone
from keyscan.remediation.rewrite.references import reference


def test_reference_names_the_variable_and_nothing_else():
    """The form is the client's, a client without one gets its own advice."""
    assert reference("proxy_config.yaml", "K") == "os.environ/K"
    assert reference(".mcp.json", "K") == "${K}"
    assert isinstance(reference(".zed/settings.json", "K"), LeftAlone)
    assert isinstance(reference("a.json", "K"), LeftAlone)
