"""The SQL statement that reads how children of a roll stand: freshness, cases and workers are of one moment."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from services.lookup.searching.domain import Allocated, Match
from services.lookup.standing.domain import Standings
from shared.contracts.feed import SOURCE_KEY
from shared.database.tx import Tx

# A row for each child, and one without a child where there is none. $1 school, $2 today, $3 source. An interval holds
# today as in searching's statement.
STANDING = """
SELECT f.as_of, coalesce(f.lapses_at <= now(), false) AS lapsed,
       coalesce(f.broken, false) OR NOT EXISTS (
         SELECT FROM roll WHERE school = $1 AND starts <= $2 AND (ends IS NULL OR ends > $2)) AS broken,
       held.*
  FROM (VALUES (1)) AS always
  LEFT JOIN freshness f ON f.source = $3
  LEFT JOIN (
    SELECT c.child_id, c.given_name, c.family_name, c.born, c.restricted, c.doubtful, c.unread,
           (SELECT bool_or(starts <= $2 AND (ends IS NULL OR ends > $2))
              FROM open_case WHERE child_id = c.child_id) AS case_open,
           (SELECT count(DISTINCT worker_id) FROM allocation a
             WHERE a.child_id = c.child_id AND a.starts <= $2 AND (a.ends IS NULL OR a.ends > $2)) AS allocated,
           ARRAY(SELECT DISTINCT worker_id FROM allocation a JOIN worker w USING (worker_id)
                  WHERE a.child_id = c.child_id AND a.starts <= $2 AND (a.ends IS NULL OR a.ends > $2)
                    AND NOT w.ended AND NOT w.doubtful AND w.name <> '') AS workers
      FROM child c
     WHERE NOT c.ended AND {which}
       AND EXISTS (SELECT FROM roll r WHERE r.child_id = c.child_id AND r.school = $1
                      AND r.starts <= $2 AND (r.ends IS NULL OR r.ends > $2))
  ) AS held ON true
"""
WITH_WORKERS = STANDING.format(
    which="""EXISTS (SELECT FROM allocation a
                      WHERE a.child_id = c.child_id AND a.starts <= $2 AND (a.ends IS NULL OR a.ends > $2))"""
)
OF_THESE = STANDING.format(which="c.child_id = ANY ($4::uuid[])")


async def of_these(tx: Tx, school: str | None, today: date, children: Sequence[UUID]) -> Standings:
    """Of these children those that are on the school's roll today."""
    return _read(await tx.rows(OF_THESE, school, today, SOURCE_KEY, list(children)))


async def with_workers(tx: Tx, school: str | None, today: date) -> Standings:
    """Those on the school's roll today to whom somebody is allocated."""
    return _read(await tx.rows(WITH_WORKERS, school, today, SOURCE_KEY))


def _read(rows: Sequence[Any]) -> Standings:
    said = {name: rows[0][name] for name in ("as_of", "broken", "lapsed")}
    return Standings(**said, children=tuple(_match(row) for row in rows if row["child_id"]))


AS_IT_IS = ("child_id", "given_name", "family_name", "born", "restricted", "case_open", "allocated")


def _match(row: Any) -> Match:
    return Match(
        **{name: row[name] for name in AS_IT_IS},
        workers=tuple(Allocated(worker_id, name="", role="", lead=False) for worker_id in row["workers"]),
        unread=frozenset(row["unread"]),
        outdated=row["doubtful"],
    )
