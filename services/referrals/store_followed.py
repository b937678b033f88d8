"""Every SQL statement about states that referrals follows: the newest revision of each; one function, one statement."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from services.referrals.domain import LEFT_DAYS
from shared.contracts import feed, identity
from shared.db import Tx

Keys = Collection[UUID] | Collection[str]
"""Ids, or keys as they came: one that is no UUID is refused as bad data (SQLSTATE class 22), and set aside."""


async def put_children(tx: Tx, children: Sequence[feed.Child]) -> set[UUID]:
    """Keep the revisions that are newer than what is kept; return of which children.

    Also the same revision again, where something newer was doubted, or where yesterday's code kept less of it.
    """
    kept = await tx.rows(
        """
        INSERT INTO child (child_id, given_name, family_name, born, upn, restricted, unreadable, revision,
                           whole_revision)
        SELECT child_id, given_name, family_name, born, upn, restricted, string_to_array(unreadable, ' '), revision,
               revision
          FROM unnest($1::uuid[], $2::text[], $3::text[], $4::date[], $5::text[], $6::boolean[], $7::text[],
                      $8::bigint[])
               AS new (child_id, given_name, family_name, born, upn, restricted, unreadable, revision)
        ON CONFLICT (child_id) DO UPDATE
           SET given_name = excluded.given_name, family_name = excluded.family_name, born = excluded.born,
               upn = excluded.upn, restricted = excluded.restricted, unreadable = excluded.unreadable,
               doubtful = false, revision = excluded.revision, whole_revision = excluded.revision
         WHERE child.revision < excluded.revision
            OR (child.revision = excluded.revision
                AND (child.doubtful OR child.whole_revision IS DISTINCT FROM child.revision))
        RETURNING child_id
        """,
        *_columns(8, sorted((_child(child) for child in children), key=lambda row: row[0])),
    )
    return {row["child_id"] for row in kept}


def _child(child: feed.Child) -> tuple[Any, ...]:
    if child.ended:
        return child.child_id, None, None, None, None, None, "", child.revision
    named = (child.child_id, child.given_name, child.family_name, child.born, child.upn)
    return *named, is_restricted(child), " ".join(child.doubtful), child.revision


def is_restricted(child: feed.Child) -> bool:
    """Not one that is called restricted only for those who do not know what `doubtful` is."""
    return child.restricted and not child.restricted_in_doubt


async def doubt_children(tx: Tx, keys: Sequence[str]) -> None:
    await tx.execute("UPDATE child SET doubtful = true WHERE child_id::text = ANY($1)", list(keys))


async def forget_children(tx: Tx, keys: Keys) -> None:
    await tx.execute("DELETE FROM child WHERE child_id = ANY($1::uuid[])", list(keys))


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


async def put_workers(tx: Tx, workers: Sequence[feed.Worker]) -> None:
    rows = [
        (w.worker_id, w.name, _role(w), w.team_id, w.phone, *_gone_or_away(w), w.ended, w.revision) for w in workers
    ]
    await tx.execute(
        """
        INSERT INTO worker (worker_id, name, role, team_id, phone, left_on, absent_until, ended, revision)
        SELECT * FROM unnest($1::uuid[], $2::text[], $3::text[], $4::uuid[], $5::text[], $6::date[], $7::date[],
                             $8::boolean[], $9::bigint[])
        ON CONFLICT (worker_id) DO UPDATE
           SET name = excluded.name, role = excluded.role, team_id = excluded.team_id, phone = excluded.phone,
               left_on = excluded.left_on, absent_until = excluded.absent_until, ended = excluded.ended,
               revision = excluded.revision, doubtful = false
         WHERE worker.revision < excluded.revision OR (worker.doubtful AND worker.revision = excluded.revision)
        """,
        *_columns(9, rows),
    )


def _role(worker: feed.Worker) -> str:
    """Empty where the feed could not read it: any role stands there."""
    return "" if "role" in worker.doubtful else worker.role


def _gone_or_away(worker: feed.Worker) -> tuple[date | None, date | None]:
    """Whoever may have left or be away is not called: whether they have could not be read."""
    left_on = date.min if "left_on" in worker.doubtful else worker.left_on
    return left_on, date.max if "absent_until" in worker.doubtful else worker.absent_until


async def doubt_workers(tx: Tx, keys: Sequence[str]) -> None:
    await tx.execute("UPDATE worker SET doubtful = true WHERE worker_id::text = ANY($1)", list(keys))


async def doubt_teams(tx: Tx, keys: Sequence[str]) -> None:
    await tx.execute("UPDATE team SET doubtful = true WHERE team_id::text = ANY($1)", list(keys))


async def forget_workers(tx: Tx, keys: Keys) -> None:
    await tx.execute("DELETE FROM worker WHERE worker_id = ANY($1::uuid[])", list(keys))


async def put_teams(tx: Tx, teams: Sequence[feed.Team]) -> None:
    await tx.execute(
        """
        INSERT INTO team (team_id, name, phone, ended, revision)
        SELECT * FROM unnest($1::uuid[], $2::text[], $3::text[], $4::boolean[], $5::bigint[])
        ON CONFLICT (team_id) DO UPDATE
           SET name = excluded.name, phone = excluded.phone, ended = excluded.ended, revision = excluded.revision,
               doubtful = false
         WHERE team.revision < excluded.revision OR (team.doubtful AND team.revision = excluded.revision)
        """,
        *_columns(5, [(t.team_id, t.name, t.duty_phone, t.ended, t.revision) for t in teams]),
    )


async def forget_teams(tx: Tx, keys: Keys) -> None:
    await tx.execute("DELETE FROM team WHERE team_id = ANY($1::uuid[])", list(keys))


async def put_freshness(tx: Tx, states: Sequence[feed.Freshness]) -> None:
    await tx.execute(
        """
        INSERT INTO freshness (source, as_of, broken, revision)
        SELECT * FROM unnest($1::text[], $2::timestamptz[], $3::boolean[], $4::bigint[])
        ON CONFLICT (source) DO UPDATE
           SET as_of = excluded.as_of, broken = excluded.broken, revision = excluded.revision
         WHERE freshness.revision < excluded.revision
        """,
        *_columns(4, [(one.source, one.as_of, bool(one.broken), one.revision) for one in states]),
    )


async def forget_freshness(tx: Tx, keys: Sequence[str]) -> None:
    await tx.execute("DELETE FROM freshness WHERE source = ANY($1)", list(keys))


async def put_schools(tx: Tx, schools: Sequence[identity.School]) -> None:
    await tx.execute(
        """
        INSERT INTO school (urn, name, revision)
        SELECT * FROM unnest($1::text[], $2::text[], $3::bigint[])
        ON CONFLICT (urn) DO UPDATE SET name = excluded.name, revision = excluded.revision
         WHERE school.revision < excluded.revision
        """,
        *_columns(3, [(school.urn, school.name, school.revision) for school in schools]),
    )


async def forget_schools(tx: Tx, keys: Sequence[str]) -> None:
    await tx.execute("DELETE FROM school WHERE urn = ANY($1)", list(keys))


async def put_people(tx: Tx, accounts: Sequence[identity.Account]) -> None:
    await tx.execute(
        """
        INSERT INTO person (account_id, name, revision)
        SELECT * FROM unnest($1::uuid[], $2::text[], $3::bigint[])
        ON CONFLICT (account_id) DO UPDATE SET name = excluded.name, revision = excluded.revision
         WHERE person.revision < excluded.revision
        """,
        *_columns(3, [(account.account_id, account.name, account.revision) for account in accounts]),
    )


async def forget_people(tx: Tx, keys: Keys) -> None:
    await tx.execute("DELETE FROM person WHERE account_id = ANY($1::uuid[])", list(keys))


def _columns(width: int, rows: Iterable[tuple[Any, ...]]) -> list[list[Any]]:
    """Rows turned into the columns that unnest takes, `width` of them also when there is no row."""
    return [list(column) for column in zip(*rows, strict=True)] or [[] for _ in range(width)]
