"""Spans by OpenTelemetry: made, recorded where an exporter is named, and their trace carried to others.

None records an exception's text, which may quote input.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider, sampling
from opentelemetry.sdk.trace.export import BatchSpanProcessor, ConsoleSpanExporter
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from shared.settings import ServiceSettings

_tracer = trace.get_tracer("portal")
_propagator = TraceContextTextMapPropagator()


def start(service: str, settings: ServiceSettings) -> None:
    """Set up tracing for this process."""
    kept = bool(settings.otlp_url or settings.trace_file)
    # Without an exporter spans are not recorded, which saves a quarter of their cost; trace ids still propagate.
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


def traceparent() -> str | None:
    """The W3C traceparent of the current span, to be carried through the outbox and Kafka."""
    return outgoing().get("traceparent")


def outgoing() -> dict[str, str]:
    """Headers that carry the current trace to another service."""
    carrier: dict[str, str] = {}
    _propagator.inject(carrier)
    return carrier


def parent_of(traceparent: str | None) -> Context:
    """The context that a W3C traceparent names; without one an empty context, in which a new trace begins."""
    return _propagator.extract({"traceparent": traceparent}) if traceparent else Context()


def recording() -> bool:
    """Whether spans are recorded, because an exporter is named."""
    provider = trace.get_tracer_provider()
    return not isinstance(provider, TracerProvider) or provider.sampler is not sampling.DEFAULT_OFF


def received(group: str, parent: str) -> trace.Span:
    """The span of one record, under the trace that its producer began."""
    return _tracer.start_span(f"{group} receive", context=_propagator.extract({"traceparent": parent}))


@contextmanager
def span(
    name: str, *, context: Any = None, links: Sequence[trace.Link] = (), attributes: Mapping[str, Any] | None = None
) -> Iterator[trace.Span]:
    """A span that records an exception's type only: OpenTelemetry's own recording quotes its text.

    Within a trace that is not recorded no further spans are made: the outer one carries its id.
    """
    outer = trace.get_current_span()
    if context is None and not links and outer.get_span_context().is_valid and not outer.is_recording():
        yield outer
        return
    with _tracer.start_as_current_span(
        name, context=context, links=links, attributes=dict(attributes or {}), record_exception=False,
        set_status_on_exception=False,
    ) as inner:  # fmt: skip
        try:
            yield inner
        except BaseException as error:
            inner.set_status(trace.Status(trace.StatusCode.ERROR, type(error).__name__))
            raise
