"""Every SQL statement of how a referral stands and of its history: one function, one statement."""

from dataclasses import astuple, fields
from uuid import UUID

from services.referrals.handling.domain import Handling, History, Step, StepTold
from shared.database.tx import Tx

COLUMNS = ", ".join(field.name for field in fields(Handling))
"""Those of how it stands; the table has others, by which lists are sorted."""


async def locked(tx: Tx, referral_id: UUID) -> Handling | None:
    """How it stands; nobody else changes that until this transaction has ended."""
    return await tx.one(Handling, f"SELECT {COLUMNS} FROM handling WHERE referral_id = $1 FOR UPDATE", referral_id)  # noqa: S608


async def put(tx: Tx, handling: Handling) -> None:
    await tx.execute(
        """
        UPDATE handling
           SET version = $2, team_id = $3, taken_by = $4, taken_at = $5, acknowledged_by = $6, acknowledged_at = $7,
               asked_at = $8, overdue_at = $9, decided_by = $10, decided_at = $11, decision = $12
         WHERE referral_id = $1
        """,
        *astuple(handling),
    )  # fmt: skip


async def add_step(tx: Tx, handling: Handling, step: Step) -> None:
    """Its place in the history is the version that it made."""
    await tx.execute(
        """
        INSERT INTO step (referral_id, place, at, act, by, to_account, to_team, decision, for_school, for_council)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
        """,
        handling.referral_id, handling.version, tx.now, *astuple(step),
    )  # fmt: skip


async def history(tx: Tx, referral_id: UUID) -> History | None:
    """How it stands at this moment, and its history, the oldest step first."""
    row = await tx.row(
        """
        SELECT h.*, team.name AS team_name, person.name AS taken_by_name
          FROM handling h
          LEFT JOIN team ON team.team_id = h.team_id
          LEFT JOIN person ON person.account_id = h.taken_by
         WHERE h.referral_id = $1
        """,
        referral_id,
    )  # fmt: skip
    if row is None:
        return None
    return History(Handling.of(row), row["team_name"], row["taken_by_name"], await _steps(tx, referral_id))


async def _steps(tx: Tx, referral_id: UUID) -> list[StepTold]:
    rows = await tx.rows(
        """
        SELECT step.place, step.at, step.act, step.by, person.name AS by_name, other.name AS to_name,
               team.name AS to_team_name, step.decision, step.for_school, step.for_council
          FROM step
          LEFT JOIN person ON person.account_id = step.by
          LEFT JOIN person AS other ON other.account_id = step.to_account
          LEFT JOIN team ON team.team_id = step.to_team
         WHERE step.referral_id = $1
         ORDER BY step.place
        """,
        referral_id,
    )  # fmt: skip
    return [StepTold(**row) for row in rows]
