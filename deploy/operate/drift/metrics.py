"""What operators see of drift."""

from shared.observe.metrics import gauge


class DriftMetrics:
    """The metrics of the process that looks for drift (`portal drift --every`)."""

    differences = gauge(
        "portal_drift",
        ("kind", "part"),
        "Children, workers and teams of whom lookup keeps something else than the source.",
    )
    unsettled = gauge("portal_drift_unsettled", (), "Those who changed each time that they were looked at.")
    checked_at = gauge("portal_drift_checked_seconds", (), "When everybody was last looked at, in seconds since 1970.")


metrics = DriftMetrics()
