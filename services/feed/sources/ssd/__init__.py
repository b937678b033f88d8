"""A council that gives extracts: social care by the Standard Safeguarding Dataset, pupils by its education database."""

from services.feed.source import Source, Subject
from services.feed.sources.reading import Rules, by_rules
from services.feed.sources.rolls import UPLOADS
from services.feed.sources.ssd.children import child, described
from services.feed.sources.ssd.staff import freshness, team, worker
from services.feed.sources.ssd.tables import TABLES

DERIVATION = 1
"""Raised with every change of the rules in this folder: then everything is looked at, and emitted where it differs."""

RULES: Rules = {"child": child, "worker": worker, "team": team, "freshness": freshness}

source = Source(
    name="ssd",
    tables=TABLES,
    heartbeat=Subject("freshness", "extract"),
    derivation=DERIVATION,
    derive=by_rules(TABLES, RULES),
    described=described,
    uploads=UPLOADS,
)
