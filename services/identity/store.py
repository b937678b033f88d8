"""Every SQL statement of the identity service, but for those on guesses: one function, one statement."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from services.identity.domain import Account, Acting, Challenge, Held, School, Session, Why
from shared.contracts import Role
from shared.database.tx import Tx

# Schools and agreements


async def add_agreement(tx: Tx, version: str, text: str) -> None:
    await tx.execute(
        "INSERT INTO agreement (version, text, made_at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
        version, text, tx.now,
    )  # fmt: skip


async def agreement_made_at(tx: Tx, version: str) -> datetime | None:
    """Since when the text of this version is there."""
    made_at: datetime | None = await tx.value("SELECT made_at FROM agreement WHERE version = $1", version)
    return made_at


async def add_school(tx: Tx, urn: str, name: str) -> None:
    """A row to lock; revision 0 has never been said."""
    await tx.execute(
        "INSERT INTO school (urn, name, revision) VALUES ($1, $2, 0) ON CONFLICT DO NOTHING", urn, name
    )  # fmt: skip


SCHOOL = "SELECT urn, name, agreement, status, revision FROM school WHERE urn = $1"


async def school(tx: Tx, urn: str) -> School | None:
    row = await tx.row(SCHOOL, urn)
    return School(**row) if row else None


async def school_locked(tx: Tx, urn: str) -> School | None:
    row = await tx.row(f"{SCHOOL} FOR UPDATE", urn)
    return School(**row) if row else None


async def put_school(tx: Tx, school: School) -> None:
    await tx.execute(
        "UPDATE school SET name = $2, agreement = $3, status = $4, revision = $5 WHERE urn = $1",
        school.urn, school.name, school.agreement, school.status, school.revision,
    )  # fmt: skip


# Accounts and their roles

ACCOUNT = "account_id, email, name, password_hash, code_sealed, used_step, disabled_at, revision"


async def add_account(tx: Tx, account: Account) -> bool:
    """False: there is an account of this email, or of this id."""
    done = await tx.execute(
        f"INSERT INTO account ({ACCOUNT}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT DO NOTHING",  # noqa: S608
        account.account_id, account.email, account.name, account.password_hash, account.code_sealed,
        account.used_step, account.disabled_at, account.revision,
    )  # fmt: skip
    return done.endswith(" 1")


async def account_of(tx: Tx, email: str) -> Account | None:
    row = await tx.row(f"SELECT {ACCOUNT} FROM account WHERE email = $1", email)  # noqa: S608
    return Account(**row) if row else None


async def account(tx: Tx, account_id: UUID) -> Account | None:
    row = await tx.row(f"SELECT {ACCOUNT} FROM account WHERE account_id = $1", account_id)  # noqa: S608
    return Account(**row) if row else None


async def account_locked(tx: Tx, account_id: UUID) -> Account | None:
    row = await tx.row(f"SELECT {ACCOUNT} FROM account WHERE account_id = $1 FOR UPDATE", account_id)  # noqa: S608
    return Account(**row) if row else None


async def put_proofs(tx: Tx, account_id: UUID, password_hash: str, code_sealed: bytes) -> None:
    await tx.execute(
        "UPDATE account SET password_hash = $2, code_sealed = $3, used_step = NULL WHERE account_id = $1",
        account_id, password_hash, code_sealed,
    )  # fmt: skip


async def put_used_step(tx: Tx, account_id: UUID, step: int) -> None:
    await tx.execute("UPDATE account SET used_step = $2 WHERE account_id = $1", account_id, step)


async def put_disabled(tx: Tx, account_id: UUID, revision: int) -> None:
    await tx.execute(
        "UPDATE account SET disabled_at = $2, revision = $3 WHERE account_id = $1", account_id, tx.now, revision
    )


async def put_account_revision(tx: Tx, account_id: UUID, revision: int) -> None:
    await tx.execute("UPDATE account SET revision = $2 WHERE account_id = $1", account_id, revision)


async def add_roles(tx: Tx, account_id: UUID, roles: Sequence[tuple[Role, str | None]]) -> None:
    await tx.execute(
        """
        INSERT INTO role_held (account_id, role, school)
        SELECT $1, * FROM unnest($2::text[], $3::text[]) ON CONFLICT DO NOTHING
        """,
        account_id, [role for role, _ in roles], [school for _, school in roles],
    )  # fmt: skip


async def forget_role(tx: Tx, account_id: UUID, acting: Acting) -> bool:
    """False: it was not held."""
    done = await tx.execute(
        "DELETE FROM role_held WHERE account_id = $1 AND role = $2 AND school IS NOT DISTINCT FROM $3",
        account_id, acting.role, acting.school,
    )  # fmt: skip
    return done.endswith(" 1")


async def roles(tx: Tx, account_id: UUID) -> list[Acting]:
    """Every role of an account, whether or not it may be acted in now."""
    rows = await tx.rows("SELECT role, school FROM role_held WHERE account_id = $1 ORDER BY school, role", account_id)
    return [Acting(**row) for row in rows]


async def held(tx: Tx, account_id: UUID) -> list[Held]:
    """The roles that an account may act in now: at the council, or at a live school under an agreement.

    One statement, so that each is given with the revisions of the very states in which it is held.
    """
    rows = await tx.rows(
        """
        SELECT role_held.role, role_held.school, school.name AS school_name, school.agreement,
               account.revision AS account_revision, coalesce(school.revision, 0) AS school_revision
          FROM role_held JOIN account USING (account_id) LEFT JOIN school ON school.urn = role_held.school
         WHERE role_held.account_id = $1
           AND (role_held.school IS NULL OR (school.status = 'live' AND school.agreement IS NOT NULL))
         ORDER BY school.name NULLS FIRST, role_held.role
        """,
        account_id,
    )
    return [Held(**row) for row in rows]


# Challenges


async def add_challenge(tx: Tx, challenge_id: UUID, secret_hash: bytes, account_id: UUID) -> None:
    await tx.execute(
        "INSERT INTO challenge (challenge_id, secret_hash, account_id, made_at) VALUES ($1, $2, $3, $4)",
        challenge_id, secret_hash, account_id, tx.now,
    )  # fmt: skip


async def challenge(tx: Tx, secret_hash: bytes) -> Challenge | None:
    row = await tx.row(
        "SELECT challenge_id, account_id, made_at, guesses FROM challenge WHERE secret_hash = $1", secret_hash
    )
    return Challenge(**row) if row else None


async def count_on_challenge(tx: Tx, challenge_id: UUID) -> None:
    await tx.execute("UPDATE challenge SET guesses = guesses + 1 WHERE challenge_id = $1", challenge_id)


async def forget_challenge(tx: Tx, challenge_id: UUID) -> None:
    await tx.execute("DELETE FROM challenge WHERE challenge_id = $1", challenge_id)


async def forget_challenges_of(tx: Tx, account_id: UUID) -> None:
    await tx.execute("DELETE FROM challenge WHERE account_id = $1", account_id)


# Sessions

# One table, and no join: PostgreSQL looks again at a row whose lock it waited for, but not at what it was joined to.
SESSION = """
    SELECT session_id, account_id, acting_role, acting_school, started_at, seen_at, ended_at, ended_why, revision
      FROM session
"""


def _session(row: Any) -> Session:
    return Session(
        session_id=row["session_id"],
        account_id=row["account_id"],
        acting=Acting(row["acting_role"], row["acting_school"]) if row["acting_role"] else None,
        started_at=row["started_at"],
        seen_at=row["seen_at"],
        ended_at=row["ended_at"],
        ended_why=row["ended_why"],
        revision=row["revision"],
    )


async def add_session(tx: Tx, session: Session, secret_hash: bytes) -> None:
    acting: Any = session.acting
    await tx.execute(
        """
        INSERT INTO session
               (session_id, secret_hash, account_id, acting_role, acting_school, started_at, seen_at, revision)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
        """,
        session.session_id, secret_hash, session.account_id, acting and acting.role, acting and acting.school,
        session.started_at, session.seen_at, session.revision,
    )  # fmt: skip


async def session_locked(tx: Tx, secret_hash: bytes) -> Session | None:
    row = await tx.row(f"{SESSION} WHERE secret_hash = $1 FOR UPDATE", secret_hash)
    return _session(row) if row else None


async def live_sessions_locked(tx: Tx, account_id: UUID) -> list[Session]:
    rows = await tx.rows(
        f"{SESSION} WHERE account_id = $1 AND ended_at IS NULL ORDER BY session_id FOR UPDATE", account_id
    )
    return [_session(row) for row in rows]


async def overdue_sessions_locked(tx: Tx, idle: timedelta, life: timedelta, batch_max: int) -> list[Session]:
    """Live sessions whose time is up; those that somebody is using at this moment are left for the next time."""
    rows = await tx.rows(
        f"""{SESSION}
         WHERE ended_at IS NULL AND (seen_at <= $1 OR started_at <= $2)
         ORDER BY seen_at LIMIT $3 FOR UPDATE SKIP LOCKED
        """,
        tx.now - idle, tx.now - life, batch_max,
    )  # fmt: skip
    return [_session(row) for row in rows]


async def put_acting(tx: Tx, session_id: UUID, acting: Acting) -> None:
    await tx.execute(
        "UPDATE session SET acting_role = $2, acting_school = $3 WHERE session_id = $1",
        session_id, acting.role, acting.school,
    )  # fmt: skip


async def put_seen(tx: Tx, session_id: UUID) -> None:
    await tx.execute("UPDATE session SET seen_at = $2 WHERE session_id = $1", session_id, tx.now)


async def put_ended(tx: Tx, session_id: UUID, why: Why, revision: int) -> None:
    await tx.execute(
        "UPDATE session SET ended_at = $2, ended_why = $3, revision = $4 WHERE session_id = $1",
        session_id, tx.now, why, revision,
    )  # fmt: skip


async def has_ended(tx: Tx, session_id: UUID) -> bool:
    """Whether a session is known to have ended; asked of identity's own rows, which are never behind."""
    return bool(await tx.value("SELECT ended_at IS NOT NULL FROM session WHERE session_id = $1", session_id))


async def is_known_account(tx: Tx, account_id: UUID) -> bool:
    return bool(await tx.value("SELECT EXISTS (SELECT FROM account WHERE account_id = $1)", account_id))


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


# Signing keys


async def add_signing_key(tx: Tx, kid: str, sealed: bytes, published: dict[str, Any]) -> None:
    """Kept only if there is no current one: of several instances that start at once, one makes the key."""
    await tx.execute(
        "INSERT INTO signing_key (kid, sealed, published, made_at) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING",
        kid, sealed, published, tx.now,
    )  # fmt: skip


async def signing_key(tx: Tx) -> tuple[str, bytes] | None:
    row = await tx.row("SELECT kid, sealed FROM signing_key WHERE retired_at IS NULL")
    return (row["kid"], row["sealed"]) if row else None


async def published_keys(tx: Tx, retired_after: datetime) -> list[dict[str, Any]]:
    """The public keys that a token may still be signed with."""
    rows = await tx.rows(
        "SELECT published FROM signing_key WHERE retired_at IS NULL OR retired_at > $1 ORDER BY made_at", retired_after
    )
    return [row["published"] for row in rows]


# Purging


async def forget_challenges(tx: Tx, before: datetime) -> None:
    await tx.execute("DELETE FROM challenge WHERE made_at < $1", before)
