"""Log lines: one JSON object each on standard output, the libraries' lines too; never a word about a child.

Exceptions are logged by type and frames, never by text, because text may quote input.
"""

import logging
import traceback
from collections.abc import MutableMapping
from time import monotonic
from typing import Any

import structlog
from opentelemetry import trace

FRAMES_MAX = 12
QUIET_S = 10.0  # a library that says the same again and again is heard once in so long

log: structlog.stdlib.BoundLogger = structlog.get_logger()


def log_as_json(service: str, level: str) -> None:
    """Every line of this process as one JSON object on standard output, the libraries' lines too."""
    shape: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _with_trace,
        _without_texts,
        structlog.processors.JSONRenderer(),
    ]
    structlog.configure(
        processors=shape,
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level]),
        logger_factory=structlog.WriteLoggerFactory(),
        cache_logger_on_first_use=False,
    )
    structlog.contextvars.bind_contextvars(service=service)
    root = logging.getLogger()
    root.handlers = [_Libraries()]
    root.setLevel(logging.WARNING)
    logging.getLogger("uvicorn.access").disabled = True  # our own line says it, without the client's address
    logging.captureWarnings(True)


_heard: dict[tuple[str, str], tuple[float, int]] = {}


class _Libraries(logging.Handler):
    """What libraries log: who and where, and the unformatted text; arguments and exception texts may quote input.

    `unheard` is how often the same was said since it was last written down: while Kafka is away its clients say
    hundreds of lines a second, and an hour of it was a gigabyte.
    """

    def emit(self, record: logging.LogRecord) -> None:
        error = record.exc_info[1] if record.exc_info else None
        message = record.msg if isinstance(record.msg, str) and record.args else _first_words(record)
        at, unheard = _heard.get(said := (record.name, message), (-QUIET_S, 0))
        quiet = monotonic() < at + QUIET_S
        _heard[said] = (at, unheard + 1) if quiet else (monotonic(), 0)
        if not quiet:
            log.warning("library", library=record.name, message=message, unheard=unheard, exc_info=error)


def _first_words(record: logging.LogRecord) -> str:
    """A message that was already formatted may quote anything: keep its place in the code instead."""
    return f"{record.module}.{record.funcName}:{record.lineno}"


def _with_trace(_: Any, __: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    context = trace.get_current_span().get_span_context()
    if context.is_valid:
        line["trace"] = f"{context.trace_id:032x}"
    return line


def _without_texts(_: Any, __: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    error = line.pop("exc_info", None)
    if isinstance(error, BaseException):
        line["error"] = described(error)
    return line


def described(error: BaseException) -> dict[str, object]:
    """An exception by type and frames, with those of its causes; never its text."""
    frames = traceback.extract_tb(error.__traceback__)[-FRAMES_MAX:]
    told: dict[str, object] = {
        "type": type(error).__qualname__,
        "frames": [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames],
    }
    if sqlstate := getattr(error, "sqlstate", None):
        told["sqlstate"] = sqlstate
    cause = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if cause is not None:
        told["cause"] = described(cause)
    return told
