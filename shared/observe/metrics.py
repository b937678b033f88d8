"""Metrics for Prometheus: how one is made, and those that every service has. A service's own are in its metrics.py."""

from collections.abc import Iterable, Sequence
from time import monotonic

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.samples import Sample

SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
FADES_S = 180.0  # the slowest work that sets one comes each minute, and may take one


class Fading(Gauge):
    """Of what one process at a time looks at. Who has not set it for a while shows nothing, instead of an old truth
    beside the new one that another process shows; if nobody does, absent() finds that out."""

    _set_at = -FADES_S

    def set(self, value: float) -> None:
        super().set(value)
        self._set_at = monotonic()

    def _child_samples(self) -> Iterable[Sample]:
        return super()._child_samples() if monotonic() < self._set_at + FADES_S else ()


REGISTRY = CollectorRegistry()


def counter(name: str, labels: Sequence[str], meaning: str) -> Counter:
    return Counter(name, meaning, labels, registry=REGISTRY)


def gauge(name: str, labels: Sequence[str], meaning: str, kind: type[Gauge] = Gauge) -> Gauge:
    return kind(name, meaning, labels, registry=REGISTRY)


def histogram(name: str, labels: Sequence[str], meaning: str) -> Histogram:
    return Histogram(name, meaning, labels, registry=REGISTRY, buckets=SECONDS)


class Metrics:
    """The metrics that every service has."""

    registry = REGISTRY
    requests = histogram("portal_request_seconds", ("service", "route", "method", "status"), "Time to answer HTTP.")
    cut = counter("portal_connections_cut_total", ("service", "why"), "Connections that a bound ended.")
    transactions = histogram("portal_transaction_seconds", ("service", "doing", "end"), "From waiting to its commit.")
    deliveries = histogram("portal_delivery_seconds", ("group", "end"), "Time to handle one batch of records.")
    records = counter("portal_records_total", ("group", "end"), "Records handled.")
    dead = counter("portal_dead_total", ("group",), "Records set aside as dead letters.")
    commit_failures = counter("portal_offset_commit_failures_total", ("group",), "Offsets not taken: read again.")
    waiting = gauge("portal_weather_waiting", ("group",), "1 while a consumer waits for what is away, and tries again.")
    lag = gauge("portal_lag_records", ("group",), "Records that wait for this group in this process's partitions.")
    outbox_age = gauge("portal_outbox_age_seconds", ("service",), "Age of the oldest event that waits for Kafka.")
    relayed = counter("portal_relayed_total", ("service",), "Events that Kafka has acknowledged.")

    def text(self) -> bytes:
        """Those of this process in Prometheus' text format."""
        return generate_latest(self.registry)


metrics = Metrics()
