"""The case system of the demo's council: one row a person, and intervals for rolls, cases and allocations."""

from services.feed.source import Source, Subject
from services.feed.sources.council.children import child, described
from services.feed.sources.council.staff import freshness, team, worker
from services.feed.sources.council.tables import TABLES
from services.feed.sources.reading import Rules, by_rules

DERIVATION = 4
"""Raised with every change of the rules in this folder: then everything is looked at, and emitted where it differs."""

RULES: Rules = {"child": child, "worker": worker, "team": team, "freshness": freshness}

source = Source(
    name="council",
    tables=TABLES,
    heartbeat=Subject("freshness", "1"),
    derivation=DERIVATION,
    derive=by_rules(TABLES, RULES),
    described=described,
)
