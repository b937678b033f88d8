"""Every SQL statement on names: who has or had one, and what somebody is called."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from shared import typed
from shared.contracts.feed import Child
from shared.contracts.identity import Account, School
from shared.database.columns import columns
from shared.database.tx import Tx
from shared.names import key, words


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


async def children_born(tx: Tx, born: date) -> list[tuple[UUID, str, str]]:
    """Everybody who has or ever had this birth date, with each name that they had with it."""
    rows = await tx.rows(
        """
        SELECT child_id, given_name, family_name FROM child_name WHERE born = $1
        UNION SELECT child_id, given_name, family_name FROM child WHERE born = $1
        """,
        born,
    )
    return [(row["child_id"], row["given_name"], row["family_name"]) for row in rows]


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
    """The newest of each; a name or birth date that it leaves out (ended, or unreadable) stays as it was."""
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
        *columns(map(_child_row, children)),
    )


def _child_row(child: Child) -> tuple[object, ...]:
    upns = " ".join(typed.upn(upn) for upn in (child.upn, *child.former_upns) if upn)
    name_key = key(child.given_name, child.family_name)
    return child.child_id, upns, child.given_name, child.family_name, child.born, name_key, child.revision


async def add_child_upns(tx: Tx, children: Sequence[Child]) -> None:
    """Every number that these states name."""
    pairs = {(typed.upn(upn), c.child_id) for c in children for upn in (c.upn, *c.former_upns) if upn}
    await tx.execute(
        """
        INSERT INTO child_upn (upn, child_id) SELECT * FROM unnest($1::text[], $2::uuid[])
        ON CONFLICT DO NOTHING
        """,
        *columns(sorted(pairs), width=2),
    )


async def keep_present(tx: Tx, children: Sequence[Child]) -> None:
    """Copy what is stored of these children into the histories: code before 0003_known_as kept only the newest."""
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


NAMES_ADDED = """
    INSERT INTO {table} ({id}, revision, {same}, name_key, since)
    SELECT {id}, revision, {same}, name_key, {now}
      FROM (SELECT new.*, lag(({differs})::text) OVER by_revision AS before, row_number() OVER by_revision AS place
              FROM unnest($1::{type}[], $2::bigint[], {arrays}) AS new ({id}, revision, {same}, name_key)
            WINDOW by_revision AS (PARTITION BY {id} ORDER BY revision)) AS new
     WHERE ({differs})::text IS DISTINCT FROM CASE WHEN place > 1 THEN before ELSE
           (SELECT ({differs})::text FROM {table} AS old
             WHERE old.{id} = new.{id} AND old.revision <= new.revision
             ORDER BY old.revision DESC LIMIT 1) END
    ON CONFLICT DO NOTHING
"""
"""Names, each that differs from the one before."""
NAME = {"same": "name", "differs": "name, name_key", "arrays": "$3::text[], $4::text[]", "now": "$5"}
PERSON_NAMES_ADDED = NAMES_ADDED.format(table="person_name", id="account_id", type="uuid", **NAME)
SCHOOL_NAMES_ADDED = NAMES_ADDED.format(table="school_name", id="urn", type="text", **NAME)
CHILD_NAMES_ADDED = NAMES_ADDED.format(
    table="child_name", id="child_id", type="uuid", same="given_name, family_name, born",
    differs="given_name, family_name, born", arrays="$3::text[], $4::text[], $5::date[], $6::text[]", now="$7",
)  # fmt: skip


async def add_child_names(tx: Tx, children: Sequence[Child]) -> None:
    """Each name and birth date that differs from the one before."""
    said = (
        (c.child_id, c.revision, c.given_name, c.family_name, c.born, key(c.given_name, c.family_name))
        for c in children
    )
    await tx.execute(CHILD_NAMES_ADDED, *columns(said, width=6), tx.now)


async def add_person_names(tx: Tx, accounts: Sequence[Account]) -> None:
    """Each name that differs from the one before."""
    said = ((a.account_id, a.revision, a.name, words(a.name)) for a in accounts)
    await tx.execute(PERSON_NAMES_ADDED, *columns(said, width=4), tx.now)


async def add_school_names(tx: Tx, schools: Sequence[School]) -> None:
    """Each name that differs from the one before."""
    said = ((s.urn, s.revision, s.name, words(s.name)) for s in schools)
    await tx.execute(SCHOOL_NAMES_ADDED, *columns(said, width=4), tx.now)


async def add_agreements(tx: Tx, schools: Sequence[School]) -> None:
    """What the agreements that these schools act under are called."""
    await tx.execute(
        """
        INSERT INTO agreement (version, name, since)
        SELECT * FROM unnest($1::text[], $2::text[], $3::timestamptz[]) AS new (version, name, since)
         WHERE version IS NOT NULL
        ON CONFLICT DO NOTHING
        """,
        *columns(((s.agreement, s.agreement_named, s.agreement_since) for s in schools), width=3),
    )
