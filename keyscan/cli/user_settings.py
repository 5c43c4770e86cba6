"""The user's own configuration for agents, `run` and `filter`: a repository's configuration does not count there."""

from __future__ import annotations

import os
from dataclasses import replace
from typing import TYPE_CHECKING

from keyscan.support.user_config import agents_file

if TYPE_CHECKING:
    from keyscan.agents.redactor import Redactor


def redactor() -> Redactor:
    """The redactor that the user's configuration asks for; ConfigError when that is not valid.

    Its `[[ignore]]` entries, rules, `disable`, `min-severity` and `salt` count; markers in a text do not: whoever wrote
    the text could silence the scanner.
    """
    from keyscan.agents.detector import Detector
    from keyscan.agents.redactor import Redactor

    file = agents_file()
    if not os.path.lexists(file):
        return Redactor()
    from keyscan.cli.options import SharedOptions
    from keyscan.cli.settings import resolve

    settings = resolve(SharedOptions(config=file), os.getcwd())  # noqa: PTH109
    policy = replace(settings.ignores, inline="none", exclude=(), known=None)
    return Redactor(
        Detector(settings.min_severity, policy, settings.salt, tuple(settings.rules), tuple(settings.disable))
    )
