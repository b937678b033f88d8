"""What a service's process would log, kept for the test to look at."""

from __future__ import annotations

import io
import logging
from collections.abc import Iterator
from contextlib import contextmanager

import structlog

from shared.observe.logs import log_as_json


@contextmanager
def logged(service: str) -> Iterator[io.StringIO]:
    """Every line from here on, the libraries' lines too, as JSON; logging is as it was afterwards."""
    root, said = logging.getLogger(), io.StringIO()
    handlers, level, shape = root.handlers, root.level, structlog.get_config()
    log_as_json(service, "DEBUG")
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(said))
    try:
        yield said
    finally:
        root.handlers = handlers
        root.setLevel(level)
        logging.captureWarnings(False)
        structlog.configure(**shape)
        structlog.contextvars.clear_contextvars()
