"""A regular expression that is compiled when it is first used: dozens at import would cost a hook 15 ms."""

from __future__ import annotations

import re
from typing import Any, AnyStr, Generic, cast


class _LazyPattern(Generic[AnyStr]):
    """Stands for a `re.Pattern`: the first method that is asked for compiles it, and is kept for the next use."""

    def __init__(self, text: AnyStr, flags: int) -> None:
        self._text: AnyStr = text
        self._flags = flags

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):  # pickling and copying ask for methods that no pattern has
            raise AttributeError(name)
        value = getattr(re.compile(self._text, self._flags), name)
        setattr(self, name, value)
        return value


def lazy_pattern(text: AnyStr, flags: int = 0) -> re.Pattern[AnyStr]:
    """The expression `text`, compiled at its first use; an error in it is raised then, as `re.error`."""
    return cast("re.Pattern[AnyStr]", _LazyPattern(text, flags))
