"""Every SQL statement of what teams are to be told."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from services.lookup.telling.domain import TeamLook, WorkerShown
from shared.database.columns import columns
from shared.database.tx import Tx

LOOKS_MAX = 2000
"""What is gathered at once: the children of all of it fit into one fact. More than that waits for the next day."""


async def add(tx: Tx, shown: Sequence[WorkerShown]) -> None:
    """For the teams in which these workers are now; a worker of no team that is known has none to be told."""
    await tx.execute(
        """
        INSERT INTO team_look (team_id, day, school, child_id)
        SELECT DISTINCT w.team_id, new.day, new.school, new.child_id
          FROM unnest($1::uuid[], $2::date[], $3::text[], $4::uuid[]) AS new (worker_id, day, school, child_id)
          JOIN worker w USING (worker_id)
         WHERE w.team_id IS NOT NULL
            ON CONFLICT DO NOTHING
        """,
        *columns(shown, width=4),
    )  # fmt: skip


async def next_team(tx: Tx, today: date) -> UUID | None:
    """One for which something of a day that is over waits, and nothing was gathered today; None: none."""
    team: UUID | None = await tx.value(
        """
        SELECT team_id FROM team_look l
         WHERE day < $1 AND NOT EXISTS (SELECT FROM team_gathered g WHERE g.team_id = l.team_id AND g.day = $1)
         LIMIT 1
        """,
        today,
    )  # fmt: skip
    return team


async def take(tx: Tx, team_id: UUID, today: date) -> list[TeamLook]:
    """What waits for it of days that are over, the oldest first: it waits no longer."""
    rows = await tx.rows(
        """
        DELETE FROM team_look WHERE ctid = ANY (ARRAY(
            SELECT ctid FROM team_look WHERE team_id = $1 AND day < $2 ORDER BY day, school, child_id LIMIT $3))
        RETURNING day, school, child_id
        """,
        team_id, today, LOOKS_MAX,
    )  # fmt: skip
    return [TeamLook(**row) for row in rows]


async def put_gathered(tx: Tx, gathered_id: UUID, team_id: UUID, today: date) -> None:
    await tx.execute("INSERT INTO team_gathered (gathered_id, team_id, day) VALUES ($1, $2, $3)",
                     gathered_id, team_id, today)  # fmt: skip


async def forget_gathered(tx: Tx, before: date) -> list[UUID]:
    """Delete the notes of what was gathered before this day; returns which."""
    rows = await tx.rows("DELETE FROM team_gathered WHERE day < $1 RETURNING gathered_id", before)
    return [row["gathered_id"] for row in rows]
