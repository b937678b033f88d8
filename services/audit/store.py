"""Every SQL statement of the audit service: one function, one statement.

A page's statement is put together from constants, for the filters that were given; every value is an argument.
"""
# ruff: noqa: S608

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from services.audit import domain
from services.audit.domain import ChildNamed, Edge, Entry, Person, SchoolNamed, Shown, Wanted
from shared import names, typed
from shared.contracts.feed import Child
from shared.contracts.identity import Account, School
from shared.db import Tx

ENTRY_LOCK = 0x656E747279


async def lock_entries(tx: Tx) -> None:
    """One writer at a time until the commit, so that `index` has no gaps and its order is the order of the commits."""
    await tx.execute("SELECT pg_advisory_xact_lock($1)", ENTRY_LOCK)


async def add_entries(tx: Tx, entries: Sequence[Entry]) -> None:
    """Write entries down behind the last one, under `lock_entries`; what is there from the same source stays as it is.

    The same id from another source is refused by the key (23505): that is poison, to be set aside and seen.
    """
    await tx.execute(
        """
        WITH added AS (
            INSERT INTO entry (index, entry_id, source, type, kind, known, at, correlation, actor, role, school,
                               agreement, children, purpose, outcome, headers, body)
            SELECT (SELECT coalesce(max(index), -1) FROM entry) + row_number() OVER (ORDER BY n),
                   entry_id, source, type, kind, known, at, correlation, actor, role, school,
                   agreement, children::uuid[], purpose, outcome, headers, body
              FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::boolean[], $6::timestamptz[],
                          $7::uuid[], $8::uuid[], $9::text[], $10::text[], $11::text[], $12::text[], $13::text[],
                          $14::text[], $15::bytea[], $16::bytea[])
                   WITH ORDINALITY AS new (entry_id, source, type, kind, known, at, correlation, actor, role, school,
                                           agreement, children, purpose, outcome, headers, body, n)
             WHERE NOT EXISTS (SELECT FROM entry AS old WHERE old.entry_id = new.entry_id AND old.source = new.source)
         RETURNING index, at, children)
        INSERT INTO entry_child (child_id, at, index) SELECT unnest(children), at, index FROM added
        """,
        *([*column] for column in zip(*map(_row, entries), strict=True)),
    )


def _row(entry: Entry) -> tuple[object, ...]:
    found = entry.indexed
    children = ",".join(map(str, found.children))
    return (
        entry.entry_id, entry.source, entry.type, entry.kind, entry.known, entry.at, entry.correlation,
        found.actor, found.role, found.school, found.agreement, f"{{{children}}}", found.purpose, found.outcome,
        entry.headers, entry.body,
    )  # fmt: skip


async def entries(tx: Tx, wanted: Wanted, edge: Edge | None, count: int) -> list[Shown]:
    """The newest `count` before the edge, newest first; past an edge that asks for newer, the oldest, oldest first."""
    order = "ASC" if edge and edge.newer else "DESC"
    page = f"ORDER BY at {order}, index {order} LIMIT {count:d}"
    args: list[object] = []
    rows = await tx.rows(SHOWN.format(places=f"{_places(wanted, edge, page, args)} {page}", order=order), *args)
    return [_entry_shown(row) for row in rows]


async def entry(tx: Tx, entry_id: UUID) -> Shown | None:
    place = "SELECT at, index FROM entry WHERE entry_id = $1"
    row = await tx.row(SHOWN.format(places=place, order="DESC"), entry_id)
    return _entry_shown(row) if row else None


def _places(wanted: Wanted, edge: Edge | None, page: str, args: list[object]) -> str:
    """Where the entries of a page are. For several children or people a page is taken of each: so many short walks
    along an index, never a sort of all that they did."""
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


def _conditions(wanted: Wanted, edge: Edge | None, args: list[object], place: str) -> Iterator[str]:
    def arg(value: object) -> str:
        args.append(value)
        return f"${len(args)}"

    for column in ("school", "kind", "purpose", "outcome", "correlation"):
        if (value := getattr(wanted, column)) is not None:
            yield f"e.{column} = {arg(value)}"
    if wanted.since is not None:
        yield f"{place}.at >= {arg(wanted.since)}"
    if wanted.until is not None:
        yield f"{place}.at < {arg(wanted.until)}"
    if edge is not None:
        yield f"({place}.at, {place}.index) {'>' if edge.newer else '<'} ({arg(edge.at)}, {arg(edge.index)})"


SHOWN = """
    SELECT e.*, person.name AS person_name, school.name AS school_name,
           (SELECT jsonb_agg(jsonb_build_array(one.id, child.given_name || ' ' || child.family_name) ORDER BY n)
              FROM unnest(e.children[1:50]) WITH ORDINALITY AS one (id, n)
              LEFT JOIN child ON child.child_id = one.id) AS children_named
      FROM ({places}) AS place
      JOIN entry AS e USING (index)
      LEFT JOIN person ON person.account_id = e.actor
      LEFT JOIN school ON school.urn = e.school
     ORDER BY e.at {order}, e.index {order}
"""
"""Entries at some places with their names. Of one entry's children at most 50 are named: its raw body has them all."""


def _entry_shown(row: Any) -> Shown:
    return Shown(
        entry_id=row["entry_id"],
        index=row["index"],
        at=row["at"],
        recorded_at=row["recorded_at"],
        kind=row["kind"],
        known=row["known"],
        actor=Person(id=row["actor"], name=row["person_name"], role=row["role"]) if row["actor"] else None,
        school=SchoolNamed(urn=row["school"], name=row["school_name"]) if row["school"] else None,
        agreement=row["agreement"],
        children=[ChildNamed(child_id=id, name=name) for id, name in row["children_named"] or ()],
        purpose=row["purpose"],
        outcome=row["outcome"],
        correlation=row["correlation"],
        body=domain.decoded(row["body"]),
    )


async def people(tx: Tx, part: str, count: int) -> list[UUID]:
    """Whose name holds this part, up to `count` of them."""
    rows = await tx.rows("SELECT account_id FROM person WHERE position($1 IN name_key) > 0 LIMIT $2", part, count)
    return [row["account_id"] for row in rows]


async def children_by_upn(tx: Tx, upn: str, count: int) -> list[UUID]:
    """Whose UPN this is or was."""
    rows = await tx.rows("SELECT child_id FROM child WHERE upns @> ARRAY[$1::text] LIMIT $2", upn, count)
    return [row["child_id"] for row in rows]


async def children_by_name(tx: Tx, name_key: str, born: date, count: int) -> list[UUID]:
    rows = await tx.rows("SELECT child_id FROM child WHERE born = $1 AND name_key = $2 LIMIT $3", born, name_key, count)
    return [row["child_id"] for row in rows]


async def put_people(tx: Tx, accounts: Sequence[Account]) -> None:
    await tx.execute(
        """
        INSERT INTO person (account_id, name, name_key, revision)
        SELECT * FROM unnest($1::uuid[], $2::text[], $3::text[], $4::bigint[])
        ON CONFLICT (account_id) DO UPDATE
           SET name = excluded.name, name_key = excluded.name_key, revision = excluded.revision
         WHERE person.revision < excluded.revision
        """,
        [a.account_id for a in accounts], [a.name for a in accounts], [names.words(a.name) for a in accounts],
        [a.revision for a in accounts],
    )  # fmt: skip


async def forget_people(tx: Tx, keys: Sequence[str]) -> None:
    """A key that is no UUID is refused as bad data (SQLSTATE class 22), and set aside."""
    await tx.execute("DELETE FROM person WHERE account_id = ANY($1::uuid[])", list(keys))


async def put_schools(tx: Tx, schools: Sequence[School]) -> None:
    await tx.execute(
        """
        INSERT INTO school (urn, name, revision)
        SELECT * FROM unnest($1::text[], $2::text[], $3::bigint[])
        ON CONFLICT (urn) DO UPDATE SET name = excluded.name, revision = excluded.revision
         WHERE school.revision < excluded.revision
        """,
        [s.urn for s in schools], [s.name for s in schools], [s.revision for s in schools],
    )  # fmt: skip


async def forget_schools(tx: Tx, urns: Sequence[str]) -> None:
    await tx.execute("DELETE FROM school WHERE urn = ANY($1::text[])", urns)


async def put_children(tx: Tx, children: Sequence[Child]) -> None:
    await tx.execute(
        """
        INSERT INTO child (child_id, upns, given_name, family_name, born, name_key, revision)
        SELECT child_id, string_to_array(upns, ' '), given_name, family_name, born, name_key, revision
          FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::date[], $6::text[], $7::bigint[])
               AS new (child_id, upns, given_name, family_name, born, name_key, revision)
        ON CONFLICT (child_id) DO UPDATE
           SET upns = excluded.upns, given_name = excluded.given_name, family_name = excluded.family_name,
               born = excluded.born, name_key = excluded.name_key, revision = excluded.revision
         WHERE child.revision < excluded.revision
        """,
        *([*column] for column in zip(*map(_child_row, children), strict=True)),
    )


def _child_row(child: Child) -> tuple[object, ...]:
    upns = " ".join(typed.upn(upn) for upn in (child.upn, *child.former_upns) if upn)
    key = names.key(child.given_name, child.family_name)
    return child.child_id, upns, child.given_name, child.family_name, child.born, key, child.revision


async def forget_children(tx: Tx, keys: Sequence[str]) -> None:
    await tx.execute("DELETE FROM child WHERE child_id = ANY($1::uuid[])", list(keys))
