"""Log records lose their secrets wherever these are."""

from __future__ import annotations

import io
import json
import logging
import threading

import pytest
from helpers.agent_events import key

from keyscan.agents.detector import Detector
from keyscan.logging import RedactingFilter


@pytest.fixture
def log():
    """A logger of its own with the filter on its handler, and what it wrote."""
    out = io.StringIO()
    handler = logging.StreamHandler(out)
    handler.setFormatter(logging.Formatter("%(levelname)s %(message)s %(token)s", defaults={"token": ""}))
    handler.addFilter(RedactingFilter())
    logger = logging.getLogger(f"keyscan-test-{id(out)}")
    logger.propagate = False
    logger.addHandler(handler)
    logger.setLevel(logging.DEBUG)
    return logger, out


def test_messages_arguments_and_fields(log):
    """Message, arguments and extra fields are redacted, what holds no secret stays."""
    logger, out = log
    secret = key()
    logger.info("using %s and %d", secret, 7, extra={"token": secret})
    logger.info("plain %s", "text")
    logger.info("no arguments: 100%")
    shown = out.getvalue()
    assert secret not in shown
    assert shown.count("[keyscan:anthropic-api-key:") == 2
    assert "and 7" in shown
    assert "INFO plain text" in shown
    assert "100%" in shown


def test_tracebacks(log):
    """An exception's message and its source line lose the key."""
    logger, out = log
    secret = key()
    try:
        int(f"bad key {secret}")
    except ValueError:
        logger.exception("failed", stack_info=True)
    assert secret not in out.getvalue()
    assert "ValueError: invalid literal for int() with base 10: 'bad key [keyscan:" in out.getvalue()


def test_records_of_other_loggers(log):
    """On a handler the filter sees the records of child loggers too, and fields that are no text."""
    logger, out = log
    secret = key()

    class Odd:
        def __str__(self):
            return secret

    record_fields = {"token": Odd()}
    logger.getChild("child").warning("x", extra=record_fields)
    assert secret not in out.getvalue()
    made = logging.makeLogRecord({"msg": "x", "data": {"k": [secret, 1]}, "none": None})
    assert RedactingFilter().filter(made)
    assert secret not in json.dumps(made.data)


def test_a_failure_shows_nothing(log, monkeypatch):
    """When a record cannot be judged, it is shown without its text, and logging goes on."""
    logger, out = log
    monkeypatch.setattr(Detector, "find", lambda *_: 1 / 0)
    logger.error("secret %s", key(), extra={"token": key()})
    assert key() not in out.getvalue()
    assert "[keyscan: not shown: ZeroDivisionError]" in out.getvalue()


def test_many_threads(log):
    """Handlers are called from several threads; each record is redacted."""
    logger, out = log
    secret = key()
    threads = [threading.Thread(target=lambda: [logger.info("K=%s", secret) for _ in range(50)]) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert secret not in out.getvalue()
    assert out.getvalue().count("[keyscan:") == 200
