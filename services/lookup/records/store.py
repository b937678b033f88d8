"""Every SQL statement about what lookup keeps of a child beside its row: rolls, cases, allocations."""

from collections.abc import Sequence

from services.lookup.records import domain
from shared import matching
from shared.contracts.feed import Child
from shared.database.columns import columns
from shared.database.tx import Tx
from shared.events.kept import Copied, Keys

SAME = """
    (roll.child_id, roll.school, roll.starts, roll.name_key, roll.born, roll.keys_version)
    = (new.child_id, new.school, new.starts, new.name_key, new.born, new.keys_version)
    AND (roll.ends, roll.upn, roll.keys) IS NOT DISTINCT FROM (new.ends, new.upn, new.keys)"""
REPLACE_PARTS = f"""
WITH new AS (
        SELECT child_id, school, starts, ends, upn, name_key, born, string_to_array(keys, ' ')::bigint[] AS keys,
               $10::integer AS keys_version
          FROM unnest($2::uuid[], $3::text[], $4::date[], $5::date[], $6::text[], $7::text[], $8::date[], $9::text[])
               AS one (child_id, school, starts, ends, upn, name_key, born, keys)),
     no_roll AS (DELETE FROM roll WHERE child_id = ANY($1::uuid[]) AND NOT EXISTS (SELECT FROM new WHERE {SAME})),
     no_case AS (DELETE FROM open_case WHERE child_id = ANY($1::uuid[])),
     no_allocation AS (DELETE FROM allocation WHERE child_id = ANY($1::uuid[])),
     no_perhaps AS (DELETE FROM perhaps WHERE child_id = ANY($1::uuid[])),
     rolls AS (
        INSERT INTO roll (child_id, school, starts, ends, upn, name_key, born, keys, keys_version)
        SELECT * FROM new WHERE NOT EXISTS (SELECT FROM roll WHERE {SAME})),
     cases AS (
        INSERT INTO open_case (child_id, team_id, starts, ends)
        SELECT * FROM unnest($11::uuid[], $12::uuid[], $13::date[], $14::date[])),
     maybe AS (
        INSERT INTO perhaps (child_id, school, starts, ends, upn, given_key, family_key, born, keys,
                             keys_version)
        SELECT child_id, school, starts, ends, upn, given_key, family_key, born,
               string_to_array(keys, ' ')::bigint[], $10
          FROM unnest($20::uuid[], $21::text[], $22::date[], $23::date[], $24::text[], $25::text[], $26::text[],
                      $27::date[], $28::text[])
               AS one (child_id, school, starts, ends, upn, given_key, family_key, born, keys))
INSERT INTO allocation (child_id, worker_id, lead, starts, ends)
SELECT * FROM unnest($15::uuid[], $16::uuid[], $17::boolean[], $18::date[], $19::date[])
"""  # noqa: S608 - SAME is text of our own


ROLL, PERHAPS = (*domain.OnRoll._fields, "keys_version"), (*domain.Perhaps._fields, "keys_version")
CASE, ALLOCATION = ("child_id", "team_id", "starts", "ends"), ("child_id", "worker_id", "lead", "starts", "ends")


async def put_parts(tx: Tx, keys: Keys, children: Sequence[Child]) -> None:
    """Replace the rolls, cases and allocations of all these keys by those of these children.

    A roll that is there as it is to be stays untouched: most changes of a child are of its case or its workers, and a
    roll has many entries in its indexes. One statement, for each is a wait that whoever searches just then waits too.
    It comes after the one that locked the children's rows, so that it sees what another consumer of the same partition
    has inserted before.
    """
    await tx.execute(
        REPLACE_PARTS,
        list(keys),
        *columns((row for child in children for row in domain.on_rolls(child)), width=8),
        matching.VERSION,
        *columns((row for child in children for row in _cases(child)), width=4),
        *columns((row for child in children for row in _allocations(child)), width=5),
        *columns((row for child in children for row in domain.perhaps(child)), width=9),
    )


def _cases(child: Child) -> list[tuple[object, ...]]:
    """Those whose days could be read; for the others the child's row says that its cases could not be."""
    return [(child.child_id, case.team_id, case.starts, case.ends) for case in child.cases if not case.doubtful]


def _allocations(child: Child) -> list[tuple[object, ...]]:
    return [(child.child_id, one.worker_id, one.lead, one.starts, one.ends) for one in child.allocations]


def copied_parts(children: Sequence[Child]) -> dict[str, Copied]:
    """What `put_parts` keeps of children of whom nothing is kept yet, by table."""
    return {
        "roll": (ROLL, [_keyed(row) for child in children for row in domain.on_rolls(child)]),
        "open_case": (CASE, [row for child in children for row in _cases(child)]),
        "allocation": (ALLOCATION, [row for child in children for row in _allocations(child)]),
        "perhaps": (PERHAPS, [_keyed(row) for child in children for row in domain.perhaps(child)]),
    }


def _keyed(row: domain.OnRoll | domain.Perhaps) -> tuple[object, ...]:
    return (*row[:-1], [int(key) for key in row.keys.split()], matching.VERSION)
