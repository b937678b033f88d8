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
from shared import names as known_as
from shared import typed
from shared.contracts.feed import Child
from shared.contracts.identity import Account, School
from shared.database.tx import Tx

ENTRY_LOCK = 0x656E747279
READING = "AuditRead"


async def lock_entries(tx: Tx) -> None:
    """One writer at a time until the commit, so that numbers have no gaps and are in the order of the commits."""
    await tx.execute("SELECT pg_advisory_xact_lock($1)", ENTRY_LOCK)


async def add_entries(tx: Tx, entries: Sequence[Entry]) -> None:
    """Write entries down behind the last one, under `lock_entries`; what is there from the same source stays as it is.

    Their numbers, and the time at which they were recorded, are given by the database (migrations/0004_numbered.sql).
    The same id from another source is refused by the key (23505): that is poison, to be set aside and seen.
    """
    await tx.execute(
        """
        WITH added AS (
            INSERT INTO entry (index, entry_id, source, type, kind, known, at, correlation, actor, role, school,
                               agreement, children, purpose, outcome, headers, body)
            SELECT -1, entry_id, source, type, kind, known, at, correlation, actor, role, school,
                   agreement, children::uuid[], purpose, outcome, headers, body
              FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::boolean[], $6::timestamptz[],
                          $7::uuid[], $8::uuid[], $9::text[], $10::text[], $11::text[], $12::text[], $13::text[],
                          $14::text[], $15::bytea[], $16::bytea[])
                   WITH ORDINALITY AS new (entry_id, source, type, kind, known, at, correlation, actor, role, school,
                                           agreement, children, purpose, outcome, headers, body, n)
             WHERE NOT EXISTS (SELECT FROM entry AS old WHERE old.entry_id = new.entry_id AND old.source = new.source)
             ORDER BY n
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
        agreement_named=row["agreement_named"],
        agreement_since=row["agreement_since"],
        children=[ChildNamed.model_validate(child) for child in row["children_named"] or ()],
        purpose=row["purpose"],
        outcome=row["outcome"],
        correlation=row["correlation"],
        body=domain.decoded(row["body"]),
    )


async def people(tx: Tx, part: str, count: int) -> list[UUID]:
    """Whose name holds or ever held this part, up to `count` of them."""
    rows = await tx.rows(
        """
        SELECT account_id FROM person WHERE position($1 IN name_key) > 0
        UNION SELECT account_id FROM person_name WHERE position($1 IN name_key) > 0
        LIMIT $2
        """,
        part, count,
    )  # fmt: skip
    return [row["account_id"] for row in rows]


async def schools(tx: Tx, part: str, count: int) -> list[str]:
    """The URNs of those whose name holds or ever held this part, up to `count` of them."""
    rows = await tx.rows(
        """
        SELECT urn FROM school_name WHERE position($1 IN name_key) > 0
        UNION SELECT urn FROM school WHERE position($1 IN school_key(name)) > 0
        LIMIT $2
        """,
        part, count,
    )  # fmt: skip
    return [row["urn"] for row in rows]


async def children_by_upn(tx: Tx, upn: str, count: int) -> list[UUID]:
    """Whose UPN this is or ever was."""
    rows = await tx.rows(
        """
        SELECT child_id FROM child_upn WHERE upn = $1
        UNION SELECT child_id FROM child WHERE upns @> ARRAY[$1::text]
        LIMIT $2
        """,
        upn, count,
    )  # fmt: skip
    return [row["child_id"] for row in rows]


async def children_by_name(tx: Tx, name_key: str, born: date, count: int) -> list[UUID]:
    """Who has or ever had this name together with this birth date."""
    rows = await tx.rows(
        """
        SELECT child_id FROM child_name WHERE born = $1 AND name_key = $2
        UNION SELECT child_id FROM child WHERE born = $1 AND name_key = $2
        LIMIT $3
        """,
        born, name_key, count,
    )  # fmt: skip
    return [row["child_id"] for row in rows]


async def names(tx: Tx, ids: Sequence[UUID]) -> dict[str, str]:
    """What the accounts and children among these ids are called now, by id."""
    rows = await tx.rows(
        """
        SELECT account_id AS id, name FROM person WHERE account_id = ANY($1::uuid[])
        UNION ALL
        SELECT child_id, given_name || ' ' || family_name FROM child WHERE child_id = ANY($1::uuid[])
        """,
        ids,
    )
    return {str(row["id"]): row["name"] for row in rows}


async def put_children(tx: Tx, children: Sequence[Child]) -> None:
    """The newest of each; what a state does not say any more (it has ended, or cannot be read) stays as it was said."""
    await tx.execute(
        """
        INSERT INTO child (child_id, upns, given_name, family_name, born, name_key, revision)
        SELECT child_id, string_to_array(upns, ' '), given_name, family_name, born, name_key, revision
          FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::date[], $6::text[], $7::bigint[])
               AS new (child_id, upns, given_name, family_name, born, name_key, revision)
        ON CONFLICT (child_id) DO UPDATE
           SET upns = excluded.upns,
               (given_name, family_name, name_key) =
                   (SELECT CASE WHEN named THEN excluded.given_name ELSE child.given_name END,
                           CASE WHEN named THEN excluded.family_name ELSE child.family_name END,
                           CASE WHEN named THEN excluded.name_key ELSE child.name_key END
                      FROM (VALUES (trim(excluded.name_key) <> '')) AS says (named)),
               born = CASE WHEN isfinite(excluded.born) THEN excluded.born ELSE child.born END,
               revision = excluded.revision
         WHERE child.revision < excluded.revision
        """,
        *([*column] for column in zip(*map(_child_row, children), strict=True)),
    )


def _child_row(child: Child) -> tuple[object, ...]:
    upns = " ".join(typed.upn(upn) for upn in (child.upn, *child.former_upns) if upn)
    key = known_as.key(child.given_name, child.family_name)
    return child.child_id, upns, child.given_name, child.family_name, child.born, key, child.revision


async def add_child_upns(tx: Tx, children: Sequence[Child]) -> None:
    """Every number that these states name."""
    pairs = {(typed.upn(upn), c.child_id) for c in children for upn in (c.upn, *c.former_upns) if upn}
    await tx.execute(
        """
        INSERT INTO child_upn (upn, child_id) SELECT * FROM unnest($1::text[], $2::uuid[])
        ON CONFLICT DO NOTHING
        """,
        [upn for upn, _ in sorted(pairs)], [child for _, child in sorted(pairs)],
    )  # fmt: skip


async def keep_present(tx: Tx, children: Sequence[Child]) -> None:
    """What is known of these children now, before a newer state replaces it: yesterday's code kept only that."""
    await tx.execute(
        """
        WITH present AS (SELECT * FROM child WHERE child_id = ANY($1::uuid[])),
             upns AS (INSERT INTO child_upn (upn, child_id) SELECT unnest(upns), child_id FROM present
                          ON CONFLICT DO NOTHING)
        INSERT INTO child_name (child_id, revision, given_name, family_name, born, name_key, since)
        SELECT child_id, revision, given_name, family_name, born, name_key, $2 FROM present
         WHERE trim(name_key) <> ''
           AND NOT EXISTS (SELECT FROM child_name AS old
                            WHERE old.child_id = present.child_id
                              AND (old.given_name, old.family_name) = (present.given_name, present.family_name)
                              AND (old.born = present.born OR NOT isfinite(present.born)))
        ON CONFLICT DO NOTHING
        """,
        [child.child_id for child in children], tx.now,
    )  # fmt: skip


async def add_child_names(tx: Tx, children: Sequence[Child]) -> None:
    """Each name and birth date that differs from the one before."""
    keys = [known_as.key(c.given_name, c.family_name) for c in children]
    await tx.execute(
        """
        INSERT INTO child_name (child_id, revision, given_name, family_name, born, name_key, since)
        SELECT child_id, revision, given_name, family_name, born, name_key, $7
          FROM (SELECT new.*, lag((given_name, family_name, born)::text) OVER by_revision AS before,
                       row_number() OVER by_revision AS place
                  FROM unnest($1::uuid[], $2::bigint[], $3::text[], $4::text[], $5::date[], $6::text[])
                       AS new (child_id, revision, given_name, family_name, born, name_key)
                WINDOW by_revision AS (PARTITION BY child_id ORDER BY revision)) AS new
         WHERE (given_name, family_name, born)::text IS DISTINCT FROM CASE WHEN place > 1 THEN before ELSE
               (SELECT (old.given_name, old.family_name, old.born)::text FROM child_name AS old
                 WHERE old.child_id = new.child_id AND old.revision <= new.revision
                 ORDER BY old.revision DESC LIMIT 1) END
        ON CONFLICT DO NOTHING
        """,
        [c.child_id for c in children], [c.revision for c in children], [c.given_name for c in children],
        [c.family_name for c in children], [c.born for c in children], keys, tx.now,
    )  # fmt: skip


NAMES_ADDED = """
    INSERT INTO {table} ({id}, revision, name, name_key, since)
    SELECT {id}, revision, name, name_key, $5
      FROM (SELECT new.*, lag((name, name_key)::text) OVER by_revision AS before,
                   row_number() OVER by_revision AS place
              FROM unnest($1::{type}[], $2::bigint[], $3::text[], $4::text[]) AS new ({id}, revision, name, name_key)
            WINDOW by_revision AS (PARTITION BY {id} ORDER BY revision)) AS new
     WHERE (name, name_key)::text IS DISTINCT FROM CASE WHEN place > 1 THEN before ELSE
           (SELECT (old.name, old.name_key)::text FROM {table} AS old
             WHERE old.{id} = new.{id} AND old.revision <= new.revision
             ORDER BY old.revision DESC LIMIT 1) END
    ON CONFLICT DO NOTHING
"""
PERSON_NAMES_ADDED = NAMES_ADDED.format(table="person_name", id="account_id", type="uuid")
SCHOOL_NAMES_ADDED = NAMES_ADDED.format(table="school_name", id="urn", type="text")


async def add_person_names(tx: Tx, accounts: Sequence[Account]) -> None:
    """Each name that differs from the one before."""
    await tx.execute(
        PERSON_NAMES_ADDED,
        [a.account_id for a in accounts], [a.revision for a in accounts], [a.name for a in accounts],
        [known_as.words(a.name) for a in accounts], tx.now,
    )  # fmt: skip


async def add_school_names(tx: Tx, schools: Sequence[School]) -> None:
    """Each name that differs from the one before."""
    await tx.execute(
        SCHOOL_NAMES_ADDED,
        [s.urn for s in schools], [s.revision for s in schools], [s.name for s in schools],
        [known_as.words(s.name) for s in schools], tx.now,
    )  # fmt: skip


async def add_agreements(tx: Tx, schools: Sequence[School]) -> None:
    """What the agreements that these schools act under are called."""
    await tx.execute(
        """
        INSERT INTO agreement (version, name, since)
        SELECT * FROM unnest($1::text[], $2::text[], $3::timestamptz[]) AS new (version, name, since)
         WHERE version IS NOT NULL
        ON CONFLICT DO NOTHING
        """,
        [s.agreement for s in schools], [s.agreement_named for s in schools], [s.agreement_since for s in schools],
    )  # fmt: skip
