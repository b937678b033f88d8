"""Every SQL statement of linking: one function, one statement."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from services.referrals.linking.domain import Candidate, Linking, SoughtByName
from services.referrals.making.domain.referral import ChildDescribed
from services.referrals.records.domain import keys_of
from shared import matching
from shared.contracts.feed import SOURCE_KEY
from shared.database.columns import columns
from shared.database.tx import Tx

ALIKE_MAX = 500
DESCRIBED = ("given_name", "family_name", "born", "why")


async def linking(tx: Tx, reference: str) -> Linking | None:
    row = await tx.row(
        """
        SELECT r.referral_id, h.version, h.decided_at IS NOT NULL AS decided, r.child_id IS NULL AS is_described,
               r.described_given_name, r.described_family_name, r.described_born, r.described_why,
               link.child_id, link.at, person.name AS by_name
          FROM referral r
          JOIN handling h USING (referral_id)
          LEFT JOIN link USING (referral_id)
          LEFT JOIN person ON person.account_id = link.by
         WHERE r.reference = $1
        """,
        reference,
    )  # fmt: skip
    return _linking(row) if row else None


def _linking(row: Any) -> Linking:
    described = (
        ChildDescribed(**{name: row[f"described_{name}"] for name in DESCRIBED}) if row["is_described"] else None
    )
    told = {name: row[name] for name in ("referral_id", "version", "decided", "child_id", "by_name", "at")}
    return Linking(**told, described=described)


CANDIDATE = """
SELECT c.child_id, c.given_name, c.family_name, c.born, c.upn, c.restricted IS TRUE AS restricted,
       ARRAY(SELECT DISTINCT coalesce(school.name, roll.school)
               FROM roll LEFT JOIN school ON school.urn = roll.school
              WHERE roll.child_id = c.child_id AND NOT gone AND starts <= $2 AND ends > $2 IS NOT FALSE
              ORDER BY 1) AS schools
  FROM child c
"""
"""$2 today. One that has ended has no day of birth."""


async def by_upn(tx: Tx, upn: str, today: date) -> list[Candidate]:
    return _candidates(await tx.rows(f"{CANDIDATE} WHERE c.upn = $1 AND c.born IS NOT NULL", upn, today))


async def alike(tx: Tx, sought: SoughtByName, today: date) -> list[Candidate]:
    """Those who have most in common with whom an officer looks for: of the same keys, ALIKE_MAX of them at most, and
    everybody of the same day of birth, with keys or without."""
    where = """
     WHERE c.born = $1 OR c.child_id IN (
           SELECT child_id FROM child WHERE keys && $3::text[] AND born IS NOT NULL
            ORDER BY cardinality(ARRAY(SELECT unnest(keys) INTERSECT SELECT unnest($3::text[]))) DESC, child_id
            LIMIT $4)
     ORDER BY c.family_name, c.given_name
    """
    keys = sorted(matching.keys_sought(sought.sought))
    return _candidates(await tx.rows(CANDIDATE + where, sought.born, today, keys, ALIKE_MAX))


async def compute_keys(tx: Tx, count: int) -> int:
    """Of up to `count` children; how many there were."""
    rows = await tx.rows(
        """
        SELECT child_id, given_name, family_name, born FROM child
         WHERE keys_version < $1 ORDER BY keys_version LIMIT $2 FOR NO KEY UPDATE SKIP LOCKED
        """,
        matching.VERSION, count,
    )  # fmt: skip
    keyed = [(row["child_id"], keys_of(row["given_name"], row["family_name"], row["born"])) for row in rows]
    await tx.execute(
        """
        UPDATE child SET keys = string_to_array(new.keys, ' '), keys_version = $3
          FROM unnest($1::uuid[], $2::text[]) AS new (child_id, keys) WHERE child.child_id = new.child_id
        """,
        *columns(keyed, width=2), matching.VERSION,
    )  # fmt: skip
    return len(rows)


async def child(tx: Tx, child_id: UUID, today: date) -> Candidate | None:
    rows = await tx.rows(f"{CANDIDATE} WHERE c.child_id = $1 AND c.born IS NOT NULL", child_id, today)
    return _candidates(rows)[0] if rows else None


def _candidates(rows: list[Any]) -> list[Candidate]:
    return [Candidate(**{**row, "schools": tuple(row["schools"])}) for row in rows]


async def records_as_of(tx: Tx) -> datetime | None:
    """Up to when the council's records are complete; None: not known."""
    as_of: datetime | None = await tx.value(
        "SELECT as_of FROM freshness WHERE source = $1 AND NOT broken AND lapses_at > now() IS NOT FALSE", SOURCE_KEY
    )
    return as_of


async def put_link(tx: Tx, referral_id: UUID, child_id: UUID, by: UUID) -> None:
    await tx.execute(
        """
        INSERT INTO link (referral_id, child_id, by, at) VALUES ($1, $2, $3, $4)
            ON CONFLICT (referral_id) DO UPDATE SET child_id = $2, by = $3, at = $4
        """,
        referral_id, child_id, by, tx.now,
    )  # fmt: skip


async def delete_link(tx: Tx, referral_id: UUID) -> None:
    await tx.execute("DELETE FROM link WHERE referral_id = $1", referral_id)
