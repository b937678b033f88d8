"""Every SQL statement of what a school has sent: one function, one statement."""

from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any
from uuid import UUID

from services.referrals.handling.domain import Handling
from services.referrals.making.domain.referral import Sender, child_sent
from services.referrals.sent.domain import TOLD, SentLine, Stands
from shared.contracts.referrals.lists import SentStep
from shared.database.tx import Tx

HANDLING = ", ".join(f"h.{field.name}" for field in fields(Handling))
NAMED = """
       acknowledged.name AS acknowledged_name, taken.name AS taken_name, decided.name AS decided_name
"""
NAMES = """
  LEFT JOIN person acknowledged ON acknowledged.account_id = h.acknowledged_by
  LEFT JOIN person taken        ON taken.account_id = h.taken_by
  LEFT JOIN person decided      ON decided.account_id = h.decided_by
"""


@dataclass(frozen=True, slots=True)
class SentFilter:
    """Which of a school's referrals: of one child, since a moment, older than the one of a reference; None: any."""

    child_id: UUID | None = None
    since: datetime | None = None
    after: str | None = None


async def lines(tx: Tx, school: str, wanted: SentFilter, most: int) -> list[SentLine]:
    """The newest first. The school is part of the question, not a filter after it; so it is of the place to go on."""
    rows = await tx.rows(
        f"""
        SELECT r.reference, about.child_id, r.made_at, r.due_at, r.kind, r.gate, r.urgency,
               r.written_given_name, r.written_family_name, r.written_born,
               r.described_given_name, r.described_family_name, r.described_born, r.described_why,
               r.school_name, coalesce(r.sender_name, sender.name) AS sender_name, r.sender_role,
               {HANDLING}, {NAMED}
          FROM referral r
          JOIN handling h USING (referral_id)
          JOIN referral_child about USING (referral_id)
          LEFT JOIN person sender ON sender.account_id = r.made_by
          {NAMES}
         WHERE r.school = $1
           AND ($2::uuid IS NULL OR about.child_id = $2)
           AND ($3::timestamptz IS NULL OR r.made_at >= $3)
           AND ($4::text IS NULL
                OR (r.made_at, r.referral_id) < (SELECT made_at, referral_id FROM referral
                                                  WHERE school = $1 AND reference = $4))
         ORDER BY r.made_at DESC, r.referral_id DESC
         LIMIT $5
        """,  # noqa: S608 - names of our own columns
        school, wanted.child_id, wanted.since, wanted.after, most,
    )  # fmt: skip
    return [_line(row) for row in rows]


def _line(row: Any) -> SentLine:
    return SentLine(
        referral_id=row["referral_id"],
        reference=row["reference"],
        child_id=row["child_id"],
        child=child_sent(row),
        made_at=row["made_at"],
        due_at=row["due_at"],
        sender=Sender(row["school_name"], row["sender_name"], row["sender_role"]),
        kind=row["kind"],
        gate=row["gate"],
        urgency=row["urgency"],
        stands=_stands(row),
    )


def _stands(row: Any) -> Stands:
    return Stands(Handling.of(row), row["acknowledged_name"], row["taken_name"], row["decided_name"])


async def waiting(tx: Tx, school: str) -> int:
    """How many of a school's referrals wait for its answer."""
    count: int = await tx.value(
        "SELECT count(*) FROM handling WHERE asked_at IS NOT NULL AND decided_at IS NULL AND school = $1", school
    )
    return count


async def stands(tx: Tx, referral_id: UUID) -> Stands | None:
    """How it stands, by whom; None: there is no such referral."""
    row = await tx.row(
        f"SELECT {HANDLING}, {NAMED} FROM handling h {NAMES} WHERE h.referral_id = $1",  # noqa: S608
        referral_id,
    )
    return _stands(row) if row else None


async def steps(tx: Tx, referral_id: UUID) -> tuple[SentStep, ...]:
    """Those that a school reads, in order. Words that only the council reads are not asked for."""
    rows = await tx.rows(
        """
        SELECT s.place, s.at, s.act, person.name AS by_name, s.decision, s.for_school AS words
          FROM step s LEFT JOIN person ON person.account_id = s.by
         WHERE s.referral_id = $1 AND s.act = ANY($2)
         ORDER BY s.place
        """,
        referral_id, sorted(TOLD),
    )  # fmt: skip
    return tuple(SentStep(**row) for row in rows)


async def id_of(tx: Tx, school: str | None, reference: str) -> tuple[UUID, UUID | None] | None:
    """Of a school's own referral: its id and its child's; that is None while it is only described."""
    row = await tx.row(
        """
        SELECT r.referral_id, about.child_id
          FROM referral r JOIN referral_child about USING (referral_id)
         WHERE r.school = $1 AND r.reference = $2
        """,
        school, reference,
    )  # fmt: skip
    return (row["referral_id"], row["child_id"]) if row else None


@dataclass(frozen=True, slots=True)
class LastAsked:
    """The last question to the school, by its place in the history, and the answer after it, if there is one."""

    place: int
    answered_by: UUID | None
    answer: str | None


async def last_asked(tx: Tx, referral_id: UUID) -> LastAsked | None:
    """None: nothing was ever asked."""
    return await tx.one(
        LastAsked,
        """
        SELECT asked.place, answered.by AS answered_by, answered.for_school AS answer
          FROM step asked
          LEFT JOIN step answered ON answered.referral_id = asked.referral_id AND answered.act = 'answered'
                                 AND answered.place > asked.place
         WHERE asked.referral_id = $1 AND asked.act = 'asked'
         ORDER BY asked.place DESC
         LIMIT 1
        """,
        referral_id,
    )  # fmt: skip
