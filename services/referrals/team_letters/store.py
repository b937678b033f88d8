"""Every SQL statement of what teams are told by e-mail."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from services.referrals.team_letters.domain import TeamLetter
from shared.contracts.lookup import TeamLooks
from shared.database.tx import Tx
from shared.events.kept import Keys


async def add(tx: Tx, one: TeamLooks) -> None:
    await tx.execute(
        """
        INSERT INTO team_letter (gathered_id, team_id, first_day, last_day, schools, made_at, next_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7)
            ON CONFLICT DO NOTHING
        """,
        one.gathered_id, one.team_id, one.first_day, one.last_day, list(one.schools), one.gathered_at, tx.now,
    )  # fmt: skip


async def forget(tx: Tx, keys: Keys) -> None:
    await tx.execute("DELETE FROM team_letter WHERE gathered_id = ANY ($1::uuid[])", list(keys))


async def due_locked(tx: Tx) -> TeamLetter | None:
    """One whose time has come, the longest waiting first; None: none."""
    row = await tx.row(
        """
        SELECT l.gathered_id, l.team_id, nullif(team.name, '') AS team, l.first_day, l.last_day, l.schools, l.made_at,
               l.attempts + 1 AS attempts
          FROM team_letter l LEFT JOIN team ON team.team_id = l.team_id AND NOT team.ended
         WHERE l.done_at IS NULL AND l.next_at <= $1
         ORDER BY l.next_at
         LIMIT 1
           FOR UPDATE OF l SKIP LOCKED
        """,
        tx.now,
    )  # fmt: skip
    return TeamLetter(**{**row, "schools": tuple(row["schools"])}) if row else None


async def put_tried(tx: Tx, one: TeamLetter, next_at: datetime) -> None:
    await tx.execute(
        "UPDATE team_letter SET attempts = $2, next_at = $3 WHERE gathered_id = $1",
        one.gathered_id, one.attempts, next_at,
    )  # fmt: skip


async def put_done(tx: Tx, gathered_id: UUID) -> None:
    await tx.execute("UPDATE team_letter SET done_at = $2 WHERE gathered_id = $1", gathered_id, tx.now)


async def names(tx: Tx, schools: Sequence[str]) -> dict[str, str]:
    rows = await tx.rows("SELECT urn, name FROM school WHERE urn = ANY ($1)", list(schools))
    return {row["urn"]: row["name"] for row in rows}
