"""Every SQL statement of the lookup service: one function, one statement."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from services.lookup.domain import MATCH_MAX, Allocated, Held, Match, Question, Team
from shared import names, typed
from shared.contracts import feed
from shared.database.tx import Tx

Keys = Collection[UUID] | Collection[str]
"""Ids, or keys as they came: one that is no UUID is refused as bad data (SQLSTATE class 22), and set aside."""

# One statement answers a question, so that freshness, roll, case and workers are of one moment. It gives one row for
# each child that fits, one more than MATCH_MAX at most, and one row with no child where none fits. Where none does, and
# beside one that fits by name, it looks whether another may fit of whom something could not be read. $1 school,
# $2 today, $3 source. An interval holds today when it has started and not ended: `ends` is the first day outside.
HELD = """
WITH fits AS (SELECT DISTINCT child_id
                FROM roll
               WHERE school = $1 AND {goes_by} AND starts <= $2 AND (ends IS NULL OR ends > $2)
               LIMIT {limit})
SELECT f.as_of, coalesce(f.broken, false) AS broken,
       {looks_further} AND EXISTS (
         SELECT FROM perhaps p
          WHERE (p.school = $1 AND {may_be} OR p.school IS NULL AND {may_be_anywhere})
            AND {beside} AND p.starts <= $2 AND (p.ends IS NULL OR p.ends > $2)) AS perhaps,
       held.*
  FROM (VALUES (1)) AS always
  LEFT JOIN freshness f ON f.source = $3
  LEFT JOIN (
    SELECT c.child_id, c.given_name, c.family_name, c.born, c.restricted, c.doubtful, c.unread,
           (SELECT bool_or(starts <= $2 AND (ends IS NULL OR ends > $2))
              FROM open_case WHERE child_id = c.child_id) AS case_open,
           (SELECT to_jsonb(t) FROM open_case o JOIN team t USING (team_id)
             WHERE o.child_id = c.child_id AND o.starts <= $2 AND (o.ends IS NULL OR o.ends > $2)
               AND NOT t.ended AND NOT t.doubtful
             ORDER BY o.starts DESC, t.team LIMIT 1) AS case_team,
           (SELECT count(DISTINCT worker_id) FROM allocation a
             WHERE a.child_id = c.child_id AND a.starts <= $2 AND (a.ends IS NULL OR a.ends > $2)) AS allocated,
           (SELECT jsonb_agg(jsonb_build_object(
                     'worker_id', w.worker_id, 'name', w.name, 'role', w.role, 'lead', a.lead, 'phone', w.phone,
                     'email', w.email, 'absent', coalesce(w.absent_until >= $2, false),
                     'gone', coalesce(w.left_on <= $2, false), 'team', to_jsonb(t)))
              FROM allocation a JOIN worker w USING (worker_id)
              LEFT JOIN team t ON t.team_id = w.team_id AND NOT t.ended AND NOT t.doubtful
             WHERE a.child_id = c.child_id AND a.starts <= $2 AND (a.ends IS NULL OR a.ends > $2)
               AND NOT w.ended AND NOT w.doubtful AND w.name <> ''
           ) AS workers
      FROM fits JOIN child c USING (child_id)
  ) AS held ON true
"""
HELD_BY_UPN = HELD.format(
    goes_by="upn = $4",
    may_be="(p.upn = $4 OR p.upn IS NULL)",
    may_be_anywhere="p.upn = $4",
    looks_further="held.child_id IS NULL",
    beside="true",
    limit=MATCH_MAX + 1,
)
MAY_BE_NAMED = """coalesce(p.born = $5, true) AND coalesce(p.given_key = split_part($4, ' ', 1), true)
              AND coalesce(p.family_key = split_part($4, ' ', 2), true)"""
IS_SOMEBODY = "(p.born, p.given_key, p.family_key) IS DISTINCT FROM (NULL, NULL, NULL)"
HELD_BY_NAME = HELD.format(
    goes_by="name_key = $4 AND born = $5",
    may_be=f"({MAY_BE_NAMED})",
    # Nobody is known of whom neither the school nor the name nor the birthday is: it would be every question's child.
    may_be_anywhere=f"({MAY_BE_NAMED} AND {IS_SOMEBODY})",
    looks_further="true",
    # Nor does one of whom neither name nor birthday is known stand in the way of all others of its school.
    beside=f"(held.child_id IS NULL OR p.child_id <> held.child_id AND {IS_SOMEBODY})",
    limit=MATCH_MAX + 1,
)

NAME_KEY_MAX = 200
"""A longer name is cut: an index entry is at most 2,704 bytes, and a record that cannot be kept would stop the rest."""
UPN_MAX = 13
"""What is longer in the source is no UPN, and no question can ask for it."""


async def held(tx: Tx, school: str | None, question: Question, today: date) -> Held:
    """What the records hold for a question, of children on this school's roll today only."""
    if question.upn:
        goes_by: list[object] = [typed.upn(question.upn)]
    else:
        goes_by = [_name_key(question.given_name or "", question.family_name or ""), question.born]
    sql = HELD_BY_UPN if question.upn else HELD_BY_NAME
    rows = await tx.rows(sql, school, today, feed.SOURCE_KEY, *goes_by)
    matches = tuple(_match(row) for row in rows if row["child_id"])
    return Held(rows[0]["as_of"], matches, perhaps=rows[0]["perhaps"], broken=rows[0]["broken"])


def _name_key(given_name: str, family_name: str) -> str:
    return names.key(given_name, family_name)[:NAME_KEY_MAX]


def _match(row: Any) -> Match:
    return Match(
        child_id=row["child_id"],
        given_name=row["given_name"],
        family_name=row["family_name"],
        born=row["born"],
        restricted=row["restricted"],
        case_open=row["case_open"],
        case_team=_team(row["case_team"]),
        allocated=row["allocated"],
        workers=tuple(_allocated(worker) for worker in row["workers"] or ()),
        unread=frozenset(row["unread"]),
        outdated=row["doubtful"],
    )


def _allocated(worker: dict[str, Any]) -> Allocated:
    return Allocated(**{**worker, "worker_id": UUID(worker["worker_id"]), "team": _team(worker["team"])})


def _team(team: dict[str, Any] | None) -> Team | None:
    return Team(team["team"], team["phone"], team["hours"], team["out_of_hours_phone"]) if team else None


async def put_parts(tx: Tx, keys: Keys, children: Sequence[feed.Child]) -> None:
    """Rolls, cases and allocations: out with those of all these keys, in with what these children have.

    One statement, for each is a wait that whoever searches just then waits too; it comes after the one that took the
    children's row locks, so that it sees what another owner of these records put in before.
    """
    await tx.execute(
        """
        WITH no_roll AS (DELETE FROM roll WHERE child_id = ANY($1::uuid[])),
             no_case AS (DELETE FROM open_case WHERE child_id = ANY($1::uuid[])),
             no_allocation AS (DELETE FROM allocation WHERE child_id = ANY($1::uuid[])),
             no_perhaps AS (DELETE FROM perhaps WHERE child_id = ANY($1::uuid[])),
             maybe AS (
                INSERT INTO perhaps (child_id, school, starts, ends, upn, given_key, family_key, born)
                SELECT * FROM unnest($18::uuid[], $19::text[], $20::date[], $21::date[], $22::text[], $23::text[],
                                     $24::text[], $25::date[])),
             rolls AS (
                INSERT INTO roll (child_id, school, starts, ends, upn, name_key, born)
                SELECT * FROM unnest($2::uuid[], $3::text[], $4::date[], $5::date[], $6::text[], $7::text[],
                                     $8::date[])),
             cases AS (
                INSERT INTO open_case (child_id, team_id, starts, ends)
                SELECT * FROM unnest($9::uuid[], $10::uuid[], $11::date[], $12::date[]))
        INSERT INTO allocation (child_id, worker_id, lead, starts, ends)
        SELECT * FROM unnest($13::uuid[], $14::uuid[], $15::boolean[], $16::date[], $17::date[])
        """,
        list(keys),
        *_columns(7, [row for child in children for row in _rolls(child)]),
        *_columns(4, [row for child in children for row in _cases(child)]),
        *_columns(5, [(c.child_id, a.worker_id, a.lead, a.starts, a.ends) for c in children for a in c.allocations]),
        *_columns(8, [row for child in children for row in _perhaps(child)]),
    )


def _cases(child: feed.Child) -> list[tuple[Any, ...]]:
    """Those whose days could be read; of the others the child is doubted."""
    return [(child.child_id, case.team_id, case.starts, case.ends) for case in child.cases if not case.doubtful]


def _perhaps(child: feed.Child) -> list[tuple[Any, ...]]:
    """How a question may mean this child though no roll shows it; nothing of a child that was read whole."""
    unread = set(child.doubtful)
    any_upn, named = unread & {"upn", "former_upns"}, unread & {"given_name", "family_name", "born"}
    rolls = [*child.perhaps_rolls, *(child.rolls if any_upn or named else ())]
    places: list[tuple[Any, ...]] = [(roll.school, roll.starts, roll.ends) for roll in rolls]
    places += [(None, date.min, None)] if "rolls" in unread else []
    upns: list[str | None] = [upn or "" for upn in _upns(child)] + ([None] if any_upn else [])
    given, _, family = _name_key(child.given_name, child.family_name).partition(" ")
    goes_by = (
        None if "given_name" in unread else given,
        None if "family_name" in unread else family,
        None if "born" in unread else child.born,
    )
    return [(child.child_id, *place, upn, *goes_by) for place in places for upn in upns]


def _rolls(child: feed.Child) -> list[tuple[Any, ...]]:
    """One row for each roll and UPN; for each roll alone where the child has no UPN."""
    name_key = _name_key(child.given_name, child.family_name)
    return [
        (child.child_id, roll.school, roll.starts, roll.ends, upn, name_key, child.born)
        for roll in child.rolls
        for upn in _upns(child)
    ]


def _upns(child: feed.Child) -> Sequence[str | None]:
    upns = {typed.upn(upn) for upn in (child.upn, *child.former_upns) if upn}
    return sorted(upn for upn in upns if 0 < len(upn) <= UPN_MAX) or [None]


def _columns(width: int, rows: Iterable[tuple[Any, ...]]) -> list[list[Any]]:
    """Rows turned into the columns that unnest takes, `width` of them also when there is no row."""
    return [list(column) for column in zip(*rows, strict=True)] or [[] for _ in range(width)]
