"""Every SQL statement of visits."""

from __future__ import annotations

from uuid import UUID

from shared.database.tx import Tx


async def put_visit(tx: Tx, visit_id: UUID, child_id: UUID) -> None:
    await tx.execute("INSERT INTO visit (visit_id, child_id) VALUES ($1, $2)", visit_id, child_id)
