"""Every SQL statement on accounts and the roles that they hold."""

from collections.abc import Sequence
from uuid import UUID

from services.identity.accounts.domain import AccountRow
from shared.contracts import Role
from shared.contracts.identity import RoleHeld
from shared.database.tx import Tx

ACCOUNT = "SELECT account_id, email, name, disabled_at, revision FROM account"


async def add_account(tx: Tx, account: AccountRow, password_hash: str, code_sealed: bytes) -> bool:
    """False: there is an account of this email, or of this id."""
    done = await tx.execute(
        """
        INSERT INTO account (account_id, email, name, password_hash, code_sealed, revision)
        VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING
        """,
        account.account_id, account.email, account.name, password_hash, code_sealed, account.revision,
    )  # fmt: skip
    return done.endswith(" 1")


async def account_of(tx: Tx, email: str) -> AccountRow | None:
    return await tx.one(AccountRow, f"{ACCOUNT} WHERE email = $1", email)


async def account_of_locked(tx: Tx, email: str) -> AccountRow | None:
    return await tx.one(AccountRow, f"{ACCOUNT} WHERE email = $1 FOR UPDATE", email)


async def account_locked(tx: Tx, account_id: UUID) -> AccountRow | None:
    return await tx.one(AccountRow, f"{ACCOUNT} WHERE account_id = $1 FOR UPDATE", account_id)


async def put_disabled(tx: Tx, account_id: UUID, revision: int) -> None:
    await tx.execute(
        "UPDATE account SET disabled_at = $2, revision = $3 WHERE account_id = $1", account_id, tx.now, revision
    )


async def put_revision(tx: Tx, account_id: UUID, revision: int) -> None:
    await tx.execute("UPDATE account SET revision = $2 WHERE account_id = $1", account_id, revision)


async def put_emitted(tx: Tx, account_id: UUID, form: int, revision: int) -> None:
    await tx.execute(
        "UPDATE account SET emitted_form = $2, emitted_revision = $3 WHERE account_id = $1", account_id, form, revision
    )


async def emitted_otherwise_locked(tx: Tx, form: int, most: int) -> list[AccountRow]:
    """Accounts whose newest revision was not emitted in this form, and that nobody else is changing now."""
    rows = await tx.rows(
        f"""
        {ACCOUNT} WHERE emitted_form < $1 OR emitted_revision IS DISTINCT FROM revision
        ORDER BY account_id LIMIT $2 FOR UPDATE SKIP LOCKED
        """,
        form, most,
    )  # fmt: skip
    return [AccountRow(**row) for row in rows]


async def add_roles(tx: Tx, account_id: UUID, roles: Sequence[tuple[Role, str | None]]) -> None:
    await tx.execute(
        """
        INSERT INTO role_held (account_id, role, school)
        SELECT $1, * FROM unnest($2::text[], $3::text[]) ON CONFLICT DO NOTHING
        """,
        account_id, [role for role, _ in roles], [school for _, school in roles],
    )  # fmt: skip


async def forget_role(tx: Tx, account_id: UUID, role: RoleHeld) -> bool:
    """False: it was not held."""
    done = await tx.execute(
        "DELETE FROM role_held WHERE account_id = $1 AND role = $2 AND school IS NOT DISTINCT FROM $3",
        account_id, role.role, role.school,
    )  # fmt: skip
    return done.endswith(" 1")


async def roles(tx: Tx, account_id: UUID) -> tuple[RoleHeld, ...]:
    """Every role of an account, whether or not it may be acted in now."""
    rows = await tx.rows("SELECT role, school FROM role_held WHERE account_id = $1 ORDER BY school, role", account_id)
    return tuple(RoleHeld(**row) for row in rows)
