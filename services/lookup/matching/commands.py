"""Keys are computed where they are missing or old: periodic work, for a projection writes them with each row."""

from services.lookup.matching import store
from services.lookup.matching.domain import Unkeyed, keys_anywhere, keys_on_roll
from services.lookup.settings import Settings
from shared import matching
from shared.database.pool import Database
from shared.database.tx import Tx

AT_ONCE = 500
ROUNDS = 40
"""The most batches of one table at one go; the next go is soon."""


async def compute_keys(database: Database, settings: Settings) -> None:
    """Periodic: give keys to rows that have none (yesterday's code wrote them) or older ones."""
    for table in store.KEYED:
        for _ in range(ROUNDS):
            async with database.by_itself("compute_keys") as tx:
                if await _compute_some(tx, table) < AT_ONCE:
                    break


async def _compute_some(tx: Tx, table: str) -> int:
    """How many rows there were."""
    rows = await store.unkeyed_locked(tx, table, matching.VERSION, AT_ONCE)
    keyed = {(one.child_id, one.school, _keys(table, one)) for one in rows}
    await store.put_keys(tx, table, matching.VERSION, list(keyed))
    return len(rows)


def _keys(table: str, one: Unkeyed) -> str:
    keys = keys_on_roll(one.school or "", one.named) if table == "roll" else keys_anywhere(one.named)
    return " ".join(map(str, keys))
