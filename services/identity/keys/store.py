"""Every SQL statement on signing keys."""

from datetime import datetime
from typing import Any

from shared.database.tx import Tx


async def add_signing_key(tx: Tx, kid: str, sealed: bytes, published: dict[str, Any]) -> None:
    """Kept only if there is no current one: of several instances that start at once, one makes the key."""
    await tx.execute(
        "INSERT INTO signing_key (kid, sealed, published, made_at) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING",
        kid, sealed, published, tx.now,
    )  # fmt: skip


async def signing_key(tx: Tx) -> tuple[str, bytes] | None:
    """The current key's id and its sealed private part."""
    row = await tx.row("SELECT kid, sealed FROM signing_key WHERE retired_at IS NULL")
    return (row["kid"], row["sealed"]) if row else None


async def published_keys(tx: Tx, retired_after: datetime) -> list[dict[str, Any]]:
    """The public JWKs of the current key and of those retired after this time."""
    rows = await tx.rows(
        "SELECT published FROM signing_key WHERE retired_at IS NULL OR retired_at > $1 ORDER BY made_at", retired_after
    )
    return [row["published"] for row in rows]
