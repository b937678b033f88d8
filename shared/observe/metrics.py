"""Every metric of the portal, for Prometheus."""

from __future__ import annotations

from collections.abc import Sequence

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)


REGISTRY = CollectorRegistry()


def _counter(name: str, labels: Sequence[str], meaning: str) -> Counter:
    return Counter(name, meaning, labels, registry=REGISTRY)


def _gauge(name: str, labels: Sequence[str], meaning: str) -> Gauge:
    return Gauge(name, meaning, labels, registry=REGISTRY)


def _histogram(name: str, labels: Sequence[str], meaning: str) -> Histogram:
    return Histogram(name, meaning, labels, registry=REGISTRY, buckets=SECONDS)


class Metrics:
    """Every metric of the portal, in one place; docs/metrics.md is made from this."""

    registry = REGISTRY
    requests = _histogram(
        "portal_request_seconds", ("service", "route", "method", "status"), "Time to answer an HTTP request."
    )
    cut = _counter("portal_connections_cut_total", ("service", "why"), "Connections that a bound ended.")
    transactions = _histogram(
        "portal_transaction_seconds", ("service", "doing", "end"), "From asking for a connection to the commit."
    )
    deliveries = _histogram("portal_delivery_seconds", ("group", "end"), "Time to handle one batch of records.")
    records = _counter("portal_records_total", ("group", "end"), "Records handled.")
    dead = _counter("portal_dead_total", ("group",), "Records set aside as dead letters.")
    commit_failures = _counter(
        "portal_offset_commit_failures_total", ("group",), "Offsets Kafka did not take; the batch is read again."
    )
    waiting = _gauge(
        "portal_weather_waiting", ("group",), "1 while a consumer waits for what is away, and tries again."
    )
    lag = _gauge("portal_lag_records", ("group",), "Records that wait for this group in this process's partitions.")
    outbox_age = _gauge("portal_outbox_age_seconds", ("service",), "Age of the oldest event that waits for Kafka.")
    relayed = _counter("portal_relayed_total", ("service",), "Events that Kafka has acknowledged.")
    left_out = _counter(
        "portal_source_left_out_total", ("table", "why"), "Source rows that cannot be used; mended, they heal."
    )
    passed_over = _counter(
        "portal_source_passed_over_total", ("kind",), "Records of the source's topic that are no change of a row."
    )
    unscanned = _gauge("portal_attachments_unscanned", ("service",), "Attachments that no scanner has seen yet.")
    overdue = _gauge("portal_referrals_overdue", ("service",), "Referrals that nobody has acknowledged in time.")
    kept_referrals = _gauge(
        "portal_kept_referrals", ("why",), "Decided referrals kept for want of a period, or beyond it, and why."
    )
    missing_columns = _gauge(
        "portal_source_missing_columns", ("table", "column"), "1 for a column that the source sends no more."
    )
    notices_waiting = _gauge("portal_notices_waiting", (), "E-mails about referrals that not everybody was sent yet.")
    notices_age = _gauge("portal_notices_age_seconds", (), "Age of the oldest of them.")
    notices_off = _gauge("portal_notices_off", (), "1 while no mail server is set, so that no e-mail is sent.")
    transfers_waiting = _gauge(
        "portal_transfers_waiting", ("late",), "Referrals that the case system has not acknowledged: late ones, others."
    )
    transfer_age = _gauge(
        "portal_transfer_age_seconds", (), "Age of the oldest referral that the case system has not acknowledged."
    )

    def text(self) -> bytes:
        """All of them in Prometheus' text format."""
        return generate_latest(self.registry)


metrics = Metrics()
