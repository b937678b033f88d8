"""What operators see: JSON log lines, OpenTelemetry spans, Prometheus metrics. Never a word about a child.

Business code says nothing here: transactions, deliveries and requests are spanned, counted and logged in shared.
Exceptions are logged by type and frames, never by text, because text may quote input.
"""

from __future__ import annotations

import logging
import time
import traceback
from collections.abc import Iterator, Mapping, MutableMapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import UUID

import structlog
from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider, sampling
from opentelemetry.sdk.trace.export import BatchSpanProcessor, ConsoleSpanExporter
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from shared.settings import ServiceSettings

FRAMES_MAX = 12
SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)

_tracer = trace.get_tracer("portal")
_propagator = TraceContextTextMapPropagator()
log: structlog.stdlib.BoundLogger = structlog.get_logger()


class Metrics:
    """Every metric of the portal, in one place; docs/metrics.md is made from this."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.requests = self._histogram(
            "portal_request_seconds", ("service", "route", "method", "status"), "Time to answer an HTTP request."
        )
        self.cut = self._counter(
            "portal_connections_cut_total",
            ("service", "why"),
            "Connections that a bound ended.",
        )
        self.transactions = self._histogram(
            "portal_transaction_seconds", ("service", "doing", "end"), "From asking for a connection to the commit."
        )
        self.deliveries = self._histogram(
            "portal_delivery_seconds", ("group", "end"), "Time to handle one batch of records."
        )
        self.records = self._counter("portal_records_total", ("group", "end"), "Records handled.")
        self.dead = self._counter("portal_dead_total", ("group",), "Records set aside as dead letters.")
        self.commit_failures = self._counter(
            "portal_offset_commit_failures_total", ("group",), "Offsets Kafka did not take; the batch is read again."
        )
        self.waiting = self._gauge(
            "portal_weather_waiting", ("group",), "1 while a consumer waits for what is away, and tries again."
        )
        self.lag = self._gauge(
            "portal_lag_records", ("group",), "Records that wait for this group in this process's partitions."
        )
        self.outbox_age = self._gauge(
            "portal_outbox_age_seconds", ("service",), "Age of the oldest event that waits for Kafka."
        )
        self.relayed = self._counter("portal_relayed_total", ("service",), "Events that Kafka has acknowledged.")
        self.left_out = self._counter(
            "portal_source_left_out_total", ("table", "why"), "Source rows that cannot be used; mended, they heal."
        )
        self.passed_over = self._counter(
            "portal_source_passed_over_total", ("kind",), "Records of the source's topic that are no change of a row."
        )
        self.missing_columns = self._gauge(
            "portal_source_missing_columns",
            ("table", "column"),
            "1 for a column that the source sends no more.",
        )

    def _counter(self, name: str, labels: Sequence[str], meaning: str) -> Counter:
        return Counter(name, meaning, labels, registry=self.registry)

    def _gauge(self, name: str, labels: Sequence[str], meaning: str) -> Gauge:
        return Gauge(name, meaning, labels, registry=self.registry)

    def _histogram(self, name: str, labels: Sequence[str], meaning: str) -> Histogram:
        return Histogram(name, meaning, labels, registry=self.registry, buckets=SECONDS)

    def text(self) -> bytes:
        """All of them in Prometheus' text format."""
        return generate_latest(self.registry)


metrics = Metrics()


def start(service: str, settings: ServiceSettings) -> None:
    """Set up logging and tracing for this process."""
    log_as_json(service, settings.log_level)
    kept = bool(settings.otlp_url or settings.trace_file)
    # Spans that nobody reads carry their trace on all the same, into log lines, outbox and Kafka; they cost a quarter.
    sampler = sampling.DEFAULT_ON if kept else sampling.DEFAULT_OFF
    provider = TracerProvider(sampler=sampler, resource=Resource.create({"service.name": service}))
    if settings.otlp_url:
        provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(f"{settings.otlp_url}/v1/traces")))
    if settings.trace_file:
        out = Path(settings.trace_file).open("a", encoding="utf-8")  # noqa: SIM115 - open for the life of the process
        exporter = ConsoleSpanExporter(out=out, formatter=lambda span: f"{span.to_json(indent=None)}\n")
        provider.add_span_processor(BatchSpanProcessor(exporter))
    trace.set_tracer_provider(provider)


def stop() -> None:
    """Hand over the spans that wait."""
    provider = trace.get_tracer_provider()
    if isinstance(provider, TracerProvider):
        provider.shutdown()


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


class _Libraries(logging.Handler):
    """What libraries log: who and where, and the unformatted text; arguments and exception texts may quote input."""

    def emit(self, record: logging.LogRecord) -> None:
        error = record.exc_info[1] if record.exc_info else None
        message = record.msg if isinstance(record.msg, str) and record.args else _first_words(record)
        log.warning("library", library=record.name, message=message, exc_info=error)


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
    sqlstate = getattr(error, "sqlstate", None)
    if sqlstate:
        told["sqlstate"] = sqlstate
    cause = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if cause is not None:
        told["cause"] = described(cause)
    return told


def traceparent() -> str | None:
    """The W3C traceparent of the current span, to be carried through the outbox and Kafka."""
    carrier: dict[str, str] = {}
    _propagator.inject(carrier)
    return carrier.get("traceparent")


def outgoing() -> dict[str, str]:
    """Headers that carry the current trace to another service."""
    carrier: dict[str, str] = {}
    _propagator.inject(carrier)
    return carrier


@contextmanager
def request(service: str, headers: Mapping[str, str], correlation: UUID) -> Iterator[dict[str, str]]:
    """One HTTP request; the caller fills in `route`, `method` and `status` of what it is given, before the end."""
    told = {"route": "unknown", "method": "", "status": "500"}
    began = time.perf_counter()
    parent = headers.get("traceparent")
    context = _propagator.extract({"traceparent": parent}) if parent else Context()
    with _span(f"{service}.request", context=context, attributes={"portal.correlation": str(correlation)}) as span:
        try:
            yield told
        finally:
            took_s = time.perf_counter() - began
            span.update_name(f"{service} {told['method']} {told['route']}")
            span.set_attribute("http.response.status_code", int(told["status"]))
            metrics.requests.labels(service, told["route"], told["method"], told["status"]).observe(took_s)
            log.info("request", correlation=str(correlation), took_ms=round(took_s * 1000, 2), **told)


@contextmanager
def transaction(service: str, doing: str, actor: str, correlation: UUID) -> Iterator[None]:
    """One transaction: one span, one log line."""
    began, end = time.perf_counter(), "committed"
    with _span(f"{service}.{doing}", attributes={"portal.correlation": str(correlation)}):
        try:
            yield
        except BaseException as error:
            end = type(error).__name__
            raise
        finally:
            took_s = time.perf_counter() - began
            metrics.transactions.labels(service, doing, end).observe(took_s)
            if end != "committed" or doing not in QUIET:
                log.info("transaction", doing=doing, end=end, actor=actor, correlation=str(correlation),
                         took_ms=round(took_s * 1000, 2))  # fmt: skip


QUIET = frozenset({"heartbeat"})
"""Transactions so frequent and so dull that only their failures are logged."""

LINKS_MAX = 500


@contextmanager
def delivery(group: str, doing: str, traceparents: Sequence[str | None]) -> Iterator[None]:
    """One batch from the log: a span for each record under its own trace, and the batch's own span linked to them."""
    began, end = time.perf_counter(), "done"
    spans = [_received(group, parent) for parent in traceparents[:LINKS_MAX] if parent] if _recording() else []
    links = [trace.Link(span.get_span_context()) for span in spans]
    with _span(f"{group}.{doing}", links=links, attributes={"portal.records": len(traceparents)}):
        try:
            yield
        except BaseException as error:
            end = type(error).__name__
            raise
        finally:
            for span in spans:
                span.end()
            took_s = time.perf_counter() - began
            metrics.deliveries.labels(group, end).observe(took_s)
            metrics.records.labels(group, end).inc(len(traceparents))
            log.info("delivery", group=group, doing=doing, end=end, records=len(traceparents),
                     took_ms=round(took_s * 1000, 2))  # fmt: skip


def _recording() -> bool:
    """Whether anybody reads spans."""
    provider = trace.get_tracer_provider()
    return not isinstance(provider, TracerProvider) or provider.sampler is not sampling.DEFAULT_OFF


def _received(group: str, parent: str) -> trace.Span:
    return _tracer.start_span(f"{group} receive", context=_propagator.extract({"traceparent": parent}))


@contextmanager
def _span(
    name: str, *, context: Any = None, links: Sequence[trace.Link] = (), attributes: Mapping[str, Any] | None = None
) -> Iterator[trace.Span]:
    """A span that records an exception's type only: OpenTelemetry's own recording quotes its text.

    Within a trace that nobody records no more are made: the one there carries its id.
    """
    outer = trace.get_current_span()
    if context is None and not links and outer.get_span_context().is_valid and not outer.is_recording():
        yield outer
        return
    with _tracer.start_as_current_span(
        name, context=context, links=links, attributes=dict(attributes or {}), record_exception=False,
        set_status_on_exception=False,
    ) as span:  # fmt: skip
        try:
            yield span
        except BaseException as error:
            span.set_status(trace.Status(trace.StatusCode.ERROR, type(error).__name__))
            raise
