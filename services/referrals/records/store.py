"""Every SQL statement about what referrals keeps of a child beside its row: rolls and allocations."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from services.referrals.records.domain import LEFT_DAYS, allocated
from shared.contracts.feed import Child
from shared.database.columns import columns
from shared.database.tx import Tx
from shared.events.kept import Keys


async def put_rolls(tx: Tx, keys: Keys, children: Sequence[Child], today: date) -> None:
    """Delete the rolls of all these keys, and insert those of these children.

    A roll that is not among them any more ended today at the latest, and is kept for LEFT_DAYS as `gone`: the feed
    leaves out rolls that ended some days ago.
    """
    await tx.execute(
        """
        WITH old AS (DELETE FROM roll WHERE child_id = ANY($1::uuid[]) RETURNING *),
             new AS (SELECT *
                       FROM unnest($2::uuid[], $3::text[], $4::date[], $5::date[], $6::boolean[])
                            AS new (child_id, school, starts, ends, perhaps)),
             lost AS (SELECT child_id, school, starts, least(ends, $7) AS ends
                        FROM old
                       WHERE NOT perhaps
                         AND NOT EXISTS (SELECT FROM new WHERE (new.child_id, new.school, new.starts)
                                                             = (old.child_id, old.school, old.starts)))
        INSERT INTO roll (child_id, school, starts, ends, perhaps, gone)
        SELECT child_id, school, starts, ends, perhaps, false FROM new
         UNION ALL
        SELECT child_id, school, starts, ends, false, true FROM lost WHERE starts < ends AND ends > $8
        """,
        list(keys), *columns((row for child in children for row in _rolls(child)), width=5),
        today, today - timedelta(days=LEFT_DAYS),
    )  # fmt: skip


def _rolls(child: Child) -> Iterator[tuple[object, ...]]:
    for perhaps, rolls in ((False, child.rolls), (True, child.perhaps_rolls)):
        yield from ((child.child_id, roll.school, roll.starts, roll.ends, perhaps) for roll in rolls)


async def forget_rolls(tx: Tx, keys: Keys) -> None:
    await tx.execute("DELETE FROM roll WHERE child_id = ANY($1::uuid[])", list(keys))


async def put_allocations(tx: Tx, keys: Keys, children: Sequence[Child]) -> None:
    """Delete the allocations of all these keys, and insert those of these children."""
    await tx.execute(
        """
        WITH old AS (DELETE FROM allocation WHERE child_id = ANY($1::uuid[]))
        INSERT INTO allocation (child_id, worker_id, lead, starts, ends)
        SELECT * FROM unnest($2::uuid[], $3::uuid[], $4::boolean[], $5::date[], $6::date[])
        """,
        list(keys), *columns((row for child in children for row in allocated(child)), width=5),
    )  # fmt: skip
