"""SQL for clients that may push. One function, one statement."""

from services.feed.senders.tokens import PushClient
from shared.database.tx import Tx


async def client(tx: Tx, id: str) -> PushClient | None:
    """One that may push."""
    return await tx.one(
        PushClient,
        "SELECT id, la_code, secret, supplier, signs FROM push_client WHERE id = $1 AND ended_at IS NULL",
        id,
    )
