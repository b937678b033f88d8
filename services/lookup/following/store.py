"""Every SQL statement of what somebody saw of children's workers."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from services.lookup.following.domain import OPTION, Changed, Look
from shared.database.columns import columns
from shared.database.tx import Tx

PUT = """
INSERT INTO looked (account_id, school, child_id, looked_at, workers)
SELECT account_id, school, child_id, looked_at, string_to_array(workers, ' ')::uuid[]
  FROM unnest($1::uuid[], $2::text[], $3::uuid[], $4::timestamptz[], $5::text[])
       AS new (account_id, school, child_id, looked_at, workers)
    ON CONFLICT (account_id, school, child_id) DO UPDATE
   SET looked_at = excluded.looked_at, workers = excluded.workers, told = NULL
 WHERE looked.looked_at < excluded.looked_at
"""


async def put(tx: Tx, looks: Sequence[Look]) -> None:
    """Keep the newest look of each person at each child."""
    rows = [(one.account, one.school, one.child, one.at, " ".join(map(str, sorted(one.workers)))) for one in looks]
    await tx.execute(PUT, *columns(rows, width=5))


async def looks(tx: Tx, account: UUID, school: str | None) -> dict[UUID, Look]:
    """Of this person for this school, by the child."""
    rows = await tx.rows(
        "SELECT child_id, looked_at, workers, told FROM looked WHERE account_id = $1 AND school = $2", account, school
    )
    return {
        row["child_id"]: Look(
            account, school or "", row["child_id"], row["looked_at"], frozenset(row["workers"]),
            None if row["told"] is None else frozenset(row["told"]),
        )
        for row in rows
    }  # fmt: skip


async def put_told(tx: Tx, account: UUID, school: str | None, told: Sequence[Changed]) -> None:
    """A search that came meanwhile stands: it showed more than this tells."""
    rows = [(one.child.child_id, one.looked_at, " ".join(map(str, sorted(one.workers)))) for one in told]
    await tx.execute(
        """
        UPDATE looked SET told = string_to_array(new.workers, ' ')::uuid[]
          FROM unnest($3::uuid[], $4::timestamptz[], $5::text[]) AS new (child_id, looked_at, workers)
         WHERE looked.account_id = $1 AND looked.school = $2 AND looked.child_id = new.child_id
           AND looked.looked_at = new.looked_at
        """,
        account, school, *columns(rows, width=3),
    )  # fmt: skip


async def forget(tx: Tx, before: datetime, most: int) -> int:
    """Delete up to so many that are older, or of a school whose option is known to be off; returns how many."""
    rows = await tx.rows(
        """
        DELETE FROM looked WHERE ctid = ANY (ARRAY(
            SELECT looked.ctid FROM looked LEFT JOIN access_school s ON s.urn = looked.school
             WHERE looked_at < $1 OR s.options_revision = s.revision AND NOT (s.live AND $3 = ANY (s.options))
             LIMIT $2))
        RETURNING 1
        """,
        before, most, OPTION,
    )  # fmt: skip
    return len(rows)
