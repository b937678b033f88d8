"""The one SQL statement that answers a question: freshness, roll, case and workers are of one moment.

And those that keep which close matches were shown.
"""
# ruff: noqa: S608 - the statements are put together of text of our own

from datetime import date, datetime
from typing import Any
from uuid import UUID

from services.lookup.matching.domain import Maybe, keys_sought, named, whole
from services.lookup.records.domain import name_key
from services.lookup.searching.domain import MATCH_MAX, Allocated, CloseMatch, DutyLine, Findings, Match, Question
from shared import typed
from shared.contracts.feed import SOURCE_KEY
from shared.database.tx import Tx
from shared.matching import Sought
from shared.web.tokens import Caller

CANDIDATES_MAX = 100
"""By name: so many are compared, those first that have the most keys in common with the question."""
MAYBES_MAX = 50
"""More children of whom something could not be read are not compared: then there is no plain answer."""

# It gives one row for each child that may be meant, and one row with no child where there is none; by UPN one more than
# MATCH_MAX at most, by name CANDIDATES_MAX. `maybes` are those who may be meant too, for something of them could not be
# read: by UPN only whether there is one, where nobody has it. $1 school, $2 today, $3 source. An interval holds today
# when it has started and not ended: `ends` is the first day outside.
SEARCH = """
WITH fits AS MATERIALIZED ({fits})
SELECT f.as_of, coalesce(f.lapses_at <= now(), false) AS lapsed,
       coalesce(f.broken, false) OR {roll_lacks} AS broken, {maybes}, held.*
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
TODAY = "{0}.starts <= $2 AND ({0}.ends IS NULL OR {0}.ends > $2)"
# A school with nobody on its roll is one whose roll has not come: nothing can be told of who is not on it.
ROLL_LACKS = f"NOT EXISTS (SELECT FROM roll WHERE school = $1 AND {TODAY.format('roll')})"
BY_UPN = SEARCH.format(
    roll_lacks=ROLL_LACKS,
    fits=f"""
       SELECT DISTINCT child_id FROM roll WHERE school = $1 AND upn = $4 AND {TODAY.format("roll")}
        LIMIT {MATCH_MAX + 1}""",
    maybes=f"""
       held.child_id IS NULL AND EXISTS (
         SELECT FROM perhaps p
          WHERE (p.school = $1 AND (p.upn = $4 OR p.upn IS NULL) OR p.school IS NULL AND p.upn = $4)
            AND {TODAY.format("p")}) AS perhaps""",
)
# Of keys only those of this school are looked at, so that for a child of another school and for an unknown one the very
# same leaves are read; the school itself is written so that no index is used for it, which would read the whole roll.
# Who is called exactly so is among them with or without keys: yesterday's code writes none.
KEYS_FIT = f"""
       SELECT child_id
         FROM (SELECT child_id, cardinality(ARRAY(SELECT unnest(keys) INTERSECT SELECT unnest($6::bigint[]))) AS alike
                 FROM roll WHERE school || '' = $1 AND keys && $6::bigint[] AND {TODAY.format("roll")}
                UNION ALL
               SELECT child_id, 100 FROM roll
                WHERE school = $1 AND name_key = $4 AND born = $5 AND {TODAY.format("roll")}) AS one
        GROUP BY child_id ORDER BY max(alike) DESC, child_id LIMIT {CANDIDATES_MAX}"""
IS_SOMEBODY = "(p.born, p.given_key, p.family_key) IS DISTINCT FROM (NULL, NULL, NULL)"
# A child of whom neither school nor name nor birth date is known would fit every question: it is passed over. One that
# is readable, and on this school's roll, is a candidate as any other.
MAYBES = f"""
       (SELECT jsonb_agg(to_jsonb(maybe)) FROM (
         SELECT DISTINCT p.child_id, c.given_name, c.family_name, c.born, c.unread, {IS_SOMEBODY} AS is_somebody
           FROM perhaps p JOIN child c USING (child_id)
          WHERE (p.school = $1 OR p.school IS NULL AND {IS_SOMEBODY}) AND {TODAY.format("p")}
            AND (p.keys && $7::bigint[]
                 OR coalesce(p.born = $5, true) AND coalesce(p.given_key = split_part($4, ' ', 1), true)
                    AND coalesce(p.family_key = split_part($4, ' ', 2), true))
          ORDER BY is_somebody DESC, p.child_id LIMIT {MAYBES_MAX + 1}) AS maybe) AS maybes"""
BY_NAME = SEARCH.format(roll_lacks=ROLL_LACKS, fits=KEYS_FIT, maybes=MAYBES)


async def search(tx: Tx, school: str | None, question: Question, today: date) -> Findings:
    """What the records hold for a question, of children on this school's roll today only."""
    if sought := question.sought:
        return await _by_name(tx, school or "", sought, today)
    rows = await tx.rows(BY_UPN, school, today, SOURCE_KEY, typed.upn(question.upn or ""))
    return Findings(perhaps=rows[0]["perhaps"], matches=_matches(rows), **_freshness(rows))


async def _by_name(tx: Tx, school: str, sought: Sought, today: date) -> Findings:
    key, born, keys = name_key(sought.given_name, sought.family_name), whole(sought.born), keys_sought(school, sought)
    rows = await tx.rows(BY_NAME, school, today, SOURCE_KEY, key, born, keys.on_roll, keys.anywhere)
    maybes: list[dict[str, Any]] = rows[0]["maybes"] or []
    return Findings(
        matches=_matches(rows),
        perhaps=len(maybes) > MAYBES_MAX and bool(maybes[-1]["is_somebody"]),
        maybes=tuple(_maybe(maybe) for maybe in maybes),
        **_freshness(rows),
    )


def _freshness(rows: list[Any]) -> dict[str, Any]:
    return {name: rows[0][name] for name in ("as_of", "broken", "lapsed")}


def _maybe(row: dict[str, Any]) -> Maybe:
    born = None if "born" in row["unread"] else date.fromisoformat(row["born"])
    return Maybe(UUID(row["child_id"]), named({**row, "born": born}))


def _matches(rows: list[Any]) -> tuple[Match, ...]:
    return tuple(_match(row) for row in rows if row["child_id"])


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


async def add_close_match(tx: Tx, caller: Caller, search_id: UUID, child_id: UUID) -> None:
    await tx.execute(
        "INSERT INTO close_match (search_id, account, school, child_id, at) VALUES ($1, $2, $3, $4, $5)",
        search_id, caller.account, caller.school, child_id, tx.now,
    )  # fmt: skip


async def close_match(tx: Tx, search_id: UUID, since: datetime) -> CloseMatch | None:
    """What this search showed, if it was a close match and not before `since`."""
    return await tx.one(
        CloseMatch,
        "SELECT search_id, account, school, child_id FROM close_match WHERE search_id = $1 AND at >= $2",
        search_id, since,
    )  # fmt: skip


async def forget_close_matches(tx: Tx, before: datetime) -> None:
    await tx.execute("DELETE FROM close_match WHERE at < $1", before)
