"""Log records without secrets: a filter for the handlers of the standard library's logging."""

from __future__ import annotations

import logging
from typing import Any

from keyscan.agents.redactor import Redactor

# What every record has; the rest are the caller's `extra` fields.
_STANDARD = frozenset(logging.makeLogRecord({}).__dict__) | {"message", "asctime", "taskName"}


class RedactingFilter(logging.Filter):
    """Replaces secrets in message, traceback and extra fields of each record.

    Add it to handlers: a logger's own filters do not see the records of the loggers below it. A record that cannot be
    judged is not shown, and says why.
    """

    def __init__(self, redactor: Redactor | None = None) -> None:
        """`redactor`: another one than that of the built-in rules."""
        super().__init__()
        self._redactor = redactor or Redactor()

    def filter(self, record: logging.LogRecord) -> bool:
        """Redact `record` in place; every record is kept."""
        try:
            self._redact(record)
        except Exception as error:  # noqa: BLE001 - logging must not fail, and nothing may pass unread
            record.msg = f"[keyscan: not shown: {type(error).__name__}]"
            record.args = None
            record.exc_info = record.exc_text = record.stack_info = None
            for name in set(record.__dict__) - _STANDARD:
                record.__dict__[name] = None
        return True

    def _redact(self, record: logging.LogRecord) -> None:
        record.msg = self._redactor.redact(record.getMessage()).text
        record.args = None
        if record.exc_info and not record.exc_text:
            record.exc_text = logging.Formatter().formatException(record.exc_info)
        if record.exc_text:
            record.exc_text = self._redactor.redact(record.exc_text).text
            # A handler that formats the exception itself would show its message as it was.
            record.exc_info = None
        if record.stack_info:
            record.stack_info = self._redactor.redact(record.stack_info).text
        for name in set(record.__dict__) - _STANDARD:
            record.__dict__[name] = self._field(name, record.__dict__[name])

    def _field(self, name: str, value: Any) -> Any:
        """An extra field without secrets; what is no JSON value becomes its text where that holds a secret."""
        if value is None or isinstance(value, bool | int | float):
            return value
        if isinstance(value, str | dict | list):
            return self._redactor.redact_value({name: value}).value[name]
        text = str(value)
        redacted = self._redactor.redact(text)
        return redacted.text if redacted.secrets else value
