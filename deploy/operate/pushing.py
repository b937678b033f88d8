"""Who may push the council's records, and how pushing stands, as the feed's database has it."""

from datetime import datetime
from hashlib import sha256
from secrets import token_bytes, token_urlsafe
from typing import NamedTuple

from deploy.operate import databases

SECRET_BYTES = 32
LISTED = "SELECT id, la_code, added_at, ended_at FROM push_client ORDER BY added_at, id"
STANDING = """
SELECT accepted_at, children, refused_at, sentences, (SELECT count(*) FROM push_refused) AS waiting FROM push_standing
"""
END = "UPDATE push_client SET ended_at = now() WHERE id = $1 AND ended_at IS NULL RETURNING id"
ADD = """
INSERT INTO push_client (id, la_code, secret, supplier, signs) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT DO NOTHING RETURNING id
"""


class ClientSecrets(NamedTuple):
    """What a new client must show; it is kept nowhere, only its digest is."""

    client_secret: str
    supplier_key: str


class ListedClient(NamedTuple):
    id: str
    la_code: str
    added_at: datetime
    ended_at: datetime | None


class PushStanding(NamedTuple):
    """How pushing stands. `children`: elements taken in all; `waiting`: children of batches that were refused, and of
    whom nothing was taken since; `sentences`: why the last one was refused."""

    accepted_at: datetime | None
    children: int
    refused_at: datetime | None
    sentences: list[str]
    waiting: int


async def add(dsn: str, id: str, la_code: str) -> ClientSecrets | None:
    """Let this client send for this authority; None: there is one of this name already."""
    shown = ClientSecrets(token_urlsafe(SECRET_BYTES), token_urlsafe(SECRET_BYTES))
    digests = [sha256(one.encode()).digest() for one in shown]
    async with databases.connected(dsn) as connection:
        added = await connection.fetchval(ADD, id, la_code, *digests, token_bytes(SECRET_BYTES))
    return shown if added else None


async def end(dsn: str, id: str) -> bool:
    """Let this client send no more; its tokens end with it. Whether it could until now."""
    async with databases.connected(dsn) as connection:
        return await connection.fetchval(END, id) is not None


async def clients(dsn: str) -> list[ListedClient]:
    """All that there ever were."""
    async with databases.connected(dsn) as connection:
        return [ListedClient(*row.values()) for row in await connection.fetch(LISTED)]


async def standing(dsn: str) -> PushStanding:
    """How pushing stands now."""
    async with databases.connected(dsn) as connection:
        [row] = await connection.fetch(STANDING)
    return PushStanding(*row.values())
