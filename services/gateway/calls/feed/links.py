"""A child's two records, the roll's and social care's: which may be of one child, and what somebody decides."""

from datetime import date, datetime
from uuid import UUID

from services.gateway.calls.http import Client, Nothing, Reply
from shared.contracts.feed import RecordsDecided

UPN_MAX = 40
"""Characters that may be sent; docs/openapi/feed.json has the same."""


class RecordPair(Reply):
    """Two records, and not whose. `decided`: True, somebody said that they are of one child; False, of two; None:
    nobody said so of them as they are now."""

    id: UUID
    verdict: str
    why: tuple[str, ...] = ()
    standing: str
    since: datetime
    decided: bool | None = None


class RecordPairs(Reply):
    """At most 50. `counts`: how many there are of each group."""

    pairs: tuple[RecordPair, ...]
    counts: dict[str, int]
    more: bool = False


class OneRecord(Reply):
    """One side. Empty or None: it is not there, or cannot be read."""

    number: str
    given_name: str = ""
    family_name: str = ""
    born: date | None = None
    upns: tuple[str, ...] = ()


class BothRecords(RecordPair):
    decided_at: datetime | None = None
    roll: OneRecord
    care: OneRecord
    seen: str


class RecordLinks(Client, service=RecordsDecided.owner):
    async def listed(self, group: str = "waiting") -> RecordPairs:
        return await self.ask(RecordPairs, "POST", "/links/readings", json={"group": group})

    async def of_upn(self, upn: str) -> RecordPairs:
        """Raises Refused: 422 with what to mend."""
        return await self.ask(RecordPairs, "POST", "/links/readings", json={"upn": upn})

    async def both(self, pair_id: UUID) -> BothRecords:
        """Raises Refused: pair-not-found."""
        return await self.ask(BothRecords, "GET", f"/links/{pair_id}")

    async def decide(self, pair_id: UUID, same: bool | None, seen: str) -> None:
        """None takes back what was said. Raises Refused: pair-not-found, pair-changed."""
        await self.ask(Nothing, "POST", f"/links/{pair_id}/decision", json={"same": same, "seen": seen})
