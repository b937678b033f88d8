"""Every SQL statement about what lookup keeps of a child beside its row: rolls, cases, allocations."""

from collections.abc import Sequence

from services.lookup.records import domain
from shared.contracts.feed import Child
from shared.database.columns import columns
from shared.database.tx import Tx
from shared.events.kept import Keys

REPLACE_PARTS = """
WITH no_roll AS (DELETE FROM roll WHERE child_id = ANY($1::uuid[])),
     no_case AS (DELETE FROM open_case WHERE child_id = ANY($1::uuid[])),
     no_allocation AS (DELETE FROM allocation WHERE child_id = ANY($1::uuid[])),
     no_perhaps AS (DELETE FROM perhaps WHERE child_id = ANY($1::uuid[])),
     maybe AS (
        INSERT INTO perhaps (child_id, school, starts, ends, upn, given_key, family_key, born)
        SELECT * FROM unnest($18::uuid[], $19::text[], $20::date[], $21::date[], $22::text[], $23::text[],
                             $24::text[], $25::date[])),
     rolls AS (
        INSERT INTO roll (child_id, school, starts, ends, upn, name_key, born)
        SELECT * FROM unnest($2::uuid[], $3::text[], $4::date[], $5::date[], $6::text[], $7::text[],
                             $8::date[])),
     cases AS (
        INSERT INTO open_case (child_id, team_id, starts, ends)
        SELECT * FROM unnest($9::uuid[], $10::uuid[], $11::date[], $12::date[]))
INSERT INTO allocation (child_id, worker_id, lead, starts, ends)
SELECT * FROM unnest($13::uuid[], $14::uuid[], $15::boolean[], $16::date[], $17::date[])
"""


async def put_parts(tx: Tx, keys: Keys, children: Sequence[Child]) -> None:
    """Delete the rolls, cases and allocations of all these keys, and insert those of these children.

    One statement, for each is a wait that whoever searches just then waits too. It comes after the one that locked the
    children's rows, so that it sees what another consumer of the same partition has inserted before.
    """
    await tx.execute(
        REPLACE_PARTS,
        list(keys),
        *columns((row for child in children for row in domain.on_rolls(child)), width=7),
        *columns((row for child in children for row in _cases(child)), width=4),
        *columns(
            ((c.child_id, a.worker_id, a.lead, a.starts, a.ends) for c in children for a in c.allocations), width=5
        ),
        *columns((row for child in children for row in domain.perhaps(child)), width=8),
    )


def _cases(child: Child) -> list[tuple[object, ...]]:
    """Those whose days could be read; for the others the child's row says that its cases could not be."""
    return [(child.child_id, case.team_id, case.starts, case.ends) for case in child.cases if not case.doubtful]
