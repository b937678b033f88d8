"""Every SQL statement that reads entries.

A page's statement is put together from constants, for the filters that were given; every value is an argument.
"""
# ruff: noqa: S608

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from services.audit.reading.domain import Edge, EntryFilter, PlacedEntry
from services.audit.recording.domain import decoded
from shared.contracts.audit import RecordedActor, RecordedSchool
from shared.database.tx import Tx

READING = "AuditRead"


async def entries(tx: Tx, wanted: EntryFilter, edge: Edge | None, count: int) -> list[PlacedEntry]:
    """Up to `count` entries next to the edge. Older than it (or without an edge): newest first; newer: oldest first."""
    order = "ASC" if edge and edge.newer else "DESC"
    page = f"ORDER BY at {order}, index {order} LIMIT {count:d}"
    args: list[object] = []
    rows = await tx.rows(SHOWN.format(places=f"{_places(wanted, edge, page, args)} {page}", order=order), *args)
    return [_entry(row) for row in rows]


async def entry(tx: Tx, entry_id: UUID) -> PlacedEntry | None:
    place = "SELECT at, index FROM entry WHERE entry_id = $1"
    row = await tx.row(SHOWN.format(places=place, order="DESC"), entry_id)
    return _entry(row) if row else None


def _places(wanted: EntryFilter, edge: Edge | None, page: str, args: list[object]) -> str:
    """A statement that finds the (at, index) of a page's entries; its arguments are added to `args`.

    For several children or people it takes a page of each: that many short index scans, never a sort of all entries.
    """
    if wanted.children is not None:
        args.append(wanted.children)
        one = "e.actor = ANY($2)" if wanted.people is not None else "true"
        args += [wanted.people] if wanted.people is not None else []
        where = " AND ".join(["c.child_id = one.id", one, *_conditions(wanted, edge, args, "c")])
        walk = f"SELECT c.at, c.index FROM entry_child AS c JOIN entry AS e USING (index) WHERE {where} {page}"
    elif wanted.people is not None:
        args.append(wanted.people)
        where = " AND ".join(["e.actor = one.id", *_conditions(wanted, edge, args, "e")])
        walk = f"SELECT e.at, e.index FROM entry AS e WHERE {where} {page}"
    else:
        where = " AND ".join(["true", *_conditions(wanted, edge, args, "e")])
        return f"SELECT at, index FROM entry AS e WHERE {where}"
    return f"SELECT DISTINCT at, index FROM unnest($1::uuid[]) AS one (id), LATERAL ({walk}) AS walked"


def _conditions(wanted: EntryFilter, edge: Edge | None, args: list[object], place: str) -> Iterator[str]:
    def arg(value: object) -> str:
        args.append(value)
        return f"${len(args)}"

    for column in ("school", "kind", "purpose", "outcome", "correlation"):
        if (value := getattr(wanted, column)) is not None:
            yield f"e.{column} = {arg(value)}"
    if not wanted.readings:
        yield f"e.kind <> {arg(READING)}"
    if wanted.since is not None:
        yield f"{place}.at >= {arg(wanted.since)}"
    if wanted.until is not None:
        yield f"{place}.at < {arg(wanted.until)}"
    if edge is not None:
        yield f"({place}.at, {place}.index) {'>' if edge.newer else '<'} ({arg(edge.at)}, {arg(edge.index)})"


SHOWN = """
    SELECT e.*, coalesce(called.name, person.name) AS person_name, school.name AS school_name,
           agreed.name AS agreement_named, agreed.since AS agreement_since,
           (SELECT jsonb_agg(jsonb_build_object(
                     'child_id', one.id, 'name', coalesce(known.name, present.name),
                     'born', coalesce(known.born, present.born), 'now', present.name) ORDER BY n)
              FROM unnest(e.children[1:50]) WITH ORDINALITY AS one (id, n)
              LEFT JOIN LATERAL (SELECT nullif(trim(given_name || ' ' || family_name), '') AS name,
                                        CASE WHEN isfinite(born) THEN born END AS born
                                   FROM child WHERE child_id = one.id) AS present ON true
              LEFT JOIN LATERAL (SELECT trim(given_name || ' ' || family_name) AS name,
                                        CASE WHEN isfinite(born) THEN born END AS born
                                   FROM child_name
                                  WHERE child_id = one.id AND since <= e.recorded_at
                                  ORDER BY since DESC, revision DESC LIMIT 1) AS known ON true
           ) AS children_named
      FROM ({places}) AS place
      JOIN entry AS e USING (index)
      LEFT JOIN person ON person.account_id = e.actor
      LEFT JOIN LATERAL (SELECT name FROM person_name WHERE account_id = e.actor AND since <= e.recorded_at
                          ORDER BY since DESC, revision DESC LIMIT 1) AS called ON true
      LEFT JOIN school ON school.urn = e.school
      LEFT JOIN agreement AS agreed ON agreed.version = e.agreement
     ORDER BY e.at {order}, e.index {order}
"""
"""Entries at some places, with names as they were known when the entry was recorded, else as they are known now.

Of one entry's children at most 50 are named: its raw body has them all. A birth date that nobody can read is date.min,
which is PostgreSQL's -infinity.
"""


def _entry(row: Any) -> PlacedEntry:
    named = {
        "actor": RecordedActor(id=row["actor"], name=row["person_name"], role=row["role"]) if row["actor"] else None,
        "school": RecordedSchool(urn=row["school"], name=row["school_name"]) if row["school"] else None,
        "children": row["children_named"] or (),
        "body": decoded(row["body"]),
    }
    return PlacedEntry.model_validate({**row, **named})
