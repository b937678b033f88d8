"""How fresh the council's records are, as the feed says it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from shared.contracts.feed import Freshness, SourceFreshness


def of_several(*ages: tuple[float, int]) -> Freshness:
    """The records come of several sources: (seconds ago that it is complete up to, seconds that this counts)."""
    now = datetime.now(UTC)
    sources = tuple(
        SourceFreshness(name=f"s{number}", as_of=now - timedelta(seconds=age), limit_s=limit_s)
        for number, (age, limit_s) in enumerate(ages)
    )
    as_of = min(one.as_of for one in sources)
    return Freshness(revision=1, as_of=as_of, broken=("sources",), sources=sources)
