"""Every SQL statement of the referrals service: one function, one statement."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, fields
from datetime import date
from typing import Any
from uuid import UUID

from services.referrals.domain import ChildNamed, Concern, Referral
from shared.contracts import feed
from shared.db import Tx

Keys = Collection[UUID] | Collection[str]
"""Ids, or keys as they came: one that is no UUID is refused as bad data (SQLSTATE class 22), and set aside."""


@dataclass(frozen=True, slots=True)
class Sent:
    """A referral that was sent under an idempotency key, and the SHA-256 of the body that it was sent with."""

    referral: Referral
    body_sha256: bytes


async def is_on_roll(tx: Tx, school: str | None, child_id: UUID, today: date) -> bool:
    """Whether the child is on this school's roll today: no word of any other school's children, nor of unknown ones."""
    found: bool = await tx.value(
        """
        SELECT EXISTS (SELECT FROM roll
                        WHERE child_id = $1 AND school = $2 AND starts <= $3 AND (ends IS NULL OR ends > $3))
        """,
        child_id, school, today,
    )  # fmt: skip
    return found


async def sent(tx: Tx, made_by: UUID, idempotency_key: UUID) -> Sent | None:
    row = await tx.row("SELECT * FROM referral WHERE made_by = $1 AND idempotency_key = $2", made_by, idempotency_key)
    return Sent(_referral(row), row["body_sha256"]) if row else None


async def add_referral(tx: Tx, referral: Referral, idempotency_key: UUID, body_sha256: bytes) -> bool:
    """False: the key or the reference is taken. Waits for a transaction that is about to take either."""
    said = referral.concern
    added = await tx.value(
        """
        INSERT INTO referral (referral_id, reference, child_id, school, agreement, made_by, made_at, due_at,
                              idempotency_key, body_sha256, gate, called_at, called_number, kind, concern,
                              done_so_far, parents_know, parents_reason, contact, child_said, family)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21)
        ON CONFLICT DO NOTHING
        RETURNING referral_id
        """,
        referral.referral_id, referral.reference, referral.child_id, referral.school, referral.agreement,
        referral.made_by, referral.made_at, referral.due_at, idempotency_key, body_sha256,
        said.gate, said.called_at, said.called_number, said.kind, said.concern, said.done_so_far,
        said.parents_know, said.parents_reason, said.contact, said.child_said, said.family,
    )  # fmt: skip
    return added is not None


async def referral(tx: Tx, reference: str) -> Referral | None:
    """For the council's own: whichever school sent it."""
    row = await tx.row("SELECT * FROM referral WHERE reference = $1", reference)
    return _referral(row) if row else None


async def referral_of_school(tx: Tx, school: str | None, reference: str) -> Referral | None:
    """For a school: its own only. The school is part of the question, not a filter after it."""
    row = await tx.row("SELECT * FROM referral WHERE school = $1 AND reference = $2", school, reference)
    return _referral(row) if row else None


def _referral(row: Any) -> Referral:
    concern = Concern(**{field.name: row[field.name] for field in fields(Concern)})
    return Referral(
        referral_id=row["referral_id"],
        reference=row["reference"],
        child_id=row["child_id"],
        school=row["school"],
        agreement=row["agreement"],
        made_by=row["made_by"],
        made_at=row["made_at"],
        due_at=row["due_at"],
        concern=concern,
    )


async def put_children(tx: Tx, children: Sequence[feed.Child]) -> set[UUID]:
    """Keep the revisions that are newer than what is kept; return of which children."""
    rows = [_child_row(child) for child in sorted(children, key=lambda child: child.child_id)]
    kept = await tx.rows(
        """
        INSERT INTO child (child_id, given_name, family_name, born, upn, revision)
        SELECT * FROM unnest($1::uuid[], $2::text[], $3::text[], $4::date[], $5::text[], $6::bigint[])
        ON CONFLICT (child_id) DO UPDATE
           SET given_name = excluded.given_name, family_name = excluded.family_name, born = excluded.born,
               upn = excluded.upn, revision = excluded.revision
         WHERE child.revision < excluded.revision
        RETURNING child_id
        """,
        *(list(column) for column in zip(*rows, strict=True)),
    )
    return {row["child_id"] for row in kept}


def _child_row(child: feed.Child) -> tuple[UUID, str | None, str | None, date | None, str | None, int]:
    if child.ended:
        return child.child_id, None, None, None, None, child.revision
    return child.child_id, child.given_name, child.family_name, child.born, child.upn, child.revision


async def child(tx: Tx, child_id: UUID) -> ChildNamed | None:
    """What a child is known by; None: the council's records have it no more."""
    row = await tx.row(
        """
        SELECT given_name, family_name, born, upn
          FROM child
         WHERE child_id = $1 AND (given_name, family_name, born) IS NOT NULL
        """,
        child_id,
    )
    return ChildNamed(**row) if row else None


async def forget_children(tx: Tx, keys: Keys) -> None:
    await tx.execute("DELETE FROM child WHERE child_id = ANY($1::uuid[])", list(keys))


async def add_rolls(tx: Tx, children: Sequence[feed.Child]) -> None:
    rolls = [(child.child_id, roll) for child in children for roll in child.rolls]
    await tx.execute(
        """
        INSERT INTO roll (child_id, school, starts, ends)
        SELECT * FROM unnest($1::uuid[], $2::text[], $3::date[], $4::date[])
        """,
        [child_id for child_id, _ in rolls], [roll.school for _, roll in rolls],
        [roll.starts for _, roll in rolls], [roll.ends for _, roll in rolls],
    )  # fmt: skip


async def forget_rolls(tx: Tx, keys: Keys) -> None:
    await tx.execute("DELETE FROM roll WHERE child_id = ANY($1::uuid[])", list(keys))
