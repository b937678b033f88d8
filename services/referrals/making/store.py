"""Every SQL statement about referrals and what is read beside them: one function, one statement."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from services.referrals.domain import (
    LEFT_DAYS,
    ChildNow,
    ChildWritten,
    Concern,
    Referral,
    RollHeld,
    Sender,
    Worker,
)
from shared.contracts import feed
from shared.database.tx import Tx


@dataclass(frozen=True, slots=True)
class Sent:
    """A referral that was sent under an idempotency key, and the SHA-256 of the body that it was sent with."""

    referral: Referral
    body_sha256: bytes


async def roll(tx: Tx, school: str | None, child_id: UUID, today: date) -> RollHeld:
    """What is known of the child and this school's roll: no word of any other school's."""
    row = await tx.row(
        """
        WITH roll AS (SELECT perhaps, NOT gone AND ends > $3 IS NOT FALSE AS goes_on
                        FROM roll
                       WHERE child_id = $1 AND school = $2 AND starts <= $3 AND ends > $4 IS NOT FALSE),
             child AS (SELECT doubtful, 'rolls' = ANY(unreadable) IS TRUE AS unreadable
                         FROM child WHERE child_id = $1),
             held AS (SELECT EXISTS (SELECT FROM roll WHERE goes_on AND NOT perhaps) AS on_roll,
                             EXISTS (SELECT FROM roll WHERE perhaps)
                          OR EXISTS (SELECT FROM child WHERE unreadable) AS perhaps)
        SELECT on_roll,
               perhaps OR EXISTS (SELECT FROM roll) AS lately,
               (SELECT as_of FROM freshness
                 WHERE source = $5 AND NOT broken
                   AND (on_roll OR NOT perhaps)
                   AND NOT EXISTS (SELECT FROM child WHERE doubtful OR unreadable)) AS as_of
          FROM held
        """,
        child_id, school, today, today - timedelta(days=LEFT_DAYS), feed.SOURCE_KEY,
    )  # fmt: skip
    return RollHeld(**row) if row else RollHeld(on_roll=False, lately=False, as_of=None)


async def sender(tx: Tx, school: str | None, account: UUID, role: str | None) -> Sender:
    """Who sends, by the names that are known here now."""
    row = await tx.row(
        """
        SELECT (SELECT name FROM school WHERE urn = $1) AS school_name,
               (SELECT name FROM person WHERE account_id = $2) AS name
        """,
        school, account,
    )  # fmt: skip
    return Sender(**row, role=role) if row else Sender(role=role)


async def sent(tx: Tx, made_by: UUID, idempotency_key: UUID) -> Sent | None:
    row = await tx.row("SELECT * FROM referral WHERE made_by = $1 AND idempotency_key = $2", made_by, idempotency_key)
    return Sent(_referral(row), row["body_sha256"]) if row else None


async def add_referral(tx: Tx, referral: Referral, idempotency_key: UUID, body_sha256: bytes) -> bool:
    """False: the key or the reference is taken. Waits for a transaction that is about to take either."""
    said, sender, child = referral.concern, referral.sender, referral.child_written
    added = await tx.value(
        """
        INSERT INTO referral (referral_id, reference, child_id, school, agreement, made_by, made_at, due_at,
                              idempotency_key, body_sha256, gate, called_at, called_number, kind, concern,
                              done_so_far, parents_know, parents_reason, contact, child_said, family,
                              urgency, lowered_from, roll_as_of, roll_current, school_name, sender_name, sender_role,
                              written_given_name, written_family_name, written_born)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21,
                $22, $23, $24, $25, $26, $27, $28, $29, $30, $31)
        ON CONFLICT DO NOTHING
        RETURNING referral_id
        """,
        referral.referral_id, referral.reference, referral.child_id, referral.school, referral.agreement,
        referral.made_by, referral.made_at, referral.due_at, idempotency_key, body_sha256,
        said.gate, said.called_at, said.called_number, said.kind, said.concern, said.done_so_far,
        said.parents_know, said.parents_reason, said.contact, said.child_said, said.family,
        said.urgency, said.lowered_from, referral.roll_as_of, referral.roll_current,
        sender.school_name, sender.name, sender.role,
        child.given_name if child else None, child.family_name if child else None, child.born if child else None,
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
        sender=Sender(row["school_name"], row["sender_name"], row["sender_role"]),
        child_written=_written(row),
        roll_as_of=row["roll_as_of"],
        roll_current=row["roll_current"],
    )


def _written(row: Any) -> ChildWritten | None:
    if row["written_born"] is None:
        return None
    return ChildWritten(row["written_given_name"], row["written_family_name"], row["written_born"])


async def child_now(tx: Tx, child_id: UUID, today: date) -> tuple[ChildNow | None, datetime | None]:
    """What the council's records have of the child, and up to when they are complete of it (None: not known).

    What yesterday's code kept has no workers and does not say whether the child is restricted: not known.
    """
    row = await tx.row(
        """
        SELECT c.given_name, c.family_name, c.born, c.upn, c.restricted, c.unreadable,
               (SELECT as_of FROM freshness
                 WHERE source = $3 AND NOT broken AND c.doubtful IS NOT TRUE
                   AND c.whole_revision IS NOT DISTINCT FROM c.revision) AS as_of,
               (SELECT jsonb_agg(jsonb_build_object(
                         'name', coalesce(w.name, ''), 'role', coalesce(w.role, ''), 'lead', a.lead,
                         'team', t.name, 'phone', w.phone,
                         'duty_phone', CASE WHEN NOT t.doubtful THEN t.phone END,
                         'away', coalesce(w.doubtful, false) OR coalesce(w.absent_until >= $2, false)
                                 OR coalesce(w.left_on <= $2, false))
                         ORDER BY a.lead DESC, w.name)
                  FROM (SELECT worker_id, bool_or(lead) AS lead FROM allocation
                         WHERE child_id = $1 AND starts <= $2 AND ends > $2 IS NOT FALSE
                         GROUP BY worker_id) AS a
                  LEFT JOIN worker w USING (worker_id)
                  LEFT JOIN team t ON t.team_id = w.team_id AND NOT t.ended
                 WHERE w.ended IS NOT TRUE) AS workers
          FROM (VALUES (1)) AS always
          LEFT JOIN child c ON c.child_id = $1
        """,
        child_id, today, feed.SOURCE_KEY,
    )  # fmt: skip
    if row is None or row["born"] is None:
        return None, row["as_of"] if row else None
    workers = tuple(_worker(**worker) for worker in row["workers"] or ())
    child = ChildNow(
        given_name=row["given_name"],
        family_name=row["family_name"],
        born=row["born"],
        upn=row["upn"],
        restricted=bool(row["restricted"]),
        unreadable=tuple(row["unreadable"] or ()),
        workers=workers,
    )
    return child, row["as_of"]


def _worker(away: bool, phone: str | None, duty_phone: str | None, **said: Any) -> Worker:
    callable = phone is not None and not away
    return Worker(**said, phone=phone if callable else None, duty_phone=None if callable else duty_phone)
