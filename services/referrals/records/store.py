"""Every SQL statement about states that referrals follows: the newest revision of each; one function, one statement."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from services.referrals.domain import LEFT_DAYS
from shared.contracts import feed
from shared.database.tx import Tx

Keys = Collection[UUID] | Collection[str]
"""Ids, or keys as they came: one that is no UUID is refused as bad data (SQLSTATE class 22), and set aside."""


async def put_rolls(tx: Tx, keys: Keys, children: Sequence[feed.Child], today: date) -> None:
    """Out with the rolls of all these keys, in with those that these children have.

    A roll that is not among them any more ended today at the latest, and is kept for LEFT_DAYS: the feed says nothing
    of rolls that ended some days ago.
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
        list(keys), *_columns(5, (row for child in children for row in _rolls(child))),
        today, today - timedelta(days=LEFT_DAYS),
    )  # fmt: skip


def _rolls(child: feed.Child) -> Iterator[tuple[Any, ...]]:
    for perhaps, rolls in ((False, child.rolls), (True, child.perhaps_rolls)):
        yield from ((child.child_id, roll.school, roll.starts, roll.ends, perhaps) for roll in rolls)


async def forget_rolls(tx: Tx, keys: Keys) -> None:
    await tx.execute("DELETE FROM roll WHERE child_id = ANY($1::uuid[])", list(keys))


async def put_allocations(tx: Tx, keys: Keys, children: Sequence[feed.Child]) -> None:
    """Out with the allocations of all these keys, in with those that these children have."""
    await tx.execute(
        """
        WITH old AS (DELETE FROM allocation WHERE child_id = ANY($1::uuid[]))
        INSERT INTO allocation (child_id, worker_id, lead, starts, ends)
        SELECT * FROM unnest($2::uuid[], $3::uuid[], $4::boolean[], $5::date[], $6::date[])
        """,
        list(keys), *_columns(5, (row for child in children for row in _allocations(child))),
    )  # fmt: skip


def _allocations(child: feed.Child) -> Iterator[tuple[Any, ...]]:
    """Each as far as a case is open: a closed case reads as none, whatever allocation was left behind. An allocation
    without any case (early help in some case systems) stands by itself."""
    cases = [(case.starts, case.ends) for case in child.cases] or [(date.min, None)]
    for one in child.allocations:
        for starts, ends in cases:
            first, over = max(one.starts, starts), min(one.ends or date.max, ends or date.max)
            if first < over:
                yield child.child_id, one.worker_id, one.lead, first, None if over == date.max else over


def _columns(width: int, rows: Iterable[tuple[Any, ...]]) -> list[list[Any]]:
    """Rows turned into the columns that unnest takes, `width` of them also when there is no row."""
    return [list(column) for column in zip(*rows, strict=True)] or [[] for _ in range(width)]
