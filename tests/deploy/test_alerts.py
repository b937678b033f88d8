"""The alert rules for Prometheus: each can be read, asks for metrics that exist, and is in the runbook."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from deploy.generate.documents import every_metric
from shared.observe.metrics import metrics

ROOT = Path(__file__).parents[2]
FILES = sorted(ROOT.glob("deploy/alerts/*.yaml"))
DURATION = re.compile(r"[0-9]+(ms|s|m|h|d)")
PARTS = {"alert", "expr", "for", "labels", "annotations"}


def rules() -> Iterator[dict[str, Any]]:
    for path in FILES:
        for group in yaml.safe_load(path.read_text(encoding="utf-8"))["groups"]:
            assert set(group) == {"name", "rules"}
            yield from group["rules"]


RULES = list(rules())


def test_there_are_rules_and_no_two_have_one_name() -> None:
    names = [rule["alert"] for rule in RULES]
    assert len(set(names)) == len(names) > 0


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule["alert"])
def test_a_rule_says_what_it_watches_for_how_long_and_what_that_means(rule: dict[str, Any]) -> None:
    assert set(rule) == PARTS
    assert re.fullmatch(r"[A-Z][A-Za-z]+", rule["alert"])
    assert DURATION.fullmatch(rule["for"])
    assert rule["labels"]["severity"] in ("page", "ticket")
    assert rule["annotations"]["summary"].endswith(".")
    assert rule["expr"].count("(") == rule["expr"].count(")")


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule["alert"])
def test_every_metric_that_a_rule_asks_for_exists(rule: dict[str, Any]) -> None:
    asked = set(re.findall(r"portal_[a-z_]+", rule["expr"]))
    assert every_metric()  # loads those that a service has alone
    shown = metrics.text().decode()
    assert asked
    assert [name for name in asked if f"# HELP {re.sub('_(bucket|count|sum)$', '', name)} " not in shown] == []


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule["alert"])
def test_the_runbook_says_what_to_do(rule: dict[str, Any]) -> None:
    [runbook] = {rule["annotations"]["runbook"]}
    assert f"`{rule['alert']}`" in (ROOT / runbook).read_text(encoding="utf-8")


WATCHED = {
    "portal_referrals_overdue", "portal_transfers_waiting", "portal_notices_age_seconds", "portal_kept_referrals"
}  # fmt: skip


def test_what_referrals_must_not_stop_doing_is_watched_also_where_nobody_does_it() -> None:
    """Acknowledging in time, the way into the case system, e-mails, the purge."""
    expressions = [rule["expr"] for rule in RULES]
    assert [name for name in WATCHED if not any(f"absent({name}" in one for one in expressions)] == []
    assert [name for name in WATCHED if not any(re.search(rf"max\({name}.*> ", one) for one in expressions)] == []
