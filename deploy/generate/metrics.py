"""docs/metrics.md: every metric that a process of ours exposes."""

from __future__ import annotations

from prometheus_client.metrics import MetricWrapperBase

from deploy.generate import MADE
from shared.observe.metrics import metrics


def metrics_page() -> str:
    """Every metric by name, with its labels and its meaning."""
    rows = sorted(_metric(each) for each in vars(type(metrics)).values() if isinstance(each, MetricWrapperBase))
    head = "| metric | kind | labels | meaning |\n|---|---|---|---|"
    return "\n\n".join(["# Metrics", MADE, "\n".join([head, *rows])]) + "\n"


def _metric(metric: MetricWrapperBase) -> str:
    [about] = metric.describe()
    name = f"{about.name}_total" if about.type == "counter" else about.name
    labels = ", ".join(f"`{label}`" for label in metric._labelnames)
    return f"| `{name}` | {about.type} | {labels} | {about.documentation} |"
