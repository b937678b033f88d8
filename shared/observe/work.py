"""What operators see of a request, a transaction and a delivery: of each its span, its metric and its log line.

Business code logs nothing of this itself. Never a word about a child.
"""

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from uuid import UUID

from opentelemetry import trace

from shared.observe import spans
from shared.observe.logs import log
from shared.observe.metrics import metrics

QUIET = frozenset({"heartbeat"})
"""Transactions so frequent and so dull that only their failures are logged."""

LINKS_MAX = 500


@contextmanager
def request(service: str, headers: Mapping[str, str], correlation: UUID) -> Iterator[dict[str, str]]:
    """One HTTP request; the caller fills in `route`, `method` and `status` of what it is given, before the end."""
    told, began = {"route": "unknown", "method": "", "status": "500"}, time.perf_counter()
    context = spans.parent_of(headers.get("traceparent"))
    with spans.span(f"{service}.request", context=context, attributes={"portal.correlation": str(correlation)}) as span:
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
    with spans.span(f"{service}.{doing}", attributes={"portal.correlation": str(correlation)}):
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


@contextmanager
def delivery(group: str, doing: str, traceparents: Sequence[str | None]) -> Iterator[None]:
    """One batch from the log: a span for each record under its own trace, and the batch's own span linked to them."""
    began, end = time.perf_counter(), "done"
    each = [spans.received(group, one) for one in traceparents[:LINKS_MAX] if one] if spans.recording() else []
    links = [trace.Link(span.get_span_context()) for span in each]
    with spans.span(f"{group}.{doing}", links=links, attributes={"portal.records": len(traceparents)}):
        try:
            yield
        except BaseException as error:
            end = type(error).__name__
            raise
        finally:
            for span in each:
                span.end()
            took_s = time.perf_counter() - began
            metrics.deliveries.labels(group, end).observe(took_s)
            metrics.records.labels(group, end).inc(len(traceparents))
            log.info("delivery", group=group, doing=doing, end=end, records=len(traceparents),
                     took_ms=round(took_s * 1000, 2))  # fmt: skip
