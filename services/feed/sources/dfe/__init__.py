"""Social care by the Department for Education's API payload, with lists beside it; rolls as schools upload them."""

from services.feed.source import Source, Subject
from services.feed.sources.dfe.children import child, described
from services.feed.sources.dfe.staff import freshness, team, worker
from services.feed.sources.dfe.tables import TABLES
from services.feed.sources.reading import Rules, by_rules
from services.feed.sources.rolls import UPLOADS

DERIVATION = 1
"""Raised with every change of the rules in this folder: then everything is looked at, and emitted where it differs."""

RULES: Rules = {"child": child, "worker": worker, "team": team, "freshness": freshness}

source = Source(
    name="dfe",
    tables=TABLES,
    heartbeat=Subject("freshness", "push"),
    derivation=DERIVATION,
    derive=by_rules(TABLES, RULES),
    described=described,
    uploads=UPLOADS,
)
