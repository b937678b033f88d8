"""Access ends everywhere: who verifies tokens follows sessions and accounts, and asks in the answer's transaction."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from shared.contracts import State
from shared.contracts.identity import Account, Session
from shared.db import Refusal, Tx
from shared.inbox import Follows

GROUP = "access"


class AccessEnded(Refusal):
    """Your access has ended. Sign in again."""


async def check(tx: Tx, session: UUID, account: UUID) -> None:
    """Raise AccessEnded if the session or the account has ended. An unknown session with a valid token is allowed."""
    ended = await tx.value(
        """
        SELECT EXISTS (SELECT FROM access_session WHERE session_id = $1 AND ended_at IS NOT NULL)
            OR EXISTS (SELECT FROM access_account WHERE account_id = $2 AND disabled_at IS NOT NULL)
        """,
        session, account,
    )  # fmt: skip
    if ended:
        raise AccessEnded


async def put_sessions(tx: Tx, states: Sequence[State]) -> None:
    sessions = [state for state in states if isinstance(state, Session)]
    await tx.execute(
        """
        INSERT INTO access_session (session_id, ended_at, revision)
        SELECT * FROM unnest($1::uuid[], $2::timestamptz[], $3::bigint[])
        ON CONFLICT (session_id) DO UPDATE SET ended_at = excluded.ended_at, revision = excluded.revision
         WHERE access_session.revision < excluded.revision
        """,
        [s.session_id for s in sessions], [s.ended_at for s in sessions], [s.revision for s in sessions],
    )  # fmt: skip


async def forget_sessions(tx: Tx, keys: Sequence[str]) -> None:
    await tx.execute("DELETE FROM access_session WHERE session_id = ANY($1::uuid[])", list(keys))


async def put_accounts(tx: Tx, states: Sequence[State]) -> None:
    accounts = [state for state in states if isinstance(state, Account)]
    await tx.execute(
        """
        INSERT INTO access_account (account_id, disabled_at, revision)
        SELECT * FROM unnest($1::uuid[], $2::timestamptz[], $3::bigint[])
        ON CONFLICT (account_id) DO UPDATE SET disabled_at = excluded.disabled_at, revision = excluded.revision
         WHERE access_account.revision < excluded.revision
        """,
        [a.account_id for a in accounts], [a.disabled_at for a in accounts], [a.revision for a in accounts],
    )  # fmt: skip


async def forget_accounts(tx: Tx, keys: Sequence[str]) -> None:
    await tx.execute("DELETE FROM access_account WHERE account_id = ANY($1::uuid[])", list(keys))


FOLLOWS = (
    Follows(Session, put=put_sessions, forget=forget_sessions, group=GROUP),
    Follows(Account, put=put_accounts, forget=forget_accounts, group=GROUP),
)
