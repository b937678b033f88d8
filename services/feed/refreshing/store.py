"""SQL for refreshes: what became of each, the rows of the one that is read, and how they come into the mirror."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, NamedTuple

from services.feed.mirror.store import Touched
from services.feed.source import Body, Subject
from services.feed.ways.extract.reading import ReadRow
from shared.database.columns import columns
from shared.database.tx import Tx

State = Literal["reading", "held", "applying", "taken", "refused", "left"]


class Overtaken(Exception):
    """Another process reads, or another extract came: what is being done here is nobody's any more."""


@dataclass(frozen=True, slots=True)
class Refresh:
    """What became of one extract. `sentences`: why it was refused or held."""

    id: int
    fingerprint: str
    folder: str
    taken_at: datetime | None
    complete_to: datetime | None
    state: State
    sentences: Sequence[str]
    released: bool

    @property
    def may_come(self) -> bool:
        """Whether it is to come into the mirror."""
        return self.state == "applying" or self.released


class Window(NamedTuple):
    """The rows of a table with keys over `after`, up to `to` (None: all the rest)."""

    table: str
    after: str
    to: str | None


REFRESH = "id, fingerprint, folder, taken_at, complete_to, state, sentences, released_at IS NOT NULL AS released"
NAMED = """EXISTS (SELECT FROM mirror AS named WHERE named.owner = mirror.owner AND named.school IS NOT NULL
                                                     AND named.deleted_at IS NULL)"""
"""A school's uploaded roll names the child whose row it is."""
WITHIN = "source_table = $1 AND key > $2 AND ($3::text IS NULL OR key <= $3)"


async def open_one(tx: Tx, source: str) -> Refresh | None:
    """The one of this source that is being read, is held or is applied. `source` is '' where one is read alone."""
    where = "source = $1 AND state IN ('reading', 'held', 'applying')"
    return await tx.one(Refresh, f"SELECT {REFRESH} FROM refresh WHERE {where}", source)  # noqa: S608


async def in_use(tx: Tx, source: str) -> Refresh | None:
    """The last that was taken."""
    where = "source = $1 AND state = 'taken' ORDER BY id DESC LIMIT 1"
    return await tx.one(Refresh, f"SELECT {REFRESH} FROM refresh WHERE {where}", source)  # noqa: S608


async def last(tx: Tx, source: str) -> Refresh | None:
    """The last of which it is known what became of it."""
    where = "source = $1 AND state IN ('held', 'taken', 'refused') ORDER BY id DESC LIMIT 1"
    return await tx.one(Refresh, f"SELECT {REFRESH} FROM refresh WHERE {where}", source)  # noqa: S608


async def known(tx: Tx, source: str, fingerprints: Collection[str]) -> dict[str, State]:
    """What became of those of these that were looked at, and that nobody need look at again."""
    found = await tx.rows(
        "SELECT DISTINCT ON (fingerprint) fingerprint, state FROM refresh"
        " WHERE fingerprint = ANY($1::text[]) AND source = $2 AND state IN ('held', 'taken', 'refused')"
        " ORDER BY fingerprint, id DESC",
        list(fingerprints), source,
    )  # fmt: skip
    return {row["fingerprint"]: row["state"] for row in found}


async def begin(
    tx: Tx, source: str, fingerprint: str, folder: str, taken_at: datetime | None, complete_to: datetime | None
) -> int:
    """Begin to read this one; what was read of this source, or was held, is left."""
    await tx.execute(
        "UPDATE refresh SET state = 'left', ended_at = now() WHERE source = $1 AND state IN ('reading', 'held')", source
    )
    id: int = await tx.value(
        "INSERT INTO refresh (source, fingerprint, folder, taken_at, complete_to, state)"
        " VALUES ($1, $2, $3, $4, $5, 'reading') RETURNING id",
        source, fingerprint, folder, taken_at, complete_to,
    )  # fmt: skip
    return id


async def hold_fast(tx: Tx, id: int, state: State) -> None:
    """Lock this one to the end of the transaction; raises Overtaken where it is not in this state any more."""
    if await tx.value("SELECT state FROM refresh WHERE id = $1 FOR UPDATE", id) != state:
        raise Overtaken


async def become(tx: Tx, id: int, state: State, sentences: Sequence[str] = ()) -> None:
    """Note what has become of it."""
    ends = state in ("taken", "refused", "left")
    await tx.execute(
        "UPDATE refresh SET state = $2, sentences = $3, ended_at = CASE WHEN $4 THEN now() END WHERE id = $1",
        id, state, list(sentences), ends,
    )  # fmt: skip


async def clear(tx: Tx, tables: Collection[str] | None) -> None:
    """Let go of the rows of these tables that were read; None: of all."""
    if tables is None:
        await tx.execute("TRUNCATE refresh_row")
    else:
        await tx.execute("DELETE FROM refresh_row WHERE source_table = ANY($1::text[])", list(tables))


async def add_rows(tx: Tx, rows: Sequence[ReadRow]) -> None:
    """Put rows that were read beside the mirror."""
    await tx.execute(
        """
        INSERT INTO refresh_row (source_table, key, owner, body)
        SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::jsonb[])
        """,
        *columns(((r.table, r.key, r.owner, r.body) for r in rows), width=4),
    )


async def window(tx: Tx, table: str, after: str, rows_max: int) -> Window:
    """The next rows of a table, about so many of those that were read."""
    to = await tx.value(
        "SELECT key FROM refresh_row WHERE source_table = $1 AND key > $2 ORDER BY key OFFSET $3 LIMIT 1",
        table, after, rows_max,
    )  # fmt: skip
    return Window(table, after, to)


async def differing(tx: Tx, window: Window, stay: bool = False) -> list[tuple[Body | None, Body | None]]:
    """(as it is kept, as it was read) of the rows that differ; None where it is not there. Of new ones nothing more.

    Rows that schools uploaded are not looked at. `stay`: nor are children whom an uploaded roll names.
    """
    found = await tx.rows(
        f"""
        SELECT was.body AS was, CASE WHEN was.key IS NULL THEN '{{}}' ELSE now.body END AS now
          FROM (SELECT key, body, $4 AND {NAMED} AS stays
                  FROM mirror WHERE {WITHIN} AND deleted_at IS NULL AND school IS NULL) AS was
          FULL JOIN (SELECT key, body FROM refresh_row WHERE {WITHIN}) AS now USING (key)
         WHERE was.body::text IS DISTINCT FROM now.body::text AND NOT (now.key IS NULL AND stays)
        """,  # noqa: S608
        *window, stay,
    )  # fmt: skip
    return [(row["was"], row["now"]) for row in found]


async def filled(tx: Tx, window: Window, watched: Sequence[str]) -> dict[str | None, int]:
    """Of the rows that are kept: how many there are (None), and how many have something in each of these columns."""
    found = await tx.rows(
        f"""
        SELECT watched, count(*) AS rows
          FROM mirror, unnest(array_append($4::text[], NULL)) AS watched
         WHERE {WITHIN} AND deleted_at IS NULL AND school IS NULL AND (watched IS NULL OR body ->> watched IS NOT NULL)
         GROUP BY watched
        """,  # noqa: S608
        *window, list(watched),
    )  # fmt: skip
    return {row["watched"]: row["rows"] for row in found}


async def apply(tx: Tx, window: Window, generation: int) -> list[Touched]:
    """Make these rows of the mirror those that were read; return the ones that changed or are new."""
    found = await tx.rows(
        f"""
        INSERT INTO mirror AS m (source_table, key, owner, body, generation, position)
        SELECT source_table, key, owner, body, $4, 0 FROM refresh_row WHERE {WITHIN}
            ON CONFLICT (source_table, key) DO UPDATE
           SET owner = excluded.owner, body = excluded.body, generation = excluded.generation, position = 0,
               deleted_at = NULL
         WHERE m.school IS NULL
           AND ((m.body::text, m.owner) IS DISTINCT FROM (excluded.body::text, excluded.owner)
                OR m.deleted_at IS NOT NULL)
        RETURNING new.source_table, new.key, old.owner AS was_about, new.owner AS is_about
        """,  # noqa: S608
        *window, generation,
    )  # fmt: skip
    return [Touched(*row.values()) for row in found]


async def take_out(tx: Tx, window: Window, stay: bool = False) -> list[Touched]:
    """Take out the rows of the mirror that were not read; return them. What schools uploaded stays, and with `stay`
    the children whom an uploaded roll names, as they were last read."""
    found = await tx.rows(
        f"""
        UPDATE mirror SET body = '{{}}', deleted_at = now()
         WHERE {WITHIN} AND deleted_at IS NULL AND school IS NULL AND NOT ($4 AND {NAMED})
           AND NOT EXISTS (SELECT FROM refresh_row AS now
                            WHERE (now.source_table, now.key) = (mirror.source_table, mirror.key))
        RETURNING source_table, key, owner AS was_about, owner AS is_about
        """,  # noqa: S608
        *window, stay,
    )  # fmt: skip
    return [Touched(*row.values()) for row in found]


async def add_later(tx: Tx, subjects: Collection[Subject]) -> None:
    """Note who is to be looked at when all the others have been."""
    await tx.execute(
        "INSERT INTO dirty_later (kind, key) SELECT * FROM unnest($1::text[], $2::text[]) ON CONFLICT DO NOTHING",
        *columns(sorted(subjects), width=2),
    )
