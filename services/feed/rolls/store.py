"""SQL for rolls that schools upload. The statements are put together from constants; every value is an argument."""
# ruff: noqa: S608

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from services.feed.mirror.store import Touched
from services.feed.source import Body
from services.feed.uploads import UploadedChild, Uploads
from shared.database.columns import columns
from shared.database.tx import Tx

UPLOAD = "id, school, state, basis, format, number, counts, preview, held, reason, by, at, taken_at, ended_at"


@dataclass(frozen=True, slots=True)
class KeptUpload:
    """An upload. `basis`: the one in use when it was compared. `preview`: what it would change; None once it is
    taken."""

    id: UUID
    school: str
    state: str
    basis: UUID | None
    format: str
    number: str | None
    counts: Mapping[str, int]
    preview: Mapping[str, Any] | None
    held: str | None
    reason: str | None
    by: UUID
    at: datetime
    taken_at: datetime | None
    ended_at: datetime | None


@dataclass(frozen=True, slots=True)
class RollSchool:
    """What is known of a school's rolls. `upload`: the one in use; None: the council's own roll is."""

    upload: UUID | None = None
    number: str | None = None
    columns: Mapping[str, str] | None = None


async def school(tx: Tx, urn: str) -> RollSchool:
    found = await tx.one(RollSchool, "SELECT upload, number, columns FROM roll_school WHERE school = $1", urn)
    return found or RollSchool()


async def urn_of_number(tx: Tx, number: str) -> str | None:
    """The school whose files have said this DfE number."""
    found: str | None = await tx.value("SELECT school FROM roll_school WHERE number = $1", number)
    return found


async def put_columns(tx: Tx, urn: str, named: Mapping[str, str]) -> None:
    await tx.execute(
        "INSERT INTO roll_school (school, columns) VALUES ($1, $2)"
        " ON CONFLICT (school) DO UPDATE SET columns = excluded.columns",
        urn, dict(named) or None,
    )  # fmt: skip


async def put_in_use(tx: Tx, urn: str, upload: UUID | None, number: str | None = None) -> None:
    """From now on the school's roll is this upload's; None: the council's own."""
    await tx.execute(
        "INSERT INTO roll_school (school, upload, number) VALUES ($1, $2, $3) ON CONFLICT (school)"
        " DO UPDATE SET upload = excluded.upload, number = coalesce(excluded.number, roll_school.number)",
        urn, upload, number,
    )  # fmt: skip


async def enrolled(tx: Tx, uploads: Uploads, urn: str, uploaded: bool) -> list[tuple[str, Body]]:
    """(owner, cells) of the rows that put children on this school's roll: the uploaded ones, or the source's own."""
    whose = "school = $1" if uploaded else f"school IS NULL AND body ->> '{uploads.school}' = $1"
    found = await tx.rows(
        f"""
        SELECT owner, body FROM mirror
         WHERE source_table = '{uploads.enrolment}' AND {whose} AND deleted_at IS NULL AND owner IS NOT NULL
         ORDER BY owner, key
        """,
        urn,
    )
    return [(row["owner"], row["body"]) for row in found]


async def with_upns(tx: Tx, upns: Collection[str]) -> list[str]:
    """The children, of the roll's side, who have or had one of these UPNs."""
    found = await tx.rows(
        "SELECT key FROM link_record WHERE side = 'roll' AND keys && $1::text[] ORDER BY key",
        [f"ru{upn}" for upn in upns],
    )
    return [row["key"] for row in found]


async def child_rows(tx: Tx, uploads: Uploads, keys: Collection[str]) -> list[tuple[str, Body, bool]]:
    """(key, cells, whether an upload put it there) of the children's own rows with these keys."""
    found = await tx.rows(
        f"""
        SELECT key, body, school IS NOT NULL AS own FROM mirror
         WHERE source_table = '{uploads.child}' AND key = ANY($1::text[]) AND deleted_at IS NULL ORDER BY key
        """,
        list(keys),
    )
    return [(row["key"], row["body"], row["own"]) for row in found]


async def put_upload(tx: Tx, one: KeptUpload, children: Sequence[UploadedChild]) -> None:
    """Keep what an upload would change, and the roll as it would be. Another one that waits is dropped."""
    await tx.execute("DELETE FROM roll_upload WHERE school = $1 AND state = 'previewed'", one.school)
    await tx.execute(
        f"INSERT INTO roll_upload ({UPLOAD}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)",
        one.id, one.school, one.state, one.basis, one.format, one.number, dict(one.counts), one.preview, one.held,
        one.reason, one.by, one.at, one.taken_at, one.ended_at,
    )  # fmt: skip
    await tx.execute(
        "INSERT INTO roll_child (upload, key, body) SELECT $1, * FROM unnest($2::text[], $3::jsonb[])",
        one.id, *columns(((child.key, child._asdict()) for child in children), width=2),
    )  # fmt: skip


async def upload(tx: Tx, id: UUID, urn: str) -> KeptUpload | None:
    """One of this school's, locked to the end of the transaction."""
    return await tx.one(
        KeptUpload, f"SELECT {UPLOAD} FROM roll_upload WHERE id = $1 AND school = $2 FOR UPDATE", id, urn
    )


async def last_uploads(tx: Tx, urn: str, count: int) -> list[KeptUpload]:
    """The last of this school's, the newest first."""
    rows = await tx.rows(f"SELECT {UPLOAD} FROM roll_upload WHERE school = $1 ORDER BY at DESC LIMIT $2", urn, count)
    return [KeptUpload(**row) for row in rows]


async def children_of(tx: Tx, upload: UUID) -> list[UploadedChild]:
    """The roll by an upload."""
    rows = await tx.rows("SELECT body FROM roll_child WHERE upload = $1 ORDER BY key", upload)
    return [UploadedChild(**{**row["body"], "former_upns": tuple(row["body"]["former_upns"])}) for row in rows]


async def note_taken(tx: Tx, id: UUID, reason: str | None) -> None:
    await tx.execute(
        "UPDATE roll_upload SET state = 'taken', taken_at = now(), ended_at = NULL, preview = NULL, reason = $2"
        " WHERE id = $1",
        id, reason,
    )  # fmt: skip


async def note_ended(tx: Tx, id: UUID, undone: bool = False) -> None:
    await tx.execute(
        "UPDATE roll_upload SET ended_at = now(), state = CASE WHEN $2 THEN 'undone' ELSE state END WHERE id = $1",
        id, undone,
    )  # fmt: skip


async def note_in_use_again(tx: Tx, id: UUID) -> None:
    await tx.execute("UPDATE roll_upload SET ended_at = NULL WHERE id = $1", id)


async def bring(tx: Tx, urn: str, rows: Sequence[tuple[str, str, str | None, Body]], generation: int) -> list[Touched]:
    """Make these (table, key, owner, cells) the rows of the mirror, as this school's; those that changed or are new.
    A row that the source itself has stays the source's."""
    found = await tx.rows(
        """
        INSERT INTO mirror AS m (source_table, key, owner, body, generation, position, school)
        SELECT source_table, key, owner, body, $5, 0, $6
          FROM unnest($1::text[], $2::text[], $3::text[], $4::jsonb[]) AS new (source_table, key, owner, body)
            ON CONFLICT (source_table, key) DO UPDATE
           SET owner = excluded.owner, body = excluded.body, school = excluded.school, generation = excluded.generation,
               deleted_at = NULL
         WHERE m.school IS NOT NULL AND (m.body::text <> excluded.body::text OR m.school <> excluded.school
                                         OR m.deleted_at IS NOT NULL)
        RETURNING new.source_table, new.key, old.owner AS was_about, new.owner AS is_about
        """,
        *columns(rows, width=4), generation, urn,
    )  # fmt: skip
    return [Touched(*row.values()) for row in found]


async def take_out(tx: Tx, uploads: Uploads, urn: str, keep: Collection[str]) -> list[Touched]:
    """Take out this school's uploaded enrolments but these (by key), and then the children's own rows that were
    uploaded and that no uploaded roll names any more."""
    gone = await tx.rows(
        f"""
        UPDATE mirror SET body = '{{}}', deleted_at = now()
         WHERE school = $1 AND source_table = '{uploads.enrolment}' AND deleted_at IS NULL AND key <> ALL($2::text[])
        RETURNING source_table, key, owner AS was_about, owner AS is_about
        """,
        urn, list(keep),
    )  # fmt: skip
    alone = await tx.rows(
        f"""
        UPDATE mirror AS m SET body = '{{}}', deleted_at = now()
         WHERE source_table = '{uploads.child}' AND school IS NOT NULL AND deleted_at IS NULL
           AND owner = ANY($1::text[])
           AND NOT EXISTS (SELECT FROM mirror AS named
                            WHERE named.owner = m.owner AND named.source_table = '{uploads.enrolment}'
                              AND named.school IS NOT NULL AND named.deleted_at IS NULL)
        RETURNING source_table, key, owner AS was_about, owner AS is_about
        """,
        [row["was_about"] for row in gone],
    )
    return [Touched(*row.values()) for row in (*gone, *alone)]


async def ids(tx: Tx, keys: Collection[str]) -> list[UUID]:
    """The ids of the children with these keys."""
    rows = await tx.rows(
        "SELECT id FROM subject WHERE kind = 'child' AND key = ANY($1::text[]) ORDER BY id", list(keys)
    )
    return [row["id"] for row in rows]


async def forget(tx: Tx, previewed_before: datetime, ended_before: datetime) -> None:
    """Drop what was shown and not taken, and the rolls that nobody can go back to any more."""
    await tx.execute("DELETE FROM roll_upload WHERE state = 'previewed' AND at < $1", previewed_before)
    await tx.execute(
        "DELETE FROM roll_child USING roll_upload WHERE roll_upload.id = upload AND ended_at < $1", ended_before
    )
