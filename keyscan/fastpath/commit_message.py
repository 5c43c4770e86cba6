"""`keyscan commit-msg`, answered with next to no imports when the message is clean."""

from __future__ import annotations

import os
import stat

from keyscan.catalog.commit_messages import in_editor, without_diff

_MOST_BYTES = 1 << 20


def is_clean(file: str) -> bool:
    """Whether the message in `file` holds no secret for sure; no for whatever the whole command has to decide."""
    if "KEYSCAN_CONFIG" in os.environ or os.path.lexists(".keyscan.toml"):
        return False
    try:
        # The repository's own file: a pipe is not waited for, and the whole command says where a link may lead.
        status = os.lstat("pyproject.toml")
        if not stat.S_ISREG(status.st_mode) or status.st_size > _MOST_BYTES:
            return False
        with open("pyproject.toml", "rb") as project:  # noqa: PTH123
            if b"tool.keyscan" in project.read(_MOST_BYTES):
                return False
    except FileNotFoundError:
        pass
    except OSError:
        return False
    try:
        from keyscan.fastpath.engine import open_stored

        with open(file, "rb") as handle:  # noqa: PTH123
            data = handle.read(_MOST_BYTES + 1)
        return len(data) <= _MOST_BYTES and not open_stored().doubtful(without_diff(data, edited=in_editor(os.environ)))
    except Exception:  # noqa: BLE001 - whatever it is, the whole command says it better
        return False
