"""Every SQL statement of the queue: one function, one statement.

A page's statement is put together from constants, for the filters that were given; every value is an argument.
"""
# ruff: noqa: S608

from collections.abc import Iterator
from dataclasses import fields
from datetime import date
from typing import Any

from services.referrals.handling.domain import Handling
from services.referrals.queue.domain import (
    COUNTED_MAX,
    PARTS,
    STANDING_IN,
    Counts,
    Mark,
    Part,
    QueuedReferral,
    QueuedTeam,
    QueueFilter,
)
from shared.contracts.feed import SOURCE_KEY
from shared.database.tx import Tx

TEAMS_MAX = 500

WHERE: dict[Part, str] = {
    "overdue": "decided_at IS NULL AND asked_at IS NULL AND acknowledged_at IS NULL AND due_at <= $1",
    "sent": "decided_at IS NULL AND asked_at IS NULL AND acknowledged_at IS NULL AND due_at > $1",
    "received": "decided_at IS NULL AND asked_at IS NULL AND acknowledged_at IS NOT NULL",
    "asked": "decided_at IS NULL AND asked_at IS NOT NULL",
}
"""Each as the index of its part says it (migration 0005). $1: the moment of the first page."""


async def queue(tx: Tx, wanted: QueueFilter, first: Mark, today: date, count: int) -> list[QueuedReferral]:
    """Up to `count` referrals from `first` on, in the queue's order."""
    args: list[object] = []
    statement = page(wanted, first, today, count, args)
    return [_queued(row) for row in await tx.rows(statement, *args)]


def page(wanted: QueueFilter, first: Mark, today: date, count: int, args: list[object]) -> str:
    """The statement of a page; its arguments are added to `args`."""
    args += [first.asked_at, today, SOURCE_KEY]
    if wanted.standing == "decided":
        return SHOWN.format(places=f"{_decided(wanted, first, args)} LIMIT {count:d}")
    walks = " UNION ALL ".join(f"({walk} LIMIT {count:d})" for walk in _undecided(wanted, first, args))
    return SHOWN.format(
        places=f"SELECT * FROM ({walks}) AS walked ORDER BY part, rank, at, referral_id LIMIT {count:d}"
    )


def _undecided(wanted: QueueFilter, first: Mark, args: list[object]) -> list[str]:
    """A walk through each part that may hold such referrals, along its index, from `first` on."""
    filters = list(_filters(wanted, args))
    begins = PARTS.index(first.part) if first.part else 0
    parts = [part for part in STANDING_IN[wanted.standing] if PARTS.index(part) >= begins]
    walks = [_walk(part, [*filters, *(_after(first, args) if part == first.part else [])]) for part in parts]
    return walks or [_walk("asked", ["false"])]


def _walk(part: Part, conditions: list[str]) -> str:
    where = " AND ".join([WHERE[part], *conditions])
    place = f"SELECT referral_id, {PARTS.index(part)} AS part, urgency AS rank, due_at AS at FROM handling"
    return f"{place} WHERE {where} ORDER BY urgency, due_at, referral_id"


def _after(first: Mark, args: list[object]) -> list[str]:
    place = [_arg(args, value) for value in (first.urgency, first.at, first.referral_id)]
    return [f"(urgency, due_at, referral_id) > ({', '.join(place)})"]


def _decided(wanted: QueueFilter, first: Mark, args: list[object]) -> str:
    """One walk, back from `first`; its part and rank count for nothing."""
    before = f"(decided_at, referral_id) < ({_arg(args, first.at)}, {_arg(args, first.referral_id)})"
    where = " AND ".join(["decided_at IS NOT NULL", before, *_filters(wanted, args)])
    place = "SELECT referral_id, 0 AS part, 0 AS rank, decided_at AS at FROM handling"
    return f"{place} WHERE {where} ORDER BY decided_at DESC, referral_id DESC"


def _arg(args: list[object], value: object) -> str:
    args.append(value)
    return f"${len(args)}"


def _filters(wanted: QueueFilter, args: list[object]) -> Iterator[str]:
    if wanted.standing in ("received", "being_decided"):
        yield f"taken_by IS {'NOT ' if wanted.standing == 'being_decided' else ''}NULL"
    if wanted.urgency is not None:
        yield f"urgency = {_arg(args, wanted.urgency)}"
    if wanted.team is not None:
        yield "team_id IS NULL" if wanted.team == "front_door" else f"team_id = {_arg(args, wanted.team)}"
    if wanted.holder is not None:
        yield f"taken_by = {_arg(args, wanted.holder)}"
    if wanted.school is not None:
        yield _of_school(wanted.school, args)


def _of_school(school: str, args: list[object]) -> str:
    """A URN as it is; else every school with this in its name, whatever the case."""
    if school.isascii() and school.isdecimal():
        return f"school = {_arg(args, school)}"
    named = f"strpos(lower(name), lower({_arg(args, school)})) > 0"
    return f"school IN (SELECT urn FROM school WHERE {named})"


OF_HANDLING = ", ".join(f"h.{field.name}" for field in fields(Handling))
SHOWN = f"""
SELECT {OF_HANDLING}, place.part, place.rank AS urgency_rank,
       r.reference, r.urgency, r.gate, r.kind, r.made_at, r.due_at, r.school, about.child_id, r.sender_role,
       coalesce(school.name, r.school_name) AS school_name, coalesce(sender.name, r.sender_name) AS sender_name,
       coalesce(c.given_name, r.written_given_name, r.described_given_name) AS given_name,
       coalesce(c.family_name, r.written_family_name, r.described_family_name) AS family_name,
       CASE WHEN isfinite(coalesce(c.born, r.written_born)) THEN coalesce(c.born, r.written_born) END AS born,
       coalesce(c.restricted, false) AS restricted,
       works.worker, works.worker_team, team.name AS team, holder.name AS taken_by_name,
       (SELECT as_of FROM freshness
         WHERE source = $3 AND NOT broken AND lapses_at > now() IS NOT FALSE AND NOT c.doubtful
           AND c.whole_revision IS NOT DISTINCT FROM c.revision
           AND NOT coalesce(c.unreadable && ARRAY['cases', 'allocations'], false)) AS records_as_of
  FROM ({{places}}) AS place
  JOIN handling h USING (referral_id)
  JOIN referral r USING (referral_id)
  JOIN referral_child about USING (referral_id)
  LEFT JOIN school ON school.urn = r.school
  LEFT JOIN person AS sender ON sender.account_id = r.made_by
  LEFT JOIN person AS holder ON holder.account_id = h.taken_by
  LEFT JOIN team ON team.team_id = h.team_id
  LEFT JOIN child c ON c.child_id = about.child_id
  LEFT JOIN LATERAL (SELECT w.name AS worker, t.name AS worker_team
                       FROM allocation a JOIN worker w USING (worker_id)
                       LEFT JOIN team t ON t.team_id = w.team_id AND NOT t.ended
                      WHERE a.child_id = about.child_id AND a.starts <= $2 AND a.ends > $2 IS NOT FALSE AND NOT w.ended
                      ORDER BY a.lead DESC, w.name LIMIT 1) AS works ON true
 WHERE $1::timestamptz IS NOT NULL
 ORDER BY place.part, place.rank, CASE WHEN h.decided_at IS NULL THEN place.at END, place.at DESC,
          CASE WHEN h.decided_at IS NULL THEN h.referral_id END, h.referral_id DESC
"""
"""The lines of the queue at some places. $2: today; $3: the source. A birth date that nobody can read is date.min,
which is PostgreSQL's -infinity. Undecided ones go from what is due first on, decided ones back from the newest."""

OWN = frozenset(field.name for field in fields(QueuedReferral)) - {"handling", "part"}


def _queued(row: Any) -> QueuedReferral:
    handling = Handling.of(row)
    part = PARTS[row["part"]] if handling.decided_at is None else None
    return QueuedReferral(handling=handling, part=part, **{name: row[name] for name in OWN})


async def counts(tx: Tx) -> Counts:
    row = await tx.row(
        """
        SELECT (SELECT count(*) FROM (SELECT FROM handling
                                       WHERE decided_at IS NULL AND asked_at IS NULL AND acknowledged_at IS NULL
                                       LIMIT $1) AS found) AS to_acknowledge,
               (SELECT count(*) FROM (SELECT FROM handling WHERE decided_at IS NULL LIMIT $1) AS found) AS to_decide
        """,
        COUNTED_MAX,
    )  # fmt: skip
    assert row is not None
    return Counts(**row)


async def teams(tx: Tx) -> list[QueuedTeam]:
    rows = await tx.rows("SELECT team_id, name FROM team WHERE NOT ended ORDER BY name, team_id LIMIT $1", TEAMS_MAX)
    return [QueuedTeam(**row) for row in rows]
