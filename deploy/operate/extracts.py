"""What became of the extracts that a council laid down, as the feed's database has it; and a person's release."""

from datetime import datetime
from typing import NamedTuple

from deploy.operate import databases

SHOWN_MAX = 30

LISTED = """
SELECT id, folder, taken_at, complete_to, state, sentences, began_at, ended_at, released_by, reason
  FROM refresh ORDER BY id DESC LIMIT $1
"""
RELEASE = """
UPDATE refresh SET released_at = now(), released_by = $2, reason = $3
 WHERE id = $1 AND state = 'held' AND released_at IS NULL RETURNING id
"""


class Extract(NamedTuple):
    """One extract. `taken_at`, `complete_to`: as its manifest says. `sentences`: why it was refused or held."""

    id: int
    folder: str
    taken_at: datetime | None
    complete_to: datetime | None
    state: str
    sentences: list[str]
    began_at: datetime
    ended_at: datetime | None
    released_by: str | None
    reason: str | None


async def listed(dsn: str) -> list[Extract]:
    """The last ones, the newest first."""
    async with databases.connected(dsn) as connection:
        return [Extract(*row.values()) for row in await connection.fetch(LISTED, SHOWN_MAX)]


async def release(dsn: str, id: int, by: str, reason: str) -> bool:
    """Let the one that is held be taken as it was read; whether it is held (still)."""
    async with databases.connected(dsn) as connection:
        return await connection.fetchval(RELEASE, id, by, reason) is not None
