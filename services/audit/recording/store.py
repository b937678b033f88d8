"""Every SQL statement that writes entries."""

from collections.abc import Sequence

from services.audit.recording.domain import Entry
from shared.database.columns import columns
from shared.database.tx import Tx

ENTRY_LOCK = 0x656E747279


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
        *columns(map(_row, entries)),
    )


def _row(entry: Entry) -> tuple[object, ...]:
    found = entry.indexed
    children = ",".join(map(str, found.children))
    return (
        entry.entry_id, entry.source, entry.type, entry.kind, entry.known, entry.at, entry.correlation,
        found.actor, found.role, found.school, found.agreement, f"{{{children}}}", found.purpose, found.outcome,
        entry.headers, entry.body,
    )  # fmt: skip
