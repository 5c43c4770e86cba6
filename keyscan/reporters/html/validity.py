"""The badge of a key's state, and the filter by it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keyscan.model.finding import VALIDITIES
from keyscan.reporters.shared import validity
from keyscan.reporters.shared.html_escape import esc

if TYPE_CHECKING:
    from collections.abc import Iterable

    from keyscan.model.finding import Finding


def validity_badge(finding: Finding) -> str:
    """The state under a finding's name; empty when its issuer was not asked."""
    known = finding.validity
    if not known:
        return ""
    return f'<br><span class="tag {validity.CLASSES[known.status]}">{esc(validity.word(known))}</span>'


def validity_attribute(finding: Finding) -> str:
    """The attribute of a row by which the filter works; empty when its issuer was not asked."""
    return f' data-validity="{esc(finding.validity.status)}"' if finding.validity else ""


def validity_filter(findings: Iterable[Finding]) -> str:
    """The choice of a state; empty when no issuer was asked."""
    statuses = {finding.validity.status for finding in findings if finding.validity}
    if not statuses:
        return ""
    options = "".join(f"<option>{status}</option>" for status in VALIDITIES if status in statuses)
    return f'<label>key<select id="validity"><option value="">all</option>{options}</select></label>'
