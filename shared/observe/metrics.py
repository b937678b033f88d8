"""Every metric of the portal, for Prometheus."""

from __future__ import annotations

from collections.abc import Sequence

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)


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
