"""SQL for linking: records by what they are found, the pairs of them, and what a person decided."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from services.feed.linking.domain import Ends, Judgement, LinkRecord, Pair, Said, Standing, from_json
from services.feed.source import Body, Place, Side
from shared.database.columns import columns
from shared.database.tx import Tx


class KeptRecord(NamedTuple):
    """A record as it is kept. `keys`: under which it is found; `version`: of the rules for that."""

    key: str
    side: Side
    described: dict[str, Any]
    digest: bytes
    keys: Sequence[str]
    version: str


async def rows_at(tx: Tx, places: Collection[tuple[str, str]]) -> list[tuple[str, str, Body]]:
    """(table, key, body) of the source's rows that are at these places: (table, key)."""
    found = await tx.rows(
        """
        SELECT source_table, key, body
          FROM mirror JOIN unnest($1::text[], $2::text[]) AS asked (source_table, key) USING (source_table, key)
         WHERE deleted_at IS NULL
        """,
        [table for table, _ in places], [key for _, key in places],
    )  # fmt: skip
    return [(r["source_table"], r["key"], r["body"]) for r in found]


async def put_records(tx: Tx, records: Collection[KeptRecord]) -> None:
    """Keep these. One that is described as before was compared already, unless by other rules."""
    flat = [(key, text) for key, *_, texts, _ in records for text in texts]
    await tx.execute(
        """
        INSERT INTO link_record AS was (key, side, described, digest, version, keys)
        SELECT new.*, coalesce(texts.keys, '{}')
          FROM unnest($1::text[], $2::text[], $3::jsonb[], $4::bytea[], $5::text[])
               AS new (key, side, described, digest, version)
          LEFT JOIN (SELECT key, array_agg(text ORDER BY text) AS keys FROM unnest($6::text[], $7::text[])
                       AS flat (key, text) GROUP BY key) AS texts USING (key)
            ON CONFLICT (key) DO UPDATE
           SET described = excluded.described, digest = excluded.digest, version = excluded.version,
               keys = excluded.keys, settled = CASE WHEN was.version = excluded.version THEN was.settled END
         WHERE (was.digest, was.version) <> (excluded.digest, excluded.version)
        """,
        *columns(((r.key, r.side, r.described, r.digest, r.version) for r in records), width=5),
        *columns(flat, width=2),
    )  # fmt: skip


async def drop_records(tx: Tx, keys: Collection[str]) -> None:
    """The source has these no more."""
    await tx.execute("DELETE FROM link_record WHERE key = ANY($1::text[])", list(keys))


async def of_other_rules(tx: Tx, version: str, records_max: int) -> list[str]:
    """The keys of some that were described by other rules."""
    found = await tx.rows("SELECT key FROM link_record WHERE version <> $1 ORDER BY key LIMIT $2", version, records_max)
    return [row["key"] for row in found]


async def undescribed(tx: Tx, tables: Collection[str], rows_max: int) -> list[Place]:
    """Some rows of these tables, of children, that were never described."""
    found = await tx.rows(
        """
        SELECT source_table, key FROM mirror
         WHERE source_table = ANY($1::text[]) AND deleted_at IS NULL AND owner IS NOT NULL
           AND NOT EXISTS (SELECT FROM link_record WHERE link_record.key = mirror.owner)
         LIMIT $2
        """,
        list(tables), rows_max,
    )  # fmt: skip
    return [(row["source_table"], row["key"]) for row in found]


async def changed(tx: Tx, keys: Collection[str]) -> tuple[list[LinkRecord], list[str]]:
    """The records of these that changed since they were compared; and those that are in a pair, and there no more."""
    found = await tx.rows(
        """
        SELECT asked.key, side, described
          FROM unnest($1::text[]) AS asked (key) LEFT JOIN link_record USING (key)
         WHERE (side IS NOT NULL AND settled IS DISTINCT FROM digest)
            OR (side IS NULL AND EXISTS (SELECT FROM link_pair WHERE asked.key IN (roll, care)))
        """,
        list(keys),
    )
    records = [LinkRecord(r["key"], r["side"], from_json(r["described"])) for r in found if r["side"]]
    return records, [r["key"] for r in found if not r["side"]]


async def candidates(tx: Tx, wanted: Mapping[str, Iterable[str]]) -> list[tuple[str, LinkRecord]]:
    """By each record's key those found under a text that it looks for.

    Each row is read where the index finds it: joined back by key the whole table would be read, for the planner takes
    1 % of it to be found.
    """
    found = await tx.rows(
        """
        SELECT asked.key AS asked, other.key, other.side, other.described
          FROM (SELECT key, array_agg(text) AS texts
                  FROM unnest($1::text[], $2::text[]) AS flat (key, text)
                 GROUP BY key) AS asked
          JOIN link_record AS other ON other.keys && asked.texts
        """,
        *columns(((key, text) for key, texts in wanted.items() for text in texts), width=2),
    )
    return [(r["asked"], LinkRecord(r["key"], r["side"], from_json(r["described"]))) for r in found]


async def said_with(tx: Tx, keys: Collection[str]) -> list[tuple[str, LinkRecord]]:
    """By each record's key those of which a person said whether they are of one child with it."""
    found = await tx.rows(
        """
        SELECT asked, other.key, side, described
          FROM (SELECT roll, care FROM link_decision WHERE roll = ANY($1::text[])
                UNION ALL SELECT care, roll FROM link_decision WHERE care = ANY($1)) AS said (asked, with_key)
          JOIN link_record AS other ON other.key = with_key
        """,
        list(keys),
    )
    return [(r["asked"], LinkRecord(r["key"], r["side"], from_json(r["described"]))) for r in found]


async def said_of(tx: Tx, keys: Collection[str]) -> dict[Ends, Said]:
    """What a person said of pairs with one of these records."""
    found = await tx.rows(
        """
        SELECT roll, care, same, (r.digest, c.digest) = (d.roll_digest, d.care_digest) AS counts
          FROM link_decision AS d JOIN link_record AS r ON r.key = d.roll JOIN link_record AS c ON c.key = d.care
         WHERE roll = ANY($1::text[]) OR care = ANY($1)
        """,
        list(keys),
    )
    return {Ends(row["roll"], row["care"]): Said(row["same"], row["counts"]) for row in found}


async def pairs_around(tx: Tx, keys: Collection[str]) -> list[Pair]:
    """All pairs of these records, of those that they are paired with, of those, and so on."""
    found = await tx.rows(
        """
        WITH RECURSIVE around (key) AS (
            SELECT unnest($1::text[]) COLLATE "C"
            UNION
            SELECT other FROM around, LATERAL (
                SELECT care FROM link_pair WHERE roll = around.key
                UNION ALL SELECT roll FROM link_pair WHERE care = around.key) AS beside (other))
        SELECT roll, care, verdict, standing FROM link_pair WHERE roll = ANY(ARRAY(SELECT key FROM around))
        """,
        list(keys),
    )
    pairs = [(Ends(row["roll"], row["care"]), row) for row in found]
    said = await said_of(tx, [ends.roll for ends, _ in pairs]) if pairs else {}
    decided = {ends: one.same for ends, one in said.items() if one.counts}
    return [Pair(ends, row["verdict"], decided.get(ends), row["standing"]) for ends, row in pairs]


async def put_pairs(tx: Tx, keys: Collection[str], judged: Collection[Judgement]) -> None:
    """The pairs of these records, and no others."""
    await tx.execute(
        """
        DELETE FROM link_pair
         WHERE (roll = ANY($1::text[]) OR care = ANY($1))
           AND NOT EXISTS (SELECT FROM unnest($2::text[], $3::text[]) AS new (roll, care)
                            WHERE (new.roll, new.care) = (link_pair.roll, link_pair.care))
        """,
        list(keys), *columns((j.ends for j in judged), width=2),
    )  # fmt: skip
    await tx.execute(
        """
        INSERT INTO link_pair AS was (roll, care, verdict, why)
        SELECT roll, care, verdict, string_to_array(why, ' ')
          FROM unnest($1::text[], $2::text[], $3::text[], $4::text[]) AS new (roll, care, verdict, why)
            ON CONFLICT (roll, care) DO UPDATE SET verdict = excluded.verdict, why = excluded.why
         WHERE (was.verdict, was.why) <> (excluded.verdict, excluded.why)
        """,
        *columns(((*j.ends, j.verdict, " ".join(j.why)) for j in judged), width=4),
    )


async def put_standings(tx: Tx, standings: Mapping[Ends, Standing]) -> None:
    await tx.execute(
        """
        UPDATE link_pair SET standing = new.standing, since = now()
          FROM unnest($1::text[], $2::text[], $3::text[]) AS new (roll, care, standing)
         WHERE (link_pair.roll, link_pair.care) = (new.roll, new.care)
        """,
        *columns(((*ends, standing) for ends, standing in standings.items()), width=3),
    )


async def note_unsettled(tx: Tx, keys: Collection[str]) -> None:
    """Something was said of these: they are to be compared anew."""
    await tx.execute("UPDATE link_record SET settled = NULL WHERE key = ANY($1::text[])", list(keys))


async def note_settled(tx: Tx, keys: Collection[str]) -> None:
    """These were compared as they are described now."""
    await tx.execute("UPDATE link_record SET settled = digest WHERE key = ANY($1::text[])", list(keys))


async def linked_with(tx: Tx, keys: Collection[str]) -> list[Ends]:
    """The linked pairs of these records."""
    found = await tx.rows(
        """
        SELECT roll, care FROM link_pair
         WHERE standing = 'linked' AND (roll = ANY($1::text[]) OR care = ANY($1)) ORDER BY 1, 2
        """,
        list(keys),
    )
    return [Ends(row["roll"], row["care"]) for row in found]


async def in_doubt(tx: Tx, keys: Collection[str]) -> frozenset[str]:
    """Of these records of the roll's side: those with a pair that waits, and those that nobody can compare, unless a
    person has linked them."""
    found = await tx.rows(
        """
        SELECT roll AS key FROM link_pair WHERE roll = ANY($1::text[]) AND standing = 'waiting'
        UNION
        SELECT key FROM link_record
         WHERE key = ANY($1) AND side = 'roll'
           AND '' IN (described->>'given_name', described->>'family_name', coalesce(described->>'born', ''))
           AND NOT EXISTS (SELECT FROM link_pair WHERE roll = key AND standing = 'linked')
        """,
        list(keys),
    )
    return frozenset(row["key"] for row in found)


async def counts(tx: Tx) -> dict[str, int]:
    """How many pairs stand how."""
    found = await tx.rows("SELECT standing, count(*) FROM link_pair GROUP BY 1")
    return {row["standing"]: row["count"] for row in found}
