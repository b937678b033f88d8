"""What of the council's source cannot be used: where it is, why and since when; never what it holds."""

from datetime import datetime

from services.gateway.calls.http import Client, Reply
from shared.contracts.feed import LeftOutRead

TABLE_MAX, PLACE_MAX = 100, 2000
"""Characters that may be sent; docs/openapi/feed.json has the same."""


class UnusableCell(Reply):
    """`key` None: the source does not send this column at all. `since` None: not known."""

    table: str
    key: str | None = None
    column: str
    why: str
    since: datetime | None = None


class UnusableCells(Reply):
    """Some of them. `counts`: how many there are of each table. `next`: asks for those that come after them."""

    cells: tuple[UnusableCell, ...]
    counts: dict[str, int]
    next: str | None = None


class LeftOutList(Client, service=LeftOutRead.owner):
    async def listed(self, table: str | None = None, after: str | None = None) -> UnusableCells:
        """Raises Refused: place-refused."""
        return await self.ask(UnusableCells, "POST", "/left-out/readings", json={"table": table, "after": after})
