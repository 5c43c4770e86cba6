"""A regular expression that is compiled when it is first used: dozens at import would cost a hook 15 ms."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, AnyStr, Generic, cast

if TYPE_CHECKING:
    import re


class _LazyPattern(Generic[AnyStr]):
    """Stands for a `re.Pattern`: the first method that is asked for compiles it, and is kept for the next use."""

    def __init__(self, text: AnyStr, flags: int) -> None:
        self._text: AnyStr = text
        self._flags = flags

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):  # pickling and copying ask for methods that no pattern has
            raise AttributeError(name)
        from keyscan.support import stored_patterns

        value = getattr(stored_patterns.compiled(self._text, self._flags), name)
        setattr(self, name, value)
        return value


def lazy_pattern(text: AnyStr, flags: int = 0) -> re.Pattern[AnyStr]:
    """The expression `text`, loaded or compiled at its first use; an error in it is raised then, as `re.error`.

    Only for what is written in this package: see `stored_patterns`.
    """
    return cast("re.Pattern[AnyStr]", _LazyPattern(text, flags))
