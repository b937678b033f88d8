"""Waits until lookup holds the council's records of this start, and tells on the way how far they have come."""

import asyncio
import time
from collections.abc import Callable
from datetime import datetime

from deploy.local.places import Places
from deploy.operate import databases
from deploy.operate.loading import Loading, loading
from deploy.trouble import Trouble

CURRENT_S = 60.0  # younger than this, what lookup holds is of this start and not of the last
ASK_S = 0.2
TELL_S = 5.0
MAX_S = 600.0
MAX_S_PER_CHILD = 0.01
IS_CURRENT = "SELECT EXISTS (SELECT FROM freshness WHERE as_of >= coalesce($1, now() - make_interval(secs => $2)))"
SO_FAR = "so far: "


async def until_current(
    places: Places, complete_to: datetime | None, children: int, tell: Callable[[str], None]
) -> None:
    """`complete_to`: up to when the extract of this start is complete. Raises Trouble where it takes too long."""
    deadline = time.monotonic() + MAX_S + children * MAX_S_PER_CHILD
    told = time.monotonic()
    tell("being read")
    async with databases.connected(databases.at(places.postgres, "lookup")) as connection:
        while not await connection.fetchval(IS_CURRENT, complete_to, CURRENT_S):
            if time.monotonic() > deadline:
                raise Trouble("The council's records are not being read: see `portal logs connect` and `logs feed`.")
            if time.monotonic() - told > TELL_S:
                told = time.monotonic()
                tell(f"{SO_FAR}{(await loading_in(places)).sentence}")
            await asyncio.sleep(ASK_S)
    tell("ready")


async def loading_in(places: Places) -> Loading:
    """How far the records of this home have come."""
    return await loading(*(databases.at(places.postgres, name) for name in ("feed", "lookup")))
