"""Every SQL statement of reading a referral: one function, one statement."""

from dataclasses import fields
from datetime import date, datetime
from typing import Any
from uuid import UUID

from services.referrals.making.domain.concern import Concern
from services.referrals.making.domain.referral import Referral, Sender, child_sent
from services.referrals.reading.domain import ChildNow, InCaseSystem, WorkerNow
from shared.contracts.feed import SOURCE_KEY
from shared.database.tx import Tx

# With the present names of its school and sender: those of then were not kept by yesterday's code, or not known then.
REFERRAL = """
SELECT r.*, referral_child.child_id AS about, school.name AS school_now, person.name AS sender_now
  FROM referral r
  JOIN referral_child USING (referral_id)
  LEFT JOIN school ON school.urn = r.school
  LEFT JOIN person ON person.account_id = r.made_by
"""


async def referral(tx: Tx, reference: str) -> Referral | None:
    """For triage officers: whichever school sent it."""
    row = await tx.row(f"{REFERRAL} WHERE r.reference = $1", reference)
    return _referral(row) if row else None


async def referral_of_school(tx: Tx, school: str | None, reference: str) -> Referral | None:
    """For a school: its own only. The school is part of the question, not a filter after it."""
    row = await tx.row(f"{REFERRAL} WHERE r.school = $1 AND r.reference = $2", school, reference)
    return _referral(row) if row else None


async def by_id(tx: Tx, referral_id: UUID) -> Referral | None:
    row = await tx.row(f"{REFERRAL} WHERE r.referral_id = $1", referral_id)
    return _referral(row) if row else None


def _referral(row: Any) -> Referral:
    concern = Concern(**{field.name: row[field.name] for field in fields(Concern)})
    return Referral(
        referral_id=row["referral_id"],
        reference=row["reference"],
        child_id=row["child_id"],
        about=row["about"],
        school=row["school"],
        agreement=row["agreement"],
        made_by=row["made_by"],
        made_at=row["made_at"],
        due_at=row["due_at"],
        concern=concern,
        sender=Sender(
            row["school_name"] or row["school_now"], row["sender_name"] or row["sender_now"], row["sender_role"]
        ),
        child=child_sent(row),
        roll_as_of=row["roll_as_of"],
        roll_current=row["roll_current"],
    )


async def in_case_system(tx: Tx, referral_id: UUID) -> InCaseSystem | None:
    """How far it is on its way there; None: nothing is begun yet."""
    row = await tx.row(
        """
        SELECT state, coalesce(acknowledged_at, sent_at, since) AS since, source_number AS number,
               late_at IS NOT NULL AND state <> 'acknowledged' AS late
          FROM transfer WHERE referral_id = $1
        """,
        referral_id,
    )
    return InCaseSystem(**row) if row else None


CHILD_NOW = """
SELECT c.given_name, c.family_name, c.born, c.upn, c.restricted, c.unreadable,
       (SELECT as_of FROM freshness
         WHERE source = $3 AND NOT broken AND lapses_at > now() IS NOT FALSE AND c.doubtful IS NOT TRUE
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
"""
"""$1 child, $2 today, $3 source."""


async def child_now(tx: Tx, child_id: UUID, today: date) -> tuple[ChildNow | None, datetime | None]:
    """The child in the council's records, and up to when they are complete of it; None: not known.

    It is not known of a row that yesterday's code wrote, which kept neither workers nor whether the child is
    restricted.
    """
    row = await tx.row(CHILD_NOW, child_id, today, SOURCE_KEY)
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


def _worker(away: bool, phone: str | None, duty_phone: str | None, **said: Any) -> WorkerNow:
    callable = phone is not None and not away
    return WorkerNow(**said, phone=phone if callable else None, duty_phone=None if callable else duty_phone)
