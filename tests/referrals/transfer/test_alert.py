"""The alert names a metric, and a label of it, that are there."""

from __future__ import annotations

import re

import yaml

from services.referrals.metrics import metrics
from tests.architecture.tree import ROOT


def test_it_watches_what_is_measured() -> None:
    [group] = yaml.safe_load((ROOT / "deploy/alerts/transfers.yaml").read_text(encoding="utf-8"))["groups"]
    watched = {name for rule in group["rules"] for name in re.findall(r"portal_\w+", rule["expr"])}
    assert watched == {metrics.transfers_waiting._name}
    assert 'late="yes"' in group["rules"][0]["expr"]
    assert metrics.transfers_waiting._labelnames == ("late",)
    assert all(rule["annotations"]["runbook"] == "docs/runbook.md" for rule in group["rules"])
