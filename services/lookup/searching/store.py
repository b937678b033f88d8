"""The one SQL statement that answers a question: freshness, roll, case and workers are of one moment."""

from datetime import date
from typing import Any
from uuid import UUID

from services.lookup.records.domain import name_key
from services.lookup.searching.domain import MATCH_MAX, Allocated, DutyLine, Findings, Match, Question
from shared import typed
from shared.contracts.feed import SOURCE_KEY
from shared.database.tx import Tx

# It gives one row for each child that fits, one more than MATCH_MAX at most, and one row with no child where none fits.
# Where none fits, and beside one that fits by name, it looks whether another may fit of whom something could not be
# read. $1 school, $2 today, $3 source. An interval holds today when it has started and not ended: `ends` is the first
# day outside.
SEARCH = """
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
BY_UPN = SEARCH.format(
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
BY_NAME = SEARCH.format(
    goes_by="name_key = $4 AND born = $5",
    may_be=f"({MAY_BE_NAMED})",
    # A child of whom neither school nor name nor birth date is known would fit every question: it is passed over.
    may_be_anywhere=f"({MAY_BE_NAMED} AND {IS_SOMEBODY})",
    looks_further="true",
    # One of whom neither name nor birth date is known does not hinder the answers about all others of its school.
    beside=f"(held.child_id IS NULL OR p.child_id <> held.child_id AND {IS_SOMEBODY})",
    limit=MATCH_MAX + 1,
)


async def search(tx: Tx, school: str | None, question: Question, today: date) -> Findings:
    """What the records hold for a question, of children on this school's roll today only."""
    if question.upn:
        goes_by: list[object] = [typed.upn(question.upn)]
    else:
        goes_by = [name_key(question.given_name or "", question.family_name or ""), question.born]
    rows = await tx.rows(BY_UPN if question.upn else BY_NAME, school, today, SOURCE_KEY, *goes_by)
    matches = tuple(_match(row) for row in rows if row["child_id"])
    return Findings(rows[0]["as_of"], matches, perhaps=rows[0]["perhaps"], broken=rows[0]["broken"])


AS_IT_IS = ("child_id", "given_name", "family_name", "born", "restricted", "case_open", "allocated")
"""Columns of SEARCH that a Match takes by their name."""


def _match(row: Any) -> Match:
    return Match(
        **{name: row[name] for name in AS_IT_IS},
        case_team=_duty_line(row["case_team"]),
        workers=tuple(_allocated(worker) for worker in row["workers"] or ()),
        unread=frozenset(row["unread"]),
        outdated=row["doubtful"],
    )


def _allocated(worker: dict[str, Any]) -> Allocated:
    return Allocated(**{**worker, "worker_id": UUID(worker["worker_id"]), "team": _duty_line(worker["team"])})


def _duty_line(team: dict[str, Any] | None) -> DutyLine | None:
    return DutyLine(team["team"], team["phone"], team["hours"], team["out_of_hours_phone"]) if team else None
