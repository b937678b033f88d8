"""Every SQL statement of linking: one function, one statement."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from services.referrals.linking.domain import Candidate, Linking
from services.referrals.making.domain.referral import ChildDescribed
from shared.contracts.feed import SOURCE_KEY
from shared.database.tx import Tx

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


async def born_on(tx: Tx, born: date, today: date) -> list[Candidate]:
    """Everybody of this day of birth, by name."""
    return _candidates(
        await tx.rows(f"{CANDIDATE} WHERE c.born = $1 ORDER BY c.family_name, c.given_name", born, today)
    )


async def child(tx: Tx, child_id: UUID, today: date) -> Candidate | None:
    rows = await tx.rows(f"{CANDIDATE} WHERE c.child_id = $1 AND c.born IS NOT NULL", child_id, today)
    return _candidates(rows)[0] if rows else None


def _candidates(rows: list[Any]) -> list[Candidate]:
    return [Candidate(**{**row, "schools": tuple(row["schools"])}) for row in rows]


async def records_as_of(tx: Tx) -> datetime | None:
    """Up to when the council's records are complete; None: not known."""
    as_of: datetime | None = await tx.value("SELECT as_of FROM freshness WHERE source = $1 AND NOT broken", SOURCE_KEY)
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
