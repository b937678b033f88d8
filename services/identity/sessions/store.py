"""Every SQL statement on sessions."""

from datetime import datetime, timedelta
from uuid import UUID

from services.identity.sessions.domain import SessionRow, WhyEnded
from shared.contracts.identity import RoleHeld
from shared.database.tx import Tx

# One table, and no join: PostgreSQL looks again at a row whose lock it waited for, but not at what it was joined to.
SESSION = """
    SELECT session_id, account_id, acting_role, acting_school, started_at, seen_at, ended_at, ended_why, revision
      FROM session
"""


async def add_session(tx: Tx, session: SessionRow, secret_hash: bytes) -> None:
    await tx.execute(
        """
        INSERT INTO session
               (session_id, secret_hash, account_id, acting_role, acting_school, started_at, seen_at, revision)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
        """,
        session.session_id, secret_hash, session.account_id, session.acting_role, session.acting_school,
        session.started_at, session.seen_at, session.revision,
    )  # fmt: skip


async def session_locked(tx: Tx, secret_hash: bytes) -> SessionRow | None:
    return await tx.one(SessionRow, f"{SESSION} WHERE secret_hash = $1 FOR UPDATE", secret_hash)


async def live_sessions_locked(tx: Tx, account_id: UUID) -> list[SessionRow]:
    rows = await tx.rows(
        f"{SESSION} WHERE account_id = $1 AND ended_at IS NULL ORDER BY session_id FOR UPDATE", account_id
    )
    return [SessionRow(**row) for row in rows]


async def overdue_sessions_locked(tx: Tx, idle: timedelta, life: timedelta, batch_max: int) -> list[SessionRow]:
    """Live sessions whose time is up, but for those whose rows are locked because they are in use at this moment."""
    rows = await tx.rows(
        f"""{SESSION}
         WHERE ended_at IS NULL AND (seen_at <= $1 OR started_at <= $2)
         ORDER BY seen_at LIMIT $3 FOR UPDATE SKIP LOCKED
        """,
        tx.now - idle, tx.now - life, batch_max,
    )  # fmt: skip
    return [SessionRow(**row) for row in rows]


async def put_acting(tx: Tx, session_id: UUID, acting: RoleHeld) -> None:
    await tx.execute(
        "UPDATE session SET acting_role = $2, acting_school = $3 WHERE session_id = $1",
        session_id, acting.role, acting.school,
    )  # fmt: skip


async def put_seen(tx: Tx, session_id: UUID) -> None:
    await tx.execute("UPDATE session SET seen_at = $2 WHERE session_id = $1", session_id, tx.now)


async def put_ended(tx: Tx, session_id: UUID, why: WhyEnded, revision: int) -> None:
    await tx.execute(
        "UPDATE session SET ended_at = $2, ended_why = $3, revision = $4 WHERE session_id = $1",
        session_id, tx.now, why, revision,
    )  # fmt: skip


async def forget_ended_sessions(tx: Tx, before: datetime, batch_max: int) -> list[UUID]:
    rows = await tx.rows(
        """
        DELETE FROM session WHERE session_id IN
               (SELECT session_id FROM session WHERE ended_at < $1 ORDER BY ended_at LIMIT $2 FOR UPDATE SKIP LOCKED)
        RETURNING session_id
        """,
        before, batch_max,
    )  # fmt: skip
    return [row["session_id"] for row in rows]


async def person(tx: Tx, account_id: UUID) -> tuple[str, str]:
    """The name and the email address of an account."""
    row = await tx.row("SELECT name, email FROM account WHERE account_id = $1", account_id)
    assert row is not None
    return row["name"], row["email"]
