"""Lookup: which of the children that somebody has searched for have other workers now."""

from datetime import date, datetime

from services.gateway.calls.http import Client, Reply
from shared.contracts.lookup import ChangesShown


class ChangeReply(Reply):
    """One child; `looked_at`: when they were last shown its workers."""

    given_name: str
    family_name: str
    born: date
    looked_at: datetime
    change: str


class ChangesReply(Reply):
    """`current` False: nothing is told, for the records are not complete up to now. `more`: others are told next."""

    as_of: datetime | None = None
    current: bool
    changes: tuple[ChangeReply, ...] = ()
    more: bool = False


class Following(Client, service=ChangesShown.owner):
    async def changes(self, untold: bool) -> ChangesReply:
        """`untold`: only what they were not told before. Raises Refused: not-agreed; NoRecord."""
        return await self.ask(ChangesReply, "POST", "/changes", json={"untold": untold})
