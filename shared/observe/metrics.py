"""Metrics for Prometheus: how one is made, and those that every service has. A service's own are in its metrics.py."""

from __future__ import annotations

from collections.abc import Sequence

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)


REGISTRY = CollectorRegistry()


def counter(name: str, labels: Sequence[str], meaning: str) -> Counter:
    return Counter(name, meaning, labels, registry=REGISTRY)


def gauge(name: str, labels: Sequence[str], meaning: str) -> Gauge:
    return Gauge(name, meaning, labels, registry=REGISTRY)


def histogram(name: str, labels: Sequence[str], meaning: str) -> Histogram:
    return Histogram(name, meaning, labels, registry=REGISTRY, buckets=SECONDS)


class Metrics:
    """The metrics that every service has."""

    registry = REGISTRY
    requests = histogram(
        "portal_request_seconds", ("service", "route", "method", "status"), "Time to answer an HTTP request."
    )
    cut = counter("portal_connections_cut_total", ("service", "why"), "Connections that a bound ended.")
    transactions = histogram(
        "portal_transaction_seconds", ("service", "doing", "end"), "From asking for a connection to the commit."
    )
    deliveries = histogram("portal_delivery_seconds", ("group", "end"), "Time to handle one batch of records.")
    records = counter("portal_records_total", ("group", "end"), "Records handled.")
    dead = counter("portal_dead_total", ("group",), "Records set aside as dead letters.")
    commit_failures = counter(
        "portal_offset_commit_failures_total", ("group",), "Offsets Kafka did not take; the batch is read again."
    )
    waiting = gauge("portal_weather_waiting", ("group",), "1 while a consumer waits for what is away, and tries again.")
    lag = gauge("portal_lag_records", ("group",), "Records that wait for this group in this process's partitions.")
    outbox_age = gauge("portal_outbox_age_seconds", ("service",), "Age of the oldest event that waits for Kafka.")
    relayed = counter("portal_relayed_total", ("service",), "Events that Kafka has acknowledged.")

    def text(self) -> bytes:
        """Those of this process in Prometheus' text format."""
        return generate_latest(self.registry)


metrics = Metrics()
