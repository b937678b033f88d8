"""What operators see of feed alone."""

from shared.observe.metrics import Fading, counter, gauge


class FeedMetrics:
    """The metrics of feed alone; docs/metrics.md tells them too."""

    left_out = counter(
        "portal_source_left_out_total", ("table", "why"), "Source rows that cannot be used; mended, they heal."
    )
    passed_over = counter(
        "portal_source_passed_over_total", ("kind",), "Records of the source's topic that are no change of a row."
    )
    missing_columns = gauge(
        "portal_source_missing_columns",
        ("table", "column"),
        "1 for a column that the source sends no more, or as another type.",
        Fading,
    )
    refreshes = counter(
        "portal_source_refreshes_total", ("became",), "Extracts that were taken, refused, or held for a person."
    )
    refresh_waits = gauge(
        "portal_source_refresh_waits",
        ("became",),
        "1: the newest extract is held for a person, or was refused.",
        Fading,
    )
    pushed = counter("portal_pushed_children_total", ("became",), "Children in pushed batches, taken or refused.")
    links = gauge(
        "portal_links", ("standing",), "Pairs of a roll's and a social care record, by how they stand.", Fading
    )


metrics = FeedMetrics()
