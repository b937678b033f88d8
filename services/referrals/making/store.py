"""Every SQL statement of making a referral: one function, one statement."""

from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from services.referrals.making.domain.referral import ChildDescribed, ChildSent, Receipt, Referral, Sender
from services.referrals.making.domain.roll import RollHeld
from services.referrals.records.domain import LEFT_DAYS
from shared.contracts.feed import SOURCE_KEY
from shared.database.tx import Tx


@dataclass(frozen=True, slots=True)
class SentUnderKey:
    """What was told of the referral that was sent under an idempotency key, and the SHA-256 of what it was made of."""

    receipt: Receipt
    body_sha256: bytes


async def roll(tx: Tx, school: str | None, child_id: UUID, today: date) -> RollHeld:
    """What is known of the child and this school's roll; of any other school's roll nothing."""
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
                 WHERE source = $5 AND NOT broken AND lapses_at > now() IS NOT FALSE
                   AND (on_roll OR NOT perhaps)
                   AND NOT EXISTS (SELECT FROM child WHERE doubtful OR unreadable)) AS as_of
          FROM held
        """,
        child_id, school, today, today - timedelta(days=LEFT_DAYS), SOURCE_KEY,
    )  # fmt: skip
    return RollHeld(**row) if row else RollHeld(on_roll=False, lately=False, as_of=None)


async def sender(tx: Tx, school: str | None, account: UUID, role: str | None) -> Sender:
    """Who sends, by the names that are known here at this moment."""
    row = await tx.row(
        """
        SELECT (SELECT name FROM school WHERE urn = $1) AS school_name,
               (SELECT name FROM person WHERE account_id = $2) AS name
        """,
        school, account,
    )  # fmt: skip
    return Sender(**row, role=role) if row else Sender(role=role)


async def sent(tx: Tx, made_by: UUID, idempotency_key: UUID) -> SentUnderKey | None:
    row = await tx.row(
        """
        SELECT referral_id, reference, made_at, due_at, roll_as_of, roll_current IS TRUE AS roll_current, body_sha256
          FROM referral
         WHERE made_by = $1 AND idempotency_key = $2
        """,
        made_by, idempotency_key,
    )  # fmt: skip
    if row is None:
        return None
    receipt = {name: value for name, value in row.items() if name != "body_sha256"}
    return SentUnderKey(Receipt(**receipt), row["body_sha256"])


async def add_referral(tx: Tx, referral: Referral, idempotency_key: UUID, body_sha256: bytes) -> bool:
    """False: the key or the reference is taken. Waits for a transaction that is about to take either."""
    said, sender, child = referral.concern, referral.sender, referral.child
    described = child if isinstance(child, ChildDescribed) else None
    added = await tx.value(
        """
        INSERT INTO referral (referral_id, reference, child_id, school, agreement, made_by, made_at, due_at,
                              idempotency_key, body_sha256, gate, called_at, called_number, kind, concern,
                              done_so_far, parents_know, parents_reason, contact, child_said, family,
                              urgency, lowered_from, roll_as_of, roll_current, school_name, sender_name, sender_role,
                              written_given_name, written_family_name, written_born,
                              parents_agree, described_given_name, described_family_name, described_born,
                              described_why)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21,
                $22, $23, $24, $25, $26, $27, $28, $29, $30, $31, $32, $33, $34, $35, $36)
        ON CONFLICT DO NOTHING
        RETURNING referral_id
        """,
        referral.referral_id, referral.reference, referral.child_id, referral.school, referral.agreement,
        referral.made_by, referral.made_at, referral.due_at, idempotency_key, body_sha256,
        said.gate, said.called_at, said.called_number, said.kind, said.concern, said.done_so_far,
        said.parents_know, said.parents_reason, said.contact, said.child_said, said.family,
        said.urgency, said.lowered_from, referral.roll_as_of, referral.roll_current,
        sender.school_name, sender.name, sender.role,
        *_named(child), said.parents_agree, *_named(described), described.why if described else None,
    )  # fmt: skip
    return added is not None


def _named(child: ChildSent | None) -> tuple[str | None, str | None, date | None]:
    return (child.given_name, child.family_name, child.born) if child else (None, None, None)
